import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import { Field_Text } from "../gen/protobridge/v1/config_pb.js";
import type { Deciding } from "./deciding.js";
import type { Reason } from "./reason.js";
import { isInteger, type JsonTextModel } from "./type.js";
import { isDelimited, type ValueWireModel, valueWireModel } from "./wire.js";

/** What a member of a value message carries. */
export type ValueKind = "string" | "integer" | "float" | "boolean" | "bytes" | "json" | "list" | "map" | "null";

/** A value message: its members by kind, each by its name in the proto. */
export interface ValueModel {
  readonly members: { readonly [kind in Exclude<ValueKind, "integer">]?: string } & { readonly integers?: readonly string[] };
  /** Whether what is in the list and the map are values of this message; else they are JSON. */
  readonly recursive: boolean;
  /** How each of the members stands on the wire, by number. */
  readonly wire: readonly ValueWireModel[];
  readonly reason: Reason;
}

/**
 * A value message is one whose only content is one real oneof of at least two members, each of a distinct kind. Several widths of
 * integer are one kind. The config can say that a message is none, or that it is one in spite of members that carry no value, or the same
 * kind as another: what comes in these is kept as it is.
 *
 * @returns the value, or why a message that looks like one is none, or undefined for any other message
 */
export function valueModel(desc: DescMessage, { settings, problems, place }: Deciding): ValueModel | Reason | undefined {
  const said = settings.message(desc.typeName);
  const { value } = said.rule;
  const from = said.from("value") ?? null;
  const reason = (because: string): Reason => ({ rule: "value message", because, from });
  if (value === false) return reason("no value");
  const oneof = desc.oneofs[0];
  // What extends a message is content too.
  const isOneof = desc.proto.extensionRange.length === 0 && desc.oneofs.length === 1 && oneof !== undefined && oneof.fields.length === desc.fields.length;
  const kinds = isOneof ? oneof.fields.map((field) => kindOf(field, desc)) : [];
  if (kinds.every((kind) => kind === undefined)) {
    if (value) problems.error(from ?? place(desc), `${desc.typeName} cannot be a value: its only content must be one oneof, with members that carry values`);
    return undefined;
  }
  const { fields } = oneof as DescOneof;
  if (!value) {
    if (fields.length < 2) return undefined;
    for (const [i, field] of fields.entries()) {
      const kind = kinds[i];
      if (kind === undefined) return reason(`no value: ${field.name} carries none of the kinds of a value`);
      const first = kinds.indexOf(kind);
      if (first !== i && kind !== "integer") return reason(`no value: ${fields[first]?.name} and ${field.name} carry the same kind, ${kind}`);
    }
  }
  const members = membersOf(fields, kinds);
  const carriers = new Set(Object.values(members).flat());
  return {
    members,
    recursive: fields.some((field) => itemsOf(field)?.typeName === desc.typeName),
    wire: fields
      .filter(({ name }) => carriers.has(name))
      .map(valueWireModel)
      .toSorted((a, b) => a.number - b.number),
    reason: reason(value ? describeSaid(fields, kinds) : describe(oneof as DescOneof, kinds)),
  };
}

function describe({ name, fields }: DescOneof, kinds: readonly (ValueKind | undefined)[]): string {
  return `its only content is the oneof ${name}, each member of another kind: ${fields.map((field, i) => `${kinds[i]} ${field.name}`).join(", ")}`;
}

function describeSaid(fields: readonly DescField[], kinds: readonly (ValueKind | undefined)[]): string {
  const carriers = new Set(Object.values(membersOf(fields, kinds)).flat());
  const carried = fields.flatMap((field, i) => (carriers.has(field.name) ? [`${kinds[i]} ${field.name}`] : []));
  const kept = fields.filter(({ name }) => !carriers.has(name)).map(({ name }) => name);
  return `it is one: ${carried.join(", ")}${kept.length === 0 ? "" : `; kept as they are: ${kept.join(", ")}`}`;
}

/** Tells a value from the reason why there is none. */
export function isValue(found: ValueModel | Reason | undefined): found is ValueModel {
  return found !== undefined && "members" in found;
}

/** What a string with JSON text in it is called, and how it reads. */
export interface JsonTextFound {
  readonly name: string;
  readonly type: JsonTextModel;
  readonly reason: Reason;
}

/**
 * A singular string field `x_json` outside of oneofs carries JSON text, and shows as `x`, unless the message has an `x` already. The config
 * can say it of any singular string field, or that a field carries mere text.
 *
 * @returns the name without its suffix and the reason, the reason why not, or undefined for any other field
 */
export function jsonTextOf(field: DescField, { settings, problems, place }: Deciding): JsonTextFound | Reason | undefined {
  const said = settings.field(field.parent.typeName, field.name);
  const { text } = said.rule;
  const from = said.from("text") ?? null;
  const isString = field.fieldKind === "scalar" && field.scalar === ScalarType.STRING;
  const reason = (because: string): Reason => ({ rule: "JSON text", because, from });
  if (text !== Field_Text.UNSPECIFIED && !isString) {
    problems.error(from ?? place(field), `${field.parent.typeName}.${field.name} cannot carry JSON text: it is no singular string`);
    return undefined;
  }
  if (text === Field_Text.TEXT) return reason(`${field.name} is text`);
  const found = byName(field);
  if (text === Field_Text.UNSPECIFIED) {
    if (!found || !isString || field.oneof) return undefined;
    if (found.taken) return reason(`${field.name} stays text: there is a field ${found.name} beside it`);
    return {
      name: found.name,
      type: { role: "json", form: "value" },
      reason: reason(`${field.name} is a string whose name ends in _json, and there is no ${found.name}`),
    };
  }
  const name = found && !found.taken && !field.oneof ? found.name : field.name;
  return { name, type: { role: "json", form: forms[text] }, reason: reason(`${field.name} is a string with JSON text`) };
}

const forms: Readonly<Record<Field_Text.JSON | Field_Text.JSON_BARE | Field_Text.JSON_RAW, JsonTextModel["form"]>> = {
  [Field_Text.JSON]: "value",
  [Field_Text.JSON_BARE]: "bare",
  [Field_Text.JSON_RAW]: "raw",
};

/** The name of a field without `_json`, and whether something else in the message has it. */
function byName(field: DescField): { readonly name: string; readonly taken: boolean } | undefined {
  const name = /^(.+)_json$/.exec(field.name)?.[1];
  return name === undefined ? undefined : { name, taken: [...field.parent.fields, ...field.parent.oneofs].some((member) => member.name === name) };
}

function kindOf(field: DescField, parent: DescMessage): ValueKind | undefined {
  if (field.message) {
    if (isDelimited(field)) return undefined;
    if (field.message.typeName === "google.protobuf.Empty") return "null";
    const items = itemsOf(field);
    const isContainer = items !== undefined && (items.typeName === parent.typeName || isJsonContainer(field.message));
    return isContainer ? (field.message.fields[0]?.fieldKind === "map" ? "map" : "list") : undefined;
  }
  if (field.enum) return field.enum.typeName === "google.protobuf.NullValue" ? "null" : undefined;
  switch (field.scalar) {
    case ScalarType.STRING:
      return field.name === "json" ? "json" : "string";
    case ScalarType.BYTES:
      return "bytes";
    case ScalarType.BOOL:
      return "boolean";
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return "float";
    default:
      return field.scalar !== undefined && isInteger(field.scalar) ? "integer" : undefined;
  }
}

function isJsonContainer(desc: DescMessage): boolean {
  return desc.typeName === "google.protobuf.ListValue" || desc.typeName === "google.protobuf.Struct";
}

/** What a message holds that has nothing but a list, or a map by string, of messages. */
function itemsOf(field: DescField): DescMessage | undefined {
  const only = field.message?.fields[0];
  if (!only || field.message?.fields.length !== 1 || isDelimited(only)) return undefined;
  if (only.fieldKind === "list") return only.message;
  return only.fieldKind === "map" && only.mapKey === ScalarType.STRING ? only.message : undefined;
}

function membersOf(all: readonly DescField[], kinds: readonly (ValueKind | undefined)[]): ValueModel["members"] {
  const members: Record<string, string | string[]> = {};
  // By number: a member that the proto gains later never takes over values that another one carried.
  const fields = all.map((field, i) => ({ field, kind: kinds[i] })).toSorted((a, b) => a.field.number - b.field.number);
  for (const { field, kind } of fields) {
    if (kind === "integer") members["integers"] = [...(members["integers"] ?? []), field.name];
    else if (kind !== undefined) members[kind] ??= field.name;
  }
  return members as ValueModel["members"];
}
