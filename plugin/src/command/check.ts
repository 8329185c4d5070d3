import { defaultTemplate } from "./buf.js";
import { checks } from "./check/checks.js";
import { type Fixed, fix } from "./check/fix.js";
import { regenerate } from "./check/regenerate.js";
import { jsonOf, leftOf, type Report, textOf } from "./check/report.js";
import { type Command, textOf as optionOf, textsOf, UsageError } from "./command.js";

const help = `protobridge check [options]

Tells whether the generated files in the tree are those that buf generate would
write now. It has buf generate into a temporary directory, and names what is

  missing   generated now, and not in the tree
  stale     not what is generated now: the proto, the config, a template, an
            option or a plugin has changed
  edited    changed by hand since it was generated
  orphaned  once generated, and not any more
  foreign   not generated at all, where buf generate empties the directory
  runtime   made for another @protobridge/runtime than the one installed

and what protobridge sync --check finds in hand-written servicers.

  --fix                writes what is missing or stale, and removes what is
                       orphaned; what was edited stays
  --force              with --fix: writes over what was edited, too
  --dry-run            with --fix: tells what it would do, and does nothing
  --template FILE      a buf.gen.yaml, once for each of several
                       (default: ./buf.gen.yaml)
  --input INPUT        what buf generates from, in place of the inputs of the
                       buf.gen.yaml: a directory, an image, a module
  --json               the findings as JSON

Run it where you run buf generate. buf has to be in PATH, as npx puts it there.
Exit code 0; 1 if something is not as it should be; 2 for a wrong command.
`;

/** The command `protobridge check`. */
export const check: Command = {
  name: "check",
  summary: "names generated files and servicers that are behind",
  help,
  options: {
    fix: { type: "boolean" },
    force: { type: "boolean" },
    "dry-run": { type: "boolean" },
    template: { type: "string", multiple: true },
    input: { type: "string" },
    json: { type: "boolean" },
  },
  maxArguments: 0,
  async run(values, _args, output) {
    const [isFix, force, dryRun] = [values["fix"] === true, values["force"] === true, values["dry-run"] === true];
    if (!isFix && (force || dryRun)) throw new UsageError(`--${force ? "force" : "dry-run"} goes with --fix`);
    const templates = textsOf(values, "template");
    const generated = [];
    for (const template of templates.length > 0 ? templates : [defaultTemplate]) generated.push(await regenerate(template, optionOf(values, "input"), output));
    const findings: Fixed[] = [];
    for (const each of checks) {
      const found = await each({ generated, output });
      // One after the other: what is put right here is nothing to find for the next.
      findings.push(...(isFix ? fix(found, { force, dryRun }) : found.map((finding) => ({ ...finding, done: undefined }))));
    }
    const report: Report = {
      files: new Set(generated.flatMap(({ files }) => [...files.keys()])).size,
      findings,
      dryRun,
    };
    output.print(values["json"] === true ? jsonOf(report) : textOf(report));
    return leftOf(report).length === 0 ? 0 : 1;
  },
};
