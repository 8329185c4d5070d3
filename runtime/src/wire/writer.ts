import type { UnknownField } from "../message/codec.js";
import { recursionLimit } from "./limits.js";
import type { Path } from "./path.js";
import { writeUtf8 } from "./utf8.js";

// Bytes and numbers that share memory: a DataView for each message would take eight times as long.
const doubles = new Float64Array(1);
const floats = new Float32Array(doubles.buffer, 0, 1);
const words = new Int32Array(doubles.buffer);
const octets = new Uint8Array(doubles.buffer);
const wide = new BigUint64Array(doubles.buffer);

/** Shorter texts are written without native code. */
const shortText = 32;
/**
 * Messages are written one behind the other into pieces of memory of this size, as Node does for its Buffers: memory of its own for each
 * would take longer than most messages.
 */
const poolSize = 16 * 1024;
let pool: Uint8Array = new Uint8Array(poolSize);
let used = 0;
/** Memory for messages for which that is too small; not kept if it is larger than this. */
let large: Uint8Array | undefined;
const kept = 4 * 1024 * 1024;
let isBusy = false;

/**
 * Writes the wire format. One at a time writes to the pool: a second one can be asked for by a getter or a `toJSON` that encodes something.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class WireWriter {
  /** What is written, with room behind `pos`. */
  buffer: Uint8Array;
  pos: number;
  /** How many messages are open. */
  depth = 0;
  /** Where writing goes on. Undefined at first: a message in which something is wrong is written a second time, to tell the place. */
  path: Path | undefined;
  readonly #start: number;
  readonly #isPooled: boolean;

  constructor() {
    this.#isPooled = !isBusy;
    if (isBusy) {
      this.#start = 0;
      this.buffer = new Uint8Array(1024);
    } else {
      isBusy = true;
      if (poolSize - used < 512) {
        pool = new Uint8Array(poolSize);
        used = 0;
      }
      this.#start = used;
      this.buffer = pool;
    }
    this.pos = this.#start;
  }

  /** What was written. */
  finish(): Uint8Array {
    if (this.buffer !== pool) {
      // The next one of that size would have to leave the pool, too.
      if (this.#isPooled && this.pos - this.#start < poolSize / 2) used = poolSize;
      return this.buffer.slice(this.#start, this.pos);
    }
    used = this.pos;
    return pool.subarray(this.#start, this.pos);
  }

  /** Ends writing, also amid a message. */
  release(): void {
    if (!this.#isPooled) return;
    isBusy = false;
    if (this.buffer !== pool && this.buffer.length <= kept) large = this.buffer;
  }

  // --- structure -------------------------------------------------------------------------------------------------------

  /** Makes room for bytes behind `pos`. */
  reserve(size: number): void {
    if (this.pos + size > this.buffer.length) this.#grow(size);
  }

  #grow(size: number): void {
    const needed = Math.max(this.buffer.length * 2, this.pos + size);
    const reused = this.#isPooled && large !== undefined && large.length >= needed ? large : undefined;
    if (reused !== undefined) large = undefined;
    const grown = reused ?? new Uint8Array(needed);
    // At the same place as before: what is open has its beginning there.
    grown.set(this.buffer.subarray(this.#start, this.pos), this.#start);
    this.buffer = grown;
  }

  /** Writes a tag: the field's number times eight plus the wire type. */
  tag(tag: number): void {
    this.reserve(5);
    if (tag < 0x80) this.buffer[this.pos++] = tag;
    else this.putUint32(tag);
  }

  /** Begins what has its length in front. Gives where it begins, for {@link join}. */
  fork(tag: number): number {
    this.reserve(6);
    if (tag < 0x80) this.buffer[this.pos++] = tag;
    else this.putUint32(tag);
    return ++this.pos;
  }

  /** Ends what began there. */
  join(start: number): void {
    const length = this.pos - start;
    if (length < 0x80) this.buffer[start - 1] = length;
    else this.#shift(start, length);
  }

  /** The length takes more than the one byte that was left for it. */
  #shift(start: number, length: number): void {
    const more = sizeOfVarint(length) - 1;
    this.reserve(more);
    this.buffer.copyWithin(start + more, start, this.pos);
    this.pos = start - 1;
    this.putUint32(length);
    this.pos = start + more + length;
  }

  /** Counts one message deeper. */
  deeper(): void {
    if (++this.depth > recursionLimit) throw new Error(`messages nest deeper than ${recursionLimit}, or in a circle`);
  }

  /** Writes fields back that were not known. */
  unknown(fields: readonly UnknownField[]): void {
    for (const { no, wireType, data } of fields) {
      this.putUint32(((no << 3) | wireType) >>> 0);
      this.#raw(data);
    }
  }

  // --- scalars: checked by who calls -----------------------------------------------------------------------------------

  /** A string, with its length in front. @throws Error if it has half a character */
  putString(text: string): void {
    const units = text.length;
    this.reserve(units * 3 + 5);
    if (units < shortText && this.#putShort(text, units)) return;
    // As many bytes for the length as ASCII would need.
    const guessed = sizeOfVarint(units);
    const start = this.pos + guessed;
    const end = writeUtf8(text, this.buffer, start);
    const length = end - start;
    const size = length === units ? guessed : sizeOfVarint(length);
    if (size !== guessed) this.buffer.copyWithin(start + size - guessed, start, end);
    this.putUint32(length);
    this.pos += length;
  }

  /** Writes a short text that is ASCII; gives false if it is not. The way into native code would take longer. */
  #putShort(text: string, units: number): boolean {
    const { buffer, pos } = this;
    for (let i = 0; i < units; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      buffer[pos + 1 + i] = unit;
    }
    buffer[pos] = units;
    this.pos = pos + 1 + units;
    return true;
  }

  /** Begins an entry of a map whose keys are strings, up to the length of its value, which is a message. Gives where it begins, for {@link endEntry}. */
  beginEntry(tag: number, key: string): number {
    const start = this.fork(tag);
    this.reserve(1);
    this.buffer[this.pos++] = 10;
    this.putString(key);
    this.reserve(2);
    this.buffer[this.pos] = 18;
    this.pos += 2;
    return start;
  }

  endEntry(start: number, value: number): void {
    const { buffer, pos } = this;
    if (pos - start < 0x80) {
      buffer[start - 1] = pos - start;
      buffer[value - 1] = pos - value;
    } else {
      this.join(value);
      this.join(start);
    }
  }

  /** Bytes, with their length in front. */
  putBytes(bytes: Uint8Array): void {
    this.putUint32(bytes.length);
    this.#raw(bytes);
  }

  #raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.pos);
    this.pos += bytes.length;
  }

  putBool(value: boolean): void {
    this.reserve(1);
    this.buffer[this.pos++] = value ? 1 : 0;
  }

  putUint32(value: number): void {
    this.reserve(5);
    const { buffer: bytes } = this;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      bytes[this.pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.pos++] = rest;
  }

  putInt32(value: number): void {
    if (value >= 0) this.putUint32(value);
    else this.#varint(value, -1);
  }

  putSint32(value: number): void {
    this.putUint32((value << 1) ^ (value >> 31));
  }

  /** A fixed32 or sfixed32. */
  putFixed32(value: number): void {
    this.reserve(4);
    const { buffer: bytes, pos } = this;
    bytes[pos] = value;
    bytes[pos + 1] = value >>> 8;
    bytes[pos + 2] = value >>> 16;
    bytes[pos + 3] = value >>> 24;
    this.pos = pos + 4;
  }

  putFloat(value: number): void {
    floats[0] = value;
    this.putFixed32(words[0] as number);
  }

  putDouble(value: number): void {
    doubles[0] = value;
    this.#putOctets();
  }

  /** A fixed64 or sfixed64. */
  putFixed64(value: bigint): void {
    wide[0] = BigInt.asUintN(64, value);
    this.#putOctets();
  }

  /** An int64 or uint64. */
  putInt64(value: bigint): void {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return this.putSafeInt64(number);
    const bits = BigInt.asUintN(64, value);
    this.#varint(Number(bits & 0xffffffffn) | 0, Number(bits >> 32n) | 0);
  }

  /** An int64 that is a safe integer. */
  putSafeInt64(value: number): void {
    if (value >= 0 && value <= 0x7fffffff) return this.putUint32(value);
    this.#varint(value | 0, Math.floor(value / 0x100000000) | 0);
  }

  putSint64(value: bigint): void {
    this.putInt64(BigInt.asIntN(64, (value << 1n) ^ (value >> 63n)));
  }

  #putOctets(): void {
    this.reserve(8);
    const { buffer, pos } = this;
    buffer[pos] = octets[0] as number;
    buffer[pos + 1] = octets[1] as number;
    buffer[pos + 2] = octets[2] as number;
    buffer[pos + 3] = octets[3] as number;
    buffer[pos + 4] = octets[4] as number;
    buffer[pos + 5] = octets[5] as number;
    buffer[pos + 6] = octets[6] as number;
    buffer[pos + 7] = octets[7] as number;
    this.pos = pos + 8;
  }

  /** A varint of two words. */
  #varint(low: number, high: number): void {
    this.reserve(10);
    const { buffer: bytes } = this;
    let [lower, upper] = [low >>> 0, high >>> 0];
    while (upper > 0 || lower > 0x7f) {
      bytes[this.pos++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    bytes[this.pos++] = lower;
  }
}

/** How many bytes a varint takes. */
function sizeOfVarint(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}
