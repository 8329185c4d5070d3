import type { DescFile } from "@bufbuild/protobuf";
import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";
import type HandlebarsModule from "handlebars";
import runtime from "handlebars/runtime.js";
import type { FileModel } from "../model/model.js";
import type { FileNames } from "../names.js";
import type { Options } from "../options.js";
import { Docs } from "./docs.js";
import { createHelpers } from "./helpers.js";
import { Shapes } from "./shapes.js";
import { Symbols } from "./symbols.js";
import type { Types } from "./types.js";

// The part of Handlebars that runs compiled templates: its types say nothing.
const Handlebars = runtime as unknown as typeof HandlebarsModule;

/** The compiled templates, by name. */
export type Templates = Readonly<Record<string, TemplateSpecification>>;

/** What all files of a run share. */
export interface Run {
  /** Of every file of the request, by path. */
  readonly names: ReadonlyMap<string, FileNames>;
  readonly types: Types;
  readonly options: Options;
  readonly templates: Templates;
}

// Characters for private use mark what is no text: nothing that a template or a name has contains them, and the text of
// comments and strings comes in only as a printable.
const opening = "\uE000";
const closing = "\uE001";
const noLine = "\uE002";

/** Prints the bridges of proto files. */
export class Renderer {
  readonly #run: Run;
  readonly #handlebars = Handlebars.create();
  readonly #shapes = new Shapes();

  constructor(run: Run) {
    this.#run = run;
    for (const [name, spec] of Object.entries(run.templates)) this.#handlebars.registerPartial(name, this.#handlebars.template(spec));
  }

  /** Prints the bridge of one file: runs the templates, then puts protoplugin's printables where the helpers left placeholders. */
  render(model: FileModel, desc: DescFile, file: GeneratedFile): void {
    const { names: allNames, types, options } = this.#run;
    const names = allNames.get(model.path);
    if (!names) throw new Error(`no names for ${model.path}`);
    const printables: Printable[] = [];
    const put = (printable: Printable): string => opening + (printables.push(printable) - 1) + closing;
    this.#handlebars.registerHelper(
      createHelpers({
        file,
        names,
        symbols: new Symbols(file, names, allNames, types, this.#shapes),
        docs: new Docs(file, types),
        options,
        put,
        noLine,
      }),
    );
    const text = (this.#handlebars.partials["file"] as HandlebarsModule.TemplateDelegate)(model);
    file.preamble(desc);
    // Without a line the file is empty to protoplugin, which then leaves it out or keeps it, as keep_empty_files says.
    if (text.trim() !== "") print(withoutMarked(text).trimEnd(), printables, file);
  }
}

/** Prints in one go: protoplugin keeps each piece for itself, and goes over all of them more than once. */
function print(text: string, printables: readonly Printable[], file: GeneratedFile): void {
  const pieces: Printable[] = [];
  let from = 0;
  for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, from)) {
    if (at > from) pieces.push(text.slice(from, at));
    from = text.indexOf(closing, at) + 1;
    pieces.push(printables[Number(text.slice(at + 1, from - 1))] as Printable);
  }
  pieces.push(text.slice(from));
  file.print(pieces);
}

/** The text without the lines that are to go away. */
function withoutMarked(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = text.indexOf(noLine); at >= 0; at = text.indexOf(noLine, from)) {
    kept.push(text.slice(from, text.lastIndexOf("\n", at) + 1));
    const end = text.indexOf("\n", at);
    from = end < 0 ? text.length : end + 1;
  }
  return kept.join("") + text.slice(from);
}
