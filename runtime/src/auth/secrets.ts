import { emptyMetadata, type Metadata, metadataValues } from "../metadata.js";

const keys = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"]);

/** The keys of metadata whose values are secrets; those that `authenticate` and `credentials` of this process take API keys from are added. */
export const secretKeys: ReadonlySet<string> = keys;

/** From here on, the values of this key are secrets. */
export function keepSecret(key: string): void {
  keys.add(key);
}

/** The metadata as they may be logged: a value that is a secret is `[redacted]`. */
export function redact(metadata: Metadata): Metadata {
  const shown = emptyMetadata();
  for (const key of Object.keys(metadata)) {
    const isSecret = keys.has(key.toLowerCase());
    shown[key] = isSecret
      ? metadataValues(metadata, key)
          .map(() => "[redacted]")
          .join(", ")
      : (metadata[key] as Metadata[string]);
  }
  return shown;
}

/**
 * A function that takes the secrets of metadata out of a text, for whoever repeats them: an exception that says which token was bad, for example.
 * What is shorter than four characters stays: it would be found everywhere.
 */
export function scrubber(metadata: Metadata): (text: string) => string {
  const secrets = Object.keys(metadata)
    .filter((key) => keys.has(key.toLowerCase()))
    .flatMap((key) => metadataValues(metadata, key))
    .flatMap((value) => (typeof value === "string" ? [value, ...value.split(/[\s;,=]+/)] : []))
    .filter((secret) => secret.length >= 4 && !/^(bearer|basic)$/i.test(secret))
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text);
}

/**
 * The name of a header, as metadata have it.
 *
 * @throws TypeError if it is none, or one for bytes
 */
export function headerName(option: string, name: string): string {
  const key = String(name).toLowerCase();
  if (!/^[0-9a-z_.-]+$/.test(key) || key.endsWith("-bin") || key === "__proto__")
    throw new TypeError(`${option}: ${JSON.stringify(name)} is no name of a header with text`);
  return key;
}

/** Whether it can stand in a header, and arrives as it was sent. */
export function isSendable(text: string): boolean {
  return /^[!-~](?:[ -~]*[!-~])?$/.test(text);
}
