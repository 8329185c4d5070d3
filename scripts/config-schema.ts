/** Writes the JSON Schema of bridge.yaml, plugin/schema/bridge.schema.json, from the schema of the config. With a path, writes it there. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { usedTypes } from "@bufbuild/protobuf/reflect";
import { comment, path, readConfigProto } from "./config-proto.js";

type Schema = Readonly<Record<string, unknown>>;

const root = "protobridge.v1.Config";

/** The full name of an element. */
const selector = "^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$";
const identifier = "^[A-Za-z_$][A-Za-z0-9_$]*$";
/** Text, which may be written as an integer: no control characters and no halves of surrogate pairs, which YAML can have as escapes. */
const text: Schema = { type: ["string", "integer"], pattern: "^([\\t\\n\\r\\u0085]|[^\\p{Cc}\\p{Cs}])*$" };
/** Messages whose `name` is none of TypeScript. */
const otherNames = ["protobridge.v1.Tag"];

function local(typeName: string): string {
  return typeName.replace("protobridge.v1.", "");
}

function reference({ typeName }: DescMessage | DescEnum): Schema {
  return { $ref: `#/$defs/${local(typeName)}` };
}

function single(field: DescField): Schema {
  if (field.message) return reference(field.message);
  if (field.enum) return reference(field.enum);
  if (field.scalar === ScalarType.BOOL) return { type: "boolean" };
  if (field.scalar !== ScalarType.STRING) throw new Error(`${field} is of a type that a config cannot have`);
  if (field.name === "name" && !otherNames.includes(field.parent.typeName)) return { type: "string", pattern: identifier };
  // An item of a list may be empty; a field that is would be the same as none.
  return field.fieldKind === "scalar" ? { allOf: [{ $ref: "#/$defs/text" }], minLength: 1 } : { $ref: "#/$defs/text" };
}

function schemaOf(field: DescField): Schema {
  const description = comment(field);
  if (description === "") throw new Error(`${field} has no comment`);
  // What stands beside $ref is not read by all.
  const described = (value: Schema): Schema => ("$ref" in value ? { description, allOf: [value] } : { description, ...value });
  if (field.fieldKind === "list") return { description, type: ["array", "null"], items: single(field) };
  if (field.fieldKind !== "map") return described(single(field));
  const keys = { pattern: field.parent.typeName === root ? selector : identifier };
  return { description, type: ["object", "null"], propertyNames: keys, additionalProperties: single(field) };
}

function messageSchema(type: DescMessage): Schema {
  const properties = Object.fromEntries(type.fields.map((field) => [field.name, schemaOf(field)]));
  return { description: comment(type), type: ["object", "null"], properties, additionalProperties: false };
}

function enumSchema(type: DescEnum): Schema {
  const values = type.values.map((value) => ({
    // A reader of YAML takes the bare word NULL for null.
    ...(value.name === "NULL" ? { enum: ["NULL", null] } : { const: value.name }),
    description: comment(value),
  }));
  return { description: comment(type), oneOf: values };
}

const config = readConfigProto().messages.find(({ typeName }) => typeName === root);
if (!config) throw new Error(`${path} has no ${root}`);
const types = [...usedTypes(config)].toSorted((a, b) => (a.typeName < b.typeName ? -1 : 1));
const { type, properties, additionalProperties } = messageSchema(config);
const schema: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $comment: `Made from ${path} by npm run generate.`,
  title: "bridge.yaml",
  description: comment(config),
  type,
  properties,
  additionalProperties,
  $defs: {
    ...Object.fromEntries(types.map((each) => [local(each.typeName), each.kind === "enum" ? enumSchema(each) : messageSchema(each)])),
    text,
  },
};
const target = process.argv[2] ?? fileURLToPath(new URL("../plugin/schema/bridge.schema.json", import.meta.url));
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
