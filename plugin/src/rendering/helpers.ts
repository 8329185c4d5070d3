import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import { type GeneratedFile, type Printable, safeIdentifier } from "@bufbuild/protoplugin";
import type { HelperDeclareSpec } from "handlebars";
import type { DialectModel } from "../model/dialect.js";
import type { FaultModel } from "../model/fault.js";
import type { LinkModel } from "../model/link/link.js";
import type { MessageModel, PropertyModel } from "../model/message.js";
import type { EnumModel } from "../model/model.js";
import type { ScopeModel } from "../model/scope.js";
import type { MethodModel, ServiceModel } from "../model/servicer.js";
import type { MessageRef } from "../model/type.js";
import { callers, type FileNames, type LinkNames, memberAccess, memberKey, methodNames, propertyNames, type ServiceNames, scopeNames } from "../names.js";
import type { Options } from "../options.js";
import { type Code, propertyType, type SymbolRef, valueType } from "../types.js";
import { type CodecContext, type CodecData, codecData, valueMembers } from "./codecs.js";
import { dialectName, type FieldFaceData, faultShape, fieldFaces, literal } from "./companions.js";
import type { Docs, More } from "./docs.js";
import { hearNote, type LinkContext, type LinkEndData, type LinkMethodData, type LinkShapeData, linkEnds, linkShape, sayNote } from "./links.js";
import type { Symbols } from "./symbols.js";
import { throwsTag } from "./tags.js";

/** What the helpers of one file work with. */
export interface HelperContext {
  readonly file: GeneratedFile;
  readonly names: FileNames;
  readonly symbols: Symbols;
  readonly docs: Docs;
  readonly options: Options;
  /** A message of the request. */
  message(typeName: string): MessageModel | undefined;
  /** Keeps a printable, or what makes it when all of the file is known, and gives the text that stands for it. */
  put(printable: Printable | (() => Printable)): string;
  /** The text that makes its whole line go away. */
  readonly noLine: string;
}

/** A method of a scope. */
export interface ScopeMethodData {
  readonly method: MethodModel;
  /** The property of its request that is bound. */
  readonly property: string;
  /** The same, as it stands in an object literal. */
  readonly key: string;
}

/** The helpers that templates can call. Each is described in templates/README.md. */
export function createHelpers({ file, names, symbols, docs, options, message: messageOf, put, noLine }: HelperContext): HelperDeclareSpec {
  const cache = new Map<string, string>();
  /** One placeholder a symbol: a file uses the same few thousands of times. */
  const once = (key: string, make: () => Printable | (() => Printable)): string => {
    let text = cache.get(key);
    if (text === undefined) {
      text = put(make());
      cache.set(key, text);
    }
    return text;
  };
  const symbol = (ref: SymbolRef): string => once(symbolKey(ref), () => (ref.of === "global" ? symbols.global(ref.name) : symbols.printable(ref)));
  const code = (pieces: Code): string => pieces.map((piece) => (typeof piece === "string" ? piece : symbol(piece))).join("");
  const properties = memberNames((properties: readonly PropertyModel[]) => propertyNames(properties));
  const methods = memberNames((methods: readonly MethodModel[]) => methodNames(methods));
  const scopesOf = memberNames((scopes: readonly ScopeModel[]) => scopeNames(scopes));
  const self = ({ typeName }: MessageModel): MessageRef => ({ role: "message", typeName });
  /** Text from a proto goes in as it is, unless something in it could be taken for a placeholder. */
  const inline = (text: string): string => (/[\uE000-\uE002]/.test(text) ? put(text) : text);
  /** The property of a field, also of a message of another file. */
  const propertyOf = (typeName: string, member: string): string => {
    const message = messageOf(typeName);
    const property = message?.properties.find((candidate) => candidate.member === member);
    return message && property ? properties(message.properties, property) : protoCamelCase(member);
  };

  const codegen = (name: string): string => once(`codegen ${name}`, () => symbols.codegen(name));
  const codecContext = (message: MessageModel): CodecContext => ({
    int64: options.int64,
    nameOf: (property) => properties(message.properties, property),
    codegen,
    companion: (message) => symbol({ of: "companion", message }),
    global: (name) => symbol({ of: "global", name }),
    // Of the well-known types, one alone is a value message: the others are no more than what is in them.
    isValue: ({ role, typeName }) => (role === "wellKnown" ? typeName === "google.protobuf.Value" : Boolean(messageOf(typeName)?.value)),
  });
  const links: LinkContext = { options, message: messageOf, propertyOf, code };
  const linkNamesOf = (service: ServiceModel, { name }: MethodModel): LinkNames => declared(declared(names.services, service.typeName).links, name);
  const linkDoc = ({ bare, typeName, member }: LinkMethodData, indentation: string, more: More): string =>
    inline(bare ? docs.type(typeName, indentation, more) : docs.member(typeName, member.name, indentation, more));

  return {
    // names
    face: ({ typeName }: MessageModel): string => declared(names.faces, typeName),
    linkTo: ({ typeName }: MessageModel): string => `{@link ${declared(names.faces, typeName)}}`,
    init: ({ typeName }: MessageModel): string => declared(names.inits, typeName),
    serviceNames: ({ typeName }: ServiceModel): ServiceNames => declared(names.services, typeName),
    propertyName: (message: MessageModel, property: PropertyModel): string => memberKey(properties(message.properties, property)),
    methodName: (service: ServiceModel, method: MethodModel): string => methods(service.methods, method),
    methodAccess: (service: ServiceModel, method: MethodModel): string => memberAccess(methods(service.methods, method)),
    methodKey: (service: ServiceModel, method: MethodModel): string => memberKey(methods(service.methods, method)),
    caller: ({ kind }: MethodModel): string => callers[kind],
    scopeName: ({ scopes }: ServiceModel, scope: ScopeModel): string => memberKey(scopesOf(scopes, scope)),
    scopeClass: (service: ServiceModel, { field }: ScopeModel): string => declared(declared(names.services, service.typeName).scopes, field),
    linkNames: linkNamesOf,
    linkEnds: (service: ServiceModel, method: MethodModel & { link: LinkModel }): readonly LinkEndData[] =>
      linkEnds(method.link, linkNamesOf(service, method), links),
    scopeProperty: ({ field }: ScopeModel): string => safeIdentifier(protoCamelCase(field)),
    /** The methods of a scope, each with the property of its request that is bound. */
    scopeMethods: ({ methods }: ServiceModel, { field, methods: bound }: ScopeModel): ScopeMethodData[] =>
      methods
        .filter(({ name }) => bound.includes(name))
        .map((method) => {
          const property = propertyOf(method.input.typeName, field);
          return { method, property, key: memberKey(property) };
        }),

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
    codegen,
    schema: (typeName: string): string => put(symbols.schema(typeName)),
    global: (name: string): string => symbol({ of: "global", name }),
    string: (text: string): string => literal(text),

    // types
    faceType: (property: PropertyModel): string => code(propertyType(property, "face", options.int64)),
    initType: (property: PropertyModel): string => code(propertyType(property, "init", options.int64)),
    valueFaceType: (message: MessageModel): string => (message.value ? code(valueType(message.value, self(message), "face")) : ""),
    valueInitType: (message: MessageModel): string => (message.value ? code(valueType(message.value, self(message), "init")) : ""),

    // what the runtime is given
    fieldFaces: (message: MessageModel): FieldFaceData[] => fieldFaces(message, codecContext(message)),
    codecData: (message: MessageModel): CodecData | null => (options.optimizeFor === "speed" ? codecData(message, codecContext(message)) : null),
    valueMembers: ({ value }: MessageModel): string => (value ? valueMembers(value, codegen) : ""),
    dialectName: (index: number): string => dialectName(index),
    dialectLiteral: (dialect: DialectModel): string => literal({ ...dialect, tags: dialect.tags.map(({ name, kind }) => [name, kind]) }),
    faultLiteral: (fault: FaultModel): string => literal(faultShape(fault, propertyOf)),
    linkShape: (link: LinkModel): LinkShapeData => linkShape(link, links),
    list: (names: readonly string[]): string => literal(names),

    // docs
    doc: (typeName: string): string => inline(docs.type(typeName)),
    memberDoc: (typeName: string, member: string, indentation: string): string => inline(docs.member(typeName, member, indentation)),
    serveDoc: (typeName: string, { name, link }: MethodModel, indentation: string): string =>
      inline(docs.member(typeName, name, indentation, { note: link ? "Called for each stream that a client opens: gives what this end does." : undefined })),
    callDoc: (typeName: string, { name, fault, link }: MethodModel, indentation: string): string => {
      const note = link ? "Opens a link, which connects by itself, and again when the connection is lost." : undefined;
      return inline(docs.member(typeName, name, indentation, { note, tag: fault ? throwsTag(fault, "response") : undefined }));
    },
    sayDoc: (method: LinkMethodData, indentation: string): string => linkDoc(method, indentation, sayNote(method)),
    hearDoc: (method: LinkMethodData, indentation: string): string => linkDoc(method, indentation, hearNote(method)),
    commentOf: (typeName: string, member: string, indentation: string): string => {
      const comment = docs.comment(typeName, member, indentation);
      return comment === undefined ? noLine : inline(comment);
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
