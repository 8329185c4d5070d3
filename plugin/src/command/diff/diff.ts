import { diff as differenceOf } from "../../diff/diff.js";
import { type Command, CommandError, textOf as optionOf, UsageError, type Values } from "../command.js";
import { originOf, workingTree } from "./arguments.js";
import { breakingChanges } from "./breaking.js";
import { jsonOf } from "./json.js";
import { markdownOf } from "./markdown.js";
import type { Report } from "./report.js";
import { type ReadSide, readSide } from "./sides.js";
import { textOf } from "./text.js";

const help = `protobridge diff OLD [NEW] [options]

Says what a change of protos, or of their config, means for TypeScript: what
breaks the wire, what breaks code, what is to be written, and what is new.

  OLD, NEW             a path; a commit of git: main, HEAD~3, v1.2; a directory
                       in one: main:proto; or what else buf build takes
                       (NEW by default: the inputs of buf.gen.yaml, or .)
  --template FILE      the buf.gen.yaml that says inputs and config=
                       (default: ./buf.gen.yaml, if it is there)
  --config FILE        the config (default: config= in buf.gen.yaml)
  --format FORMAT      text, json, or markdown for a pull request
                       (default: text)
  --wire FORMAT        what peers speak: binary, or json for protobuf's JSON,
                       too, as Connect has it (default: binary)
  --fail-on WHAT       when to end with exit code 1: for what breaks the wire,
                       for what breaks TypeScript source, for any of both, or
                       none (default: none)

A commit is read as it is, with its own buf.gen.yaml and config, and without a
checkout. A path is read with the config of the working directory.
buf compiles the protos: it has to be in PATH, as npx puts it there.
Exit code 0; 1 if --fail-on says so, or if a side cannot be read; 2 for a wrong
command.
`;

const formats = { text: textOf, json: jsonOf, markdown: markdownOf } as const;
const wires = ["binary", "json"] as const;
const fails = ["wire", "source", "any", "none"] as const;
/** Work that takes longer tells what it does. */
const quietMs = 1000;

/** The command `protobridge diff`. */
export const diff: Command = {
  name: "diff",
  summary: "says what a change of protos means for TypeScript",
  help,
  options: {
    template: { type: "string" },
    config: { type: "string" },
    format: { type: "string" },
    wire: { type: "string" },
    "fail-on": { type: "string" },
  },
  maxArguments: 2,
  run(values, [old, now], { print, tell }) {
    if (old === undefined) throw new UsageError("diff needs OLD: a path, a commit of git, or an input of buf");
    const format = choiceOf(values, "format", Object.keys(formats) as (keyof typeof formats)[], "text");
    const wire = choiceOf(values, "wire", wires, "binary");
    const failOn = choiceOf(values, "fail-on", fails, "none");
    const started = performance.now();
    const progress = (line: string): void => {
      if (process.stderr.isTTY && performance.now() - started > quietMs) tell(line);
    };
    const origins = [originOf(old), now === undefined ? workingTree : originOf(now)] as const;
    const options = { template: optionOf(values, "template"), config: optionOf(values, "config") };
    const before = readSide("old", origins[0], options);
    progress(`${origins[0].label} is read`);
    const after = readSide("new", origins[1], options);
    progress(`${origins[1].label} is read`);
    for (const warning of [...before.warnings, ...after.warnings]) tell(`warning: ${warning}`);
    checkCommon(before, after);
    const { findings, failure } = breakingChanges(before.image, after.image, wire);
    if (failure !== null) {
      const text = `buf breaking cannot tell what breaks the wire: ${failure}`;
      if (failOn === "wire" || failOn === "any") throw new CommandError(text);
      tell(`warning: ${text}`);
    }
    const { changes } = differenceOf(before.side, after.side, findings);
    const report: Report = { old: origins[0].label, new: origins[1].label, changes, wireChecked: failure === null };
    print(formats[format](report));
    return exitCode(report, failOn);
  },
};

function exitCode({ changes }: Report, failOn: (typeof fails)[number]): number {
  const isBroken = changes.some(({ wire, source }) => (failOn !== "source" && wire.length > 0) || (failOn !== "wire" && source));
  return failOn !== "none" && isBroken ? 1 : 0;
}

function choiceOf<T extends string>(values: Values, name: string, choices: readonly T[], fallback: T): T {
  const value = optionOf(values, name) ?? fallback;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new UsageError(`--${name} is ${choices.join(", ")}, not ${value}`);
  return found;
}

/** Two sides that have no package in common are no versions of each other. */
function checkCommon(before: ReadSide, after: ReadSide): void {
  if ([...before.packages].some((name) => after.packages.has(name))) return;
  const listed = ({ packages }: ReadSide): string =>
    [...packages]
      .map((name) => name || "no package")
      .toSorted()
      .join(", ");
  throw new CommandError(`the two sides have no package in common: old has ${listed(before)}; new has ${listed(after)}`);
}
