/** `protobridge check` as a user runs it: the built command, real buf, and a project with generated code. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bridge, files, fine, pb, template, withField, withProject } from "./check-support.js";
import { buf, linkRuntime, printedInDocs, protobridge } from "./command-support.js";
import { proto, withFiles } from "./support.js";

const moveEdits = "  move what was edited out of the generated files: into a servicer of yours, bridge.yaml or a template\n";

describe("check", () => {
  it("finds nothing in what was generated, whatever git makes of line ends, and leaves nothing behind", () => {
    withProject({ "tmp/empty": "" }, ({ check, edit, directory }) => {
      expect(check()).toEqual(fine);
      edit(bridge, (text) => text.replaceAll("\n", "\r\n"));
      edit(pb, (text) => text.replaceAll("\n", "\r\n"));
      expect(check()).toEqual(fine);
      expect(JSON.parse(check("--json").stdout)).toEqual({ ok: true, files: 4, problems: [], next: [] });
      expect(protobridge(directory, ["check"], { TMPDIR: join(directory, "tmp") })).toEqual(fine);
      expect(readdirSync(directory).toSorted()).toEqual(["buf.gen.yaml", "buf.yaml", "node_modules", "proto", "src", "tmp"]);
      expect(readdirSync(join(directory, "tmp"))).toEqual(["empty"]);
    });
  });

  it("tells stale, missing, orphaned, edited and foreign files apart, and puts right what loses nothing", () => {
    withProject({ "proto/acme/v1/gone.proto": proto("acme.v1", "message Gone {}") }, ({ check, edit, write, directory, read }) => {
      edit("proto/acme/v1/greeter.proto", withField);
      rmSync(join(directory, "proto/acme/v1/gone.proto"));
      write("proto/acme/v1/new.proto", proto("acme.v1", "message New {}"));
      edit("src/gen/acme/v1/other_bridge.ts", (text) => `${text}export const mine = 1;\n`);
      write("src/gen/notes.md", "mine\n");
      const found = check();
      expect(found).toMatchObject({ status: 1, stderr: "" });
      expect(found.stdout.replaceAll(/(?<=\.ts:)\d+/g, "N")).toBe(
        `orphaned  src/gen/acme/v1/gone_bridge.ts: nothing gives it any more: it came from acme/v1/gone.proto
orphaned  src/gen/acme/v1/gone_pb.ts: nothing gives it any more: it came from acme/v1/gone.proto
stale     src/gen/acme/v1/greeter_bridge.ts:N
stale     src/gen/acme/v1/greeter_pb.ts:N: or edited: protoc-gen-es leaves no digest
missing   src/gen/acme/v1/new_bridge.ts
missing   src/gen/acme/v1/new_pb.ts
edited    src/gen/acme/v1/other_bridge.ts:N: it is not as it was generated
foreign   src/gen/notes.md: it is not generated, and buf generate deletes it, since clean is true
8 problems in 6 generated files. Next:
  npx protobridge check --fix
${moveEdits}  move what is not generated out of src/gen
  npx protobridge check --fix --force, which writes over what was edited
`,
      );
      const dry = check("--fix", "--dry-run");
      expect(dry.status).toBe(1);
      expect(dry.stdout).toMatch(/^would be removed {2}src\/gen\/acme\/v1\/gone_bridge\.ts: .*\n(?:would be .*\n){5}edited /);
      expect(check().stdout).toBe(found.stdout);

      const fixed = check("--fix");
      expect(fixed.status).toBe(1);
      expect(fixed.stdout.replaceAll(/(?<=\.ts:)\d+/g, "N")).toBe(
        `removed  src/gen/acme/v1/gone_bridge.ts: nothing gives it any more: it came from acme/v1/gone.proto
removed  src/gen/acme/v1/gone_pb.ts: nothing gives it any more: it came from acme/v1/gone.proto
written  src/gen/acme/v1/greeter_bridge.ts:N: stale
written  src/gen/acme/v1/greeter_pb.ts:N: or edited: protoc-gen-es leaves no digest
written  src/gen/acme/v1/new_bridge.ts: missing
written  src/gen/acme/v1/new_pb.ts: missing
edited   src/gen/acme/v1/other_bridge.ts:N: it is not as it was generated
foreign  src/gen/notes.md: it is not generated, and buf generate deletes it, since clean is true
2 problems in 6 generated files. Next:
${moveEdits}  move what is not generated out of src/gen
  npx protobridge check --fix --force, which writes over what was edited
`,
      );
      expect(read("src/gen/acme/v1/other_bridge.ts")).toContain("mine");
      expect(read("src/gen/notes.md")).toBe("mine\n");
      const forced = JSON.parse(check("--fix", "--force", "--json").stdout) as { ok: boolean; problems: object[] };
      expect(forced).toMatchObject({
        ok: false,
        problems: [{ kind: "edited", done: "written" }, { kind: "foreign" }],
        next: ["move what is not generated out of src/gen"],
      });
      expect(forced.problems[1]).not.toHaveProperty("done");
      renameSync(join(directory, "src/gen/notes.md"), join(directory, "src/notes.md"));
      expect(check()).toMatchObject({ status: 0 });
      // What is there now is what buf itself writes.
      const text = read(bridge);
      expect(buf(directory, "generate").status).toBe(0);
      expect(read(bridge)).toBe(text);
      expect(read("src/notes.md")).toBe("mine\n");
    });
  });

  it("says what its page says", () => {
    withProject({}, ({ check, edit, write }) => {
      edit("proto/acme/v1/greeter.proto", withField);
      edit("src/gen/acme/v1/other_bridge.ts", (text) => `${text}export const mine = 1;\n`);
      write("src/gen/notes.md", "mine\n");
      expect(check().stdout).toBe(printedInDocs()[1]);
    });
  });

  it("tells an edit of a file of protoc-gen-es by what ours of the same proto tells", () => {
    withProject({}, ({ check, edit, read }) => {
      edit(pb, (text) => `${text}// mine\n`);
      expect(check("--fix")).toMatchObject({ status: 1, stdout: expect.stringMatching(/^edited {2}src\/gen\/acme\/v1\/greeter_pb\.ts:\d+: as it seems: /) });
      expect(read(pb)).toContain("// mine");
      // Who edits both leaves no evidence.
      edit(bridge, (text) => `${text}// mine\n`);
      expect(check("--fix").stdout).toMatch(/^edited .*greeter_bridge.*\nstale {3}.*greeter_pb\.ts:\d+: or edited: .*\n2 problems/);
      expect(read(pb)).toContain("// mine");
      expect(check("--fix", "--force")).toMatchObject({ status: 0 });
      expect(check()).toEqual(fine);
    });
  });

  it("knows what was generated by another version, or with other options", () => {
    withProject({}, ({ check, write, edit }) => {
      write("buf.gen.yaml", template("clean: true\n", "target=ts, import_extension=none"));
      const { stdout } = check();
      expect(stdout).toMatch(
        /^stale {2}src\/gen\/acme\/v1\/greeter_bridge\.ts:\d+: it was generated by protoc-gen-bridge 0\.1\.0 with parameter "target=ts,import_extension=js"\n/,
      );
      expect(stdout).toMatch(/\nstale {2}src\/gen\/acme\/v1\/greeter_pb\.ts:\d+: or edited: protoc-gen-es leaves no digest\n/);
      expect(check("--fix")).toMatchObject({ status: 0 });
      edit(bridge, (text) => text.replace("protoc-gen-bridge 0.1.0", "protoc-gen-bridge 0.0.9"));
      expect(check().stdout).toMatch(/^edited /);
    });
  });

  it("does not take a merge for an edit, in which the digest of one side stands over the code of both", () => {
    withProject({}, ({ check, edit }) => {
      edit(bridge, (text) => text.replace(/(@protobridge-digest ).*/, "$10123456789abcdef"));
      expect(check().stdout).toMatch(/^stale /);
      expect(check("--fix")).toMatchObject({ status: 0 });
    });
  });

  it("leaves foreign files alone where buf does", () => {
    withProject({ "buf.gen.yaml": template() }, ({ check, write, directory }) => {
      write("src/gen/mine.ts", "export const mine = 1;\n");
      mkdirSync(join(directory, "src/gen/node_modules"));
      expect(check()).toEqual(fine);
    });
  });

  it("keeps orphans that somebody has edited, and directories that are not empty", () => {
    withProject({ "buf.gen.yaml": template(), "proto/old/v1/gone.proto": proto("old.v1", "message Gone {}") }, ({ check, directory, edit, write, read }) => {
      write("src/gen/old/v1/mine.ts", "export {};\n");
      edit("src/gen/old/v1/gone_bridge.ts", (text) => `${text}// mine\n`);
      rmSync(join(directory, "proto/old"), { recursive: true });
      const { stdout } = check("--fix");
      expect(stdout).toMatch(
        /^orphaned {2}src\/gen\/old\/v1\/gone_bridge\.ts: .* it came from old\/v1\/gone\.proto; it has been edited since\norphaned {2}.*gone_pb\.ts/,
      );
      expect(stdout).toContain("\n  look whether anybody has edited what protoc-gen-es once generated\n");
      expect(check("--fix", "--force")).toMatchObject({ status: 0 });
      expect(readdirSync(join(directory, "src/gen/old/v1"))).toEqual(["mine.ts"]);
      expect(read("src/gen/old/v1/mine.ts")).toBe("export {};\n");
    });
  });

  it("removes directories that are empty then", () => {
    withProject({ "proto/old/v1/gone.proto": proto("old.v1", "message Gone {}") }, ({ check, directory }) => {
      rmSync(join(directory, "proto/old"), { recursive: true });
      expect(check("--fix")).toMatchObject({ status: 0 });
      expect(readdirSync(join(directory, "src/gen"))).toEqual(["acme"]);
    });
  });

  it("keeps modes and line ends, and writes through no link out of the project", () => {
    withProject({}, ({ check, edit, directory, read }) => {
      edit("proto/acme/v1/greeter.proto", withField);
      edit(bridge, (text) => text.replaceAll("\n", "\r\n"));
      chmodSync(join(directory, bridge), 0o640);
      expect(check("--fix")).toMatchObject({ status: 0 });
      expect(read(bridge).split("\r\n").length).toBe(read(bridge).split("\n").length);
      expect(read(bridge)).toContain("greeting");
      expect(statSync(join(directory, bridge)).mode & 0o777).toBe(0o640);
      withFiles({}, (elsewhere) => {
        renameSync(join(directory, "src/gen/acme"), join(elsewhere, "acme"));
        symlinkSync(join(elsewhere, "acme"), join(directory, "src/gen/acme"), "dir");
        const before = readFileSync(join(elsewhere, "acme/v1/greeter_bridge.ts"), "utf8");
        edit("proto/acme/v1/greeter.proto", (text) => text.replace("greeting", "salutation"));
        expect(check("--fix")).toMatchObject({
          status: 1,
          stdout: expect.stringContaining("\n  run npx buf generate for what lies outside of this directory\n"),
        });
        expect(readFileSync(join(elsewhere, "acme/v1/greeter_bridge.ts"), "utf8")).toBe(before);
        rmSync(join(directory, "src/gen/acme"));
      });
    });
  });
});

describe("what it goes by", () => {
  it("takes several templates, with outs of their own, also above", () => {
    const other = (out: string): string => `version: v2\nplugins:\n  - local: protoc-gen-bridge\n    out: ${out}\n    opt: [target=js]\n`;
    withFiles(
      { ...files, "app/buf.one.yaml": template().replaceAll("src/gen", "gen"), "app/buf.two.yaml": other("../lib/gen"), "app/package.json": "{}" },
      (directory) => {
        const app = join(directory, "app");
        linkRuntime(directory);
        const args = ["--template", "buf.one.yaml", "--template", "buf.two.yaml", "--input", ".."];
        for (const name of ["buf.one.yaml", "buf.two.yaml"]) expect(buf(app, "generate", "..", "--template", name).status).toBe(0);
        expect(protobridge(app, ["check", ...args])).toEqual({
          status: 0,
          stderr: "",
          stdout: "6 generated files are as the protos, the config and the plugins make them.\n",
        });
        rmSync(join(directory, "lib/gen/acme/v1/other_bridge.js"));
        rmSync(join(app, "gen/acme/v1/other_bridge.ts"));
        const { stdout } = protobridge(app, ["check", ...args, "--fix"]);
        expect(stdout).toBe(
          `written  gen/acme/v1/other_bridge.ts: missing
missing  ../lib/gen/acme/v1/other_bridge.js
1 problem in 6 generated files. Next:
  run npx buf generate for what lies outside of this directory
`,
        );
        expect(existsSync(join(directory, "lib/gen/acme/v1/other_bridge.js"))).toBe(false);
      },
    );
  });

  it("passes on what the plugin warns of", () => {
    const warned = proto(
      "third.v1",
      "message S { int32 code = 1; string message = 2; }",
      "message R { S a = 1; S b = 2; }",
      "service T { rpc A(R) returns (R); }",
    );
    withProject({ "proto/third/v1/third.proto": warned }, ({ check }) => {
      expect(check()).toMatchObject({ status: 0, stderr: expect.stringContaining("warning: third/v1/third.proto:") });
    });
  });
});

describe("clean: true", () => {
  it("takes what lies in out, which check tells before, and nothing beside it", () => {
    withProject({}, ({ check, directory, write, read }) => {
      write("src/main.ts", "export {};\n");
      write("src/gen.ts", "export {};\n");
      write("src/gen/mine.ts", "export {};\n");
      expect(check()).toMatchObject({ status: 1, stdout: expect.stringMatching(/^foreign {2}src\/gen\/mine\.ts: /) });
      expect(buf(directory, "generate").status).toBe(0);
      expect(existsSync(join(directory, "src/gen/mine.ts"))).toBe(false);
      expect([read("src/main.ts"), read("src/gen.ts")]).toEqual(["export {};\n", "export {};\n"]);
      expect(check()).toEqual(fine);
    });
  });
});
