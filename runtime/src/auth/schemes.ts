import type { PeerCertificate } from "../context.js";
import { BridgeError } from "../errors.js";
import type { Call } from "../interceptors/call.js";
import { metadataValues } from "../metadata.js";
import type { Awaitable } from "../servicer/servicer.js";
import type { Identity } from "./identity.js";
import { type StaticKey, staticKeys } from "./keys.js";
import { headerName, keepSecret } from "./secrets.js";

/**
 * Tells whose credentials these are; undefined if they are wrong. What it throws admits nobody: a BridgeError goes to the caller as it is, anything
 * else as `unavailable`.
 *
 * @param signal aborted when the answer is not wanted any more: the call is over, or the time
 */
export type Verifier<Credentials> = (credentials: Credentials, call: Call, signal: AbortSignal) => Awaitable<Identity | undefined>;

/** Keys in a header of their own. */
export type ApiKeyScheme = {
  /** `x-api-key` by default. */
  readonly header?: string | undefined;
} & (
  | { readonly verify: Verifier<string>; readonly keys?: undefined }
  | {
      /** As `staticKeys` takes them. */
      readonly keys: Readonly<Record<string, StaticKey>>;
      readonly verify?: undefined;
    }
);

/** Which credentials count. The first for which a call has some decides, in this order. */
export interface SchemeOptions {
  /** The token of `authorization: Bearer <token>`. */
  bearer?: Verifier<string> | undefined;
  apiKey?: ApiKeyScheme | undefined;
  /** The client's certificate, which the transport has verified against its authorities. */
  certificate?: Verifier<PeerCertificate> | undefined;
}

/** Credentials of a call, and who can tell whose they are. */
export interface Presented {
  /** What they are: `"the bearer token"`. */
  readonly name: string;
  verify(signal: AbortSignal): Awaitable<Identity | undefined>;
}

interface Scheme {
  /** What it takes: `"a bearer token"`. */
  readonly wanted: string;
  find(call: Call): Presented | undefined;
}

/** The schemes of a server. */
export class Schemes {
  readonly #all: readonly Scheme[];

  /** @throws TypeError that names the option which is wrong, or if there is no scheme */
  constructor({ bearer, apiKey, certificate }: SchemeOptions) {
    const all: Scheme[] = [];
    if (bearer !== undefined) all.push(bearerScheme(checked("bearer", bearer)));
    if (apiKey !== undefined) {
      const header = headerName("apiKey.header", apiKey.header ?? "x-api-key");
      if (bearer && header === "authorization") throw new TypeError("apiKey.header: authorization has the bearer token");
      if ((apiKey.verify === undefined) === (apiKey.keys === undefined)) throw new TypeError("apiKey needs verify or keys, one of them");
      all.push(keyScheme(header, apiKey.keys ? staticKeys(apiKey.keys) : checked("apiKey.verify", apiKey.verify)));
    }
    if (certificate !== undefined) all.push(certificateScheme(checked("certificate", certificate)));
    if (all.length === 0) throw new TypeError("authenticate needs bearer, apiKey or certificate: nobody could be known");
    this.#all = all;
  }

  /** The credentials of a call. @throws BridgeError unauthenticated if there are none, or they cannot be read */
  presented(call: Call): Presented {
    for (const scheme of this.#all) {
      const presented = scheme.find(call);
      if (presented) return presented;
    }
    throw new BridgeError("unauthenticated", `there are no credentials: ${this.#all.map(({ wanted }) => wanted).join(" or ")} is needed`);
  }
}

function bearerScheme(verify: Verifier<string>): Scheme {
  return {
    wanted: "a bearer token",
    find(call) {
      const value = single(call, "authorization");
      // Of another scheme, such as Basic: no token.
      if (value === undefined || !/^bearer( |$)/i.test(value)) return undefined;
      const token = /^bearer +([!-~]+) *$/i.exec(value)?.[1];
      if (token === undefined) throw new BridgeError("unauthenticated", "the header authorization has no bearer token that can be read");
      return { name: "the bearer token", verify: (signal) => verify(token, call, signal) };
    },
  };
}

function keyScheme(header: string, verify: Verifier<string>): Scheme {
  keepSecret(header);
  return {
    wanted: "an API key",
    find(call) {
      const key = single(call, header);
      if (key === undefined || key === "") return undefined;
      return { name: "the API key", verify: (signal) => verify(key, call, signal) };
    },
  };
}

function certificateScheme(verify: Verifier<PeerCertificate>): Scheme {
  return {
    wanted: "a client certificate",
    find(call) {
      const { certificate } = call.peer;
      return certificate && { name: "the client certificate", verify: (signal) => verify(certificate, call, signal) };
    },
  };
}

/** The value of a header. Which of several was meant, nobody can tell. */
function single({ metadata }: Call, header: string): string | undefined {
  const values = metadataValues(metadata, header);
  if (values.length > 1) throw new BridgeError("unauthenticated", `the header ${header} is there more than once`);
  const [value] = values;
  return typeof value === "string" ? value : undefined;
}

function checked<T>(option: string, verify: T): T {
  if (typeof verify !== "function") throw new TypeError(`${option} is a ${typeof verify}, not a function`);
  return verify;
}
