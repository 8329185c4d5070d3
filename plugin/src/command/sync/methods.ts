import { ts } from "ts-morph";
import { type Rpc, refOf } from "./contract.js";
import type { Part } from "./implementation.js";
import type { Imports } from "./imports.js";
import type { Module } from "./module.js";
import type { Style } from "./style.js";
import type { World } from "./world.js";

/** The package whose errors a missing method answers with. */
const runtime = "@protobridge/runtime";

/** Writes methods that answer UNIMPLEMENTED, as if they were not there. */
export class MethodWriter {
  readonly #world: World;
  readonly #imports: Imports;
  readonly #style: Style;

  constructor(world: World, imports: Imports, style: Style) {
    this.#world = world;
    this.#imports = imports;
    this.#style = style;
  }

  /** The lines of a method, without the indentation that all of them have. @param modifiers before its name, such as `public ` */
  write(part: Part, rpc: Rpc, modifiers: string): readonly string[] {
    const { indent, semicolon } = this.#style;
    const module = (part.service ?? part.handlers)?.module as Module;
    // A handler has no use for the rest: it stands in the type of the handlers.
    const parameters = (part.handlers ? rpc.parameters.slice(0, 1) : rpc.parameters).map(
      ({ name, type }) => `_${name.replace(/^_/, "")}: ${this.#typeText(module, type)}`,
    );
    const { type, isStream } = rpc.response;
    const result = `${this.#imports.global(isStream ? "AsyncIterable" : "Promise")}<${this.#typeText(module, type)}>`;
    const prefix = `${modifiers}${part.overrides ? "override " : ""}async ${isStream ? "*" : ""}`;
    return [
      ...this.#doc(rpc.doc),
      `${prefix}${rpc.key}(${parameters.join(", ")}): ${result} {`,
      `${indent}throw new ${this.#imports.value({ module: runtime, name: "BridgeError" })}(${this.#error(part, rpc)})${semicolon}`,
      "}",
    ];
  }

  #error({ handlers }: Part, { name, protoName }: Rpc): string {
    const code = this.#quoted("unimplemented");
    if (handlers) return `${code}, ${this.#quoted(`there is no handler for ${name}`)}`;
    const { space } = this.#style;
    return `${code}, ${this.#quoted(`${protoName} is not implemented`)}, {${space}inBand: false${space}}`;
  }

  #quoted(text: string): string {
    const { quote } = this.#style;
    return `${quote}${text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`)}${quote}`;
  }

  #doc(doc: readonly string[]): readonly string[] {
    const lines = [...doc];
    while (lines.at(-1) === "") lines.pop();
    if (lines.length === 0) return [];
    if (lines.length === 1) return [`/** ${lines[0]} */`];
    return ["/**", ...lines.map((line) => (line === "" ? " *" : ` * ${line}`)), " */"];
  }

  /** A type as the generated code writes it, with the names of this file. */
  #typeText(module: Module, type: ts.TypeNode): string {
    const file = module.file;
    const start = type.getStart(file);
    const text = file.text.slice(start, type.end);
    const names: { readonly at: number; readonly length: number; readonly text: string }[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isTypeReferenceNode(node)) names.push(this.#nameText(module, node.typeName, start));
      ts.forEachChild(node, visit);
    };
    visit(type);
    return names.toSorted((a, b) => b.at - a.at).reduce((all, { at, length, text }) => all.slice(0, at) + text + all.slice(at + length), text);
  }

  #nameText(module: Module, name: ts.EntityName, start: number): { readonly at: number; readonly length: number; readonly text: string } {
    const written = name.getText(module.file);
    const ref = refOf(this.#world.sources, module, written);
    const text = ref ? this.#imports.type(ref) : this.#imports.global(written.replace(/^globalThis\./, ""));
    return { at: name.getStart(module.file) - start, length: written.length, text };
  }
}
