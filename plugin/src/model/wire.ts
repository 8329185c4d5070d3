/** How fields and values stand on the wire. */
import type { DescField, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { type ScalarName, scalarName } from "./type.js";

/** What the wire asks of a field, beside its type. */
export interface WireModel {
  readonly number: number;
  /** `implicit`: the zero value is not sent; `required` is proto2's. Lists and maps are implicit. */
  readonly presence: "implicit" | "explicit" | "required";
  /** Whether the elements of a list are written behind one tag. */
  readonly packed: boolean;
  /** Whether its messages are groups: they stand between two tags, without a length. */
  readonly delimited: boolean;
  /** Whether text has to be UTF-8, keys included. */
  readonly utf8: boolean;
  /** The numbers that its closed enum names, or null: others are unknown. */
  readonly closed: readonly number[] | null;
  /** The number that an entry of a map of enums has if none was sent, where it is not 0; else null. */
  readonly entryZero: number | null;
}

/** What the wire asks of a member of a value message that carries a value. */
export interface ValueWireModel {
  /** The member, as the proto names it. */
  readonly member: string;
  readonly number: number;
  readonly type: ScalarName | "enum" | "message";
  readonly utf8: boolean;
  /** What is in a list or a map, or null. */
  readonly items: ItemsModel | null;
}

/** The items of a list, or the entries of a map, in the message that has nothing else. */
export interface ItemsModel {
  readonly number: number;
  /** Whether they are values of the value message itself; else they are those of `google.protobuf.Value`. */
  readonly own: boolean;
}

/** What the wire asks of a field. */
export function wireModel(field: DescField): WireModel {
  return {
    number: field.number,
    presence: presenceOf(field),
    packed: field.fieldKind === "list" && field.packed,
    delimited: isDelimited(field),
    utf8: field.utf8Validation,
    closed: field.enum && !field.enum.open ? [...new Set(field.enum.values.map(({ number }) => number))] : null,
    entryZero: field.fieldKind === "map" ? field.enum?.values[0]?.number || null : null,
  };
}

/** What the wire asks of a member of a value message. */
export function valueWireModel(field: DescField): ValueWireModel {
  const items = field.message?.fields[0];
  return {
    member: field.name,
    number: field.number,
    type: field.message ? "message" : field.enum ? "enum" : scalarName(field.scalar as ScalarType),
    utf8: field.utf8Validation,
    items: items ? { number: items.number, own: items.message?.typeName === field.parent.typeName } : null,
  };
}

/** Whether messages of a field have no length, but a tag at their end. */
export function isDelimited(field: DescField): boolean {
  return "delimitedEncoding" in field && field.delimitedEncoding === true;
}

function presenceOf({ fieldKind, presence }: DescField): WireModel["presence"] {
  if (fieldKind === "list" || fieldKind === "map" || presence === FeatureSet_FieldPresence.IMPLICIT) return "implicit";
  return presence === FeatureSet_FieldPresence.LEGACY_REQUIRED ? "required" : "explicit";
}
