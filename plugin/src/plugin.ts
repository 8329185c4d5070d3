import { createRegistry, type DescFile } from "@bufbuild/protobuf";
import { createEcmaScriptPlugin, type Plugin, type Schema } from "@bufbuild/protoplugin";
import { buildModel } from "./model/model.js";
import { modulePath, namesOf } from "./names.js";
import { type Options, parseOptions } from "./options.js";
import { type Run, renderFile, type Templates } from "./rendering/render.js";
import { transpile } from "./transpile.js";

/** Makes the plugin: from a CodeGeneratorRequest to a CodeGeneratorResponse with one `<name>_bridge.ts` a proto file. */
export function createPlugin(version: string, templates: Templates): Plugin {
  return createEcmaScriptPlugin<Options>({
    name: "protoc-gen-bridge",
    version,
    parseOptions,
    generateTs: (schema) => generate(schema, templates),
    transpile,
  });
}

function generate(schema: Schema<Options>, templates: Templates): void {
  // The names that a file imports come from the model of the file that declares them, which may belong to another run.
  const model = buildModel(schema.allFiles);
  const run: Run = { names: namesOf(model), registry: createRegistry(...schema.allFiles), options: schema.options, templates };
  const wanted = new Map<string, DescFile>(schema.files.map((file) => [file.proto.name, file]));
  for (const file of model.files) {
    const desc = wanted.get(file.path);
    if (desc) renderFile(file, desc, schema.generateFile(`${modulePath(file.path)}.ts`), run);
  }
}
