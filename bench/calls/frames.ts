/** gRPC's framing: a byte that says "not compressed", four of length, the message. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(5 + message.length);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}

/** Counts the frames in what a stream gives, wherever the chunks were cut. */
export class Frames {
  #head = Buffer.alloc(5);
  #have = 0;
  #rest = 0;

  /** How many frames ended within this chunk. */
  ended(chunk: Buffer): number {
    let count = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#have < 5) {
        const taken = chunk.copy(this.#head, this.#have, at, at + 5 - this.#have);
        this.#have += taken;
        at += taken;
        if (this.#have < 5) break;
        this.#rest = this.#head.readUInt32BE(1);
      }
      const taken = Math.min(this.#rest, chunk.length - at);
      this.#rest -= taken;
      at += taken;
      if (this.#rest > 0) break;
      this.#have = 0;
      count++;
    }
    return count;
  }
}
