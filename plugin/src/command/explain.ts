import { loadSettings } from "../config/load.js";
import { nearest } from "../config/nearest.js";
import { Problems } from "../diagnostics.js";
import { explain as explained, selectorsOf } from "../explain.js";
import { buildModel, type Model } from "../model/model.js";
import { checkPins } from "../names.js";
import { profiles } from "../profiles.js";
import { type Built, buildImage, readGenerateTemplate } from "./buf.js";
import { type Command, CommandError, textOf, textsOf } from "./command.js";

const help = `protobridge explain [SELECTOR] [options]

Prints every decision about the protos, and why: the rule, the profile, or the
line of the config. It checks the whole config, too.

  SELECTOR             only this package, file, service, RPC, message, field,
                       oneof or enum
  --input INPUT        what buf build takes; may be given again
                       (default: the inputs of buf.gen.yaml, or .)
  --template FILE      the buf.gen.yaml that says inputs and config=
                       (default: ./buf.gen.yaml, if it is there)
  --config FILE        the config (default: config= in buf.gen.yaml)
  --json               the model as JSON

buf compiles the protos: it has to be in PATH, as npx puts it there.
Exit code 0; 1 if the protos or the config are wrong; 2 for a wrong command.
`;

/** The command `protobridge explain`. */
export const explain: Command = {
  name: "explain",
  summary: "tells every decision about the protos, and why",
  help,
  options: {
    input: { type: "string", multiple: true },
    template: { type: "string" },
    config: { type: "string" },
    json: { type: "boolean" },
  },
  maxArguments: 1,
  run(values, [selector], { print, tell }) {
    const { output, warnings } = runExplain({
      selector,
      inputs: textsOf(values, "input"),
      template: textOf(values, "template"),
      config: textOf(values, "config"),
      json: values["json"] === true,
    });
    for (const warning of warnings) tell(`warning: ${warning}`);
    print(output);
    return 0;
  },
};

/** What `protobridge explain` is given. */
export interface ExplainOptions {
  readonly selector: string | undefined;
  readonly inputs: readonly string[];
  readonly template: string | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
}

/** What it prints: to standard output, and to standard error. */
export interface ExplainResult {
  readonly output: string;
  readonly warnings: readonly string[];
}

/**
 * Tells what the plugin makes of protos, and why.
 *
 * @throws CommandError if buf fails, or if nothing has the name of the selector
 * @throws ProblemsError with all that is wrong in the config
 */
export function runExplain({ selector, inputs, template, config, json }: ExplainOptions): ExplainResult {
  const { inputs: known, configPath } = readGenerateTemplate(template);
  const given = inputs.length > 0 ? inputs : known.length > 0 ? known : ["."];
  const problems = new Problems();
  const built = given.map((input) => buildImage(input));
  const { model, applied } = modelOf(built, config ?? configPath, problems);
  checkPins(model, problems);
  problems.check();
  const warnings = problems.all.map(({ place, message }) => (place === "" ? message : `${place}: ${message}`));
  if (selector !== undefined && !selectorsOf(model).some((name) => name === selector || name.startsWith(`${selector}.`))) throw unknown(selector, model);
  if (json) return { output: `${JSON.stringify({ profiles: applied, files: filesOf(model, selector), warnings }, null, 2)}\n`, warnings: [] };
  const header = applied.length === 0 ? "" : `profiles: ${applied.join(", ")}\n\n`;
  return { output: header + explained(model, selector), warnings };
}

/** One model of all inputs. Selectors have to match in one of them. */
function modelOf(built: readonly Built[], configPath: string | undefined, problems: Problems): { model: Model; applied: readonly string[] } {
  const all = built.flatMap(({ files }) => files);
  const applied = new Set<string>();
  const files = built.flatMap(({ files, own }, i) => {
    // The config is checked once, against all inputs together.
    const loaded = loadSettings({ files, checked: all, configPath, profiles, problems: i === 0 ? problems : new Problems(), whole: true });
    for (const name of loaded.applied) applied.add(name);
    const wanted = new Set(own.map(({ proto }) => proto.name));
    return buildModel(files, { settings: loaded.settings, problems: { of: problems, files: wanted } }).files.filter(({ path }) => wanted.has(path));
  });
  return { model: { files }, applied: [...applied] };
}

function filesOf({ files }: Model, selector: string | undefined): Model["files"] {
  if (selector === undefined) return files;
  const isWanted = (name: string): boolean => name === selector || name.startsWith(`${selector}.`) || selector.startsWith(`${name}.`);
  return files
    .filter((file) => selectorsOf({ files: [file] }).some((name) => name === selector || name.startsWith(`${selector}.`)))
    .map((file) =>
      file.path === selector || file.package === selector
        ? file
        : {
            ...file,
            enums: file.enums.filter(({ typeName }) => isWanted(typeName)),
            messages: file.messages.filter(({ typeName }) => isWanted(typeName)),
            services: file.services.filter(({ typeName }) => isWanted(typeName)),
          },
    );
}

function unknown(selector: string, model: Model): CommandError {
  const near = nearest(selector, selectorsOf(model));
  return new CommandError(`nothing is called ${selector}${near === undefined ? "" : `; did you mean ${near.name}?`}`);
}
