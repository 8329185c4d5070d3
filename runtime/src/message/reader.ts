import { setOwn } from "../own.js";
import { WireReader } from "../wire/reader.js";
import { readKey, readUtf8 } from "../wire/utf8.js";
import { keepBeside } from "./beside.js";
import type { MessageCodec, UnknownField } from "./codec.js";
import type { GeneratedCodec } from "./generated.js";
import { type FieldNames, type PayloadCodec, tagOf } from "./payload.js";
import { type Scalar, scalars } from "./scalar.js";
import type { Join } from "./sidecar.js";
import { enterField, leaveField } from "./trace.js";

/** A companion, seen as what reads a face. */
type Reads<Face> = MessageCodec<Face, never>;

/** What generated code reads messages with. */
export class Reader extends WireReader {
  /** With `path`: the names of the fields of the generated message that is being read. */
  names: FieldNames | undefined;
  /** The messages whose values are joined once all bytes are read; undefined if there is none. */
  joins: Map<object, Join> | undefined;
  /** What the value message that was just read had beside its member: for who takes the value. */
  beside: readonly UnknownField[] | undefined;

  /** Reads a message. `into` is what the same field had earlier in the same message: the two are merged. */
  message<Face>(codec: Reads<Face>, into?: Face): Face {
    const outer = this.enter();
    this.deeper();
    const field = this.path === undefined ? undefined : enterField(this);
    const face = (codec as unknown as PayloadCodec).read(this, into);
    if (field !== undefined) leaveField(this, field);
    this.depth--;
    this.leave(outer);
    return face as Face;
  }

  /** Reads a group, whose start tag was read. */
  group<Face>(codec: Reads<Face>, into?: Face): Face {
    const start = this.pos;
    const outer = this.end;
    this.end = this.skipGroup(this.lastTag >>> 3, this.depth);
    const after = this.pos;
    this.pos = start;
    this.deeper();
    const field = this.path === undefined ? undefined : enterField(this);
    const face = (codec as unknown as PayloadCodec).read(this, into);
    if (field !== undefined) leaveField(this, field);
    this.depth--;
    this.leave(outer);
    this.pos = after;
    return face as Face;
  }

  /** Reads a value message, a group too, and remembers what stood beside its member. */
  value<Face>(codec: Reads<Face>, container: object, key: string, into?: Face): Face {
    const value = (this.lastTag & 7) === 3 ? this.group(codec, into) : this.message(codec, into);
    if (this.beside !== undefined || into !== undefined) keepBeside(this, container, key, value, into);
    return value;
  }

  /** Reads one more message of a list, a group too. */
  push<Face>(list: Face[], codec: Reads<Face>): void {
    const field = this.path === undefined ? undefined : enterField(this, list.length);
    const value = (this.lastTag & 7) === 3 ? this.group(codec) : this.message(codec);
    if (field !== undefined) leaveField(this, field);
    if (this.beside !== undefined) keepBeside(this, list, list.length, value);
    list.push(value);
  }

  /** Reads one more element of a list. */
  pushScalar<Face>(list: Face[], scalar: Scalar<Face, never>): void {
    const field = this.path === undefined ? undefined : enterField(this, list.length);
    list.push(scalar.read(this, true));
    if (field !== undefined) leaveField(this, field);
  }

  /** Reads elements of a list, one after the other. */
  packed<Face>(list: Face[], scalar: Scalar<Face, never>): void {
    const field = this.path === undefined ? undefined : enterField(this);
    const outer = this.enter();
    while (this.pos < this.end) {
      this.path?.enter(list.length);
      list.push(scalar.read(this, true));
      this.path?.leave();
    }
    if (this.pos !== this.end) throw new Error("truncated: the last element runs past the end of its list");
    this.leave(outer);
    if (field !== undefined) leaveField(this, field);
  }

  /** Reads an entry of a map of messages. */
  entry<Face>(map: { [key: string]: Face }, key: Scalar<unknown, never>, codec: Reads<Face>): void {
    const field = this.path === undefined ? undefined : enterField(this);
    readEntry(this, map, key, codec);
    if (field !== undefined) leaveField(this, field);
  }

  /** Reads an entry of a map of scalars. */
  scalarEntry<Face>(map: { [key: string]: Face }, key: Scalar<unknown, never>, scalar: Scalar<Face, never>): void {
    const field = this.path === undefined ? undefined : enterField(this);
    readScalarEntry(this, map, key, scalar);
    if (field !== undefined) leaveField(this, field);
  }

  /** Whether the number that comes next is one that a closed enum names. If not, it is kept with the unknown fields. */
  isNamed(face: object, numbers: readonly number[]): boolean {
    const { pos } = this;
    const named = numbers.includes(this.int32());
    const stop = this.pos;
    this.pos = pos;
    if (named) return true;
    keepUnknown(face, { no: this.lastTag >>> 3, wireType: 0, data: this.unknown(this.lastTag) });
    this.pos = stop;
    return false;
  }

  /** Reads a field whose value is in a `google.protobuf.Any`, or the bytes beside it. */
  joined(face: object, codec: GeneratedCodec): void {
    codec.joined?.read(this.lastTag, face as Record<string, unknown>, this);
  }

  /** Keeps a field that is not known. One that is known came with another wire type. */
  keep(face: object, codec: GeneratedCodec): void {
    const tag = this.lastTag;
    const known = tagOf(codec.names, tag >>> 3);
    if (known !== undefined) this.refuseWireType(known & 7, tag & 7);
    keepUnknown(face, { no: tag >>> 3, wireType: tag & 7, data: this.unknown(tag) });
  }
}

/** Keeps a field that is not known in the face. */
export function keepUnknown(face: object, field: UnknownField): void {
  const known = face as { $unknown?: UnknownField[] };
  if (known.$unknown) known.$unknown.push(field);
  else known.$unknown = [field];
}

function readEntry(reader: Reader, map: Record<string, unknown>, keys: Scalar<unknown, never>, codec: Reads<unknown>): void {
  if (keys === scalars.string && readUsualEntry(reader, map, codec as unknown as PayloadCodec)) return;
  const outer = reader.enter();
  let key = keys === scalars.string ? "" : String(keys.zero(true));
  let value: unknown;
  let found = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag >>> 3 === 1) key = readMapKey(reader, keys);
    else if (tag >>> 3 === 2) {
      if (tag !== 18) reader.refuseWireType(2, tag & 7);
      reader.path?.enterKey(key);
      value = reader.message(codec, found ? value : undefined);
      reader.path?.leave();
      found = true;
    } else reader.unknown(tag);
  }
  reader.leave(outer);
  if (!found) value = empty(codec as unknown as PayloadCodec);
  keepBeside(reader, map, key, value);
  setOwn(map, key, value);
}

/** Where the key ends of an entry as all write it, a short key and then a short value of bytes; 0 if it is another one. */
function usualKeyEnd({ buffer, pos, end: outer, path }: Reader): number {
  const keyEnd = pos + 3 + (buffer[pos + 2] as number);
  const end = pos + 1 + (buffer[pos] as number);
  if (path !== undefined || end > outer || end - pos > 0x80 || buffer[pos + 1] !== 10 || keyEnd + 2 > end) return 0;
  return buffer[keyEnd] === 18 && (buffer[keyEnd + 1] as number) === end - keyEnd - 2 ? keyEnd : 0;
}

/** Reads such an entry whose value is a message; gives false if it is another one. */
function readUsualEntry(reader: Reader, map: Record<string, unknown>, codec: PayloadCodec): boolean {
  const keyEnd = usualKeyEnd(reader);
  if (keyEnd === 0) return false;
  const { buffer, pos, end: outer } = reader;
  const key = readKey(buffer, pos + 3, keyEnd);
  reader.pos = keyEnd + 2;
  reader.end = pos + 1 + (buffer[pos] as number);
  reader.deeper();
  const value = codec.read(reader, undefined);
  reader.depth--;
  reader.leave(outer);
  keepBeside(reader, map, key, value);
  if (key === "__proto__") setOwn(map, key, value);
  else map[key] = value;
  return true;
}

/** Reads such an entry whose value is a string; gives false if it is another one. */
function readUsualText(reader: Reader, map: Record<string, unknown>): boolean {
  const keyEnd = usualKeyEnd(reader);
  if (keyEnd === 0) return false;
  const { buffer, pos } = reader;
  const end = pos + 1 + (buffer[pos] as number);
  setOwn(map, readKey(buffer, pos + 3, keyEnd), readUtf8(buffer, keyEnd + 2, end));
  reader.pos = end;
  return true;
}

function readScalarEntry(reader: Reader, map: Record<string, unknown>, keys: Scalar<unknown, never>, scalar: Scalar<unknown, never>): void {
  if (keys === scalars.string && scalar === scalars.string && readUsualText(reader, map)) return;
  const outer = reader.enter();
  let key = keys === scalars.string ? "" : String(keys.zero(true));
  let value: unknown;
  let found = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag >>> 3 === 1) key = readMapKey(reader, keys);
    else if (tag >>> 3 === 2) {
      if ((tag & 7) !== scalar.wireType) reader.refuseWireType(scalar.wireType, tag & 7);
      reader.path?.enterKey(key);
      value = scalar.read(reader, true);
      reader.path?.leave();
      found = true;
    } else reader.unknown(tag);
  }
  reader.leave(outer);
  setOwn(map, key, found ? value : scalar.zero(true));
}

function readMapKey(reader: Reader, keys: Scalar<unknown, never>): string {
  const wireType = reader.lastTag & 7;
  if (wireType !== keys.wireType) reader.refuseWireType(keys.wireType, wireType);
  return keys === scalars.string ? reader.key() : String(keys.read(reader, true));
}

/** What a message reads as that has nothing on the wire. */
function empty(codec: PayloadCodec): unknown {
  return codec.read(new Reader(new Uint8Array(0)), undefined);
}
