/** `protobridge sync` as a user runs it: the built command. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, run as runTool, withFiles } from "./support.js";
import { type Files, generated, tsconfig } from "./sync-support.js";

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const protobridge = join(root, "plugin/bin/protobridge.cjs");

function run(directory: string, ...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [protobridge, "sync", ...args], { cwd: directory, encoding: "utf8", timeout: 60_000 });
  return { status, stdout, stderr };
}

/** Works in a project of these files. */
function within<T>(files: Files, work: (directory: string) => T): T {
  return withFiles({ "tsconfig.json": tsconfig(), ...generated(), ...files }, work);
}

const mine = `import { AdminServicer } from "./gen/acme/v1/jobs_bridge.js";

export class Admin extends AdminServicer {}
`;
const brought = `import { BridgeError, CallContext } from "@protobridge/runtime";
import { EmptyInit } from "@protobridge/runtime/wkt";
import { AdminServicer } from "./gen/acme/v1/jobs_bridge.js";
import { Pong } from "./gen/other/v1/other_bridge.js";

export class Admin extends AdminServicer {
  override async reset(_request: Pong, _context: CallContext): Promise<EmptyInit> {
    throw new BridgeError("unimplemented", "acme.v1.Admin.Reset is not implemented", { inBand: false });
  }
}
`;
const read = (directory: string, path: string): string => readFileSync(join(directory, path), "utf8");

describe("sync", () => {
  it("brings files up to date, keeps their modes, and has nothing to do then", () => {
    within({ "src/admin.ts": mine }, (directory) => {
      chmodSync(join(directory, "src/admin.ts"), 0o755);
      expect(run(directory)).toEqual({
        status: 0,
        stdout: "src/admin.ts:6: added: class Admin: reset (acme.v1.Admin.Reset)\n",
        stderr: "1 method added to 1 file\n",
      });
      expect(read(directory, "src/admin.ts")).toBe(brought);
      expect(statSync(join(directory, "src/admin.ts")).mode & 0o777).toBe(0o755);
      expect(readdirSync(join(directory, "src")).toSorted()).toEqual(["admin.ts", "gen"]);
      expect(run(directory)).toEqual({ status: 0, stdout: "", stderr: "nothing is missing\n" });
      expect(run(directory, "--check")).toEqual({ status: 0, stdout: "", stderr: "nothing is missing\n" });
      expect(run(directory, "--dry-run")).toEqual({ status: 0, stdout: "", stderr: "nothing is missing\n" });
    });
  });

  it("--check writes nothing, lists, and fails", () => {
    within({ "src/admin.ts": mine }, (directory) => {
      const missing = { status: 1, stdout: "src/admin.ts:3: missing: class Admin: reset (acme.v1.Admin.Reset)\n", stderr: "1 method is missing in 1 file\n" };
      expect(run(directory, "--check")).toEqual(missing);
      expect(read(directory, "src/admin.ts")).toBe(mine);
    });
    within({ "src/admin.ts": brought.replace(/\}\n$/, "  override gone() {}\n}\n") }, (directory) => {
      const gone = "src/admin.ts:10: gone: class Admin: gone: acme.v1.Admin has no such RPC now\n";
      expect(run(directory, "--check")).toEqual({ status: 1, stdout: gone, stderr: "nothing is missing; 1 thing left to you\n" });
      expect(run(directory)).toEqual({ status: 0, stdout: gone, stderr: "nothing is missing; 1 thing left to you\n" });
    });
  });

  it("--dry-run prints a diff that patch takes", () => {
    within({ "src/admin.ts": mine }, (directory) => {
      const { status, stdout, stderr } = run(directory, "--dry-run", "--create");
      expect({ status, stderr: stderr.split("\n").at(-2) }).toEqual({ status: 0, stderr: "11 methods are missing in 3 files" });
      expect(read(directory, "src/admin.ts")).toBe(mine);
      expect(stdout).toMatch(/^--- a\/src\/admin\.ts\n\+\+\+ b\/src\/admin\.ts\n@@ -1,3 \+1,10 @@\n/);
      expect(stdout).toMatch(/^--- \/dev\/null\n\+\+\+ b\/src\/doors\.ts\n@@ -0,0 \+1,/m);
      const { status: patched } = spawnSync("git", ["apply", "-"], { cwd: directory, input: stdout, encoding: "utf8" });
      expect(patched).toBe(0);
      expect(read(directory, "src/admin.ts")).toBe(brought);
      expect(run(directory, "--check", "--create").status).toBe(0);
    });
  });

  it("--create writes what is not there, in the style of what is", () => {
    within({ "src/admin.ts": brought.replaceAll('"', "'").replaceAll(";\n", "\n") }, (directory) => {
      const { status, stderr } = run(directory, "--create");
      expect({ status, stderr }).toEqual({ status: 0, stderr: "10 methods added to 2 files\n" });
      expect(read(directory, "src/doors.ts")).toBe(`import { BridgeError, CallContext } from '@protobridge/runtime'
import { DoorsServicer, Note, NoteInit } from './gen/acme/v1/jobs_bridge.js'

/** Serves acme.v1.Doors. */
export class Doors extends DoorsServicer {
${["Open", "Shut", "Lock"]
  .map(
    (name) => `  override async ${name.toLowerCase()}(_request: Note, _context: CallContext): Promise<NoteInit> {
    throw new BridgeError('unimplemented', 'acme.v1.Doors.${name} is not implemented', { inBand: false })
  }
`,
  )
  .join("\n")}}
`);
      expect(run(directory, "--create", "--check")).toEqual({ status: 0, stdout: "", stderr: "nothing is missing\n" });
    });
  });

  it("--create puts files into a directory, compiles from nothing, and overwrites nothing", () => {
    const strict = tsconfig({
      noImplicitOverride: true,
      noUnusedParameters: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true,
      types: ["node"],
      noEmit: true,
      lib: ["es2022", "esnext.disposable"],
    });
    const files = { "package.json": '{ "type": "module" }', "tsconfig.json": strict, "src/servers/doors.ts": "export {};\n" };
    within(files, (directory) => {
      symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
      const { status, stdout } = run(directory, "src/servers", "--create");
      expect(status).toBe(1);
      expect(stdout).toContain("src/servers/doors.ts:1: refused: it is there already: nothing is created in its place\n");
      expect(readdirSync(join(directory, "src/servers")).toSorted()).toEqual(["admin.ts", "doors.ts", "jobs.ts"]);
      expect(read(directory, "src/servers/doors.ts")).toBe("export {};\n");
      expect(runTool("tsc", ["-p", "."], directory).toString()).toBe("");
    });
  });

  it.each([
    ["an out of buf.gen.yaml", "src/out/deep", "it is an out of buf.gen.yaml, or below one"],
    ["generated code", "src/gen/acme/v1", "generated code lies there"],
  ])("--create writes nothing where there is %s", (_what, target, why) => {
    within({ "buf.gen.yaml": "version: v2\nplugins:\n  - local: protoc-gen-bridge\n    out: src/out\n" }, (directory) => {
      const said = `protobridge: nothing is created in ${target}: ${why}, and buf deletes what it has not generated; name another directory\n`;
      expect(run(directory, target, "--create")).toEqual({ status: 1, stdout: "", stderr: said });
      expect(existsSync(join(directory, "src/out"))).toBe(false);
    });
  });

  it("tells of hand-written files below an out", () => {
    within({ "buf.gen.yaml": "version: v2\nplugins:\n  - local: protoc-gen-bridge\n    out: src\n", "src/admin.ts": brought }, (directory) => {
      expect(run(directory).stdout).toBe("src/admin.ts:1: note: it lies below an out of buf.gen.yaml, where buf deletes what it has not generated\n");
    });
  });

  it("a directory leaves the files of others alone", () => {
    within({ "src/admin.ts": mine, "src/one/admin.ts": mine.replace("./gen", "../gen") }, (directory) => {
      expect(run(directory, "src/one").stdout).toMatch(/^src\/one\/admin\.ts:6: added: class Admin: reset \(acme\.v1\.Admin\.Reset\)\n$/);
      expect(read(directory, "src/admin.ts")).toBe(mine);
    });
  });

  it("files with syntax errors are refused by name, and the others done", () => {
    within({ "src/admin.ts": mine, "src/broken.ts": `${mine}const = 1;\n`, "src/latin.ts": mine }, (directory) => {
      writeFileSync(join(directory, "src/latin.ts"), Buffer.from([0x2f, 0x2f, 0xe9, 0x0a]));
      const { status, stdout } = run(directory);
      expect(status).toBe(1);
      expect(stdout.split("\n")).toEqual([
        "src/admin.ts:6: added: class Admin: reset (acme.v1.Admin.Reset)",
        "src/broken.ts:4: refused: Variable declaration expected: it is left alone until that is mended",
        "src/latin.ts:1: refused: it is not in UTF-8: it is left alone until that is mended",
        "",
      ]);
      expect(read(directory, "src/admin.ts")).toBe(brought);
      expect(read(directory, "src/broken.ts")).toBe(`${mine}const = 1;\n`);
    });
  });

  it("never writes outside of where it runs, also through links", () => {
    withFiles({ "outside/admin.ts": mine.replace("./gen", "../project/src/gen") }, (directory) => {
      const project = join(directory, "project");
      mkdirSync(join(project, "src/gen/acme/v1"), { recursive: true });
      for (const [path, text] of Object.entries(generated())) {
        mkdirSync(join(project, path, ".."), { recursive: true });
        writeFileSync(join(project, path), text);
      }
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: { module: "nodenext" }, include: ["src", "../outside"] }));
      symlinkSync("../../outside/admin.ts", join(project, "src/linked.ts"));
      expect(run(project)).toEqual({ status: 0, stdout: "", stderr: "nothing is missing\n" });
      expect(read(directory, "outside/admin.ts")).toBe(mine.replace("./gen", "../project/src/gen"));
    });
  });
});

describe("projects", () => {
  it("--project names tsconfigs, and those that they refer to are followed", () => {
    const part = (path: string): string => JSON.stringify({ compilerOptions: { module: "nodenext", composite: true }, include: [path] });
    const files = {
      "tsconfig.json": JSON.stringify({ files: [], references: [{ path: "src/one" }, { path: "./src/two/tsconfig.build.json" }] }),
      "src/one/tsconfig.json": part("."),
      "src/one/admin.ts": mine.replace("./gen", "../gen"),
      "src/two/tsconfig.build.json": part("**/*"),
      "src/two/admin.ts": mine.replace("./gen", "../gen"),
    };
    within(files, (directory) => {
      expect(run(directory, "--check", "--project", "src/one").stderr).toBe("1 method is missing in 1 file\n");
      expect(run(directory, "--check", "--project", "src/one", "--project", "src/two/tsconfig.build.json").stderr).toBe("2 methods are missing in 2 files\n");
      expect(run(directory).stderr).toBe("2 methods added to 2 files\n");
    });
  });

  it.each<[what: string, files: Files, args: readonly string[], said: string | RegExp]>([
    ["no tsconfig", { "tsconfig.json": "" }, ["--project", "nowhere"], "nowhere: there is no such file; name a tsconfig.json by --project\n"],
    [
      "a broken tsconfig",
      { "tsconfig.json": '{\n  "include": [src]\n}' },
      [],
      /^tsconfig\.json:2:15: .*; mend it, or name another tsconfig\.json by --project\n$/,
    ],
    ["a tsconfig that extends nothing", { "tsconfig.json": '{ "extends": "./base.json" }' }, [], /^tsconfig\.json: .*base\.json.*; mend it, or name another/],
    [
      "no generated code",
      { "tsconfig.json": '{ "include": ["other"] }', "other/a.ts": "export {};\n" },
      [],
      "no generated code is among the files of tsconfig.json or what they import: run npx buf generate, or name the right tsconfig.json by --project\n",
    ],
    [
      "generated code with the marks of a merge",
      { "src/gen/acme/v1/jobs_bridge.ts": `import { codec } from "@protobridge/runtime/codegen-0.1";\n<<<<<<< ours\n=======\n>>>>>>> theirs\n` },
      [],
      "src/gen/acme/v1/jobs_bridge.ts:2: Merge conflict marker encountered: generate it again: npx buf generate\n",
    ],
    ["no such directory", {}, ["nowhere"], "nowhere: there is no such directory\n"],
  ])("%s: exit code 1, and what to do", (_what, files, args, said) => {
    within(files, (directory) => {
      const { status, stdout, stderr } = run(directory, ...args);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr.slice(0, 13)).toBe("protobridge: ");
      expect(stderr.slice(13)).toEqual(typeof said === "string" ? said : expect.stringMatching(said));
    });
  });

  it("without any tsconfig it says where to run", () => {
    withFiles({ "a.ts": "export {};\n" }, (directory) => {
      expect(run(directory)).toEqual({
        status: 1,
        stdout: "",
        stderr: "protobridge: there is no tsconfig.json here: run this where it is, or name it by --project\n",
      });
    });
  });

  it("options of later versions of TypeScript do not matter", () => {
    within({ "tsconfig.json": tsconfig({ somethingNew: true, module: "node99" }), "src/admin.ts": mine }, (directory) => {
      expect(run(directory, "--check").stderr).toBe("1 method is missing in 1 file\n");
    });
  });
});

describe("generated code and runtime", () => {
  const manifest = (...versions: string[]): string =>
    JSON.stringify({
      name: "@protobridge/runtime",
      exports: { ".": "./i.js", ...Object.fromEntries(versions.map((version) => [`./codegen-${version}`, "./c.js"])) },
    });
  const runtime = "node_modules/@protobridge/runtime/package.json";
  it.each<[what: string, versions: readonly string[], said: string]>([
    ["newer than the runtime", ["0.0.8", "0.0.9"], "has codegen-0.0.8, codegen-0.0.9: update the runtime: npm install @protobridge/runtime@latest\n"],
    [
      "older than what the runtime has",
      ["0.10", "1"],
      "has codegen-0.10, codegen-1: update the plugin and generate again: npm install --save-dev @protobridge/plugin@latest, and npx buf generate\n",
    ],
  ])("code that is %s", (_what, versions, said) => {
    within({ [runtime]: manifest(...versions), "src/admin.ts": mine }, (directory) => {
      const { status, stderr } = run(directory);
      expect(status).toBe(1);
      expect(stderr).toBe(`protobridge: src/gen/acme/v1/jobs_bridge.ts was generated for codegen-0.1, and the installed @protobridge/runtime ${said}`);
      expect(read(directory, "src/admin.ts")).toBe(mine);
    });
  });

  it("code for one of several versions", () => {
    within({ [runtime]: manifest("0.0.9", "0.1", "0.2"), "src/admin.ts": mine }, (directory) => {
      expect(run(directory, "--check").stderr).toBe("1 method is missing in 1 file\n");
    });
  });

  it("code in a package, as scripts and declarations, through its entry", () => {
    const js = generated(undefined, "target=js+dts,import_extension=js");
    const inPackage = Object.fromEntries(Object.entries(js).map(([path, text]) => [path.replace("src/gen", "node_modules/@acme/gen"), text]));
    const files = {
      ...inPackage,
      "node_modules/@acme/gen/package.json":
        '{ "name": "@acme/gen", "type": "module", "types": "./index.d.ts", "dependencies": { "@protobridge/runtime": "*" } }',
      "node_modules/@acme/gen/index.d.ts": 'export * from "./acme/v1/jobs_bridge.js";\nexport * from "./other/v1/other_bridge.js";\n',
      "src/admin.ts": mine.replace("./gen/acme/v1/jobs_bridge.js", "@acme/gen"),
      "tsconfig.json": tsconfig(),
    };
    withFiles(files, (directory) => {
      expect(run(directory).stderr).toBe("1 method added to 1 file\n");
      expect(read(directory, "src/admin.ts")).toContain('import { AdminServicer, Pong } from "@acme/gen";\n');
    });
  });
});

describe("what it says of itself", () => {
  it.each([[["--help"]], [["-h"]]])("%j", (args) => {
    const { status, stdout, stderr } = run(root, ...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.startsWith("protobridge sync [DIR] [options]\n")).toBe(true);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("a wrong command has exit code 2", () => {
    const { status, stderr } = run(root, "--fix");
    expect(status).toBe(2);
    expect(stderr).toContain("protobridge sync [DIR] [options]\n");
  });
});

describe("TypeScript", () => {
  /** The packages that a command loads, but for the bundle itself. */
  const loaded = (bin: string, args: readonly string[], cwd: string): readonly string[] => {
    const hook = 'process.on("exit", () => process.stderr.write("LOADED" + JSON.stringify(Object.keys(require.cache))));';
    return withFiles({ "hook.cjs": hook }, (directory) => {
      const { stderr } = spawnSync(process.execPath, ["--require", join(directory, "hook.cjs"), join(root, "plugin/bin", bin), ...args], {
        cwd,
        encoding: "utf8",
        input: "",
        timeout: 60_000,
      });
      const paths = JSON.parse(stderr.split("LOADED")[1] ?? "[]") as string[];
      return [...new Set(paths.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))];
    });
  };
  it("is loaded by sync, and by nothing else", () => {
    within({ "src/admin.ts": mine }, (directory) => {
      expect(loaded("protobridge.cjs", ["sync", "--check"], directory)).toContain("ts-morph");
      const others = [["--help"], ["--version"], ["sync", "--help"], ["explain", "--help"], ["explain"]].map((args) =>
        loaded("protobridge.cjs", args, directory),
      );
      const plugin = [["--help"], ["--version"], []].map((args) => loaded("protoc-gen-bridge.cjs", args, directory));
      for (const packages of [...others, ...plugin]) expect(packages.filter((name) => /typescript|ts-morph/.test(name))).toEqual([]);
    });
  });
});

describe("docs/commands.md", () => {
  it("shows what becomes of its example", () => {
    const page = readFileSync(join(root, "docs/commands.md"), "utf8");
    const section = page.slice(page.indexOf("## protobridge sync"));
    const [before = "", after] = [...section.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text);
    const modules = ["bridge", "action", "event"].map((name) => [
      `src/gen/${name}_bridge.ts`,
      readFileSync(join(root, `fixtures/gen/${name}_bridge.ts`), "utf8"),
    ]);
    const files = { "tsconfig.json": tsconfig({ verbatimModuleSyntax: true }), ...Object.fromEntries(modules), "src/core.ts": before };
    withFiles(files, (directory) => {
      expect(run(directory).status).toBe(0);
      expect(read(directory, "src/core.ts")).toBe(after);
    });
  });
});
