import { WireType } from "@bufbuild/protobuf/wire";
import { setOwn } from "../own.js";
import { besideOf, rememberBeside } from "./beside.js";
import type { UnknownField } from "./codec.js";
import { type Face, type FieldPlan, type MessagePlan, type PayloadCodec, zeroOf } from "./plan.js";
import type { Scalar } from "./scalar.js";
import { joinOf } from "./sidecar.js";
import { Reader, Writer } from "./wire.js";

/** Reads fields up to `end` into the face. */
export function readFields(plan: MessagePlan, face: Face, reader: Reader, end: number): void {
  reader.enterMessage();
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const field = plan.byNumber.get(number);
    if (field === undefined) {
      keepUnknown(face, { no: number, wireType, data: reader.unknown(number, wireType) });
    } else {
      const into = field.isSidecar || field.any !== undefined ? joinOf(plan, field, face, reader) : face;
      reader.path.enter(field.property);
      if (field.kind === "list") readList(field, into[field.property] as unknown[], reader, end, wireType);
      else if (field.kind === "map") readEntry(field, into[field.property] as Face, reader, end, wireType);
      else readSingular(field, into, reader, end, wireType);
      reader.path.leave();
    }
  }
  if (reader.pos !== end) throw new Error("truncated: the last field runs past the end of its message");
  reader.depth--;
}

function readSingular(field: FieldPlan, face: Face, reader: Reader, end: number, wireType: WireType): void {
  const { oneof, property } = field;
  const chosen = oneof === undefined ? undefined : (face[oneof] as { case?: string; value?: unknown });
  const before = chosen ? (chosen.case === property ? chosen.value : undefined) : face[property];
  const value = readElement(field, reader, end, wireType, before);
  // A closed enum keeps the numbers that it does not name among the unknown fields, and leaves what was there before.
  if (field.closed && !field.closed.has(value as number)) {
    keepUnknown(face, { no: field.number, wireType, data: new Writer().int32(value as number).finish() });
  } else if (oneof === undefined) {
    if (field.message?.isValue) keepBeside(reader, face, property, value, before);
    face[property] = value;
  } else {
    const now = { case: property, value };
    if (field.message?.isValue) keepBeside(reader, now, "value", value, before, chosen);
    face[oneof] = now;
  }
}

function readList(field: FieldPlan, list: unknown[], reader: Reader, end: number, wireType: WireType): void {
  const packed = field.message === undefined && wireType === WireType.LengthDelimited && field.scalar.wireType !== WireType.LengthDelimited;
  if (!packed) {
    reader.path.enter(list.length);
    const value = readElement(field, reader, end, wireType, undefined);
    keepBeside(reader, list, list.length, value);
    list.push(value);
    reader.path.leave();
    return;
  }
  const stop = reader.part(end);
  while (reader.pos < stop) {
    reader.path.enter(list.length);
    list.push(field.face.fromWire(field.scalar.read(reader), true));
    reader.path.leave();
  }
  if (reader.pos !== stop) throw new Error("truncated: the last element runs past the end of its list");
}

/** Reads one entry of a map: a message with the key as field 1 and the value as field 2, in either order, either missing. */
function readEntry(field: FieldPlan, map: Face, reader: Reader, mapEnd: number, mapWireType: WireType): void {
  expect(mapWireType, WireType.LengthDelimited);
  const end = reader.part(mapEnd);
  const keyScalar = field.key as Scalar;
  let key = String(keyScalar.zero());
  let value: unknown;
  let found = false;
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    if (number === 1) {
      expect(wireType, keyScalar.wireType);
      key = String(keyScalar.read(reader));
    } else if (number === 2) {
      reader.path.enterKey(key);
      value = readElement(field, reader, end, wireType, found ? value : undefined);
      found = true;
      reader.path.leave();
    } else reader.unknown(number, wireType);
  }
  if (reader.pos !== end) throw new Error("truncated: the entry of a map runs past its end");
  if (!found) value = field.message ? field.message.read(new Reader(new Uint8Array(0)), 0, undefined) : zeroOf(field);
  keepBeside(reader, map, key, value);
  setOwn(map, key, value);
}

/** Reads one scalar, enum or message. */
function readElement(field: FieldPlan, reader: Reader, end: number, wireType: WireType, into: unknown): unknown {
  if (field.message === undefined) {
    expect(wireType, field.scalar.wireType);
    return field.face.fromWire(field.scalar.read(reader), field.presence);
  }
  if (field.group) return readGroup(field.message, field.number, reader, wireType, into);
  expect(wireType, WireType.LengthDelimited);
  return field.message.read(reader, reader.part(end), into);
}

function readGroup(message: PayloadCodec, number: number, reader: Reader, wireType: WireType, into: unknown): unknown {
  expect(wireType, WireType.StartGroup);
  const start = reader.pos;
  reader.unknown(number, wireType);
  const after = reader.pos;
  reader.pos = start;
  // The end tag is the same number with another wire type, so its length is that of any tag of the field.
  const value = message.read(reader, after - new Writer().tag(number, WireType.EndGroup).finish().length, into);
  reader.pos = after;
  return value;
}

const wireTypeNames = ["varint", "64-bit", "length-delimited", "group", "end of group", "32-bit"];

function expect(wireType: WireType, expected: WireType): void {
  if (wireType !== expected) throw new Error(`expected wire type ${wireTypeNames[expected]}, got ${wireTypeNames[wireType]}`);
}

/**
 * Remembers what a value message had beside its member, by the object or array that has the value.
 *
 * @param before what the same field had earlier in the same message, with its own fields beside it
 * @param from what has the earlier value, if that is another object
 */
export function keepBeside(reader: Reader, container: object, key: string | number, value: unknown, before?: unknown, from: object = container): void {
  const fields = reader.beside;
  const earlier = before === undefined ? [] : besideOf(from, key, before);
  if (fields === undefined && earlier.length === 0) return;
  reader.beside = undefined;
  rememberBeside(container, key, value, [...earlier, ...(fields ?? [])]);
}

function keepUnknown(face: Face, field: UnknownField): void {
  const unknown = face["$unknown"] as UnknownField[] | undefined;
  if (unknown) unknown.push(field);
  else face["$unknown"] = [field];
}
