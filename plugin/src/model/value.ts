import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import type { Reason } from "./reason.js";

/** What a member of a value message carries. */
export type ValueKind = "string" | "integer" | "float" | "boolean" | "bytes" | "json" | "list" | "map" | "null";

/** A value message: its members by kind, each by its name in the proto. */
export interface ValueModel {
  readonly members: { readonly [kind in Exclude<ValueKind, "integer">]?: string } & { readonly integers?: readonly string[] };
  /** Whether what is in the list and the map are values of this message; else they are JSON. */
  readonly recursive: boolean;
  readonly reason: Reason;
}

/**
 * A value message is one whose only content is one real oneof of at least two members, each of a distinct kind. Several widths of
 * integer are one kind.
 *
 * @returns the value, or why a message that looks like one is none, or undefined for any other message
 */
export function valueModel(desc: DescMessage): ValueModel | Reason | undefined {
  const oneof = desc.oneofs[0];
  if (desc.oneofs.length !== 1 || !oneof || oneof.fields.length < 2 || oneof.fields.length !== desc.fields.length) return undefined;
  const kinds = oneof.fields.map((field) => kindOf(field, desc));
  if (kinds.every((kind) => kind === undefined)) return undefined;
  const reason = (because: string): Reason => ({ rule: "value message", because });
  for (const [i, field] of oneof.fields.entries()) {
    const kind = kinds[i];
    if (kind === undefined) return reason(`no value: ${field.name} carries none of the kinds of a value`);
    const first = kinds.indexOf(kind);
    if (first !== i && kind !== "integer") return reason(`no value: ${oneof.fields[first]?.name} and ${field.name} carry the same kind, ${kind}`);
  }
  return {
    members: membersOf(oneof, kinds as ValueKind[]),
    recursive: oneof.fields.some((field) => itemsOf(field)?.typeName === desc.typeName),
    reason: reason(
      `its only content is the oneof ${oneof.name}, each member of another kind: ${oneof.fields.map((field, i) => `${kinds[i]} ${field.name}`).join(", ")}`,
    ),
  };
}

/** Tells a value from the reason why there is none. */
export function isValue(found: ValueModel | Reason | undefined): found is ValueModel {
  return found !== undefined && "members" in found;
}

/**
 * A singular string field `x_json` outside of oneofs carries JSON text, and shows as `x`, unless the message has an `x` already.
 *
 * @returns the name without its suffix and the reason, the reason why not, or undefined for any other field
 */
export function jsonTextOf(field: DescField): { readonly name: string; readonly reason: Reason } | Reason | undefined {
  const name = /^(.+)_json$/.exec(field.name)?.[1];
  if (name === undefined || field.scalar !== ScalarType.STRING || field.fieldKind !== "scalar" || field.oneof) return undefined;
  if ([...field.parent.fields, ...field.parent.oneofs].some((member) => member.name === name)) {
    return { rule: "JSON text", because: `${field.name} stays text: there is a field ${name} beside it` };
  }
  return { name, reason: { rule: "JSON text", because: `${field.name} is a string whose name ends in _json, and there is no ${name}` } };
}

const integers = new Set([
  ScalarType.INT32,
  ScalarType.SINT32,
  ScalarType.SFIXED32,
  ScalarType.UINT32,
  ScalarType.FIXED32,
  ScalarType.INT64,
  ScalarType.SINT64,
  ScalarType.SFIXED64,
  ScalarType.UINT64,
  ScalarType.FIXED64,
]);

function kindOf(field: DescField, parent: DescMessage): ValueKind | undefined {
  if (field.message) {
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
      return field.scalar !== undefined && integers.has(field.scalar) ? "integer" : undefined;
  }
}

function isJsonContainer(desc: DescMessage): boolean {
  return desc.typeName === "google.protobuf.ListValue" || desc.typeName === "google.protobuf.Struct";
}

/** What a message holds that has nothing but a list, or a map by string, of messages. */
function itemsOf(field: DescField): DescMessage | undefined {
  const only = field.message?.fields[0];
  if (!only || field.message?.fields.length !== 1) return undefined;
  if (only.fieldKind === "list") return only.message;
  return only.fieldKind === "map" && only.mapKey === ScalarType.STRING ? only.message : undefined;
}

function membersOf(oneof: DescOneof, kinds: readonly ValueKind[]): ValueModel["members"] {
  const members: Record<string, string | string[]> = {};
  // By number: a member that the proto gains later never takes over values that another one carried.
  const fields = oneof.fields.map((field, i) => ({ field, kind: kinds[i] as ValueKind })).toSorted((a, b) => a.field.number - b.field.number);
  for (const { field, kind } of fields) {
    if (kind !== "integer") members[kind] = field.name;
    else members["integers"] = [...(members["integers"] ?? []), field.name];
  }
  return members as ValueModel["members"];
}
