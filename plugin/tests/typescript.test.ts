/** Generated code under the strictest settings, with the oldest and the newest TypeScript that is supported, for each way to import. */
import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { root, run, strict, withFiles } from "./support.js";

const require = createRequire(import.meta.url);
const compilers = ["typescript-oldest", "typescript"].map((name) => {
  const path = require.resolve(`${name}/package.json`);
  const { version, bin } = JSON.parse(readFileSync(path, "utf8")) as { version: string; bin: { tsc: string } };
  return { version, tsc: join(dirname(path), bin.tsc) };
});

/** Generates all fixtures into `gen` of a new directory from which packages resolve. */
function withGenerated<T>(options: string, work: (directory: string) => T): T {
  return withFiles({}, (directory) => {
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
    writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
    const plugin = (local: string): object => ({ local: join(root, "node_modules/.bin", local), out: join(directory, "gen"), opt: options });
    run("buf", ["generate", "--template", JSON.stringify({ version: "v2", plugins: [plugin("protoc-gen-es"), plugin("protoc-gen-bridge")] })]);
    return work(directory);
  });
}

function compile(tsc: string, directory: string, compilerOptions: object, include: readonly string[]): string {
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, include }));
  try {
    execFileSync(process.execPath, [tsc, "-p", directory], { stdio: ["ignore", "pipe", "pipe"] });
    return "";
  } catch (reason) {
    return String((reason as { stdout: Buffer }).stdout);
  }
}

it("the compilers are the oldest and the newest", () => {
  expect(compilers.map(({ version }) => version.split(".").slice(0, 2).join("."))).toEqual(["5.8", "7.0"]);
});

describe.each([
  ["none", { module: "esnext", moduleResolution: "bundler" }],
  ["js", { module: "nodenext" }],
  ["ts", { module: "nodenext", allowImportingTsExtensions: true }],
])("import_extension=%s", (extension, options) => {
  it("compiles", { timeout: 120_000 }, () => {
    withGenerated(`target=ts,import_extension=${extension}`, (directory) => {
      for (const { tsc } of compilers) expect(compile(tsc, directory, options, ["gen"])).toBe("");
    });
  });
});

describe("target=js+dts", () => {
  it("compiles beside enums that can be erased, and runs", { timeout: 120_000 }, async () => {
    await withGenerated("target=js+dts,import_extension=js", async (directory) => {
      const use = `import { type InvokeRequestInit, InvokeRequest } from "./gen/handler_bridge_bridge.js";\nexport const init: InvokeRequestInit = { input: { a: 1 } };\nexport const bytes: Uint8Array = InvokeRequest.encode(init);\n`;
      writeFileSync(join(directory, "use.ts"), use);
      for (const { tsc } of compilers) expect(compile(tsc, directory, { module: "nodenext", erasableSyntaxOnly: true }, ["use.ts"])).toBe("");
      const { InvokeRequest } = (await import(pathToFileURL(join(directory, "gen/handler_bridge_bridge.js")).href)) as {
        InvokeRequest: { encode(init: object): Uint8Array; decode(bytes: Uint8Array): object };
      };
      expect(InvokeRequest.decode(InvokeRequest.encode({ handlerName: "h", input: { a: [1] } }))).toMatchObject({ handlerName: "h", input: { a: [1] } });
    });
  });

  it("has nothing of its own that could not be erased, also as TypeScript", { timeout: 120_000 }, () => {
    withGenerated("target=ts,import_extension=js", (directory) => {
      const plugin = (local: string, target: string): object => ({
        local: join(root, "node_modules/.bin", local),
        out: join(directory, "gen"),
        opt: `target=${target},import_extension=js`,
      });
      execFileSync("rm", ["-rf", join(directory, "gen")]);
      run("buf", [
        "generate",
        "--template",
        JSON.stringify({ version: "v2", plugins: [plugin("protoc-gen-es", "js+dts"), plugin("protoc-gen-bridge", "ts")] }),
      ]);
      for (const { tsc } of compilers) expect(compile(tsc, directory, { module: "nodenext", erasableSyntaxOnly: true }, ["gen/**/*_bridge.ts"])).toBe("");
    });
  });
});

describe("a runtime that is too old", () => {
  it("is a compile error that names the path of the version", () => {
    withFiles({}, (directory) => {
      const generated = readFileSync(join(root, "fixtures/gen/handler_bridge_bridge.ts"), "utf8");
      expect(generated).toContain('from "@protobridge/runtime/codegen-0.1";');
      const name = "node_modules/@protobridge/runtime";
      execFileSync("mkdir", ["-p", join(directory, name)]);
      // A runtime from before there was a path of this version.
      writeFileSync(join(directory, name, "package.json"), '{ "name": "@protobridge/runtime", "type": "module", "exports": { ".": "./index.d.ts" } }');
      writeFileSync(join(directory, name, "index.d.ts"), "export {};\n");
      writeFileSync(join(directory, "a.ts"), 'import { messageCodec } from "@protobridge/runtime/codegen-0.1";\nexport const codec: unknown = messageCodec;\n');
      writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
      expect(compile(compilers[1]?.tsc ?? "", directory, { module: "nodenext", types: [] }, ["a.ts"])).toContain(
        "Cannot find module '@protobridge/runtime/codegen-0.1'",
      );
    });
  });
});
