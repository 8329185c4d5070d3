import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, CommandError } from "./command.js";
import { isDirectory, shown, writeInside } from "./files.js";
import type { Needs } from "./init/manifest.js";
import { planOf, type Step } from "./init/plan.js";

const help = `protobridge init [DIR] [options]

Sets up a project that has protos, in DIR or here: writes

  buf.yaml       the module: proto/, protos/, or all of the project
  buf.gen.yaml   protoc-gen-es and protoc-gen-bridge, into src/gen, with the
                 import_extension that tsconfig.json asks for
  package.json   the scripts generate and check:bridge, and the packages that
                 are needed; installing them is left to you

What is there stays as it is. A buf.gen.yaml that lacks something is told of;
to a package.json is added what it lacks, and all else in it stays in its place.

  --config       writes a bridge.yaml, too, and names it in buf.gen.yaml
  --dry-run      tells what it would write, and writes nothing

Exit code 0; 1 if there is no proto, or a file cannot be read or written;
2 for a wrong command.
`;

/** The release of buf that was there when this was written. */
const bufRange = "^1.74.0";

/** The command `protobridge init`. */
export const init: Command = {
  name: "init",
  summary: "sets up a project that has protos",
  help,
  options: { config: { type: "boolean" }, "dry-run": { type: "boolean" } },
  maxArguments: 1,
  run(values, [directory = "."], { print }) {
    const project = resolve(directory);
    if (!isDirectory(project)) throw new CommandError(`there is no directory ${directory}`);
    const dryRun = values["dry-run"] === true;
    const { steps, notes, next } = planOf({ project, hasConfig: values["config"] === true, needs: needs() });
    if (!dryRun) for (const { path, text } of steps) if (text !== undefined) writeInside(project, path, text);
    const commands = [...(project === process.cwd() ? [] : [`cd ${shown(project)}`]), ...next];
    print(
      [
        ...steps.map((step) => told(step, dryRun)),
        ...notes.map((note) => `${"note".padEnd(8)} ${note}\n`),
        dryRun ? "Nothing is written yet. Next: the same without --dry-run, then\n" : "Next:\n",
        ...commands.map((command) => `  ${command}\n`),
      ].join(""),
    );
    return 0;
  },
};

/** What a project needs: the packages in the releases that go with this one. */
function needs(): Needs {
  const own = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
  };
  const [protobuf = "", es = ""] = [own.dependencies["@bufbuild/protobuf"], own.peerDependencies["@bufbuild/protoc-gen-es"]];
  return {
    scripts: { generate: "buf generate", "check:bridge": "protobridge check" },
    dependencies: { "@bufbuild/protobuf": protobuf, "@protobridge/runtime": `^${own.version}` },
    devDependencies: { "@bufbuild/buf": bufRange, "@bufbuild/protoc-gen-es": es, "@protobridge/plugin": `^${own.version}` },
  };
}

function told(step: Step, dryRun: boolean): string {
  const { action, path, about } = step;
  const word = dryRun ? action : { write: "written", edit: "edited", keep: "kept" }[action];
  return `${word.padEnd(8)} ${shown(path)}: ${about}\n${dryRun ? preview(step) : ""}`;
}

/** What a file would have, or what would be added to it. */
function preview({ action, text = "", before = "" }: Step): string {
  if (action === "keep") return "";
  const known = new Set(before.split(/\r?\n/).map((line) => line.replace(/,$/, "")));
  const lines = text.split(/\r?\n/).filter((line) => line !== "" && (action === "write" || !known.has(line.replace(/,$/, ""))));
  return lines.map((line) => `  + ${line}\n`).join("");
}
