/** The types of TypeScript: what the faces and the inits of a model are. */
import type { FieldModel, MessageModel, PropertyModel } from "./model/message.js";
import { isWellKnownValue, type MessageRef, type ScalarName, type TypeModel } from "./model/type.js";
import type { ValueModel } from "./model/value.js";
import { caseNames } from "./names.js";
import type { Int64 } from "./options.js";

/** A piece of TypeScript: text, and symbols that stand elsewhere. */
export type Code = readonly (string | SymbolRef)[];

/** A symbol that a generated file uses. */
export type SymbolRef =
  /** The face, the init or the companion of a message, in its own generated file. */
  | { readonly of: "face" | "init" | "companion"; readonly message: MessageRef }
  /** An enum of protobuf-es. */
  | { readonly of: "enum"; readonly typeName: string }
  /** A type of the runtime. */
  | { readonly of: "runtime"; readonly name: string }
  /** A global of JavaScript. */
  | { readonly of: "global"; readonly name: string };

const wideScalars: ReadonlySet<ScalarName> = new Set<ScalarName>(["int64", "uint64", "sint64", "fixed64", "sfixed64"]);

/** How a 64-bit field shows: as its own `jstype` says, else as the option says. */
export function wideAs(type: TypeModel, int64: Int64): Int64 | undefined {
  if (type.role !== "scalar" || !wideScalars.has(type.scalar)) return undefined;
  return type.asString ? "string" : int64;
}

/** The type of a property that one receives, or may pass. */
export function propertyType(property: PropertyModel, side: "face" | "init", int64: Int64): Code {
  if (property.role === "oneof") return oneofType(property.cases, side, int64);
  const type = elementType(property.type, side, int64);
  if (property.container === "list") return side === "face" ? arrayOf(type) : ["readonly ", ...arrayOf(type)];
  if (property.container === "map") return [side === "face" ? "{ [key: " : "{ readonly [key: ", keyType(property.key), "]: ", ...type, " }"];
  return property.type.role === "json" && side === "face" ? [...type, " | undefined"] : type;
}

function oneofType(cases: readonly FieldModel[], side: "face" | "init", int64: Int64): Code {
  const names = caseNames(cases);
  const members = cases.flatMap((field, i): Code => ["{ case: ", JSON.stringify(names[i]), "; value: ", ...elementType(field.type, side, int64), " } | "]);
  return [...members, "{ case: undefined; value?: undefined }"];
}

function elementType(type: TypeModel, side: "face" | "init", int64: Int64): Code {
  switch (type.role) {
    case "scalar":
      return scalarType(type.scalar, side, wideAs(type, int64));
    case "json":
      return [{ of: "runtime", name: side === "init" ? "JsonInit" : type.form === "raw" ? "RawJson" : "JsonValue" }];
    case "any":
      return [{ of: "runtime", name: side === "face" ? "AnyValue" : "AnyInit" }];
    case "enum":
      return [{ of: "enum", typeName: type.typeName }];
    default:
      return [{ of: side, message: type }];
  }
}

function scalarType(scalar: ScalarName, side: "face" | "init", wide: Int64 | undefined): Code {
  if (wide === "bigint") return [side === "face" ? "bigint" : "bigint | number"];
  if (wide === "number") return [side === "face" ? "number" : "number | bigint"];
  if (wide === "string") return [side === "face" ? "string" : "string | number | bigint"];
  if (scalar === "string") return ["string"];
  if (scalar === "bool") return ["boolean"];
  if (scalar === "bytes") return [{ of: "global", name: "Uint8Array" }];
  return ["number"];
}

function keyType(key: ScalarName | null): string {
  // A 64-bit key can be past what a number holds, so it is text, as are true and false.
  return key === null || key === "string" || key === "bool" || wideScalars.has(key) ? "string" : "number";
}

function arrayOf(type: Code): Code {
  const [only] = type;
  const isName = type.length === 1 && (typeof only !== "string" || !only.includes(" "));
  return isName ? [...type, "[]"] : ["(", ...type, ")[]"];
}

/** The type of the plain value that a value message stands for. */
export function valueType({ members, recursive }: ValueModel, ref: MessageRef, side: "face" | "init"): Code {
  const receives = side === "face";
  const parts: Code[] = [];
  if (members.bytes) parts.push([{ of: "global", name: "Uint8Array" }]);
  if (members.json) {
    parts.push([{ of: "runtime", name: receives ? "JsonValue" : "JsonInit" }]);
  } else {
    // A message in which nothing is set reads as null.
    parts.push([members.null && !receives ? "null | undefined" : "null"]);
    if (members.boolean) parts.push(["boolean"]);
    if (members.integers || members.float) parts.push(["number"]);
    if (members.integers || (!receives && members.float)) parts.push(["bigint"]);
    if (members.float && !receives) parts.push([{ of: "runtime", name: "Float" }]);
    if (members.string) parts.push(["string"]);
    const item: Code = recursive ? [{ of: side, message: ref }] : [{ of: "runtime", name: receives ? "JsonValue" : "JsonInit" }];
    if (members.list) parts.push(receives ? [...item, "[]"] : ["readonly ", ...item, "[]"]);
    if (members.map) parts.push(receives ? ["{ [key: string]: ", ...item, " }"] : ["{ readonly [key: string]: ", ...item, " }"]);
  }
  return parts.flatMap((part, i) => (i === 0 ? part : [" | ", ...part]));
}

/** Whether an empty object can be passed for a message. @param message if it is one of the request */
export function takesObject({ role, typeName }: MessageRef, message: MessageModel | undefined): boolean {
  return role === "wellKnown" ? !isWellKnownValue(typeName) : !message?.value;
}
