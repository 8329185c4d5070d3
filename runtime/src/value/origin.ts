/** What a value was read from, where it alone does not tell: a number does not show that it was sent as a float, nor a list as an embedding. */
export interface Origin {
  readonly value: unknown;
  readonly typeUrl: string;
  /** Whether the bytes were a packed message, not JSON text. */
  readonly packed: boolean;
  /** What the property with the tag said. */
  readonly tag: unknown;
}

const origins = new WeakMap<object, Map<string | number, Origin>>();
const receivedBytes = new WeakSet<Uint8Array>();

/** Remembers where the value at a key of an object or array came from. A copy of the object does not have it. */
export function rememberOrigin(container: object, key: string | number, origin: Origin): void {
  let byKey = origins.get(container);
  if (byKey === undefined) {
    byKey = new Map();
    origins.set(container, byKey);
  }
  byKey.set(key, origin);
}

/** Where the value at a key came from, if it is the very value that was read there, beside the very tag. */
export function originOf(container: object, key: string | number, value: unknown, tag: unknown): Origin | undefined {
  const origin = origins.get(container)?.get(key);
  return origin !== undefined && Object.is(origin.value, value) && Object.is(origin.tag, tag) ? origin : undefined;
}

/** Remembers bytes as a sidecar's, and gives them. */
export function rememberBytes(bytes: Uint8Array): Uint8Array {
  receivedBytes.add(bytes);
  return bytes;
}

/** Whether bytes were read from a sidecar: then a peer wrote them, and they may go to one again. */
export function areReceivedBytes(bytes: Uint8Array): boolean {
  return receivedBytes.has(bytes);
}
