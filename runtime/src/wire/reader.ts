import { recursionLimit } from "./limits.js";
import type { Path } from "./path.js";
import { readKey, readUtf8, readUtf8Leniently } from "./utf8.js";

const wireTypeNames = ["varint", "64-bit", "length-delimited", "group", "end of group", "32-bit"];

// Bytes and numbers that share memory: a DataView for each message would take eight times as long.
const doubles = new Float64Array(1);
const floats = new Float32Array(doubles.buffer, 0, 1);
const words = new Int32Array(doubles.buffer);
const octets = new Uint8Array(doubles.buffer);
if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) throw new Error("@protobridge/runtime needs a little-endian machine, as all are that Node runs on");

/**
 * Reads the wire format, inside the bounds of the message that is being read.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class WireReader {
  /** What is read; a Buffer, too: nothing that is read keeps its class. */
  readonly buffer: Uint8Array;
  pos = 0;
  /** Where the message ends that is being read. */
  end: number;
  /** How many messages are open. */
  depth = 0;
  /** The tag that was read last; 0 if what came in its place is none. */
  lastTag = 0;
  /** Where reading goes on. Undefined at first: bytes in which something is wrong are read a second time, to tell the place. */
  path: Path | undefined;
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = bytes;
    this.end = bytes.length;
  }

  // --- structure -------------------------------------------------------------------------------------------------------

  /** The tag of the next field of the message, the number times eight plus the wire type; 0 at its end. */
  tag(): number {
    if (this.pos >= this.end) return this.#atEnd();
    const byte = this.buffer[this.pos] as number;
    const type = byte & 7;
    if (byte < 0x80 && byte > 7 && type < 6) {
      this.pos++;
      this.lastTag = byte;
      return byte;
    }
    return this.#longTag();
  }

  #atEnd(): number {
    if (this.pos > this.end) {
      const outer = this.end < this.buffer.length;
      throw new Error(outer ? "truncated: the last field runs past the end of its message" : "truncated: the bytes end in the middle of a field");
    }
    return 0;
  }

  #longTag(): number {
    this.lastTag = 0;
    const start = this.pos;
    this.#varint();
    if (this.pos > this.buffer.length) throw new Error(cutOff);
    if (this.#high !== 0 || this.pos - start > 5) throw new Error("illegal tag: more than 32 bits");
    const tag = this.#low >>> 0;
    const type = tag & 7;
    if (tag < 8 || type > 5) throw new Error(`illegal tag: field number ${tag >>> 3}, wire type ${type}`);
    this.lastTag = tag;
    return tag;
  }

  /** Reads a length, and makes the part that it announces the bounds. Gives the bounds from before, for {@link leave}. */
  enter(): number {
    const outer = this.end;
    const length = this.uint32();
    if (length > outer - this.pos) throw new Error(`truncated: ${length} bytes are announced and ${Math.max(0, outer - this.pos)} are left`);
    this.end = this.pos + length;
    return outer;
  }

  leave(outer: number): void {
    if (this.pos !== this.end) throw new Error("truncated: the last field runs past the end of its message");
    this.end = outer;
  }

  /** Counts one message deeper. */
  deeper(): void {
    if (++this.depth > recursionLimit) throw new Error(`messages nest deeper than ${recursionLimit}`);
  }

  /** Skips a field that is not known here, and gives its bytes. */
  unknown(tag: number): Uint8Array {
    const start = this.pos;
    this.#skip(tag, this.depth);
    return this.#copy(start, this.pos);
  }

  #skip(tag: number, depth: number): void {
    switch (tag & 7) {
      case 0:
        this.#varint();
        break;
      case 1:
        this.pos += 8;
        break;
      case 2: {
        const length = this.uint32();
        this.pos += length;
        break;
      }
      case 3:
        this.skipGroup(tag >>> 3, depth);
        break;
      case 4:
        throw new Error(`the end of a group ${tag >>> 3} that was not begun`);
      default:
        this.pos += 4;
    }
    if (this.pos > this.end) throw new Error(cutOff);
  }

  /** Reads what is in a group, whose tag was read, and gives where its end tag begins; goes on behind that. */
  protected skipGroup(number: number, depth: number): number {
    if (depth >= recursionLimit) throw new Error(`messages nest deeper than ${recursionLimit}`);
    for (;;) {
      const { pos, lastTag } = this;
      const tag = this.tag();
      this.lastTag = lastTag; // errors name the field that the group is, not what is in it
      if (tag === 0) throw new Error(`truncated: the group ${number} does not end`);
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== number) throw new Error(`the group ${number} ends as ${tag >>> 3}`);
        return pos;
      }
      this.#skip(tag, depth + 1);
    }
  }

  /** Says that a field came with another wire type than it has. */
  refuseWireType(expected: number, got: number): never {
    throw new Error(`expected wire type ${wireTypeNames[expected]}, got ${wireTypeNames[got]}`);
  }

  // --- scalars ---------------------------------------------------------------------------------------------------------

  /** A string; refuses what is no UTF-8, as proto3 and editions ask. */
  string(): string {
    const end = this.#part();
    const text = readUtf8(this.buffer, this.pos, end);
    this.pos = end;
    return text;
  }

  /** A string in which U+FFFD stands for what is no UTF-8. */
  lenientString(): string {
    const end = this.#part();
    const text = readUtf8Leniently(this.buffer, this.pos, end);
    this.pos = end;
    return text;
  }

  /** A string that is the key of a map. */
  key(): string {
    const end = this.#part();
    const text = readKey(this.buffer, this.pos, end);
    this.pos = end;
    return text;
  }

  /** Bytes, in memory of their own class, but shared with what is read. */
  bytes(): Uint8Array {
    const end = this.#part();
    const start = this.pos;
    this.pos = end;
    return this.#copy(start, end);
  }

  bool(): boolean {
    const byte = this.buffer[this.pos] as number;
    if (byte < 2 && this.pos < this.end) {
      this.pos++;
      return byte === 1;
    }
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  int32(): number {
    return this.uint32() | 0;
  }

  uint32(): number {
    const byte = this.buffer[this.pos] as number;
    if (byte < 0x80) {
      this.pos++;
      return byte;
    }
    this.#varint();
    return this.#low >>> 0;
  }

  sint32(): number {
    const n = this.uint32();
    return (n >>> 1) ^ -(n & 1);
  }

  fixed32(): number {
    return this.sfixed32() >>> 0;
  }

  sfixed32(): number {
    const { buffer: bytes, pos } = this;
    this.pos = pos + 4;
    return (bytes[pos] as number) | ((bytes[pos + 1] as number) << 8) | ((bytes[pos + 2] as number) << 16) | ((bytes[pos + 3] as number) << 24);
  }

  float(): number {
    words[0] = this.sfixed32();
    return floats[0] as number;
  }

  double(): number {
    const { buffer: bytes, pos } = this;
    this.pos = pos + 8;
    octets[0] = bytes[pos] as number;
    octets[1] = bytes[pos + 1] as number;
    octets[2] = bytes[pos + 2] as number;
    octets[3] = bytes[pos + 3] as number;
    octets[4] = bytes[pos + 4] as number;
    octets[5] = bytes[pos + 5] as number;
    octets[6] = bytes[pos + 6] as number;
    octets[7] = bytes[pos + 7] as number;
    return doubles[0] as number;
  }

  int64(): bigint {
    const byte = this.buffer[this.pos] as number;
    if (byte < 0x80) {
      this.pos++;
      return BigInt(byte);
    }
    this.#varint();
    return signed(this.#low, this.#high);
  }

  uint64(): bigint {
    this.#varint();
    return unsigned(this.#low, this.#high);
  }

  sint64(): bigint {
    this.#varint();
    const sign = -(this.#low & 1);
    const low = ((this.#low >>> 1) | (this.#high << 31)) ^ sign;
    return signed(low, (this.#high >>> 1) ^ sign);
  }

  fixed64(): bigint {
    const low = this.sfixed32();
    return unsigned(low, this.sfixed32());
  }

  sfixed64(): bigint {
    const low = this.sfixed32();
    return signed(low, this.sfixed32());
  }

  /** An int64: as a number if that is safe, else as a bigint. */
  safeInt64(): number | bigint {
    const byte = this.buffer[this.pos] as number;
    if (byte < 0x80) {
      this.pos++;
      return byte;
    }
    this.#varint();
    const high = this.#high;
    if (high >= -0x200000 && high < 0x200000) {
      const number = high * 0x100000000 + (this.#low >>> 0);
      if (number > -0x20000000000000) return number;
    }
    return signed(this.#low, high);
  }

  // --- pieces ----------------------------------------------------------------------------------------------------------

  /** Reads a length, and gives where the part that it announces ends. */
  #part(): number {
    const length = this.uint32();
    const end = this.pos + length;
    if (end > this.end) throw new Error(`truncated: ${length} bytes are announced and ${Math.max(0, this.end - this.pos)} are left`);
    return end;
  }

  #copy(start: number, end: number): Uint8Array {
    const { buffer: bytes } = this;
    return bytes.constructor === Uint8Array ? bytes.subarray(start, end) : new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
  }

  /** Reads a varint into two words. Past the end there are zeros, so that it ends there: who moves on sees that it is past. */
  #varint(): void {
    const { buffer: bytes } = this;
    let { pos } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[pos++] as number;
      low |= (byte & 0x7f) << shift;
      if (!(byte & 0x80)) return this.#twoWords(pos, low, 0);
    }
    const middle = bytes[pos++] as number;
    low |= (middle & 0x0f) << 28;
    high = (middle & 0x70) >> 4;
    if (!(middle & 0x80)) return this.#twoWords(pos, low, high);
    for (let shift = 3; shift <= 31; shift += 7) {
      const byte = bytes[pos++] as number;
      high |= (byte & 0x7f) << shift;
      if (!(byte & 0x80)) return this.#twoWords(pos, low, high);
    }
    throw new Error("invalid varint: more than ten bytes");
  }

  #twoWords(pos: number, low: number, high: number): void {
    this.pos = pos;
    this.#low = low;
    this.#high = high;
  }
}

const cutOff = "truncated: the bytes end in the middle of a field";

function signed(low: number, high: number): bigint {
  if (high === low >> 31) return BigInt(low);
  return BigInt.asIntN(64, unsigned(low, high));
}

function unsigned(low: number, high: number): bigint {
  const top = high >>> 0;
  if (top < 0x200000) return BigInt(top * 0x100000000 + (low >>> 0));
  return (BigInt(top) << 32n) | BigInt(low >>> 0);
}
