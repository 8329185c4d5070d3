import { readFileSync } from "node:fs";
import { ChannelCredentials, ServerCredentials } from "@grpc/grpc-js";

/** A certificate or key in PEM: the bytes, text that starts with "-----BEGIN", or the path of a file. */
export type Pem = string | Uint8Array;

/** How a server proves who it is, and whom it asks for the same. */
export interface ServerTls {
  /** The server's certificate, with the intermediate ones after it. */
  cert: Pem;
  /** The key of the certificate. */
  key: Pem;
  /** The authorities whose client certificates are accepted. Those of the system if it is not given. */
  ca?: Pem | undefined;
  /** Refuses clients without a certificate signed by `ca`. */
  requireClientCert?: boolean | undefined;
}

/** Whom a channel trusts, and how it proves who it is. */
export interface ChannelTls {
  /** The authorities that may have signed the server's certificate. Those of the system if it is not given. */
  ca?: Pem | undefined;
  /** The client's certificate, for a server that asks for one. */
  cert?: Pem | undefined;
  /** The key of the certificate. */
  key?: Pem | undefined;
  /** The name that the server's certificate must have, if it is not the host of the address. */
  serverName?: string | undefined;
}

/** @throws Error that names the option which is missing or cannot be read */
export function serverCredentials(tls: ServerTls | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const pair = keyPair(tls);
  if (!pair) throw new Error("tls.cert and tls.key are missing: a server needs both");
  if (tls.requireClientCert && tls.ca === undefined) throw new Error("tls.requireClientCert needs tls.ca: the authorities whose certificates are accepted");
  return ServerCredentials.createSsl(read("tls.ca", tls.ca), [{ private_key: pair.key, cert_chain: pair.cert }], tls.requireClientCert ?? false);
}

/** @throws Error that names the option which is missing or cannot be read */
export function channelCredentials(tls: true | ChannelTls | undefined): ChannelCredentials {
  if (!tls) return ChannelCredentials.createInsecure();
  if (tls === true) return ChannelCredentials.createSsl();
  const pair = keyPair(tls);
  const ca = read("tls.ca", tls.ca);
  return namingTls(() => ChannelCredentials.createSsl(ca, pair?.key ?? null, pair?.cert ?? null));
}

/** Runs `work`, which hands PEM to Node: its errors do not say what they are about. */
export function namingTls<T>(work: () => T): T {
  try {
    return work();
  } catch (reason) {
    throw new Error(`the certificates in tls cannot be used: ${reason instanceof Error ? reason.message : String(reason)}`, { cause: reason });
  }
}

function keyPair({ cert, key }: { cert?: Pem | undefined; key?: Pem | undefined }): { readonly cert: Buffer; readonly key: Buffer } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) throw new Error("tls.key is given without tls.cert: each needs the other");
  if (key === undefined) throw new Error("tls.cert is given without tls.key: each needs the other");
  return { cert: read("tls.cert", cert) as Buffer, key: read("tls.key", key) as Buffer };
}

function read(option: string, pem: Pem | undefined): Buffer | null {
  if (pem === undefined) return null;
  if (typeof pem !== "string") return Buffer.from(pem);
  if (pem.startsWith("-----BEGIN")) return Buffer.from(pem);
  try {
    return readFileSync(pem);
  } catch (reason) {
    throw new Error(`${option}: ${pem} cannot be read (${(reason as NodeJS.ErrnoException).code ?? String(reason)})`, { cause: reason });
  }
}
