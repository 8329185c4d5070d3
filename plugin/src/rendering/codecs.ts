/** What the code of a companion is made from: how each field is read and written. */
import type { AnyModel } from "../model/any.js";
import type { FieldModel, MessageModel } from "../model/message.js";
import type { MessageRef } from "../model/type.js";
import type { ValueModel } from "../model/value.js";
import type { ValueWireModel, WireModel } from "../model/wire.js";
import { caseNames, memberAccess, memberKey } from "../names.js";
import { wideAs } from "../types.js";
import { dialectName, type FaceContext, literal } from "./companions.js";
import { scalarCode, scalarOf, scalarText, tagOf, wire, wireTypeOf } from "./scalars.js";

/** What the code of a companion is made from. In it, `m` is the message, `r` the reader, and `w` the writer. */
export interface CodecData {
  /** The property of each field by its tag; of a case of a oneof, its name. An object. */
  readonly names: string;
  /** What the properties are when nothing was sent. An object. */
  readonly empty: string;
  /** What is read, by number. */
  readonly reads: readonly FieldCode[];
  /** What is written, by number: fields, and oneofs whose cases stand side by side. */
  readonly writes: readonly { readonly field: FieldCode | null; readonly oneof: OneofCode | null }[];
  /** What is told of the values in a `google.protobuf.Any`, each as an object. */
  readonly joined: readonly string[];
}

/** A oneof. */
export interface OneofCode {
  /** Its property, as a string. */
  readonly name: string;
  /** Where it is: `m.body`. */
  readonly place: string;
  readonly cases: readonly FieldCode[];
}

/** How a field is read and written. What it does not have is null. */
export interface FieldCode {
  readonly number: number;
  /** What it is written with: the number times eight plus the wire type. */
  readonly tag: number;
  /** The tag of a list of scalars in its other form. */
  readonly otherTag: number | null;
  readonly is: { readonly [kind in FieldKind]?: true };
  /** Where it is: `m.name`; of a case, `m.body.value`. */
  readonly place: string;
  /** The object that has it, and its property there as a string. */
  readonly container: string;
  readonly key: string;
  /** What is written of it: its place, or the same with what it has to be. */
  readonly given: string;
  /** The scalar of the runtime or the companion, of the field or of what is in it. */
  readonly codec: string;
  /** The methods of the reader and of the writer for a scalar. */
  readonly reader: string | null;
  readonly writer: string | null;
  /** The scalar of a map's keys. */
  readonly keys: string | null;
  /** Whether the zero value is told from no value. */
  readonly explicit: boolean;
  /** What checks that a value is there that cannot be `given`. */
  readonly check: string | null;
  /** The numbers that a closed enum names, as an array. */
  readonly closed: string | null;
  readonly oneof: CaseCode | null;
}

/** Of a case of a oneof: its name as a string, and where the oneof is. */
export interface CaseCode {
  readonly name: string;
  readonly place: string;
  /** Set for the last case of a oneof whose cases do not stand side by side: the oneof, and its other cases. */
  readonly last: { readonly whole: OneofCode; readonly others: readonly FieldCode[] } | null;
}

/**
 * What a field is: a scalar, which may be an enum or JSON text; a message, which may be a group, or stand for a value; the same in a list
 * or a map; or one of the two fields of a value in a `google.protobuf.Any`.
 */
type FieldKind = "scalar" | "message" | "group" | "value" | "packed" | "scalars" | "messages" | "scalarMap" | "messageMap" | "joined";

/** How the code of a companion is told. */
export interface CodecContext extends FaceContext {
  /** Whether a message stands for a plain value, which cannot carry unknown fields. */
  isValue(message: MessageRef): boolean;
  global(name: string): string;
}

/** What the code of a message's companion is made from. */
export function codecData({ properties }: MessageModel, context: CodecContext): CodecData {
  const named: { readonly tag: number; readonly name: string }[] = [];
  const empty: string[] = [];
  const fields: FieldCode[] = [];
  const oneofs: OneofCode[] = [];
  const joined: string[] = [];
  const tagProperty = (member: string | null): string | undefined => {
    const property = properties.find((candidate) => candidate.member === member);
    return property && context.nameOf(property);
  };
  const add = (field: FieldModel, name: string, oneof: CaseCode | null = null, oneofName: string | null = null): FieldCode => {
    const code = fieldCode(field, name, oneof, context);
    fields.push(code);
    named.push({ tag: code.tag, name });
    const { type } = field;
    if (type.role !== "any") return code;
    joined.push(joinedText(field, type, name, oneofName, tagProperty(type.tag), context));
    if (type.sidecar === null || !type.sidecarWire) return code;
    const sidecar = sidecarCode(type.sidecarWire, code);
    fields.push(sidecar);
    named.push({ tag: sidecar.tag, name: type.sidecar });
    return code;
  };
  for (const property of properties) {
    const name = context.nameOf(property);
    if (property.role === "field") {
      const zero = zeroOf(property, context);
      if (zero !== undefined) empty.push(`${memberKey(name)}: ${zero}`);
      add(property, name);
      continue;
    }
    empty.push(`${memberKey(name)}: { case: undefined }`);
    const place = `m${memberAccess(name)}`;
    const names = caseNames(property.cases);
    const cases = property.cases.map((field, i) => add(field, names[i] as string, { name: literal(names[i]), place, last: null }, name));
    oneofs.push({ name: literal(name), place, cases });
  }
  const byNumber = fields.toSorted((a, b) => a.number - b.number);
  return {
    names: object(named.toSorted((a, b) => a.tag - b.tag).map(({ tag, name }) => `${tag}: ${literal(name)}`)),
    empty: object(empty),
    reads: byNumber,
    writes: writesOf(byNumber, oneofs),
    joined,
  };
}

function writesOf(fields: readonly FieldCode[], oneofs: readonly OneofCode[]): CodecData["writes"] {
  const writes: CodecData["writes"][number][] = [];
  const oneofOf = new Map(oneofs.flatMap((oneof) => oneof.cases.map((field) => [field, oneof] as const)));
  for (let i = 0; i < fields.length; ) {
    const field = fields[i] as FieldCode;
    const oneof = oneofOf.get(field);
    const side = oneof ? fields.slice(i, i + oneof.cases.length).filter((beside) => oneofOf.get(beside) === oneof) : [];
    if (oneof && side.length === oneof.cases.length) {
      writes.push({ field: null, oneof: { ...oneof, cases: side } });
      i += side.length;
      continue;
    }
    const isLast = oneof && fields.slice(i + 1).every((later) => oneofOf.get(later) !== oneof);
    const last = isLast ? { whole: oneof, others: oneof.cases.filter((other) => other !== field) } : null;
    writes.push({ field: field.oneof ? { ...field, oneof: { ...field.oneof, last } } : field, oneof: null });
    i++;
  }
  return writes;
}

function fieldCode(field: FieldModel, name: string, oneof: CaseCode | null, context: CodecContext): FieldCode {
  const { container, key, type, wire: facts } = field;
  const scalar = scalarOf(type, facts.utf8, context.int64);
  const wireType = container === "map" || facts.packed ? wire.delimited : facts.delimited ? wire.group : (scalar?.wireType ?? wire.delimited);
  const place = oneof ? `${oneof.place}.value` : `m${memberAccess(name)}`;
  const tag = tagOf(facts.number, wireType);
  const canBePacked = container === "list" && scalar !== undefined && scalar.wireType !== wire.delimited;
  const isRequired = facts.presence === "required";
  const required = `w.required(${tag}, ${place})`;
  const isNullable = type.role === "json" || (isMessage(type) && context.isValue(type));
  return {
    number: facts.number,
    tag,
    otherTag: canBePacked ? tagOf(facts.number, facts.packed ? scalar.wireType : wire.delimited) : null,
    is: { [kindOf(field, context)]: true },
    place,
    container: oneof ? oneof.place : "m",
    key: literal(oneof ? "value" : name),
    // A case without a value must not pass for no case.
    given: oneof && isNullable ? `${place} ?? null` : oneof || isRequired ? required : place,
    codec: codecOf(field, context),
    reader: scalar?.reader ?? null,
    writer: scalar?.writer ?? null,
    keys: key === null ? null : `${context.codegen("scalars")}.${scalarCode(key, facts.utf8)}`,
    explicit: oneof !== null || facts.presence !== "implicit",
    check: isRequired && type.role === "any" ? required : null,
    closed: facts.closed && container === "singular" ? literal(facts.closed) : null,
    oneof,
  };
}

function kindOf({ container, type, wire: facts }: FieldModel, context: CodecContext): FieldKind {
  if (type.role === "any") return "joined";
  if (!isMessage(type)) return container === "map" ? "scalarMap" : container === "singular" ? "scalar" : facts.packed ? "packed" : "scalars";
  if (container === "map") return "messageMap";
  if (container === "list") return "messages";
  if (context.isValue(type)) return "value";
  return facts.delimited ? "group" : "message";
}

/** A scalar of the runtime, or a companion. */
function codecOf({ type, wire: { utf8, entryZero } }: FieldModel, context: CodecContext): string {
  const scalar = scalarOf(type, utf8, context.int64);
  if (scalar && entryZero !== null) return `{ ...${scalarText(scalar, context.codegen)}, zero: () => ${entryZero} }`;
  if (scalar) return scalarText(scalar, context.codegen);
  return isMessage(type) ? context.companion(type) : "";
}

function isMessage(type: FieldModel["type"]): type is MessageRef {
  return type.role === "message" || type.role === "wellKnown" || type.role === "foreign";
}

/** The field with the bytes of a value in a `google.protobuf.Any`. */
function sidecarCode({ number }: WireModel, value: FieldCode): FieldCode {
  return { ...value, number, tag: tagOf(number, wire.delimited), check: null, oneof: null };
}

function joinedText(
  { container, key, wire: { number, utf8, delimited } }: FieldModel,
  { dialect, sidecar, sidecarWire, rawBytes }: AnyModel,
  name: string,
  oneof: string | null,
  tag: string | undefined,
  { codegen }: CodecContext,
): string {
  const told: readonly (readonly [name: string, text: string | null | undefined])[] = [
    ["number", String(number)],
    ["property", literal(name)],
    ["oneof", oneof && literal(oneof)],
    ["dialect", dialectName(dialect)],
    ["delimited", delimited ? "true" : null],
    ["kind", container === "singular" ? null : literal(container)],
    ["keys", key && `${codegen("scalars")}.${scalarCode(key, utf8)}`],
    ["tag", tag && literal(tag)],
    ["sidecar", sidecar && sidecarWire && sidecarText(sidecar, sidecarWire)],
    ["rawBytes", rawBytes ? "true" : null],
  ];
  return object(told.flatMap(([name, text]) => (text ? `${name}: ${text}` : [])));
}

function sidecarText(name: string, { number, presence }: WireModel): string {
  return object([`number: ${number}`, `name: ${literal(name)}`, ...(presence === "implicit" ? [] : ["presence: true"])]);
}

/** An object literal. */
function object(members: readonly string[]): string {
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** What a property is when nothing was sent; undefined if it is missing then. */
function zeroOf({ container, type, wire: { presence, utf8 } }: FieldModel, context: CodecContext): string | undefined {
  if (container !== "singular") return container === "list" ? "[]" : "{}";
  if (presence !== "implicit") return undefined;
  if (type.role === "json") return "undefined";
  if (type.role !== "scalar") return "0";
  if (type.scalar === "string") return '""';
  if (type.scalar === "bool") return "false";
  if (type.scalar === "bytes") return `new ${context.global("Uint8Array")}(0)`;
  const wide = wideAs(type, context.int64);
  // A literal, 0n, would ask for a later target than all else that is generated.
  if (wide === "bigint") return `${context.codegen("scalars")}.${scalarCode(type.scalar, utf8)}.zero(true)`;
  return wide === "string" ? '"0"' : "0";
}

/** What a value message's companion is told of its members, as the inside of an object. */
export function valueMembers({ members, wire: facts }: ValueModel, codegen: FaceContext["codegen"]): string {
  const memberOf = (name: string): string => {
    const { number, type, utf8, items } = facts.find(({ member }) => member === name) as ValueWireModel;
    const tag = tagOf(number, wireTypeOf(type));
    if (items) return `[${tag}, ${tagOf(items.number, wire.delimited)}, ${items.own}]`;
    return type === "enum" || type === "message" ? String(tag) : `[${tag}, ${codegen("scalars")}.${scalarCode(type, utf8)}]`;
  };
  const text = (named: string | readonly string[]): string => (typeof named === "string" ? memberOf(named) : `[${named.map(memberOf).join(", ")}]`);
  return Object.entries(members)
    .map(([kind, named]) => `${kind}: ${text(named)}`)
    .join(", ");
}
