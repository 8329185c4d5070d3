/** The names and types of TypeScript: all that this target language decides about a model. */
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import { safeIdentifier } from "@bufbuild/protoplugin";
import type { Problems } from "./diagnostics.js";
import type { CodeName } from "./model/fault.js";
import type { FieldModel, PropertyModel } from "./model/message.js";
import type { FileModel, Model } from "./model/model.js";
import type { Pin } from "./model/reason.js";
import type { ScopeModel } from "./model/scope.js";
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
  /** The class of each scope, by its field. */
  readonly scopes: ReadonlyMap<string, string>;
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
const reservedTypes = new Set([
  ...["any", "unknown", "never", "symbol", "undefined", "keyof", "infer", "unique", "readonly"],
  ...["await", "arguments", "eval", "NaN", "Infinity"],
]);

/** Names that a service's description must not have: inside the functions that use it, they are the names of parameters. */
const reservedInfos = new Set(["channel", "defaults", "_request", "_requests", "_context"]);

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

/** A name of proto in lowerCamelCase. One that has nothing but underscores stays as it is. */
function camelCase(name: string): string {
  return protoCamelCase(name) || name;
}

/** The names of a oneof's cases, in their order: only ever strings, so that nothing is reserved. */
export function caseNames(cases: readonly FieldModel[]): readonly string[] {
  return unique(
    cases.map(({ name, pin }) => ({ name: camelCase(name), pin })),
    new Set(),
  );
}

/**
 * A property or a method as it is declared. What begins with a digit needs quotes; so does `new`, which would declare a constructor in an
 * interface.
 */
export function memberKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== "new" ? name : JSON.stringify(name);
}

/** The names of a message's properties, in their order. */
export function propertyNames(properties: readonly PropertyModel[]): readonly string[] {
  return unique(
    properties.map(({ name, pin }) => ({ name: camelCase(name), pin })),
    reservedProperties,
  );
}

/** The names of a service's methods, in their order. */
export function methodNames(methods: readonly MethodModel[]): readonly string[] {
  return unique(methods.map(methodWish), reservedMethods);
}

/** The names of the methods of a client that open a scope, in their order. No RPC has one of them. */
export function scopeNames(scopes: readonly ScopeModel[]): readonly string[] {
  return unique(scopes.map(scopeWish), reservedMethods);
}

function methodWish({ name, pin }: MethodModel): Wish {
  return { name: camelCase(`${name.charAt(0).toLowerCase()}${name.slice(1)}`), pin };
}

function scopeWish({ name }: ScopeModel): Wish {
  return { name: camelCase(name), pin: null };
}

/** A name that follows from the proto, and the one that the config gives in its place. */
interface Wish {
  readonly name: string;
  readonly pin: Pin | null;
}

/** Puts a `$` behind a name that is reserved, or that one before it has: the proto tells `get` from `Get`, TypeScript does not. */
function unique(wishes: readonly Wish[], reserved: ReadonlySet<string>): string[] {
  const taken = new Set(wishes.flatMap(({ pin }) => pin?.name ?? []));
  return wishes.map(({ name, pin }) => {
    if (pin) return pin.name;
    let unique = reserved.has(name) ? `${name}$` : name;
    while (taken.has(unique)) unique += "$";
    taken.add(unique);
    return unique;
  });
}

/** Reports names in the config that cannot be had: no identifiers, reserved ones, and those that two elements of one place want. */
export function checkPins({ files }: Model, problems: Problems): void {
  const check = (wanted: readonly { readonly pin: Pin | null; readonly what: string }[], reserved: (name: string) => boolean): void => {
    const first = new Map<string, string>();
    for (const { pin, what } of wanted) {
      if (!pin) continue;
      const other = first.get(pin.name);
      if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(pin.name))
        problems.error(pin.from, `name: ${what} cannot be called "${pin.name}": that is no identifier`);
      else if (reserved(pin.name)) problems.error(pin.from, `name: ${what} cannot be called ${pin.name}: the name is reserved; ${pin.name}$ is free`);
      else if (other !== undefined) problems.error(pin.from, `name: ${what} cannot be called ${pin.name}: that is the name of ${other}`);
      else first.set(pin.name, what);
    }
  };
  for (const file of files) {
    const top = [...file.enums, ...file.messages, ...file.services].map(({ typeName, pin }) => ({ pin, what: typeName }));
    check(top, (name) => reservedTypes.has(name) || safeIdentifier(name) !== name);
    for (const { typeName, properties } of file.messages) {
      const named = (members: readonly PropertyModel[]): { pin: Pin | null; what: string }[] =>
        members.map(({ member, pin }) => ({ pin, what: `${typeName}.${member}` }));
      check(named(properties), (name) => reservedProperties.has(name) || name === "$unknown");
      for (const property of properties) if (property.role === "oneof") check(named(property.cases), () => false);
    }
    for (const { typeName, methods } of file.services) {
      check(
        methods.map(({ name, pin }) => ({ pin, what: `${typeName}.${name}` })),
        (name) => reservedMethods.has(name),
      );
    }
  }
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
  const pins = [...file.enums, ...file.messages, ...file.services].flatMap(({ pin }) => pin?.name ?? []);
  const taken = new Set<string>(pins);
  const take = (wanted: string, reserved: ReadonlySet<string> = reservedTypes): string => {
    let name = reservedTypes.has(wanted) || reserved.has(wanted) ? `${wanted}$` : safeIdentifier(wanted);
    while (taken.has(name)) name += "$";
    taken.add(name);
    return name;
  };
  const local = (typeName: string): string => typeName.slice(file.package === "" ? 0 : file.package.length + 1).replaceAll(".", "_");
  type Declared = { readonly typeName: string; readonly pin: Pin | null };
  const base = ({ typeName, pin }: Declared): string => pin?.name ?? local(typeName);
  const declared = (types: readonly Declared[], reserved?: ReadonlySet<string>): Map<string, string> =>
    new Map(types.map((type) => [type.typeName, type.pin?.name ?? take(local(type.typeName), reserved)]));
  const enums = declared(file.enums);
  const faces = declared(file.messages);
  const infos = declared(file.services, reservedInfos);
  const inits = new Map(file.messages.map((message) => [message.typeName, take(`${base(message)}Init`)]));
  const derived = file.services.map((service): Omit<ServiceNames, "info" | "scopes"> => {
    const name = base(service);
    return { methods: take(`${name}Methods`), servicer: take(`${name}Servicer`), client: take(`${name}Client`) };
  });
  const services = new Map(
    file.services.map((service, i): [string, ServiceNames] => {
      const scopes = new Map(service.scopes.map((scope) => [scope.field, take(`${base(service)}${upperFirst(scopeWish(scope).name)}`)]));
      return [service.typeName, { info: infos.get(service.typeName) as string, ...(derived[i] as Omit<ServiceNames, "info" | "scopes">), scopes }];
    }),
  );
  return { path: `./${modulePath(file.path)}.js`, enums, faces, inits, services, taken };
}

function upperFirst(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** A code of gRPC as the runtime spells it. */
export function codeText(code: CodeName): string {
  return code === "CANCELLED" ? "canceled" : code.toLowerCase();
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
