import { readFileSync } from "node:fs";

/** A certificate or key in PEM: the bytes, text that starts with "-----BEGIN", or the path of a file. */
export type Pem = string | Uint8Array;

/** @throws Error that names the option, if its file cannot be read */
export function readPem(option: string, pem: Pem): Buffer {
  if (typeof pem !== "string") return Buffer.from(pem);
  if (!isPath(pem)) return Buffer.from(pem);
  try {
    return readFileSync(pem);
  } catch (reason) {
    throw new Error(`${option}: ${pem} cannot be read (${(reason as NodeJS.ErrnoException).code ?? String(reason)})`, { cause: reason });
  }
}

/** Whether it is read from a file, which may change. */
export function isPath(pem: Pem | undefined): pem is string {
  return typeof pem === "string" && !pem.startsWith("-----BEGIN");
}

/**
 * A certificate and its key, or undefined if there is neither.
 *
 * @throws Error that names the option which is missing or cannot be read
 */
export function readPair({ cert, key }: { cert?: Pem | undefined; key?: Pem | undefined }): { readonly cert: Buffer; readonly key: Buffer } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) throw new Error("tls.key is given without tls.cert: each needs the other");
  if (key === undefined) throw new Error("tls.cert is given without tls.key: each needs the other");
  return { cert: readPem("tls.cert", cert), key: readPem("tls.key", key) };
}
