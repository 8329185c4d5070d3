/** Whole runs, by buf and the built plugin, as a user has them: the config, and what is told when something is wrong. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { proto, root, withFiles } from "./support.js";

const bufYaml = "version: v2\nmodules:\n  - path: proto\n";
const protos = {
  "buf.yaml": bufYaml,
  "proto/one/v1/one.proto": proto(
    "one.v1",
    "message Job { string arguments = 1; int64 n = 2; } message Gone {}",
    "service Jobs { rpc Start(Job) returns (Job); rpc Stop(Job) returns (Job); }",
  ),
  "proto/two/v1/two.proto": proto("two.v1", 'import "one/v1/one.proto";', "message Batch { repeated one.v1.Job jobs = 1; string raw_json = 2; }"),
};
const config = `# both packages
fields:
  one.v1.Job.arguments: { text: JSON, name: args }
  two.v1.Batch.raw_json: { text: TEXT }
messages:
  one.v1.Job: { name: Task }
methods:
  one.v1.Jobs.Stop: { skip: true }
`;

interface Ran {
  readonly status: number | null;
  readonly stderr: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Runs buf generate in a directory with these files. */
function generate(files: Readonly<Record<string, string>>, options = "config=bridge.yaml", strategy = "directory"): Ran {
  const plugin = JSON.stringify([process.execPath, join(root, "plugin/bin/protoc-gen-bridge.cjs")]);
  const template = `version: v2\nplugins:\n  - local: ${plugin}\n    out: gen\n    strategy: ${strategy}\n    opt: [target=ts, import_extension=js, "${options}"]\n`;
  return withFiles({ ...protos, "buf.gen.yaml": template, ...files }, (directory) => {
    const { status, stderr } = spawnSync(join(root, "node_modules/.bin/buf"), ["generate"], { cwd: directory, encoding: "utf8", timeout: 60_000 });
    const gen = join(directory, "gen");
    const paths = existsSync(gen) ? readdirSync(gen, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts")) : [];
    return { status, stderr, files: Object.fromEntries(paths.toSorted().map((path) => [path, readFileSync(join(gen, path), "utf8")])) };
  });
}

describe("a config for two packages", () => {
  const byDirectory = generate({ "bridge.yaml": config });
  it("works with buf's runs by directory", () => {
    expect(byDirectory).toMatchObject({ status: 0, stderr: "" });
    expect(Object.keys(byDirectory.files)).toEqual(["one/v1/one_bridge.ts", "two/v1/two_bridge.ts"]);
    expect(byDirectory.files["one/v1/one_bridge.ts"]).toContain("export interface Task {");
    expect(byDirectory.files["one/v1/one_bridge.ts"]).toContain("  args?: JsonInit | undefined;");
    expect(byDirectory.files["one/v1/one_bridge.ts"]).not.toContain("stop(");
    expect(byDirectory.files["two/v1/two_bridge.ts"]).toContain("  jobs: Task[];");
    expect(byDirectory.files["two/v1/two_bridge.ts"]).toContain("  rawJson: string;");
  });
  it("gives the same with strategy: all", () => {
    expect(generate({ "bridge.yaml": config }, "config=bridge.yaml", "all")).toEqual(byDirectory);
  });
});

describe("templates=", () => {
  it("overrides a template by its file name, with the helpers of ours and partials of its own", () => {
    const own = {
      "own/enum.hbs": "{{! templates version 1 }}\nexport {{enumExport this}};\n{{> _note this}}\n",
      "own/_note.hbs": "// {{typeName}}\n",
      "proto/three/v1/three.proto": proto("three.v1", "enum E { E_UNSPECIFIED = 0; } message M { E e = 1; }"),
    };
    const { status, stderr, files } = generate(own, "templates=own");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(files["three/v1/three_bridge.ts"]).toContain("export { E };\n// three.v1.E\n");
    expect(files["three/v1/three_bridge.ts"]).toContain('import { E } from "./three_pb.js";');
    expect(files["three/v1/three_bridge.ts"]).toContain("export interface M {");
  });
});

it("warnings are told, and do not stop the run", () => {
  const two = proto("three.v1", "message S { int32 code = 1; string message = 2; } message R { S a = 1; S b = 2; } service T { rpc A(R) returns (R); }");
  const { status, stderr, files } = generate({ "proto/three/v1/three.proto": two }, "int64=bigint");
  expect(status).toBe(0);
  expect(stderr).toContain("three/v1/three.proto:3: three.v1.R has no fault, since a or b could tell it: say messages: three.v1.R: { fault: { none: true } }");
  expect(Object.keys(files)).toHaveLength(3);
});
