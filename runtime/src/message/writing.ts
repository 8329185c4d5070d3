import { refuse } from "../wire/path.js";
import { besideOf } from "./beside.js";
import type { UnknownField } from "./codec.js";
import type { PayloadCodec } from "./payload.js";
import type { Face, FieldPlan, MessagePlan } from "./plan.js";
import type { Writer } from "./writer.js";

/** Writes the fields of a message, by number. */
export function writeFields(plan: MessagePlan, typeName: string, init: unknown, writer: Writer): void {
  if (typeof init !== "object" || init === null || Array.isArray(init)) refuse(`an object (${typeName})`, init);
  writer.deeper();
  const { names } = writer;
  writer.names = undefined;
  const face = init as Face;
  checkOneofs(plan, face, writer);
  const parts = plan.joined?.split(face, writer.path);
  for (const field of plan.ordered) {
    writer.path?.enter(field.property);
    if (parts !== undefined && plan.joined?.has(field.number)) plan.joined.write(field.number, parts, writer);
    else if (field.kind === "list") writeList(field, face[field.property], writer);
    else if (field.kind === "map") writeMap(field, face[field.property], writer);
    else writeSingular(field, face, writer);
    writer.path?.leave();
  }
  const unknown = face["$unknown"] as readonly UnknownField[] | undefined;
  if (unknown !== undefined) writer.unknown(unknown);
  writer.names = names;
  writer.depth--;
}

function checkOneofs(plan: MessagePlan, face: Face, writer: Writer): void {
  for (const { property, cases } of plan.oneofs) {
    const value = face[property] as { case?: unknown } | undefined;
    if (value !== undefined && !cases.has(value?.case as string)) writer.noCase(property, value, [...cases]);
  }
}

function writeSingular(field: FieldPlan, face: Face, writer: Writer): void {
  if (field.oneof !== undefined) {
    const oneof = face[field.oneof] as { case?: string; value?: unknown } | undefined;
    if (oneof?.case === field.property) writeElement(field, oneof.value, writer, oneof, "value");
    return;
  }
  const value = face[field.property];
  if (value !== undefined) writeElement(field, value, writer, face, field.property);
  else if (field.required) throw new Error("is required, and missing");
}

function writeList(field: FieldPlan, value: unknown, writer: Writer): void {
  const list = value as readonly never[] | undefined;
  if (field.message === undefined) {
    if (field.packed) writer.packed(tagOf(field.number, 2), list, field.scalar);
    else writer.scalarList(tagOf(field.number, field.scalar.wireType), list, field.scalar);
  } else writer.list(tagOf(field.number, field.group ? 3 : 2), list, asCodec(field.message));
}

function writeMap(field: FieldPlan, value: unknown, writer: Writer): void {
  const map = value as Readonly<Record<string, never>> | undefined;
  const keys = field.key as NonNullable<FieldPlan["key"]>;
  const tag = tagOf(field.number, 2);
  if (field.message === undefined) writer.scalarMap(tag, map, keys, field.scalar);
  else writer.map(tag, map, keys, asCodec(field.message));
}

/** Writes one scalar, enum or message, with its tag. `container` has the value at `key`. */
function writeElement(field: FieldPlan, value: unknown, writer: Writer, container: object, key: string): void {
  const { number, message, scalar } = field;
  if (message === undefined)
    writer.scalar(tagOf(number, scalar.wireType), scalar as never, present(value) as never, field.presence || field.oneof !== undefined);
  else if (field.group) writer.group(tagOf(number, 3), asCodec(message), present(value));
  else if (message.isValue) {
    // null is a value, and undefined in a oneof is one, too.
    const start = writer.fork(tagOf(number, 2));
    message.write(writer, value);
    writer.unknown(besideOf(container, key, value));
    writer.join(start);
  } else writer.message(tagOf(number, 2), asCodec(message), present(value));
}

/** A case of a oneof can be chosen without a value. */
function present(value: unknown): never {
  if (value === undefined) throw new Error("expected a value, got undefined");
  return value as never;
}

function tagOf(number: number, wireType: number): number {
  return ((number << 3) | wireType) >>> 0;
}

/** A companion is both; here it is known by its internal half. */
function asCodec(payload: PayloadCodec): Parameters<Writer["message"]>[1] {
  return payload as unknown as Parameters<Writer["message"]>[1];
}
