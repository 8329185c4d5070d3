import type { DescFile, Registry } from "@bufbuild/protobuf";
import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";
import type HandlebarsModule from "handlebars";
import runtime from "handlebars/runtime.js";
import type { FileModel } from "../model/model.js";
import type { FileNames } from "../names.js";
import type { Options } from "../options.js";
import { Docs } from "./docs.js";
import { createHelpers } from "./helpers.js";
import { Symbols } from "./symbols.js";

// The part of Handlebars that runs compiled templates: its types say nothing.
const Handlebars = runtime as unknown as typeof HandlebarsModule;

/** The compiled templates, by name. */
export type Templates = Readonly<Record<string, TemplateSpecification>>;

/** What all files of a run share. */
export interface Run {
  /** Of every file of the request, by path. */
  readonly names: ReadonlyMap<string, FileNames>;
  readonly registry: Registry;
  readonly options: Options;
  readonly templates: Templates;
}

// Characters for private use mark what is no text: nothing that a template or a name has contains them, and the text of
// comments and strings comes in only as a printable.
const placeholder: RegExp = /\uE000(\d+)\uE001/;
const noLine = "\uE002";

/** Prints the bridge of one proto file: runs the templates, then puts protoplugin's printables where the helpers left placeholders. */
export function renderFile(model: FileModel, desc: DescFile, file: GeneratedFile, run: Run): void {
  const names = run.names.get(model.path);
  if (!names) throw new Error(`no names for ${model.path}`);
  const printables: Printable[] = [];
  const put = (printable: Printable): string => `\uE000${printables.push(printable) - 1}\uE001`;
  const handlebars = Handlebars.create();
  handlebars.registerHelper(
    createHelpers({
      file,
      names,
      symbols: new Symbols(file, names, run.names, run.registry),
      docs: new Docs(file, run.registry),
      options: run.options,
      put,
      noLine,
    }),
  );
  for (const [name, spec] of Object.entries(run.templates)) handlebars.registerPartial(name, handlebars.template(spec));
  const text = (handlebars.partials["file"] as HandlebarsModule.TemplateDelegate)(model);

  file.preamble(desc);
  // Without a line the file is empty to protoplugin, which then leaves it out or keeps it, as keep_empty_files says.
  const lines = text.trim() === "" ? [] : text.trimEnd().split("\n");
  for (const line of lines) {
    if (line.includes(noLine)) continue;
    // Odd pieces are what the expression's parentheses caught: the places of printables.
    file.print(line.split(placeholder).map((piece, i) => (i % 2 === 0 ? piece : (printables[Number(piece)] as Printable))));
  }
}
