import { keepBeside } from "./beside.js";
import type { PayloadCodec } from "./payload.js";
import type { Face, FieldPlan, MessagePlan } from "./plan.js";
import { keepUnknown, type Reader } from "./reader.js";

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

function readList({ message, scalar, group }: FieldPlan, list: unknown[], reader: Reader, wireType: number): void {
  if (message) {
    expect(group ? 3 : 2, wireType, reader);
    reader.push(list, asCodec(message));
  } else if (wireType === 2 && scalar.wireType !== 2) reader.packed(list, scalar);
  else {
    expect(scalar.wireType, wireType, reader);
    reader.pushScalar(list, scalar);
  }
}

function readEntry({ message, scalar, key }: FieldPlan, map: Face, reader: Reader, wireType: number): void {
  const keys = key as NonNullable<FieldPlan["key"]>;
  expect(2, wireType, reader);
  if (message) reader.entry(map, keys, asCodec(message));
  else reader.scalarEntry(map, keys, scalar);
}

/** Reads one scalar, enum or message. */
function readElement({ message, scalar, group, presence }: FieldPlan, reader: Reader, wireType: number, into: unknown): unknown {
  expect(message === undefined ? scalar.wireType : group ? 3 : 2, wireType, reader);
  if (message === undefined) return scalar.read(reader, presence);
  return group ? reader.group(asCodec(message), into) : reader.message(asCodec(message), into);
}

function expect(expected: number, wireType: number, reader: Reader): void {
  if (wireType !== expected) reader.refuseWireType(expected, wireType);
}

/** A companion is both; here it is known by its internal half. */
function asCodec(payload: PayloadCodec): Parameters<Reader["message"]>[0] {
  return payload as unknown as Parameters<Reader["message"]>[0];
}
