/** Protobuf's wire format, as far as it takes to take messages apart: https://protobuf.dev/programming-guides/encoding/ */

const decoder = new TextDecoder();

/** Walks over the fields of an encoded message without decoding it. */
export class Fields {
  /** The number of the field that `next` came to. */
  number = 0;
  /** Where that field begins, its tag included. */
  start = 0;
  /** Where its content begins: for a string or a message, behind its length. */
  from = 0;
  /** Where it ends. */
  end: number;
  #type = 0;
  readonly #bytes: Uint8Array;
  readonly #limit: number;

  constructor(bytes: Uint8Array, from = 0, limit: number = bytes.length) {
    this.#bytes = bytes;
    this.end = from;
    this.#limit = limit;
  }

  /**
   * Goes on to the next field.
   *
   * @returns whether there is one
   * @throws Error if the bytes are no message
   */
  next(): boolean {
    if (this.end >= this.#limit) return false;
    this.start = this.end;
    const tag = this.#varint();
    this.number = tag >>> 3;
    this.#type = tag & 7;
    if (this.number === 0) throw new Error(`the field at byte ${this.start} has no number`);
    switch (this.#type) {
      case 0:
        this.from = this.end;
        this.end = readVarint(this.#bytes, this.end, this.#limit, 10).end;
        break;
      case 1:
        this.#take(8);
        break;
      case 2:
        this.#take(this.#varint());
        break;
      case 5:
        this.#take(4);
        break;
      default:
        // Groups are older than descriptors, which have none.
        throw new Error(`the field at byte ${this.start} is of the wire type ${this.#type}`);
    }
    return true;
  }

  /** @throws Error if the field that `next` came to is no string, no message and no packed list */
  expectBytes(): void {
    if (this.#type !== 2) throw new Error(`the field at byte ${this.start} is of the wire type ${this.#type}, not 2`);
  }

  /** The fields inside of this one, which is a message. */
  inside(): Fields {
    this.expectBytes();
    return new Fields(this.#bytes, this.from, this.end);
  }

  /** This field, which is a string. */
  string(): string {
    this.expectBytes();
    return decoder.decode(this.#bytes.subarray(this.from, this.end));
  }

  /** The numbers of this field, a repeated `int32`, packed or not. */
  integers(): number[] {
    if (this.#type === 0) return [readVarint(this.#bytes, this.from, this.end, 10).value | 0];
    this.expectBytes();
    const integers: number[] = [];
    for (let at = this.from; at < this.end; ) {
      const { value, end } = readVarint(this.#bytes, at, this.end, 10);
      integers.push(value | 0);
      at = end;
    }
    return integers;
  }

  #take(length: number): void {
    this.from = this.end;
    if (length > this.#limit - this.from) throw new Error(`the field at byte ${this.start} does not end`);
    this.end += length;
  }

  /** A tag or a length: at most five bytes. */
  #varint(): number {
    // One byte for nearly all of them.
    const first = this.end < this.#limit ? (this.#bytes[this.end] as number) : 0x80;
    if (first < 0x80) {
      this.end++;
      return first;
    }
    const { value, end } = readVarint(this.#bytes, this.end, this.#limit, 5);
    this.end = end;
    return value;
  }
}

/** The low 32 bits of a varint of at most so many bytes, unsigned. */
function readVarint(bytes: Uint8Array, from: number, limit: number, longest: number): { readonly value: number; readonly end: number } {
  const last = Math.min(limit, from + longest);
  let value = 0;
  for (let at = from, shift = 0; at < last; at++, shift += 7) {
    const byte = bytes[at] as number;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, end: at + 1 };
  }
  throw new Error(`the number at byte ${from} does not end`);
}
