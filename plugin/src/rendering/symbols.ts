import type { DescMessage } from "@bufbuild/protobuf";
import type { GeneratedFile, ImportSymbol, Printable } from "@bufbuild/protoplugin";
import type { MessageRef } from "../model/type.js";
import { type FileNames, isReservedType } from "../names.js";
import type { SymbolRef } from "../types.js";
import type { Shapes } from "./shapes.js";
import type { Types } from "./types.js";

const runtimePath = "@protobridge/runtime";
/** What generated code calls. The version in the path makes a runtime that is too old a compile error that says so. */
const codegenPath = "@protobridge/runtime/codegen-0.1";
const wktPath = "@protobridge/runtime/wkt";

/** Where the symbols that a file uses come from, as the file has to import them. */
export class Symbols {
  readonly #file: GeneratedFile;
  readonly #own: FileNames;
  readonly #names: ReadonlyMap<string, FileNames>;
  readonly #types: Types;
  readonly #shapes: Shapes;
  readonly #imported = new Set<string>();

  /** @param names of every file of the request, by path */
  constructor(file: GeneratedFile, own: FileNames, names: ReadonlyMap<string, FileNames>, types: Types, shapes: Shapes) {
    this.#file = file;
    this.#own = own;
    this.#names = names;
    this.#types = types;
    this.#shapes = shapes;
  }

  printable(ref: Exclude<SymbolRef, { readonly of: "global" }>): Printable {
    switch (ref.of) {
      case "runtime":
        return this.#import(ref.name, runtimePath, true);
      case "enum": {
        const shape = this.#shapes.shape(this.#file, this.#types.enum(ref.typeName));
        // Such a name is that of another type wherever it stands as a type.
        return isReservedType(shape.name) ? "number" : this.#imports(shape);
      }
      default:
        return this.#message(ref.of, ref.message);
    }
  }

  /** A global of JavaScript. Its text is certain once every symbol of the file is made: what the file imports can have its name. */
  global(name: string): () => Printable {
    return () => (this.#own.taken.has(name) || this.#imported.has(name) ? `globalThis.${name}` : name);
  }

  /** A value of the runtime, such as a class to extend. */
  runtimeValue(name: string): Printable {
    return this.#import(name, runtimePath);
  }

  /** What generated code calls in the runtime. */
  codegen(name: string): Printable {
    return this.#import(name, codegenPath);
  }

  /** protobuf-es's descriptor of a message. */
  schema(typeName: string): Printable {
    return this.#shapes.schema(this.#file, this.#types.message(typeName));
  }

  /** protobuf-es's enum itself, as a value and a type. */
  enumValue(typeName: string): ImportSymbol {
    const { name, from } = this.#shapes.shape(this.#file, this.#types.enum(typeName));
    return this.#import(name, from);
  }

  #message(of: "face" | "init" | "companion", { role, typeName }: MessageRef): Printable {
    const desc = this.#types.message(typeName);
    if (role === "wellKnown") return this.#import(`${desc.name}${of === "init" ? "Init" : ""}`, wktPath, of !== "companion");
    if (role === "foreign") return this.#foreign(of, desc);
    const names = this.#names.get(desc.file.proto.name);
    const name = (of === "init" ? names?.inits : names?.faces)?.get(typeName);
    if (!names || !name) throw new Error(`no file of the request declares ${typeName}`);
    return names === this.#own ? name : this.#import(name, names.path, of !== "companion");
  }

  /** A message that protobuf-es ships and whose face the runtime does not, such as a descriptor: the face is protobuf-es's own. */
  #foreign(of: "face" | "init" | "companion", desc: DescMessage): Printable {
    if (of === "face") return this.#imports(this.#shapes.shape(this.#file, desc));
    const schema = this.#shapes.schema(this.#file, desc, of === "init");
    if (of === "init") return [this.#file.import("MessageInitShape", "@bufbuild/protobuf", true), "<typeof ", schema, ">"];
    return ["/*@__PURE__*/ ", this.codegen("esMessage"), "(", schema, ")"];
  }

  #import(name: string, from: string, typeOnly = false): ImportSymbol {
    return this.#imports(this.#file.import(name, from, typeOnly));
  }

  #imports(symbol: ImportSymbol): ImportSymbol {
    this.#imported.add(symbol.name);
    return symbol;
  }
}
