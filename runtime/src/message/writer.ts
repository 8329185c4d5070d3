import { refuse } from "../wire/path.js";
import { WireWriter } from "../wire/writer.js";
import { besideOf } from "./beside.js";
import type { MessageCodec } from "./codec.js";
import type { GeneratedCodec } from "./generated.js";
import type { FieldNames, PayloadCodec } from "./payload.js";
import { type Scalar, scalars } from "./scalar.js";
import type { Parts } from "./sidecar.js";
import { enterField, leaveField } from "./trace.js";

/** A companion, seen as what writes an init. */
type Writes<Init> = MessageCodec<unknown, Init>;

/**
 * What generated code writes messages with. Nothing is written for undefined; nor for the zero value of a scalar, unless `explicit` says
 * that the field tells it from no value.
 */
export class Writer extends WireWriter {
  /** With `path`: the names of the fields of the generated message that is being written. */
  names: FieldNames | undefined;
  /** The tag of the field that was written last. */
  lastTag = 0;

  string(tag: number, value: string | undefined, explicit?: boolean): void {
    if (value === undefined || (value === "" && !explicit)) return;
    this.lastTag = tag;
    if (typeof value !== "string") refuse("a string", value);
    this.tag(tag);
    this.putString(value);
  }

  bytes(tag: number, value: Uint8Array | undefined, explicit?: boolean): void {
    if (value === undefined) return;
    this.lastTag = tag;
    if (!(value instanceof Uint8Array)) refuse("a Uint8Array", value);
    if (value.length === 0 && !explicit) return;
    this.tag(tag);
    this.putBytes(value);
  }

  bool(tag: number, value: boolean | undefined, explicit?: boolean): void {
    if (value === undefined || (value === false && !explicit)) return;
    this.lastTag = tag;
    if (typeof value !== "boolean") refuse("a boolean", value);
    this.tag(tag);
    this.putBool(value);
  }

  /** An int32 or an enum. */
  int32(tag: number, value: number | undefined, explicit?: boolean): void {
    if (value === undefined || (value === 0 && !explicit)) return;
    this.lastTag = tag;
    if ((value | 0) !== value) scalars.int32.check(value);
    this.tag(tag);
    this.putInt32(value);
  }

  double(tag: number, value: number | undefined, explicit?: boolean): void {
    if (value === undefined || (Object.is(value, 0) && !explicit)) return;
    this.lastTag = tag;
    if (typeof value !== "number") refuse("a number (double)", value);
    this.tag(tag);
    this.putDouble(value);
  }

  /** Any other scalar. */
  scalar<Init>(tag: number, scalar: Scalar<unknown, Init>, value: Init | undefined, explicit?: boolean): void {
    if (value === undefined) return;
    this.lastTag = tag;
    const wire = scalar.check(value);
    if (!explicit && scalar.isZero(wire)) return;
    this.tag(tag);
    scalar.put(this, wire);
  }

  message<Init>(tag: number, codec: Writes<Init>, init: Init | undefined): void {
    if (init === undefined) return;
    this.lastTag = tag;
    const start = this.fork(tag);
    const field = this.path === undefined ? undefined : enterField(this);
    (codec as unknown as PayloadCodec).write(this, init);
    if (field !== undefined) leaveField(this, field);
    this.join(start);
  }

  /** A group: `tag` is that of its start. */
  group<Init>(tag: number, codec: Writes<Init>, init: Init | undefined): void {
    if (init === undefined) return;
    this.lastTag = tag;
    this.tag(tag);
    const field = this.path === undefined ? undefined : enterField(this);
    (codec as unknown as PayloadCodec).write(this, init);
    if (field !== undefined) leaveField(this, field);
    this.tag(tag + 1);
  }

  /** A value message, a group too, with what stood beside its member when it was read. */
  value<Init>(tag: number, codec: Writes<Init>, container: object, key: string, init: Init | undefined): void {
    if (init === undefined) return;
    this.lastTag = tag;
    const start = (tag & 7) === 3 ? this.tag(tag) : this.fork(tag);
    const field = this.path === undefined ? undefined : enterField(this);
    (codec as unknown as PayloadCodec).write(this, init);
    if (field !== undefined) leaveField(this, field);
    this.unknown(besideOf(container, key, init));
    if (start === undefined) this.tag(tag + 1);
    else this.join(start);
  }

  /** A list of messages; of groups if `tag` is that of one's start. */
  list<Init>(tag: number, list: readonly Init[] | undefined, codec: Writes<Init>): void {
    if (list === undefined) return;
    this.lastTag = tag;
    const field = this.path === undefined ? undefined : enterField(this);
    writeList(this, tag, list, codec as unknown as PayloadCodec);
    if (field !== undefined) leaveField(this, field);
  }

  /** A list of scalars, each with its tag. */
  scalarList<Init>(tag: number, list: readonly Init[] | undefined, scalar: Scalar<unknown, Init>): void {
    if (list === undefined) return;
    this.lastTag = tag;
    const field = this.path === undefined ? undefined : enterField(this);
    writeScalars(this, tag, list, scalar);
    if (field !== undefined) leaveField(this, field);
  }

  /** A list of scalars, one after the other. */
  packed<Init>(tag: number, list: readonly Init[] | undefined, scalar: Scalar<unknown, Init>): void {
    if (list === undefined) return;
    this.lastTag = tag;
    const field = this.path === undefined ? undefined : enterField(this);
    writePacked(this, tag, list, scalar);
    if (field !== undefined) leaveField(this, field);
  }

  /** A map of messages. */
  map<Init>(tag: number, map: { readonly [key: string]: Init } | undefined, key: Scalar<unknown, never>, codec: Writes<Init>): void {
    if (map === undefined) return;
    this.lastTag = tag;
    const field = this.path === undefined ? undefined : enterField(this);
    writeMap(this, tag, map, key, codec as unknown as PayloadCodec);
    if (field !== undefined) leaveField(this, field);
  }

  /** A map of scalars. */
  scalarMap<Init>(tag: number, map: { readonly [key: string]: Init } | undefined, key: Scalar<unknown, never>, scalar: Scalar<unknown, Init>): void {
    if (map === undefined) return;
    this.lastTag = tag;
    const field = this.path === undefined ? undefined : enterField(this);
    writeScalarMap(this, tag, map, key, scalar);
    if (field !== undefined) leaveField(this, field);
  }

  /** A value that has to be there. */
  required<T>(tag: number, value: T | undefined): T {
    this.lastTag = tag;
    if (value === undefined) throw new Error("is required, and missing");
    return value;
  }

  /** Checks a oneof none of whose cases was written. */
  noCase(property: string, oneof: unknown, cases: readonly string[]): void {
    if (oneof === undefined) return;
    this.lastTag = 0;
    this.path?.enter(property);
    if (typeof oneof !== "object" || oneof === null) refuse("an object { case, value }", oneof);
    const chosen: unknown = (oneof as { case?: unknown }).case;
    if (chosen !== undefined) throw new Error(`no case ${JSON.stringify(chosen)}: there are ${cases.join(", ")}`);
    this.path?.leave();
  }

  /** Makes what is written for the values of a message that are in a `google.protobuf.Any`. */
  split(init: object, codec: GeneratedCodec): Parts {
    this.lastTag = 0;
    return codec.joined?.split(init as Record<string, unknown>, this.path) ?? {};
  }

  /** Writes one of them, or the bytes beside it, by the number of the field. */
  joined(number: number, parts: Parts, codec: GeneratedCodec): void {
    codec.joined?.write(number, parts, this);
  }
}

function writeList(writer: Writer, tag: number, list: readonly unknown[], codec: PayloadCodec): void {
  if (!Array.isArray(list)) refuse("an array", list);
  const isGroup = (tag & 7) === 3;
  for (let i = 0; i < list.length; i++) {
    writer.path?.enter(i);
    if (isGroup) {
      writer.tag(tag);
      codec.write(writer, list[i]);
      if (codec.isValue) writer.unknown(besideOf(list, i, list[i]));
      writer.tag(tag + 1);
    } else {
      const start = writer.fork(tag);
      codec.write(writer, list[i]);
      if (codec.isValue) writer.unknown(besideOf(list, i, list[i]));
      writer.join(start);
    }
    writer.path?.leave();
  }
}

function writeScalars(writer: Writer, tag: number, list: readonly unknown[], scalar: Scalar): void {
  if (!Array.isArray(list)) refuse("an array", list);
  for (let i = 0; i < list.length; i++) {
    writer.path?.enter(i);
    const wire = scalar.check(list[i]);
    writer.tag(tag);
    scalar.put(writer, wire);
    writer.path?.leave();
  }
}

function writePacked(writer: Writer, tag: number, list: readonly unknown[], scalar: Scalar): void {
  if (!Array.isArray(list)) refuse("an array", list);
  if (list.length === 0) return;
  const start = writer.fork(tag);
  for (let i = 0; i < list.length; i++) {
    writer.path?.enter(i);
    scalar.put(writer, scalar.check(list[i]));
    writer.path?.leave();
  }
  writer.join(start);
}

function writeMap(writer: Writer, tag: number, map: Readonly<Record<string, unknown>>, keys: Scalar<unknown, never>, codec: PayloadCodec): void {
  if (keys === scalars.string && isUsualMap(writer, map)) return writeStringMap(writer, tag, map, codec);
  checkMap(map);
  for (const key of Object.keys(map)) {
    const value = map[key];
    writer.path?.enterKey(key);
    const start = beginEntry(writer, tag, key, keys);
    const inner = writer.fork(18);
    codec.write(writer, value);
    if (codec.isValue) writer.unknown(besideOf(map, key, value));
    writer.join(inner);
    writer.join(start);
    writer.path?.leave();
  }
}

/** Writes a usual map of strings to messages. */
function writeStringMap(writer: Writer, tag: number, map: Readonly<Record<string, unknown>>, codec: PayloadCodec): void {
  for (const key in map) {
    const value = map[key];
    const start = writer.beginEntry(tag, key);
    const inner = writer.pos;
    codec.write(writer, value);
    if (codec.isValue) writer.unknown(besideOf(map, key, value));
    writer.endEntry(start, inner);
  }
}

/** Writes a usual map of strings to strings. */
function writeTexts(writer: Writer, tag: number, map: Readonly<Record<string, unknown>>): void {
  for (const key in map) {
    const value = map[key];
    if (typeof value !== "string") refuse("a string", value);
    const start = writer.fork(tag);
    writer.tag(10);
    writer.putString(key);
    writer.tag(18);
    writer.putString(value);
    writer.join(start);
  }
}

/** Whether `for in` finds just the members of a map: engines go through those of an object literal far faster by it than by its keys. */
function isUsualMap(writer: Writer, map: unknown): boolean {
  if (typeof map !== "object" || map === null || writer.path !== undefined) return false;
  const prototype: unknown = Object.getPrototypeOf(map);
  return (prototype === Object.prototype || prototype === null) && !inheritsMembers();
}

const bare: object = {};

/** Whether somebody gave all objects a member that `for in` finds. To ask of each key whether it is the object's own takes longer. */
function inheritsMembers(): boolean {
  for (const _key in bare) return true;
  return false;
}

function writeScalarMap(writer: Writer, tag: number, map: Readonly<Record<string, unknown>>, keys: Scalar, scalar: Scalar): void {
  if (keys === scalars.string && scalar === scalars.string && isUsualMap(writer, map)) return writeTexts(writer, tag, map);
  checkMap(map);
  for (const key of Object.keys(map)) {
    writer.path?.enterKey(key);
    const start = beginEntry(writer, tag, key, keys);
    const wire = scalar.check(map[key]);
    writer.tag(16 | scalar.wireType);
    scalar.put(writer, wire);
    writer.join(start);
    writer.path?.leave();
  }
}

function checkMap(map: unknown): void {
  if (typeof map !== "object" || map === null || Symbol.iterator in map) refuse("an object", map);
}

function beginEntry(writer: Writer, tag: number, key: string, keys: Scalar): number {
  const start = writer.fork(tag);
  writer.tag(8 | keys.wireType);
  if (keys === scalars.string) writer.putString(key);
  else keys.put(writer, keys.check(keys.fromKey(key) as never));
  return start;
}
