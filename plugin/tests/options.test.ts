import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { withoutDigest } from "../src/digest.js";
import { optionInfos } from "../src/options.js";
import { generate, proto, requestFor, root, withFiles } from "./support.js";

const files = { "a.proto": proto("a", "message M { int64 n = 1; repeated uint64 list = 2; map<string, fixed64> map = 3; int64 s = 4 [jstype = JS_STRING]; }") };
const source = (parameter: string): string => generate(files, parameter).get("a_bridge.ts") ?? "";

describe("int64", () => {
  it("is bigint by default", () => {
    expect(source("target=ts")).toContain("  n: bigint;\n");
    expect(source("target=ts")).toContain("  n?: bigint | number | undefined;\n");
    expect(source("target=ts,int64=bigint")).toContain("  list: bigint[];\n");
  });
  it("is number", () => {
    expect(source("target=ts,int64=number")).toContain("  map: { [key: string]: number };\n");
    expect(source("target=ts,int64=number")).toContain("r.packed(m.list, scalars.uint64Number);");
    expect(source("target=ts,int64=number,optimize_for=code_size")).toContain(
      "{ scalar: scalars.int64Number }, list: { scalar: scalars.uint64Number }, map: { scalar: scalars.fixed64Number }, s: { scalar: scalars.int64String }",
    );
  });
  it("is string", () => {
    expect(source("target=ts,int64=string")).toContain("  list?: readonly (string | number | bigint)[] | undefined;\n");
  });
  it("is string where the field says so", () => {
    expect(source("target=ts")).toContain("  s: string;\n");
  });
});

describe("optimize_for", () => {
  it("is speed by default: code of its own, and no descriptor", () => {
    const said = source("target=ts,optimize_for=speed").replace("target=ts,optimize_for=speed", "target=ts");
    expect(withoutDigest(source("target=ts"))).toBe(withoutDigest(said));
    expect(source("target=ts")).toContain('codec("a.M",\n');
    expect(source("target=ts")).not.toMatch(/Schema|a_pb/);
  });
  it("is code_size, by the descriptor", () => {
    expect(source("target=ts,optimize_for=code_size")).toContain("messageCodec(MSchema, () => ({ s: { scalar: scalars.int64String } }));\n");
    expect(source("target=ts,optimize_for=code_size")).toContain('import { MSchema } from "./a_pb";\n');
  });
  it("changes no name and no type", () => {
    const types = (parameter: string): readonly string[] => source(parameter).match(/^export interface .*?^\}|^export const [^=]* =/gms) ?? [];
    expect(types("target=ts,optimize_for=code_size")).toEqual(types("target=ts"));
    expect(types("target=ts")).toHaveLength(3);
  });
});

describe("an unknown option", () => {
  it("is refused with the list of the known ones, and nothing is generated", () => {
    const request = withFiles(files, (directory) => requestFor(directory, "target=ts,colour=red"));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "plugin/bin/protoc-gen-bridge.cjs")], {
      input: toBinary(CodeGeneratorRequestSchema, request),
    });
    expect(status).toBe(1);
    expect(stdout.length).toBe(0);
    expect(stderr.toString()).toBe(
      'protoc-gen-bridge: invalid option "colour=red": there is no such option; there are int64=bigint|number|string, optimize_for=speed|code_size, config=FILE, templates=DIRECTORY, target=js+dts|ts|js|dts, import_extension=none|js|ts, js_import_style=module|legacy_commonjs, ts_nocheck=false|true, keep_empty_files=false|true, elide_plugin_version=false|true\n',
    );
  });
  it("is told apart from a wrong value", () => {
    expect(() => generate(files, "int64=float")).toThrowError('invalid option "int64=float": int64 is bigint, number or string, not "float"');
    expect(() => generate(files, "optimize_for=size")).toThrowError('invalid option "optimize_for=size": optimize_for is speed or code_size, not "size"');
    expect(() => generate(files, "import_extension=mjs")).toThrowError('invalid option "import_extension=mjs"');
  });
});

describe("protoplugin's options", () => {
  const pair = {
    "x/b.proto": proto("x", "message B { string s = 1; } enum E { E_ZERO = 0; }"),
    "a.proto": proto("a", 'import "x/b.proto";', "message A { x.B b = 1; x.E e = 2; } enum Own { OWN_ZERO = 0; }"),
  };
  it.each([
    ["import_extension=none", "./x/b_bridge", "./a_pb"],
    ["import_extension=js", "./x/b_bridge.js", "./a_pb.js"],
    ["import_extension=ts", "./x/b_bridge.ts", "./a_pb.ts"],
  ])("%s", (option, bridge, pb) => {
    const source = generate(pair, `target=ts,${option}`).get("a_bridge.ts");
    expect(source).toContain(`import { B } from "${bridge}";`);
    expect(source).toContain(`import { Own } from "${pb}";`);
  });
  it("gives js and dts by default", () => {
    expect([...generate(pair, "").keys()].toSorted()).toEqual(["a_bridge.d.ts", "a_bridge.js", "x/b_bridge.d.ts", "x/b_bridge.js"]);
  });
  it("gives CommonJS", () => {
    expect(generate(pair, "target=js,js_import_style=legacy_commonjs").get("a_bridge.js")).toContain('require("./a_pb")');
  });
  it("leaves out the file of a proto without content, or keeps it", () => {
    const empty = { "empty.proto": proto("empty") };
    expect(generate(empty).size).toBe(0);
    expect(generate(empty, "target=ts,keep_empty_files=true").get("empty_bridge.ts")).toContain("// @generated");
  });
  it("can mark files as not to be checked", () => {
    expect(generate(pair, "target=ts,ts_nocheck=true").get("a_bridge.ts")).toContain("// @ts-nocheck");
  });
});

it("--version tells the name and the version", () => {
  const { stdout } = spawnSync(process.execPath, [join(root, "plugin/bin/protoc-gen-bridge.cjs"), "--version"]);
  expect(stdout.toString()).toMatch(/^protoc-gen-bridge \d+\.\d+\.\d+\n$/);
});

it("--help tells every option, in lines that fit a terminal", () => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "plugin/bin/protoc-gen-bridge.cjs"), "--help"]);
  const text = stdout.toString();
  expect(status).toBe(0);
  for (const { name, values } of optionInfos) expect(text).toContain(`${name}=${values.join("|")}`);
  expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
});

it("starts from one small file, without TypeScript", () => {
  const bundle = readFileSync(join(root, "plugin/dist/protoc-gen-bridge.cjs"), "utf8");
  expect(bundle.length).toBeLessThan(1_000_000);
  expect(bundle).not.toContain("createLanguageService");
});
