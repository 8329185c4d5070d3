import { type AnyDesc, create, type DescFile } from "@bufbuild/protobuf";
import { type CodeGeneratorRequest, CodeGeneratorRequestSchema, type CodeGeneratorResponse, CodeGeneratorResponseSchema } from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin, type Plugin, type Schema } from "@bufbuild/protoplugin";
import { loadSettings } from "./config/load.js";
import { Problems } from "./diagnostics.js";
import { withDigest } from "./digest.js";
import { checkLimits } from "./limits.js";
import { buildModel, type FileModel, type Model } from "./model/model.js";
import { isShipped } from "./model/type.js";
import { checkPins, modulePath, namesOf } from "./names.js";
import { type Options, parseOptions } from "./options.js";
import { type LineOf, placeOf } from "./place.js";
import { readOverrides } from "./rendering/overrides.js";
import { Renderer, type Templates } from "./rendering/render.js";
import { Types } from "./rendering/types.js";
import type { SentRequest } from "./request.js";
import { transpile } from "./transpile.js";

/** How many proto files there are to a part of a response. */
const partSize = 20;

/** What the plugin brings, beside its code. */
export interface Resources {
  /** The templates, compiled. */
  readonly templates: Templates;
  /** The profiles, as protobuf JSON. */
  readonly profiles: readonly unknown[];
  /** Told of what is odd, but can be generated. */
  onWarning?(text: string): void;
}

/** Makes the plugin: from a CodeGeneratorRequest to a CodeGeneratorResponse with one `<name>_bridge.ts` a proto file. */
export function createPlugin(version: string, resources: Resources): Plugin {
  return pluginOf(version, (schema) => new Generation(schema, resources).print(schema, Number.POSITIVE_INFINITY));
}

/**
 * Does what the plugin does, and gives the response in parts, each with some of the files: what was printed before need not stay in
 * memory. Everything is decided before the first part. The parts make one response if their encodings follow one another.
 */
export function* generateParts(version: string, resources: Resources, sent: SentRequest): Generator<CodeGeneratorResponse, void, undefined> {
  let generation: Generation | undefined;
  const plugin = pluginOf(version, (schema) => {
    generation ??= new Generation(schema, resources, sent);
    generation.print(schema, partSize);
  });
  const { request } = sent;
  yield plugin.run(request);
  const next = requestForMore(request);
  // What the response says besides its files stands in the first part.
  while (generation?.more) yield create(CodeGeneratorResponseSchema, { file: plugin.run(next).file });
}

function pluginOf(version: string, generateTs: (schema: Schema<Options>) => void): Plugin {
  const plugin = createEcmaScriptPlugin<Options>({ name: "protoc-gen-bridge", version, parseOptions, generateTs, transpile });
  return {
    ...plugin,
    run(request) {
      const response = plugin.run(request);
      // Only here is a file whole: protoplugin puts its imports together last.
      for (const file of response.file) file.content = withDigest(file.content);
      return response;
    },
  };
}

/**
 * protoplugin keeps each file that it generates until its run ends, so each part is a run of its own. Only the first needs descriptors;
 * but where the well-known types are imported from depends on whether they are generated, too.
 */
function requestForMore({ parameter, fileToGenerate, protoFile }: CodeGeneratorRequest): CodeGeneratorRequest {
  const shipped = fileToGenerate.filter(isShipped);
  return create(CodeGeneratorRequestSchema, {
    parameter,
    fileToGenerate: shipped,
    protoFile: shipped.length === 0 ? [] : protoFile.filter(({ name }) => isShipped(name)),
  });
}

/** A file to print. */
interface Job {
  readonly model: FileModel;
  readonly desc: DescFile;
}

/** All that is decided about a request, and how far its files are printed. */
class Generation {
  readonly #renderer: Renderer;
  readonly #files: Job[] = [];
  readonly #sent: SentRequest | undefined;
  #next = 0;

  /** @param sent where comments and lines are, if the descriptors have none */
  constructor(schema: Schema<Options>, resources: Resources, sent?: SentRequest) {
    this.#sent = sent;
    const { files, allFiles, options } = schema;
    const { templates } = resources;
    const overrides = options.templates === undefined ? [] : readOverrides(options.templates, Object.keys(templates));
    const model = decide(schema, resources, sent && ((file, path) => sent.lineOf(file, path)));
    const messages = new Map(model.files.flatMap((file) => file.messages.map((message) => [message.typeName, message])));
    this.#renderer = new Renderer({ names: namesOf(model), types: new Types(allFiles), messages, options, templates, overrides });
    const wanted = new Map(files.map((file) => [file.proto.name, file]));
    for (const file of model.files) {
      const desc = wanted.get(file.path);
      if (desc) this.#files.push({ model: file, desc });
    }
  }

  get more(): boolean {
    return this.#next < this.#files.length;
  }

  /** Prints the next files, at most so many. */
  print(schema: Schema<Options>, count: number): void {
    const end = Math.min(this.#next + count, this.#files.length);
    for (; this.#next < end; this.#next++) {
      const { model, desc } = this.#files[this.#next] as Job;
      // Comments are as large as all the rest, and needed for one file at a time.
      if (this.#sent) desc.proto.sourceCodeInfo = this.#sent.comments(desc.proto);
      this.#renderer.render(model, desc, schema.generateFile(`${modulePath(model.path)}.ts`));
      if (this.#sent) desc.proto.sourceCodeInfo = undefined;
    }
  }
}

/**
 * Decides everything. The names that a file imports come from the model of the file that declares them, which may belong to another run:
 * so the model is of all files, and only of those that are generated it is told what is wrong.
 *
 * @throws ProblemsError with all that is wrong
 */
function decide({ allFiles, files, options }: Schema<Options>, { profiles, onWarning }: Resources, lineOf: LineOf | undefined): Model {
  const problems = new Problems();
  checkLimits(files, problems, lineOf);
  const place = (desc: AnyDesc): string => placeOf(desc, lineOf);
  const { settings } = loadSettings({ files: allFiles, checked: files, configPath: options.config, profiles, problems, whole: false, place });
  // What is named and not there would only lead to more problems.
  problems.check();
  const wanted = new Set(files.map(({ proto }) => proto.name));
  const model = buildModel(allFiles, { settings, problems: { of: problems, files: wanted }, place });
  checkPins({ files: model.files.filter(({ path }) => wanted.has(path)) }, problems);
  problems.check();
  for (const { place, message } of problems.all) onWarning?.(place === "" ? message : `${place}: ${message}`);
  return model;
}
