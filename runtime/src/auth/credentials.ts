import { BridgeError } from "../errors.js";
import type { Call } from "../interceptors/call.js";
import type { Interceptor, Next } from "../interceptors/chain.js";
import { atLeast } from "../link/limits.js";
import type { Link } from "../link/link.js";
import { metadataValues } from "../metadata.js";
import { headerName, isSendable, keepSecret } from "./secrets.js";
import { type Given, type TokenSource, Tokens } from "./tokens.js";

/** Options of {@link credentials}: a bearer token, or an API key. */
export type CredentialsOptions = {
  /** How long before a token expires another one is asked for, in milliseconds: 30,000 by default; at most half of its life. */
  refreshBeforeMs?: number | undefined;
  /** How long a source may take, in milliseconds: 10,000 by default. Then the calls that wait for it fail as `unavailable`. */
  tokenTimeoutMs?: number | undefined;
  /** Sends credentials also over a channel that others can read along, or that does not tell. */
  allowPlaintext?: boolean | undefined;
} & (
  | {
      /** Sent as `authorization: Bearer <token>`. */
      bearer: string | TokenSource;
      apiKey?: undefined;
      header?: undefined;
    }
  | {
      /** Sent as it is. */
      apiKey: string | TokenSource;
      /** Where the API key is sent: `x-api-key` by default. */
      header?: string | undefined;
      bearer?: undefined;
    }
);

/** A link that lasted so long worked, even if nothing came on it. */
const workingMs = 5_000;

/**
 * Gives each RPC and each connection of a link its credentials, for the channels of clients. A call that has the header already keeps it.
 *
 * A token that a server refuses as `unauthenticated` is not used again. A unary call that had it from an earlier one is made once more, with another token; a link
 * connects again, unless the token was fresh and refused at once.
 *
 * @throws TypeError that names the option which is wrong
 */
export function credentials(options: CredentialsOptions): Interceptor {
  const bearer = new Bearer(options);
  return (next) => (call) => bearer.send(call, next);
}

/** Who sends credentials. */
class Bearer {
  readonly #tokens: Tokens;
  readonly #header: string;
  readonly #prefix: string;
  readonly #allowPlaintext: boolean;
  /** Links that were refused at once, the last time. */
  readonly #refused = new WeakSet<Link>();

  constructor({ bearer, apiKey, header, refreshBeforeMs = 30_000, tokenTimeoutMs = 10_000, allowPlaintext = false }: CredentialsOptions) {
    const option = bearer === undefined ? "apiKey" : "bearer";
    const source = bearer ?? apiKey;
    if ((bearer === undefined) === (apiKey === undefined)) throw new TypeError("credentials needs bearer or apiKey, one of them");
    if (typeof source !== "function" && (typeof source !== "string" || !isSendable(source)))
      throw new TypeError(`${option} is no function, and no printable ASCII text without space around it: no header carries it`);
    if (bearer !== undefined && header !== undefined) throw new TypeError("header is for an apiKey: a bearer token is sent as authorization");
    this.#header = bearer === undefined ? headerName("header", header ?? "x-api-key") : "authorization";
    this.#prefix = bearer === undefined ? "" : "Bearer ";
    this.#tokens = new Tokens(source, atLeast("refreshBeforeMs", refreshBeforeMs, 0), atLeast("tokenTimeoutMs", tokenTimeoutMs, 1));
    this.#allowPlaintext = allowPlaintext;
    keepSecret(this.#header);
  }

  async send(call: Call, next: Next): Promise<unknown> {
    const isSaid = call.kind === "request" || call.kind === "notification";
    if (!call.outgoing || isSaid || metadataValues(call.metadata, this.#header).length > 0) return next(call);
    if (!call.secure && !this.#allowPlaintext)
      throw new BridgeError(
        "failed_precondition",
        "credentials are not sent over a channel that others can read along, or that does not tell: give it tls, or credentials the option allowPlaintext",
      );
    const given = await this.#stamp(call);
    if (call.kind === "unary") return this.#unary(call, next, given);
    if (call.kind === "link") return this.#link(call, next, given);
    // What was sent of a stream cannot be sent again.
    call.onEnd(({ error }) => {
      if (isRefusal(error)) this.#tokens.refuse(given.token);
    });
    return next(call);
  }

  async #unary(call: Call, next: Next, { token, isCached }: Given): Promise<unknown> {
    try {
      return await next(call);
    } catch (reason) {
      if (!isRefusal(reason)) throw reason;
      this.#tokens.refuse(token);
      if (!isCached) throw reason;
      const fresh = await this.#stamp(call);
      if (fresh.token.text === token.text) throw reason;
      call.onEnd(({ error }) => {
        if (isRefusal(error)) this.#tokens.refuse(fresh.token);
      });
      return next(call);
    }
  }

  async #link(call: Call, next: Next, { token, isCached }: Given): Promise<unknown> {
    const link = call.link as Link;
    let openAt = Number.POSITIVE_INFINITY;
    const opened = (): void => {
      openAt = performance.now();
    };
    const hasWorked = (): boolean => call.traffic.receivedMessages > 0 || performance.now() - openAt >= workingMs;
    link.on("open", opened);
    try {
      return await next(call);
    } catch (reason) {
      if (!isRefusal(reason)) throw reason;
      const mayBeStale = isCached || !this.#tokens.isCurrent(token);
      this.#tokens.refuse(token);
      const goesOn = hasWorked() || token.expiresAt <= Date.now() || (mayBeStale && !this.#refused.has(link));
      if (!hasWorked()) this.#refused.add(link);
      if (!goesOn) throw reason;
      throw new BridgeError("unavailable", `the credentials of the link count no more: ${reason.message}`, { cause: reason });
    } finally {
      link.off("open", opened);
      if (hasWorked()) this.#refused.delete(link);
    }
  }

  async #stamp(call: Call): Promise<Given> {
    const given = await this.#tokens.get(call.signal);
    call.metadata[this.#header] = `${this.#prefix}${given.token.text}`;
    return given;
  }
}

/** Whether a server does not know the caller. An error inside of a response is the servicer's, of somebody whom it called itself perhaps. */
function isRefusal(reason: unknown): reason is BridgeError {
  return reason instanceof BridgeError && reason.code === "unauthenticated" && reason.response === undefined;
}
