import type { DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { Reason } from "./reason.js";
import { type ScalarName, scalarName, type TypeModel, typeOf } from "./type.js";
import { isValue, jsonTextOf, type ValueModel, valueModel } from "./value.js";

/** A message: an object with properties, or one dynamic value. */
export interface MessageModel {
  readonly typeName: string;
  /** Set if the message stands for one dynamic value: then it has no properties. */
  readonly value: ValueModel | null;
  readonly properties: readonly PropertyModel[];
  /** Why the message is what it is, where there was something to decide. */
  readonly reason: Reason | null;
}

/** A property of a face: a field, or a oneof with its fields. */
export type PropertyModel = FieldModel | OneofModel;

/** A property that is one field. */
export interface FieldModel {
  readonly role: "field";
  /** The field, as the proto names it. */
  readonly member: string;
  /** What the property is named after: the field, or the field without a suffix. */
  readonly name: string;
  readonly container: "singular" | "list" | "map";
  /** The type of a map's keys. */
  readonly key: ScalarName | null;
  readonly type: TypeModel;
  /** Whether one can tell that the field was not sent: then the property may be missing. */
  readonly optional: boolean;
  readonly reason: Reason | null;
}

/** A property that is a oneof: at most one of its cases is set. */
export interface OneofModel {
  readonly role: "oneof";
  /** The oneof, as the proto names it. */
  readonly member: string;
  readonly name: string;
  readonly optional: false;
  readonly cases: readonly FieldModel[];
}

/** Decides what a message is to a target language. */
export function messageModel(desc: DescMessage): MessageModel {
  const found = valueModel(desc);
  if (isValue(found)) return { typeName: desc.typeName, value: found, properties: [], reason: found.reason };
  return { typeName: desc.typeName, value: null, properties: desc.members.map(propertyModel), reason: found ?? null };
}

function propertyModel(member: DescField | DescOneof): PropertyModel {
  if (member.kind === "field") return fieldModel(member);
  return { role: "oneof", member: member.name, name: member.name, optional: false, cases: member.fields.map(fieldModel) };
}

function fieldModel(field: DescField): FieldModel {
  const found = jsonTextOf(field);
  const json = found !== undefined && "name" in found ? found : undefined;
  return {
    role: "field",
    member: field.name,
    name: json?.name ?? field.name,
    container: field.fieldKind === "list" || field.fieldKind === "map" ? field.fieldKind : "singular",
    key: field.fieldKind === "map" ? scalarName(field.mapKey) : null,
    type: json ? { role: "json" } : typeOf(field),
    optional: field.fieldKind !== "list" && field.fieldKind !== "map" && field.presence !== FeatureSet_FieldPresence.IMPLICIT,
    reason: json?.reason ?? (found && "rule" in found ? found : null),
  };
}
