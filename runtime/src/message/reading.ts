import { setOwn } from "../own.js";
import { keepBeside } from "./beside.js";
import type { PayloadCodec } from "./payload.js";
import { type Face, type FieldPlan, type MessagePlan, zeroOf } from "./plan.js";
import { keepUnknown, Reader } from "./reader.js";

/** Reads fields into the face, to the end of the message. */
export function readFields(plan: MessagePlan, face: Face, reader: Reader): void {
  const { names } = reader;
  reader.names = undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    const field = plan.byNumber.get(tag >>> 3);
    if (field === undefined) {
      keepUnknown(face, { no: tag >>> 3, wireType: tag & 7, data: reader.unknown(tag) });
      continue;
    }
    const joined = plan.joined?.has(field.number) ? plan.joined : undefined;
    joined?.joinOf(face, reader);
    reader.path?.enter(field.property);
    if (joined) joined.read(tag, face, reader);
    else if (field.kind === "list") readList(field, face[field.property] as unknown[], reader, tag & 7);
    else if (field.kind === "map") readEntry(field, face[field.property] as Face, reader, tag & 7);
    else readSingular(field, face, reader, tag & 7);
    reader.path?.leave();
  }
  reader.names = names;
}

function readSingular(field: FieldPlan, face: Face, reader: Reader, wireType: number): void {
  const { oneof, property } = field;
  const chosen = oneof === undefined ? undefined : (face[oneof] as { case?: string; value?: unknown });
  const before = chosen ? (chosen.case === property ? chosen.value : undefined) : face[property];
  // A closed enum keeps the numbers that it does not name among the unknown fields, and leaves what was there before.
  if (field.closed && wireType === 0 && !reader.isNamed(face, field.closed)) return;
  const value = readElement(field, reader, wireType, before);
  if (oneof === undefined) {
    if (field.message?.isValue) keepBeside(reader, face, property, value, before);
    face[property] = value;
  } else {
    const now = { case: property, value };
    if (field.message?.isValue) keepBeside(reader, now, "value", value, before, chosen);
    face[oneof] = now;
  }
}

function readList(field: FieldPlan, list: unknown[], reader: Reader, wireType: number): void {
  if (field.message === undefined && wireType === 2 && field.scalar.wireType !== 2) return reader.packed(list, field.scalar);
  reader.path?.enter(list.length);
  const value = readElement(field, reader, wireType, undefined);
  keepBeside(reader, list, list.length, value);
  list.push(value);
  reader.path?.leave();
}

/** Reads one entry of a map: a message with the key as field 1 and the value as field 2, in either order, either missing. */
function readEntry(field: FieldPlan, map: Face, reader: Reader, mapWireType: number): void {
  if (mapWireType !== 2) reader.refuseWireType(2, mapWireType);
  const keys = field.key as NonNullable<FieldPlan["key"]>;
  const outer = reader.enter();
  let key = String(keys.zero(true));
  let value: unknown;
  let found = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    const wireType = tag & 7;
    if (tag >>> 3 === 1) {
      if (wireType !== keys.wireType) reader.refuseWireType(keys.wireType, wireType);
      key = String(keys.read(reader, true));
    } else if (tag >>> 3 === 2) {
      reader.path?.enterKey(key);
      value = readElement(field, reader, wireType, found ? value : undefined);
      found = true;
      reader.path?.leave();
    } else reader.unknown(tag);
  }
  reader.leave(outer);
  if (!found) value = field.message ? field.message.read(new Reader(new Uint8Array(0)), undefined) : zeroOf(field);
  keepBeside(reader, map, key, value);
  setOwn(map, key, value);
}

/** Reads one scalar, enum or message. */
function readElement(field: FieldPlan, reader: Reader, wireType: number, into: unknown): unknown {
  const expected = field.message === undefined ? field.scalar.wireType : field.group ? 3 : 2;
  if (wireType !== expected) reader.refuseWireType(expected, wireType);
  if (field.message === undefined) return field.scalar.read(reader, field.presence);
  return field.group ? reader.group(asCodec(field.message), into) : reader.message(asCodec(field.message), into);
}

/** A companion is both; here it is known by its internal half. */
function asCodec(payload: PayloadCodec): Parameters<Reader["message"]>[0] {
  return payload as unknown as Parameters<Reader["message"]>[0];
}
