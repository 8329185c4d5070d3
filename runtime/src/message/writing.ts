import { WireType } from "@bufbuild/protobuf/wire";
import { besideOf } from "./beside.js";
import type { UnknownField } from "./codec.js";
import type { Face, FieldPlan, MessagePlan, PayloadCodec } from "./plan.js";
import type { Scalar } from "./scalar.js";
import { splitFields } from "./sidecar.js";
import { refuse, type Writer } from "./wire.js";

/** Writes the fields of a message, by number. */
export function writeFields(plan: MessagePlan, typeName: string, init: unknown, writer: Writer): void {
  if (typeof init !== "object" || init === null || Array.isArray(init)) refuse(`an object (${typeName})`, init);
  writer.enterMessage();
  const face = init as Face;
  checkOneofs(plan, face, writer);
  const parts = plan.anys.length === 0 ? undefined : splitFields(plan, face, writer.path);
  for (const field of plan.ordered) {
    const from = parts === undefined ? face : field.isSidecar ? parts.sidecars : field.any !== undefined ? parts.anys : face;
    writer.path.enter(field.property);
    if (field.kind === "list") writeList(field, from[field.property], writer);
    else if (field.kind === "map") writeMap(field, from[field.property], writer);
    else writeSingular(field, from, writer);
    writer.path.leave();
  }
  writeUnknown(face["$unknown"] as readonly UnknownField[] | undefined, writer);
  writer.depth--;
}

function checkOneofs(plan: MessagePlan, face: Face, writer: Writer): void {
  for (const { property, cases } of plan.oneofs) {
    const value = face[property] as { case?: unknown } | undefined;
    if (value === undefined) continue;
    writer.path.enter(property);
    if (typeof value !== "object" || value === null) refuse("an object { case, value }", value);
    if (value.case !== undefined && !cases.has(value.case as string))
      throw new Error(`no case ${JSON.stringify(value.case)}: there are ${[...cases].join(", ")}`);
    writer.path.leave();
  }
}

function writeSingular(field: FieldPlan, face: Face, writer: Writer): void {
  if (field.oneof !== undefined) {
    const oneof = face[field.oneof] as { case?: string; value?: unknown } | undefined;
    if (oneof?.case === field.property) writeElement(field, field.number, oneof.value, writer, oneof, "value");
    return;
  }
  const value = face[field.property];
  if (value === undefined) {
    if (field.required) throw new Error("is required, and missing");
    return;
  }
  if (field.message === undefined && !field.presence) {
    const wire = field.face.toWire(value);
    if (!field.scalar.isZero(wire)) writeScalar(field.scalar, field.number, wire, writer);
    return;
  }
  writeElement(field, field.number, value, writer, face, field.property);
}

function writeList(field: FieldPlan, value: unknown, writer: Writer): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) refuse("an array", value);
  if (value.length === 0) return;
  if (field.packed) writer.tag(field.number, WireType.LengthDelimited).fork();
  for (let i = 0; i < value.length; i++) {
    writer.path.enter(i);
    if (field.packed) field.scalar.write(writer, field.face.toWire(value[i]));
    else writeElement(field, field.number, value[i], writer, value, i);
    writer.path.leave();
  }
  if (field.packed) writer.join();
}

function writeMap(field: FieldPlan, value: unknown, writer: Writer): void {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null || Symbol.iterator in value) refuse("an object", value);
  const key = field.key as Scalar;
  for (const name of Object.keys(value)) {
    writer.path.enterKey(name);
    writer.tag(field.number, WireType.LengthDelimited).fork();
    writeScalar(key, 1, key.fromKey(name), writer);
    writeElement(field, 2, (value as Face)[name], writer, value, name);
    writer.join();
    writer.path.leave();
  }
}

/** Writes one scalar, enum or message, with its tag. `container` has the value at `key`. */
function writeElement(field: FieldPlan, number: number, value: unknown, writer: Writer, container: object, key: string | number): void {
  if (field.message === undefined) return writeScalar(field.scalar, number, field.face.toWire(value), writer);
  if (field.group) {
    writer.tag(number, WireType.StartGroup);
    writeMessage(field.message, value, writer, container, key);
    writer.tag(number, WireType.EndGroup);
    return;
  }
  writer.tag(number, WireType.LengthDelimited).fork();
  writeMessage(field.message, value, writer, container, key);
  writer.join();
}

function writeMessage(message: PayloadCodec, value: unknown, writer: Writer, container: object, key: string | number): void {
  message.write(writer, value);
  if (message.isValue) writeUnknown(besideOf(container, key, value), writer);
}

function writeScalar(scalar: Scalar, number: number, value: unknown, writer: Writer): void {
  writer.tag(number, scalar.wireType);
  scalar.write(writer, value);
}

/** Writes fields back that were not known. */
export function writeUnknown(unknown: readonly UnknownField[] | undefined, writer: Writer): void {
  if (unknown === undefined) return;
  for (const { no, wireType, data } of unknown) writer.tag(no, wireType).raw(data);
}
