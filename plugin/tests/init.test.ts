/** `protobridge init` as a user runs it: the built command, and real buf on what it writes. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { buf, printedInDocs } from "./command-support.js";
import { added, bufGen, entry, greeter, protos, withProject } from "./init-support.js";
import { proto, root } from "./support.js";

const ranges =
  "scripts generate, check:bridge; dependencies @bufbuild/protobuf ^2.13.0, @protobridge/runtime ^0.1.0; devDependencies @bufbuild/buf ^1.74.0, @bufbuild/protoc-gen-es ^2.13.0, @protobridge/plugin ^0.1.0";
const noGit = "note     this is not a git repository: what is written cannot be undone by git\n";
const next = "Next:\n  npm install\n  npm run generate\n  npx protobridge explain\n";

describe("init", () => {
  it("sets up a project, once", () => {
    withProject({ ...protos, "package.json": '{\n  "name": "mine",\n  "type": "module"\n}\n' }, ({ init, read, files, directory }) => {
      expect(init()).toEqual({
        status: 0,
        stderr: "",
        stdout: `written  buf.yaml: the module proto
written  buf.gen.yaml: protoc-gen-es and protoc-gen-bridge into src/gen, import_extension=js: as Node.js resolves imports
edited   package.json: ${ranges}
${noGit}${next}`,
      });
      expect(files()).toEqual(["buf.gen.yaml", "buf.yaml", "package.json"]);
      expect(read("buf.yaml")).toBe("version: v2\nmodules:\n  - path: proto\n");
      expect(read("buf.gen.yaml")).toBe(bufGen("target=ts, import_extension=js", "target=ts, import_extension=js"));
      expect(read("package.json")).toBe(`${JSON.stringify({ name: "mine", type: "module", ...added }, null, 2)}\n`);
      const before = files().map(read);
      expect(init()).toEqual({
        status: 0,
        stderr: "",
        stdout:
          "kept     buf.yaml: it is there\nkept     buf.gen.yaml: it is there\nkept     package.json: nothing is to be added\nNext:\n  npm run generate\n  npx protobridge explain\n",
      });
      expect(files().map(read)).toEqual(before);
      expect(buf(directory, "generate")).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(readdirSync(join(directory, "src/gen/acme/v1"))).toEqual(["greeter_bridge.ts", "greeter_pb.ts"]);
    });
  });

  it("says what its page says", () => {
    withProject({ ...protos, ".git/HEAD": "", "package.json": '{\n  "name": "mine"\n}\n' }, ({ init }) => {
      expect(init().stdout).toBe(printedInDocs()[0]);
    });
  });

  it("names the releases that the workspace has", () => {
    const { version, dependencies } = JSON.parse(readFileSync(join(root, "runtime/package.json"), "utf8")) as {
      version: string;
      dependencies: Record<string, string>;
    };
    const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { devDependencies: Record<string, string> };
    expect(added.dependencies).toEqual({ "@bufbuild/protobuf": dependencies["@bufbuild/protobuf"], "@protobridge/runtime": `^${version}` });
    expect(added.devDependencies).toMatchObject({
      "@bufbuild/buf": `^${devDependencies["@bufbuild/buf"]}`,
      "@bufbuild/protoc-gen-es": `^${devDependencies["@bufbuild/protoc-gen-es"]}`,
    });
  });

  it("--dry-run shows all of it, and writes nothing", () => {
    withProject({ ...protos, "package.json": '{\n  "name": "mine"\n}\n' }, ({ init, read, files }) => {
      const { status, stdout } = init("--dry-run", "--config");
      expect(status).toBe(0);
      expect(stdout).toContain("write    buf.yaml: the module proto\n  + version: v2\n  + modules:\n  +   - path: proto\nwrite    buf.gen.yaml: ");
      expect(stdout).toContain(
        "\n  +     opt: [target=ts, import_extension=js, config=bridge.yaml]\nwrite    bridge.yaml: with its schema, for editors\n  + # yaml-language-server: ",
      );
      expect(stdout).toContain(`\nedit     package.json: ${ranges}\n  +   "scripts": {\n  +     "generate": "buf generate",\n`);
      expect(stdout).not.toContain('"name"');
      expect(stdout).toMatch(/\nNothing is written yet\. Next: the same without --dry-run, then\n {2}npm install\n/);
      expect(files()).toEqual(["package.json"]);
      expect(read("package.json")).toBe('{\n  "name": "mine"\n}\n');
    });
  });

  it("--config writes a bridge.yaml that names its schema, which is in the package", () => {
    withProject(protos, ({ init, read, directory }) => {
      expect(init("--config").status).toBe(0);
      const [first] = read("bridge.yaml").split("\n");
      expect(first).toBe("# yaml-language-server: $schema=node_modules/@protobridge/plugin/schema/bridge.schema.json");
      expect(read("buf.gen.yaml")).toContain("opt: [target=ts, import_extension=js, config=bridge.yaml]");
      expect(buf(directory, "generate")).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(existsSync(join(root, "node_modules/@protobridge/plugin/schema/bridge.schema.json"))).toBe(true);
      writeFileSync(join(directory, "bridge.yaml"), "# mine\n");
      expect(init("--config").stdout).toContain("\nkept     bridge.yaml: it is there\n");
      expect(read("bridge.yaml")).toBe("# mine\n");
    });
    // A package of a workspace, whose packages are installed above it.
    withProject({ "packages/a/proto/a.proto": greeter, "node_modules/@protobridge/plugin/package.json": "{}" }, ({ init, read }) => {
      expect(init("packages/a", "--config").status).toBe(0);
      expect(read("packages/a/bridge.yaml")).toContain("$schema=../../node_modules/@protobridge/plugin/schema/bridge.schema.json\n");
    });
  });

  it("sets up another directory, and makes a package.json where there is none", () => {
    withProject({ "app/proto/a.proto": greeter, "app/.git/HEAD": "" }, ({ init, files, read }) => {
      const { stdout } = init("app");
      expect(stdout).toMatch(/^written {2}app\/buf\.yaml: the module proto\nwritten {2}app\/buf\.gen\.yaml: .*\nwritten {2}app\/package\.json: scripts /);
      expect(stdout).toMatch(/\nNext:\n {2}cd app\n {2}npm install\n/);
      expect(stdout).not.toContain("note ");
      expect(files()).toEqual(["app/.git/HEAD", "app/buf.gen.yaml", "app/buf.yaml", "app/package.json"]);
      expect(read("app/package.json")).toBe(`${JSON.stringify({ private: true, type: "module", ...added }, null, 2)}\n`);
    });
  });
});

describe("the module", () => {
  it.each<[what: string, path: string, bufYaml: string]>([
    ["proto/", "proto/acme/v1/a.proto", "  - path: proto\n"],
    ["protos/", "protos/a.proto", "  - path: protos\n"],
    ["the project itself, without those of packages", "api/a.proto", "  - path: .\n    excludes:\n      - node_modules\n"],
  ])("is %s", (_what, path, modules) => {
    withProject({ [path]: greeter, "node_modules/x/other.proto": proto("x", "message X {}"), ".hidden/h.proto": "" }, ({ init, read, directory }) => {
      if (path.startsWith("api")) rmSync(join(directory, ".hidden"), { recursive: true });
      expect(init().status).toBe(0);
      expect(read("buf.yaml")).toBe(`version: v2\nmodules:\n${modules}`);
      expect(buf(directory, "generate")).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(readdirSync(join(directory, "src/gen"), { recursive: true })).not.toContain("node_modules");
    });
  });

  it("is not there: exit code 1, and where it looked", () => {
    withProject({ "package.json": "{}", "proto/readme.md": "", "node_modules/x/x.proto": greeter, ".git/x.proto": greeter }, ({ init, files }) => {
      expect(init()).toEqual({
        status: 1,
        stdout: "",
        stderr: "protobridge: there is no .proto file in proto/, in protos/ or elsewhere in .: put the protos into proto/\n",
      });
      expect(files()).toEqual([".git/x.proto", "node_modules/x/x.proto", "package.json", "proto/readme.md"].filter((path) => !path.endsWith(".proto")));
    });
  });

  it("of a buf.yaml that is there stays, of either version, also where it lies beside the protos", () => {
    for (const text of ["version: v2\nmodules:\n  - path: elsewhere\n", "version: v1\n"]) {
      withProject({ "buf.yaml": text, "elsewhere/a.proto": greeter }, ({ init, read, directory }) => {
        expect(init().stdout).toMatch(/^kept {5}buf\.yaml: it is there\nwritten {2}buf\.gen\.yaml: /);
        expect(read("buf.yaml")).toBe(text);
        expect(buf(directory, "generate").status).toBe(0);
      });
    }
    withProject({ ...protos, "proto/buf.yaml": "version: v1\n" }, ({ init, read, files, directory }) => {
      expect(init().stdout).toMatch(/^kept {5}proto\/buf\.yaml: it is there, and makes a module of its directory\n/);
      expect(files()).toEqual(["buf.gen.yaml", "package.json", "proto/buf.yaml"]);
      expect(read("buf.gen.yaml")).toContain("inputs:\n  - directory: proto\n");
      expect(buf(directory, "generate").status).toBe(0);
      expect(readdirSync(join(directory, "src/gen/acme/v1"))).toHaveLength(2);
    });
  });
});

describe("a buf.gen.yaml that is there", () => {
  it.each<[what: string, text: string, args: readonly string[], said: string]>([
    ["with both plugins", bufGen("target=ts", "target=ts"), [], "it is there"],
    [
      "with none",
      "version: v2\nplugins: []\n",
      [],
      `it is there; it lacks protoc-gen-es and protoc-gen-bridge: add to plugins\n${entry("es", "target=ts, import_extension=js")}${entry("bridge", "target=ts, import_extension=js").trimEnd()}`,
    ],
    [
      "with protoc-gen-es alone",
      `version: v2\nplugins:\n${entry("es", "target=ts", "lib")}`,
      ["--config"],
      `it is there; it lacks protoc-gen-bridge: add to plugins; import_extension and js_import_style as the other plugin has them\n${entry("bridge", "target=ts, import_extension=js, config=bridge.yaml", "lib").trimEnd()}`,
    ],
    [
      "of version 1",
      "version: v1\nplugins:\n  - plugin: es\n    out: lib\n",
      [],
      `it is there; it lacks protoc-gen-bridge: add to plugins; import_extension and js_import_style as the other plugin has them\n${entry("bridge", "target=ts, import_extension=js", "lib").replace("local: protoc-gen-", "plugin: ").trimEnd()}`,
    ],
    ["of version 1, with both", "version: v1\nplugins:\n  - plugin: es\n    out: lib\n  - name: bridge\n    out: lib\n", [], "it is there"],
    [
      "with a plugin of the registry, and a command",
      "version: v2\nplugins:\n  - remote: buf.build/bufbuild/es:v2.13.0\n    out: lib\n  - local: [node, x/protoc-gen-bridge.cjs]\n    out: lib\n",
      [],
      "it is there",
    ],
    [
      "with two outs",
      `version: v2\nplugins:\n${entry("es", "target=ts", "a")}${entry("bridge", "target=ts", "b")}`,
      [],
      "it is there; protoc-gen-es and protoc-gen-bridge have to have the same out, and have a and b",
    ],
    [
      "without the config",
      bufGen("target=ts", "target=ts"),
      ["--config"],
      "it is there; protoc-gen-bridge does not read bridge.yaml yet: add config=bridge.yaml to its opt",
    ],
  ])("%s stays, and what it lacks is told", (_what, text, args, said) => {
    withProject({ ...protos, "buf.gen.yaml": text }, ({ init, read }) => {
      const { status, stdout } = init(...args);
      expect(status).toBe(0);
      expect(stdout).toContain(`\nkept     buf.gen.yaml: ${said}\n`);
      expect(read("buf.gen.yaml")).toBe(text);
      if (said.includes("add to plugins")) {
        // What is told fits in behind what is there.
        const told = said.slice(said.indexOf("\n") + 1);
        expect(parseYaml(text.replace(" []", "") + told)).toMatchObject({ plugins: expect.any(Array) });
      }
    });
  });

  it("that is no YAML is an error, and nothing is written", () => {
    withProject({ ...protos, "buf.gen.yaml": "a: [\n" }, ({ init, files }) => {
      expect(init()).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(/^protobridge: buf\.gen\.yaml cannot be read: /) });
      expect(files()).toEqual(["buf.gen.yaml"]);
    });
  });

  it("is written without clean where src/gen has something that buf would delete", () => {
    withProject({ ...protos, "src/gen/mine.ts": "export {};\n" }, ({ init, read, directory }) => {
      expect(init().stdout).toContain("note     src/gen has files that are not generated, so buf.gen.yaml does not say clean: true, which would delete them\n");
      expect(read("buf.gen.yaml")).not.toContain("clean");
      expect(buf(directory, "generate").status).toBe(0);
      expect(read("src/gen/mine.ts")).toBe("export {};\n");
      rmSync(join(directory, "src/gen/mine.ts"));
      rmSync(join(directory, "buf.gen.yaml"));
      expect(init().status).toBe(0);
      expect(read("buf.gen.yaml")).toContain("clean: true");
    });
  });
});

describe("what is wrong", () => {
  it("a directory that is none", () => {
    withProject({ "a.txt": "" }, ({ init }) => {
      for (const name of ["nowhere", "a.txt"]) expect(init(name)).toEqual({ status: 1, stdout: "", stderr: `protobridge: there is no directory ${name}\n` });
    });
  });

  it.each([
    [["a", "b"], "init takes one argument, not also b"],
    [["--force"], "Unknown option '--force'"],
  ])("%j: exit code 2", (args, said) => {
    withProject({}, ({ init }) => {
      expect(init(...args)).toMatchObject({
        status: 2,
        stdout: "",
        stderr: expect.stringMatching(new RegExp(`^protobridge: ${said}.*\n\nprotobridge init \\[DIR\\]`, "s")),
      });
    });
  });

  it("a directory that cannot be written", () => {
    withProject(protos, ({ init, directory }) => {
      mkdirSync(join(directory, "buf.gen.yaml"));
      expect(init()).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(/^protobridge: buf\.gen\.yaml cannot be read: EISDIR[^/]*\n$/) });
    });
  });
});
