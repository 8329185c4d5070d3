import { BridgeError, type Code } from "./errors.js";

/** One value of metadata: text, or bytes under a key that ends in `-bin`. A key that was sent several times has them all, in order. */
export type MetadataValue = string | Uint8Array | readonly (string | Uint8Array)[];

/**
 * Metadata of a call: headers or trailers. Keys are lower case; a key that ends in `-bin` has bytes, any other printable ASCII text.
 *
 * What arrives has no prototype, so that no key of a peer can be mistaken for a member of Object.
 */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** Metadata that one fills in, to be sent. */
export type MutableMetadata = Record<string, MetadataValue>;

/** The values of a key, as a list: empty if there is none. */
export function metadataValues(metadata: Metadata, key: string): readonly (string | Uint8Array)[] {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly (string | Uint8Array)[]) : [value as string | Uint8Array];
}

/** Adds one more value to a key. */
export function appendMetadata(metadata: MutableMetadata, key: string, value: string | Uint8Array): void {
  const values = metadataValues(metadata, key);
  metadata[key] = values.length === 0 ? value : [...values, value];
}

/** An empty metadata object without a prototype. */
export function emptyMetadata(): MutableMetadata {
  return Object.create(null) as MutableMetadata;
}

/**
 * Checks metadata that is to be sent, as gRPC has it on the wire.
 *
 * @throws BridgeError of the code, which names the key
 */
export function checkMetadata(metadata: Metadata, illegal: Code): void {
  for (const key of Object.keys(metadata)) {
    const refuse = (why: string): never => {
      throw new BridgeError(illegal, `metadata ${JSON.stringify(key)}: ${why}`);
    };
    if (!/^[0-9a-z_.-]+$/.test(key) || key === "__proto__") refuse("a key is made of lower case letters, digits, _ - and .");
    const given: unknown = metadata[key];
    for (const value of Array.isArray(given) ? (given as readonly unknown[]) : [given]) {
      if (key.endsWith("-bin")) {
        if (!(value instanceof Uint8Array)) refuse("a key that ends in -bin has bytes (Uint8Array)");
      } else if (typeof value !== "string" || !/^[ -~]*$/.test(value)) refuse("a value is printable ASCII text; bytes go under a key that ends in -bin");
    }
  }
}
