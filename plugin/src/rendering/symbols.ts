import type { DescEnum, DescMessage, Registry } from "@bufbuild/protobuf";
import type { GeneratedFile, ImportSymbol, Printable } from "@bufbuild/protoplugin";
import type { MessageRef } from "../model/type.js";
import type { FileNames, SymbolRef } from "../names.js";

const runtimePath = "@protobridge/runtime";
/** What generated code calls. The version in the path makes a runtime that is too old a compile error that says so. */
const codegenPath = "@protobridge/runtime/codegen-0.1";
const wktPath = "@protobridge/runtime/wkt";

/** Where the symbols that a file uses come from, as the file has to import them. */
export class Symbols {
  readonly #file: GeneratedFile;
  readonly #own: FileNames;
  readonly #names: ReadonlyMap<string, FileNames>;
  readonly #registry: Registry;

  /** @param names of every file of the request, by path */
  constructor(file: GeneratedFile, own: FileNames, names: ReadonlyMap<string, FileNames>, registry: Registry) {
    this.#file = file;
    this.#own = own;
    this.#names = names;
    this.#registry = registry;
  }

  printable(ref: SymbolRef): Printable {
    switch (ref.of) {
      case "runtime":
        return this.#file.import(ref.name, runtimePath, true);
      case "global":
        return this.#own.taken.has(ref.name) ? `globalThis.${ref.name}` : ref.name;
      case "enum":
        return this.#file.importShape(this.#enum(ref.typeName));
      default:
        return this.#message(ref.of, ref.message);
    }
  }

  /** A value of the runtime, such as a class to extend. */
  runtimeValue(name: string): Printable {
    return this.#file.import(name, runtimePath);
  }

  /** What generated code calls in the runtime. */
  codegen(name: string): Printable {
    return this.#file.import(name, codegenPath);
  }

  /** protobuf-es's descriptor of a message. */
  schema(typeName: string): Printable {
    return this.#file.importSchema(this.#messageDesc(typeName));
  }

  /** protobuf-es's enum itself, as a value and a type. */
  enumValue(typeName: string): ImportSymbol {
    const { name, from } = this.#file.importShape(this.#enum(typeName));
    return this.#file.import(name, from);
  }

  #message(of: "face" | "init" | "companion", { role, typeName }: MessageRef): Printable {
    const desc = this.#messageDesc(typeName);
    if (role === "wellKnown") return this.#file.import(`${desc.name}${of === "init" ? "Init" : ""}`, wktPath, of !== "companion");
    if (role === "foreign") return this.#foreign(of, desc);
    const names = this.#names.get(desc.file.proto.name);
    const name = (of === "init" ? names?.inits : names?.faces)?.get(typeName);
    if (!names || !name) throw new Error(`no file of the request declares ${typeName}`);
    return names === this.#own ? name : this.#file.import(name, names.path, of !== "companion");
  }

  /** A message that protobuf-es ships and whose face the runtime does not, such as a descriptor: the face is protobuf-es's own. */
  #foreign(of: "face" | "init" | "companion", desc: DescMessage): Printable {
    if (of === "face") return this.#file.importShape(desc);
    const schema = this.#file.importSchema(desc, of === "init");
    if (of === "init") return [this.#file.import("MessageInitShape", "@bufbuild/protobuf", true), "<typeof ", schema, ">"];
    return [this.codegen("esMessage"), "(", schema, ")"];
  }

  #enum(typeName: string): DescEnum {
    const desc = this.#registry.getEnum(typeName);
    if (!desc) throw new Error(`no file of the request declares the enum ${typeName}`);
    return desc;
  }

  #messageDesc(typeName: string): DescMessage {
    const desc = this.#registry.getMessage(typeName);
    if (!desc) throw new Error(`no file of the request declares ${typeName}`);
    return desc;
  }
}
