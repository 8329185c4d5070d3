import { protoCamelCase, safeObjectProperty } from "@bufbuild/protobuf/reflect";
import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";
import type { HelperDeclareSpec } from "handlebars";
import type { FieldModel, MessageModel, PropertyModel } from "../model/message.js";
import type { EnumModel } from "../model/model.js";
import type { MethodModel, ServiceModel } from "../model/servicer.js";
import type { MessageRef, TypeModel } from "../model/type.js";
import {
  type Code,
  callers,
  caseName,
  type FileNames,
  methodNames,
  propertyNames,
  propertyType,
  type ServiceNames,
  type SymbolRef,
  valueType,
  wideAs,
} from "../names.js";
import type { Options } from "../options.js";
import type { Docs } from "./docs.js";
import type { Symbols } from "./symbols.js";

/** What the helpers of one file work with. */
export interface HelperContext {
  readonly file: GeneratedFile;
  readonly names: FileNames;
  readonly symbols: Symbols;
  readonly docs: Docs;
  readonly options: Options;
  /** Keeps a printable, and gives the text that stands for it. */
  put(printable: Printable): string;
  /** The text that makes its whole line go away. */
  readonly noLine: string;
}

/** What the companion of a message is told of a field, since the descriptor does not tell it. What does not apply is null. */
export interface FieldFaceData {
  readonly property: string;
  /** The field's name, where the property's does not tell it. */
  readonly field: string | null;
  readonly message: MessageRef | null;
  /** The runtime's face of a scalar. */
  readonly scalar: string | null;
  /** Whether the companion of the message says it all. */
  readonly bare: boolean;
  /** Whether something follows the field's name. */
  readonly also: boolean;
}

/** The helpers that templates can call. Each is described in templates/README.md. */
export function createHelpers({ file, names, symbols, docs, options, put, noLine }: HelperContext): HelperDeclareSpec {
  const cache = new Map<string, string>();
  /** One placeholder a symbol: a file uses the same few thousands of times. */
  const once = (key: string, make: () => Printable): string => {
    let text = cache.get(key);
    if (text === undefined) {
      text = put(make());
      cache.set(key, text);
    }
    return text;
  };
  const symbol = (ref: SymbolRef): string => once(symbolKey(ref), () => symbols.printable(ref));
  const code = (pieces: Code): string => pieces.map((piece) => (typeof piece === "string" ? piece : symbol(piece))).join("");
  const properties = memberNames((properties: readonly PropertyModel[]) => propertyNames(properties));
  const methods = memberNames((methods: readonly MethodModel[]) => methodNames(methods));
  const self = ({ typeName }: MessageModel): MessageRef => ({ role: "message", typeName });

  return {
    // names
    face: ({ typeName }: MessageModel): string => declared(names.faces, typeName),
    init: ({ typeName }: MessageModel): string => declared(names.inits, typeName),
    serviceNames: ({ typeName }: ServiceModel): ServiceNames => declared(names.services, typeName),
    propertyName: (message: MessageModel, property: PropertyModel): string => properties(message.properties, property),
    methodName: (service: ServiceModel, method: MethodModel): string => methods(service.methods, method),
    caller: ({ kind }: MethodModel): string => callers[kind],

    // symbols
    export: (declaration: string, name: string): string => put(file.export(declaration, name)),
    enumExport: ({ typeName }: EnumModel): string => {
      const symbol = symbols.enumValue(typeName);
      const name = declared(names.enums, typeName);
      // What is printed first keeps its name among the imports, and enums come first in a file.
      return name === symbol.name ? `{ ${put(symbol)} }` : `{ ${put(symbol)} as ${name} }`;
    },
    faceOf: (message: MessageRef): string => symbol({ of: "face", message }),
    initOf: (message: MessageRef): string => symbol({ of: "init", message }),
    companionOf: (message: MessageRef): string => symbol({ of: "companion", message }),
    runtimeType: (name: string): string => symbol({ of: "runtime", name }),
    runtime: (name: string): string => once(`runtime ${name}`, () => symbols.runtimeValue(name)),
    codegen: (name: string): string => once(`codegen ${name}`, () => symbols.codegen(name)),
    schema: (typeName: string): string => put(symbols.schema(typeName)),
    global: (name: string): string => symbol({ of: "global", name }),
    string: (text: string): string => put(file.string(text)),

    // types
    faceType: (property: PropertyModel): string => code(propertyType(property, "face", options.int64)),
    initType: (property: PropertyModel): string => code(propertyType(property, "init", options.int64)),
    valueFaceType: (message: MessageModel): string => (message.value ? code(valueType(message.value, self(message), "face")) : ""),
    valueInitType: (message: MessageModel): string => (message.value ? code(valueType(message.value, self(message), "init")) : ""),

    // what companions are given
    fieldFaces: (message: MessageModel): FieldFaceData[] => fieldFaces(message, options, (property) => properties(message.properties, property)),
    valueMembers: ({ value }: MessageModel): string =>
      Object.entries(value?.members ?? {})
        .map(([kind, member]) => `${kind}: ${JSON.stringify(member)}`)
        .join(", "),

    // docs
    doc: (typeName: string): string => put(docs.type(typeName)),
    memberDoc: (typeName: string, member: string, indentation: string): string => put(docs.member(typeName, member, indentation)),
    commentOf: (typeName: string, member: string, indentation: string): string => {
      const comment = docs.comment(typeName, member, indentation);
      return comment === undefined ? noLine : put(comment);
    },
  };
}

function symbolKey(ref: SymbolRef): string {
  return `${ref.of} ${"message" in ref ? ref.message.typeName : "typeName" in ref ? ref.typeName : ref.name}`;
}

function declared<T>(names: ReadonlyMap<string, T>, typeName: string): T {
  const name = names.get(typeName);
  if (name === undefined) throw new Error(`${typeName} is not declared in this file`);
  return name;
}

/** Finds a member's name by its place in the list that it stands in. */
function memberNames<T>(namesOf: (members: readonly T[]) => readonly string[]): (members: readonly T[], member: T) => string {
  const cache = new WeakMap<readonly T[], ReadonlyMap<T, string>>();
  return (members, member) => {
    let names = cache.get(members);
    if (!names) {
      const all = namesOf(members);
      names = new Map(members.map((each, i) => [each, all[i] as string]));
      cache.set(members, names);
    }
    return names.get(member) as string;
  };
}

function fieldFaces(message: MessageModel, { int64 }: Options, nameOf: (property: PropertyModel) => string): FieldFaceData[] {
  const entry = (field: FieldModel, property: string, found: string): FieldFaceData[] => {
    const name = property === found ? null : field.member;
    const { message, scalar } = faceOf(field.type, int64);
    if (!name && !message && !scalar) return [];
    return [{ property, field: name, message, scalar, bare: !name && message !== null, also: name !== null && (message !== null || scalar !== null) }];
  };
  // The runtime finds a field by protobuf-es's name for it; where the property has another, the proto's name tells.
  return message.properties.flatMap((property) =>
    property.role === "oneof"
      ? property.cases.flatMap((field) => entry(field, caseName(field.name), protoCamelCase(field.member)))
      : entry(property, nameOf(property), safeObjectProperty(protoCamelCase(property.member))),
  );
}

function faceOf(type: TypeModel, int64: Options["int64"]): { message: MessageRef | null; scalar: string | null } {
  if (type.role === "json") return { message: null, scalar: "jsonText" };
  if (type.role === "enum") return { message: null, scalar: null };
  if (type.role !== "scalar") return { message: type, scalar: null };
  const wide = wideAs(type, int64);
  return { message: null, scalar: wide === "number" ? "int64Number" : wide === "string" ? "int64String" : null };
}
