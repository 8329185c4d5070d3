import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { anyModel } from "./any.js";
import { type Deciding, isSkipped, pinOf } from "./deciding.js";
import type { Pin, Reason } from "./reason.js";
import { type ScalarName, scalarName, type TypeModel, typeOf } from "./type.js";
import { isValue, jsonTextOf, type ValueModel, valueModel } from "./value.js";
import { type WireModel, wireModel } from "./wire.js";

/** A message: an object with properties, or one dynamic value. */
export interface MessageModel {
  readonly typeName: string;
  readonly pin: Pin | null;
  /** Set if the message stands for one dynamic value: then it has no properties. */
  readonly value: ValueModel | null;
  readonly properties: readonly PropertyModel[];
  /** Fields that nothing is generated for: what comes in them is kept with the unknown ones. */
  readonly skipped: readonly string[];
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
  readonly pin: Pin | null;
  readonly container: "singular" | "list" | "map";
  /** The type of a map's keys. */
  readonly key: ScalarName | null;
  readonly type: TypeModel;
  /** Whether one can tell that the field was not sent: then the property may be missing. */
  readonly optional: boolean;
  readonly wire: WireModel;
  readonly reason: Reason | null;
}

/** A property that is a oneof: at most one of its cases is set. */
export interface OneofModel {
  readonly role: "oneof";
  /** The oneof, as the proto names it. */
  readonly member: string;
  readonly name: string;
  readonly pin: Pin | null;
  readonly optional: false;
  readonly cases: readonly FieldModel[];
}

/** Decides what a message is to a target language. */
export function messageModel(desc: DescMessage, deciding: Deciding): MessageModel {
  const pin = pinOf(deciding.settings.message(desc.typeName));
  const found = valueModel(desc, deciding);
  if (isValue(found)) return { typeName: desc.typeName, pin, value: found, properties: [], skipped: [], reason: found.reason };
  const skipped = desc.fields.filter(({ name }) => isSkipped("field", `${desc.typeName}.${name}`, deciding.settings.field(desc.typeName, name), deciding));
  const decided = new Map(desc.fields.filter((field) => !skipped.includes(field)).map((field) => [field, fieldModel(field, deciding)]));
  const sidecars = new Set([...decided.values()].flatMap(({ type }) => (type.role === "any" && type.sidecar !== null ? [type.sidecar] : [])));
  const properties = desc.members.flatMap((member): PropertyModel[] => {
    if (member.kind === "oneof") {
      const cases = member.fields.flatMap((field) => decided.get(field) ?? []);
      const pin = pinOf(deciding.settings.oneof(desc.typeName, member.name));
      return cases.length === 0 ? [] : [{ role: "oneof", member: member.name, name: member.name, pin, optional: false, cases }];
    }
    const field = decided.get(member);
    return field && !sidecars.has(member.name) ? [field] : [];
  });
  return { typeName: desc.typeName, pin, value: null, properties, skipped: skipped.map(({ name }) => name), reason: found ?? null };
}

function fieldModel(field: DescField, deciding: Deciding): FieldModel {
  const { type, name, reason } = typeFound(field, deciding);
  const wire = wireModel(field);
  return {
    role: "field",
    member: field.name,
    name: name ?? field.name,
    pin: pinOf(deciding.settings.field(field.parent.typeName, field.name)),
    container: field.fieldKind === "list" || field.fieldKind === "map" ? field.fieldKind : "singular",
    key: field.fieldKind === "map" ? scalarName(field.mapKey) : null,
    type,
    optional: wire.presence !== "implicit",
    wire,
    reason: reason ?? null,
  };
}

/** The type of a field: by the config, by a rule, or by its descriptor. */
function typeFound(field: DescField, deciding: Deciding): { readonly type: TypeModel; readonly name?: string; readonly reason?: Reason } {
  const any = anyModel(field, deciding);
  if (any) return "type" in any ? any : { type: typeOf(field), reason: any };
  const json = jsonTextOf(field, deciding);
  if (json) return "type" in json ? json : { type: typeOf(field), reason: json };
  if (field.message && deciding.settings.message(field.message.typeName).rule.skip) {
    const name = `${field.parent.typeName}.${field.name}`;
    deciding.problems.error(
      deciding.place(field),
      `the field ${name} cannot be generated: its message ${field.message.typeName} is skipped; say fields: ${name}: { skip: true }, too`,
    );
  }
  return { type: typeOf(field) };
}
