const { subtle } = globalThis.crypto;

/**
 * Makes digests of secrets, to compare them by: HMAC-SHA-256 under a key that no other process has, so that how far two digests agree tells
 * nothing of how far the secrets do.
 */
export class Digests {
  readonly #key: Promise<CryptoKey> = subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

  /** 32 bytes. */
  async of(secret: string): Promise<Uint8Array> {
    return new Uint8Array(await subtle.sign("HMAC", await this.#key, new TextEncoder().encode(secret)));
  }
}

/**
 * The index of the digest that is the given one; -1 if none is. Looks at every byte of all of them, whatever it finds: how long it takes tells nothing.
 */
export function indexAmong(digests: readonly ArrayLike<number>[], given: ArrayLike<number>): number {
  let found = -1;
  for (const [index, digest] of digests.entries()) {
    let difference = digest.length ^ given.length;
    for (let at = 0; at < digest.length; at++) difference |= (digest[at] ?? 0) ^ (given[at] ?? 0);
    // All ones if there is no difference, else zero. Without a branch.
    const mask = ((difference | -difference) >> 31) ^ -1;
    found = (found & ~mask) | (index & mask);
  }
  return found;
}
