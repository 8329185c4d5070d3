import type { Awaitable } from "../../servicer/servicer.js";
import { isPath, type Pem, readPair, readPem } from "./pem.js";
import { longestDelay } from "./within.js";

/** The oldest version of TLS that is spoken. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** How a server proves who it is, and whom it asks for the same. What is read from files is read again when they change. */
export interface ServerTls {
  /** The server's certificate, with the intermediate ones after it. */
  cert: Pem;
  /** The key of the certificate. */
  key: Pem;
  /**
   * The authorities whose client certificates are accepted. With it, clients are asked for one: those that have none are served all the same,
   * unless `requireClientCert` is set; those whose certificate is not valid, or of another authority, are refused. Without it nobody is asked.
   */
  ca?: Pem | undefined;
  /** Refuses clients without a certificate signed by `ca`. */
  requireClientCert?: boolean | undefined;
  /** The oldest version of TLS that is spoken, "TLSv1.2" by default. */
  minVersion?: TlsVersion | undefined;
  /** How long a handshake may take, in milliseconds, 10,000 by default; then the connection is closed. */
  handshakeTimeoutMs?: number | undefined;
}

/** Gives what a server's connections are secured with from now on. Asked when a client connects, at most once a second. */
export type ServerTlsSource = () => Awaitable<ServerTls>;

/** Whom a channel trusts, and how it proves who it is. What is read from files is read again when they change. */
export interface ChannelTls {
  /** The authorities that may have signed the server's certificate. Those of the system if it is not given. */
  ca?: Pem | undefined;
  /** The client's certificate, for a server that asks for one. */
  cert?: Pem | undefined;
  /** The key of the certificate. */
  key?: Pem | undefined;
  /** The name that the server's certificate must have, if it is not the host of the address. */
  serverName?: string | undefined;
  /** The oldest version of TLS that is spoken, "TLSv1.2" by default. */
  minVersion?: TlsVersion | undefined;
}

/** What a server's TLS is made of, read. */
export interface ServerMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | undefined;
  readonly requireClientCert: boolean;
  readonly minVersion: TlsVersion;
  readonly handshakeTimeoutMs: number;
}

const defaultHandshakeTimeoutMs = 10_000;

/** @throws Error that names the option which is missing, cannot be read or is not allowed */
export function serverMaterial(tls: ServerTls): ServerMaterial {
  const pair = readPair(tls);
  if (!pair) throw new Error("tls.cert and tls.key are missing: a server needs both");
  if (tls.requireClientCert && tls.ca === undefined) throw new Error("tls.requireClientCert needs tls.ca: the authorities whose certificates are accepted");
  const { handshakeTimeoutMs = defaultHandshakeTimeoutMs } = tls;
  if (!(handshakeTimeoutMs >= 1 && handshakeTimeoutMs <= longestDelay))
    throw new Error(`tls.handshakeTimeoutMs must be a number of milliseconds from 1 to ${longestDelay}`);
  return {
    ...pair,
    ca: tls.ca === undefined ? undefined : readPem("tls.ca", tls.ca),
    requireClientCert: tls.requireClientCert ?? false,
    minVersion: versionOf(tls.minVersion),
    handshakeTimeoutMs,
  };
}

/** Whether something of it is read from files, which may change. */
export function readsFiles({ cert, key, ca }: { cert?: Pem | undefined; key?: Pem | undefined; ca?: Pem | undefined }): boolean {
  return [cert, key, ca].some(isPath);
}

/** Runs `work`, which hands PEM to Node: its errors do not say what they are about. */
export function namingTls<T>(work: () => T): T {
  try {
    return work();
  } catch (reason) {
    throw new Error(`the certificates in tls cannot be used: ${reason instanceof Error ? reason.message : String(reason)}`, { cause: reason });
  }
}

/** The ciphers that are set for gRPC in the environment. */
export function ciphers(): { ciphers?: string } {
  const suites = process.env["GRPC_SSL_CIPHER_SUITES"];
  return suites ? { ciphers: suites } : {};
}

/** @throws Error if it is none that is spoken */
export function versionOf(version: TlsVersion = "TLSv1.2"): TlsVersion {
  if (version !== "TLSv1.2" && version !== "TLSv1.3") throw new Error('tls.minVersion must be "TLSv1.2" or "TLSv1.3"');
  return version;
}
