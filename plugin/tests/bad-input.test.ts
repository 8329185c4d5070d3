/** What is wrong gives one clear error, on the exact message, and no output. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { toBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { optionInfos } from "../src/options.js";
import { proto, requestFor, root, withFiles } from "./support.js";

const protos = {
  "one/v1/one.proto": proto("one.v1", "message Job { string arguments = 1; int64 n = 2; } message Gone {}", "service Jobs { rpc Start(Job) returns (Job); }"),
  "three.proto": proto("three", "enum E { E_UNSPECIFIED = 0; }"),
  "lost.d.ts.proto": proto("lost"),
};
const request = withFiles(protos, (directory) => requestFor(directory, ""));

/** Runs the plugin where these files are. */
function run(files: Readonly<Record<string, string>>, option: string, fileToGenerate: readonly string[]): ReturnType<typeof spawnSync> {
  return withFiles({ "keep.txt": "", ...files }, (cwd) =>
    spawnSync(process.execPath, [join(root, "plugin/bin/protoc-gen-bridge.cjs")], {
      input: toBinary(CodeGeneratorRequestSchema, { ...request, fileToGenerate: [...fileToGenerate], parameter: `target=ts,${option}` }),
      cwd,
      timeout: 30_000,
    }),
  );
}

const known = optionInfos.map(({ name, values }) => `${name}=${values.join("|")}`).join(", ");
const templates = "codec.hbs, enum.hbs, fault.hbs, file.hbs, link.hbs, message.hbs, read.hbs, scope.hbs, servicer.hbs, shape.hbs, value.hbs, write.hbs";
const cases: [name: string, files: Readonly<Record<string, string>>, option: string, error: string][] = [
  ["an unknown option", {}, "colour=red", `invalid option "colour=red": there is no such option; there are ${known}`],
  ["an option without a value", {}, "config=", 'invalid option "config=": config= is the path of a file, such as bridge.yaml'],
  [
    "a config that is not there",
    {},
    "config=bridge.yaml",
    "bridge.yaml: there is no such file; option config=bridge.yaml names it, from the directory in which buf or protoc runs",
  ],
  [
    "a config that is a directory",
    { "bridge.yaml/x": "" },
    "config=bridge.yaml",
    "bridge.yaml: it is a directory, not a file; option config=bridge.yaml names it, from the directory in which buf or protoc runs",
  ],
  [
    "a malformed config",
    { "bridge.yaml": "fields:\n  a: [\n" },
    "config=bridge.yaml",
    "bridge.yaml:3:1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  ["a wrong type in it", { "bridge.yaml": "fields:\n  one.v1.Job.n: { skip: 3 }\n" }, "config=bridge.yaml", "bridge.yaml:2:25: skip is true or false, not 3"],
  [
    "a selector that matches nothing",
    { "bridge.yaml": "messages:\n  one.v1.Jobb: { name: J }\n" },
    "config=bridge.yaml",
    'bridge.yaml:2:3: no message "one.v1.Jobb" among the protos of this run; did you mean "one.v1.Job"?',
  ],
  [
    "contradictory rules",
    { "bridge.yaml": "messages:\n  one.v1.Gone: { skip: true, name: G }\n" },
    "config=bridge.yaml",
    "bridge.yaml:2:30: name cannot stand beside skip: true (bridge.yaml:2:18)",
  ],
  [
    "two elements with one name",
    { "bridge.yaml": "messages:\n  one.v1.Gone: { name: Same }\n  one.v1.Job: { name: Same }\n" },
    "config=bridge.yaml",
    "bridge.yaml:2:18: name: one.v1.Gone cannot be called Same: that is the name of one.v1.Job",
  ],
  [
    "an element that cannot be generated, with the config that would skip it",
    { "bridge.yaml": "messages:\n  one.v1.Job: { skip: true }\n" },
    "config=bridge.yaml",
    "one/v1/one.proto:4: the RPC one.v1.Jobs.Start cannot be generated: its message one.v1.Job is skipped; say methods: one.v1.Jobs.Start: { skip: true }, too",
  ],
  [
    "a template that throws",
    { "own/enum.hbs": "{{! templates version 1 }}\n\nexport {{nothing}};\n" },
    "templates=own",
    'own/enum.hbs:3: "nothing" not defined in [object Object]',
  ],
  [
    "a template with a helper that throws",
    { "own/enum.hbs": '{{! templates version 1 }}\n{{doc "three.Nothing"}}\n' },
    "templates=own",
    "own/enum.hbs:2: no file of the request declares three.Nothing",
  ],
  [
    "a template that calls a helper that is not there",
    { "own/enum.hbs": "{{shout this}}" },
    "templates=own",
    "own/enum.hbs:1: You specified knownHelpersOnly, but used the unknown helper shout",
  ],
  ["a template that does not parse", { "own/enum.hbs": "x\n{{#if" }, "templates=own", "own/enum.hbs:2: Parse error on line 2:\nx{{#if\n----^\n"],
  [
    "a template of another version",
    { "own/enum.hbs": "{{! templates version 0 }}" },
    "templates=own",
    "own/enum.hbs is for version 0 of the templates, and this is version 1: templates/README.md tells what changed",
  ],
  [
    "a template that stands for none",
    { "own/enums.hbs": "" },
    "templates=own",
    `own/enums.hbs stands for no template: there are ${templates}; a partial of your own begins with _`,
  ],
  ["a directory without templates", { "own/x.txt": "" }, "templates=own", `templates=own: there is no template in it; there are ${templates}`],
  ["a directory of templates that is not there", {}, "templates=own", "templates=own: own cannot be read: ENOENT: no such file or directory, scandir 'own'"],
];
it.each(cases)("%s", (_name, files, option, error) => {
  const { status, stdout, stderr } = run(files, option, ["one/v1/one.proto", "three.proto"]);
  const text = stderr.toString();
  // What a parser goes on to say is its own.
  if (error.endsWith("\n")) expect(text.startsWith(`protoc-gen-bridge: ${error}`)).toBe(true);
  else expect(text).toBe(`protoc-gen-bridge: ${error}\n`);
  expect(status).toBe(1);
  expect(stdout.length).toBe(0);
});

it("a proto that no module can be made of", () => {
  const { status, stdout, stderr } = run({}, "int64=bigint", ["lost.d.ts.proto"]);
  expect(stderr.toString()).toMatch(/^protoc-gen-bridge: lost\.d\.ts\.proto: TypeScript takes lost\.d\.ts_bridge\.ts for declarations of another file/);
  expect({ status, bytes: stdout.length }).toEqual({ status: 1, bytes: 0 });
});
