/** The names and types of TypeScript: all that this target language decides about a model. */
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import { safeIdentifier } from "@bufbuild/protoplugin";
import type { FieldModel, PropertyModel } from "./model/message.js";
import type { FileModel, Model } from "./model/model.js";
import type { MethodModel } from "./model/servicer.js";
import type { MessageRef, ScalarName, TypeModel } from "./model/type.js";
import type { ValueModel } from "./model/value.js";
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

/** The names of a service's declarations. */
export interface ServiceNames {
  /** The description of the service. */
  readonly info: string;
  readonly methods: string;
  readonly servicer: string;
  readonly client: string;
}

/** What is declared at the top of a generated file. */
export interface FileNames {
  /** The import path of the file, from the root of the output. */
  readonly path: string;
  /** By type name. */
  readonly faces: ReadonlyMap<string, string>;
  readonly inits: ReadonlyMap<string, string>;
  readonly enums: ReadonlyMap<string, string>;
  readonly services: ReadonlyMap<string, ServiceNames>;
  /** Every name that is declared or re-exported. */
  readonly taken: ReadonlySet<string>;
}

/** Names that no type may have, beside those that protoplugin knows. */
const reservedTypes = new Set(["any", "unknown", "never", "symbol", "undefined", "await", "arguments", "eval", "NaN", "Infinity"]);

/** Whether TypeScript keeps a name to itself, so that no type may have it. */
export function isReservedType(name: string): boolean {
  return reservedTypes.has(name) || safeIdentifier(name) !== name;
}

/** Names that a property must not have: each object has them already. */
const reservedProperties = new Set([...Object.getOwnPropertyNames(Object.prototype), "toJSON"]);

/**
 * Names that a method must not have, beside those of a property: `then` would make a client something that `await` calls; the others
 * are members that links have, and that servicers and clients keep free.
 */
const reservedMethods = new Set([...reservedProperties, "then", "close", "with", "on", "state", "stats"]);

/** The name of a oneof's case: only ever a string, so that nothing is reserved. */
export function caseName(name: string): string {
  return protoCamelCase(name);
}

/** The names of a message's properties, in their order. */
export function propertyNames(properties: readonly PropertyModel[]): readonly string[] {
  return unique(
    properties.map(({ name }) => protoCamelCase(name)),
    reservedProperties,
  );
}

/** The names of a service's methods, in their order. */
export function methodNames(methods: readonly MethodModel[]): readonly string[] {
  return unique(
    methods.map(({ name }) => protoCamelCase(`${name.charAt(0).toLowerCase()}${name.slice(1)}`)),
    reservedMethods,
  );
}

/** Puts a `$` behind a name that is reserved, or that one before it has: the proto tells `get` from `Get`, TypeScript does not. */
function unique(wanted: readonly string[], reserved: ReadonlySet<string>): string[] {
  const taken = new Set<string>();
  return wanted.map((name) => {
    let unique = reserved.has(name) ? `${name}$` : name;
    while (taken.has(unique)) unique += "$";
    taken.add(unique);
    return unique;
  });
}

/** The function of the runtime that makes a call of each kind. */
export const callers: Readonly<Record<MethodModel["kind"], string>> = {
  unary: "unary",
  server_streaming: "serverStreaming",
  client_streaming: "clientStreaming",
  bidi_streaming: "bidiStreaming",
};

/** The path of the file that is generated for a proto, without extension. */
export function modulePath(protoPath: string): string {
  return `${protoPath.replace(/\.proto$/, "")}_bridge`;
}

/**
 * The names that each file declares. What the proto names comes first, then what is derived from it (`Init`, `Methods`, `Servicer`,
 * `Client`); of two that are equal, the later one gets a `$`.
 */
export function namesOf(model: Model): ReadonlyMap<string, FileNames> {
  return new Map(model.files.map((file) => [file.path, fileNames(file)]));
}

function fileNames(file: FileModel): FileNames {
  const taken = new Set<string>();
  const take = (wanted: string): string => {
    let name = reservedTypes.has(wanted) ? `${wanted}$` : safeIdentifier(wanted);
    while (taken.has(name)) name += "$";
    taken.add(name);
    return name;
  };
  const local = (typeName: string): string => typeName.slice(file.package === "" ? 0 : file.package.length + 1).replaceAll(".", "_");
  const declared = (types: readonly { readonly typeName: string }[]): Map<string, string> =>
    new Map(types.map(({ typeName }) => [typeName, take(local(typeName))]));
  const enums = declared(file.enums);
  const faces = declared(file.messages);
  const infos = declared(file.services);
  const inits = new Map(file.messages.map(({ typeName }) => [typeName, take(`${local(typeName)}Init`)]));
  const services = new Map(
    [...infos].map(([typeName, info]): [string, ServiceNames] => {
      const base = local(typeName);
      return [typeName, { info, methods: take(`${base}Methods`), servicer: take(`${base}Servicer`), client: take(`${base}Client`) }];
    }),
  );
  return { path: `./${modulePath(file.path)}.js`, enums, faces, inits, services, taken };
}

// --- types -------------------------------------------------------------------------------------------------------------

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
  const members = cases.flatMap(
    (field): Code => ["{ case: ", JSON.stringify(caseName(field.name)), "; value: ", ...elementType(field.type, side, int64), " } | "],
  );
  return [...members, "{ case: undefined; value?: undefined }"];
}

function elementType(type: TypeModel, side: "face" | "init", int64: Int64): Code {
  switch (type.role) {
    case "scalar":
      return scalarType(type.scalar, side, wideAs(type, int64));
    case "json":
      return [{ of: "runtime", name: side === "face" ? "JsonValue" : "JsonInit" }];
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
  return type.length === 1 && !String(type[0]).includes(" ") ? [...type, "[]"] : ["(", ...type, ")[]"];
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
