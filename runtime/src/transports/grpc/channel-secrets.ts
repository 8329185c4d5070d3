import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { ChannelCredentials } from "@grpc/grpc-js";
import { readPair, readPem } from "./pem.js";
import { Rotation } from "./rotation.js";
import { type ChannelTls, ciphers, namingTls, readsFiles, type TlsVersion, versionOf } from "./tls.js";
import { connectionFault } from "./tls-reasons.js";

/** What a channel's TLS is made of, read. */
interface Material {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly minVersion: TlsVersion;
}

/** What is used of the object by which grpc-js secures its connections. */
interface SecureConnector {
  readonly connectionOptions?: { secureContext?: SecureContext; servername?: string };
}

/** How a channel's connections are secured. */
export class ChannelSecrets {
  /** For grpc-js: as it was in the beginning. */
  readonly credentials: ChannelCredentials;
  /** Undefined without TLS. */
  readonly #contexts: Rotation<Material, SecureContext> | undefined;

  /** @throws Error that names the option which is missing, cannot be read or is not allowed */
  constructor(tls: true | ChannelTls | undefined) {
    if (!tls) {
      this.credentials = ChannelCredentials.createInsecure();
      return;
    }
    const options = tls === true ? {} : tls;
    const read = (): Material => materialOf(options);
    const material = read();
    const context = contextOf(material);
    this.credentials = ChannelCredentials.createFromSecureContext(context);
    this.#contexts = new Rotation({
      material,
      read: readsFiles(options) ? read : undefined,
      make: (newest) => (newest === material ? context : contextOf(newest)),
      // Told with the next connection that fails.
      onProblem: () => {},
    });
  }

  /** Has the next connection be secured by what is in the files now. If a version of grpc-js keeps it elsewhere, it stays what it was. */
  async renew(connector: unknown): Promise<void> {
    const { connectionOptions } = connector as SecureConnector;
    if (!this.#contexts || !connectionOptions?.secureContext) return;
    connectionOptions.secureContext = await this.#contexts.current();
    // TLS names no addresses, and Node prints a warning. The certificate is held to the host of the address all the same.
    if (isIP(connectionOptions.servername ?? "")) connectionOptions.servername = "";
  }

  /** Why a connection failed, in words, as far as TLS tells it. */
  explain(reason: unknown): unknown {
    if (!this.#contexts || reason === undefined) return reason;
    const { problem } = this.#contexts;
    return new Error(`${connectionFault(reason)}${problem ? `; what is in the files now cannot be used: ${problem.message}` : ""}`, { cause: reason });
  }
}

function materialOf(tls: ChannelTls): Material {
  const pair = readPair(tls);
  // What grpc-js takes from the environment for credentials that it makes itself.
  const roots = process.env["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"];
  return {
    ca: tls.ca !== undefined ? readPem("tls.ca", tls.ca) : roots ? readFileSync(roots) : undefined,
    cert: pair?.cert,
    key: pair?.key,
    minVersion: versionOf(tls.minVersion),
  };
}

function contextOf({ ca, cert, key, minVersion }: Material): SecureContext {
  return namingTls(() => createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), minVersion, ...ciphers() }));
}
