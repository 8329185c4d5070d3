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
  return typeof value === "string" || value instanceof Uint8Array ? [value] : value;
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
