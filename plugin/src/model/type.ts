import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { wktPublicImportPaths } from "@bufbuild/protobuf/codegenv2";
import type { AnyModel } from "./any.js";

/** A type, without its container. */
export type TypeModel =
  | { readonly role: "scalar"; readonly scalar: ScalarName; readonly asString: boolean }
  /** A string with JSON text in it. */
  | JsonTextModel
  | AnyModel
  | { readonly role: "enum"; readonly typeName: string }
  | MessageRef;

/** A string with JSON text in it: it reads as the value, as the value where bare NaN and infinities are allowed, or as the text. */
export interface JsonTextModel {
  readonly role: "json";
  readonly form: "value" | "bare" | "raw";
}

/** A message, by how its face comes about: generated beside it, shipped with the runtime, or protobuf-es's own. */
export type MessageRef = { readonly role: "message" | "wellKnown" | "foreign"; readonly typeName: string };

/** The scalar types, by their names in proto. */
export type ScalarName =
  | "double"
  | "float"
  | "int32"
  | "int64"
  | "uint32"
  | "uint64"
  | "sint32"
  | "sint64"
  | "fixed32"
  | "fixed64"
  | "sfixed32"
  | "sfixed64"
  | "bool"
  | "string"
  | "bytes";

// The well-known types whose faces the runtime ships: objects, which may be empty, and values.
const shippedObjects = ["Any", "Duration", "Empty", "FieldMask", "Struct", "Timestamp"];
const shippedValues = [
  ...["Value", "ListValue", "BoolValue", "BytesValue", "DoubleValue", "FloatValue"],
  ...["Int32Value", "Int64Value", "StringValue", "UInt32Value", "UInt64Value"],
];
const values = new Set(shippedValues.map(wellKnown));
const shipped = new Set([...shippedObjects, ...shippedValues].map(wellKnown));

function wellKnown(name: string): string {
  return `google.protobuf.${name}`;
}

/** Whether a well-known type stands for a value that is no object with properties. */
export function isWellKnownValue(typeName: string): boolean {
  return values.has(typeName);
}

/** Whether nothing is generated for the messages of a file: protobuf-es ships them, or they are the schema of the config. */
export function isShipped(path: string): boolean {
  return path in wktPublicImportPaths || path === "protobridge/v1/config.proto";
}

/** A message, by how its face comes about. */
export function messageRef(desc: DescMessage): MessageRef {
  if (shipped.has(desc.typeName)) return { role: "wellKnown", typeName: desc.typeName };
  return { role: isShipped(desc.file.proto.name) ? "foreign" : "message", typeName: desc.typeName };
}

/** The type of a field's values: of what is in it, if it is a list or a map. */
export function typeOf(field: DescField): TypeModel {
  if (field.message) return messageRef(field.message);
  if (field.enum) return { role: "enum", typeName: field.enum.typeName };
  return { role: "scalar", scalar: scalarName(field.scalar as ScalarType), asString: "longAsString" in field && field.longAsString };
}

/** The name of a scalar type, as in proto. */
export function scalarName(type: ScalarType): ScalarName {
  return ScalarType[type].toLowerCase() as ScalarName;
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

/** Whether a scalar is an integer, of any width. */
export function isInteger(type: ScalarType): boolean {
  return integers.has(type);
}
