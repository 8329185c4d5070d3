import { type DescFile, isFieldSet } from "@bufbuild/protobuf";
import { SourceCodeInfo_LocationSchema } from "@bufbuild/protobuf/wkt";
import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";
import type HandlebarsModule from "handlebars";
import runtime from "handlebars/runtime.js";
import type { MessageModel } from "../model/message.js";
import type { FileModel } from "../model/model.js";
import type { FileNames } from "../names.js";
import type { Options } from "../options.js";
import { Docs } from "./docs.js";
import { createHelpers, type HelperContext } from "./helpers.js";
import { compileOverride, loadHandlebars, locateHelpers, type Override } from "./overrides.js";
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
  /** Templates of the user's own. */
  readonly overrides: readonly Override[];
  /** Of all files of the request, by type name. */
  readonly messages: ReadonlyMap<string, MessageModel>;
}

// Characters for private use mark what is no text: nothing that a template or a name has contains them, and a comment that does comes in
// as a printable.
const opening = "\uE000";
const closing = "\uE001";
const noLine = "\uE002";

/** What stands for a placeholder, or what makes it when all of the file is known. */
type Printing = Printable | (() => Printable);

/** Prints the bridges of proto files. */
export class Renderer {
  readonly #run: Run;
  readonly #handlebars: typeof HandlebarsModule;
  readonly #shapes = new Shapes();

  constructor(run: Run) {
    this.#run = run;
    const { templates, overrides } = run;
    this.#handlebars = overrides.length > 0 ? loadHandlebars() : Handlebars.create();
    for (const [name, spec] of Object.entries(templates)) this.#handlebars.registerPartial(name, this.#handlebars.template(spec));
    const helpers = overrides.length > 0 ? Object.keys(createHelpers({} as HelperContext)) : [];
    for (const override of overrides) this.#handlebars.registerPartial(override.name, compileOverride(this.#handlebars, override, helpers));
  }

  /** Prints the bridge of one file: runs the templates, then puts protoplugin's printables where the helpers left placeholders. */
  render(model: FileModel, desc: DescFile, file: GeneratedFile): void {
    const { names: allNames, types, options, messages, overrides } = this.#run;
    const names = allNames.get(model.path);
    if (!names) throw new Error(`no names for ${model.path}`);
    const printables: Printing[] = [];
    const put = (printable: Printing): string => opening + (printables.push(printable) - 1) + closing;
    const helpers = createHelpers({
      file,
      names,
      symbols: new Symbols(file, names, allNames, types, this.#shapes),
      docs: new Docs(types),
      options,
      message: (typeName) => messages.get(typeName),
      put,
      noLine,
    });
    this.#handlebars.registerHelper(overrides.length > 0 ? locateHelpers(helpers) : helpers);
    const text = (this.#handlebars.partials["file"] as HandlebarsModule.TemplateDelegate)(model);
    file.preamble(withPlainComments(desc));
    // Without a line the file is empty to protoplugin, which then leaves it out or keeps it, as keep_empty_files says.
    if (text.trim() !== "") print(withoutMarked(text).trimEnd(), printables, file);
  }
}

/** Prints in one go: protoplugin keeps each piece for itself, and goes over all of them more than once. */
function print(text: string, printables: readonly Printing[], file: GeneratedFile): void {
  const pieces: Printable[] = [];
  let from = 0;
  for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, from)) {
    if (at > from) pieces.push(text.slice(from, at));
    from = text.indexOf(closing, at) + 1;
    const printable = printables[Number(text.slice(at + 1, from - 1))] as Printing;
    pieces.push(typeof printable === "function" ? printable() : printable);
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

/** The file, with the comments that protoplugin prints as line comments: to JavaScript, more than a line feed ends a line. */
function withPlainComments(desc: DescFile): DescFile {
  const info = desc.proto.sourceCodeInfo;
  if (!info) return desc;
  const plain = (text: string): string => text.replaceAll(/\r\n?|[\u2028\u2029]/g, "\n");
  // Those of the syntax and the package, whose paths are one number.
  const locations = info.location.filter(({ path }) => path.length === 1);
  const location = locations.map((each) =>
    over(each, {
      leadingDetachedComments: each.leadingDetachedComments.map(plain),
      ...(isFieldSet(each, SourceCodeInfo_LocationSchema.field.leadingComments) && { leadingComments: plain(each.leadingComments) }),
    }),
  );
  return over(desc, { proto: over(desc.proto, { sourceCodeInfo: over(info, { location }) }) });
}

/** An object with some other members. Not a copy: what is not set in a message of proto2 is in its prototype. */
function over<T extends object>(base: T, members: Partial<T>): T {
  return Object.assign(Object.create(base) as T, members);
}
