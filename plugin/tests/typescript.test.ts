/** Generated code under the strictest settings, with the oldest and the newest TypeScript that is supported, for each way to import. */
import { type ExecFileException, execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, run, strict, withFiles } from "./support.js";

const require = createRequire(import.meta.url);
const compilers = ["typescript-oldest", "typescript"].map((name) => {
  const path = require.resolve(`${name}/package.json`);
  const { version, bin } = JSON.parse(readFileSync(path, "utf8")) as { version: string; bin: { tsc: string } };
  return { version, tsc: join(dirname(path), bin.tsc) };
});

/** All fixtures in each form, by the directory they are in: the target, and the extension in imports. */
const forms: readonly (readonly [directory: string, target: string, extension: string])[] = [
  ["none", "ts", "none"],
  ["js", "ts", "js"],
  ["ts", "ts", "ts"],
  ["declared", "js+dts", "js"],
];

/** What is compiled together. */
const programs: readonly (readonly [what: string, options: object, include: readonly string[]])[] = [
  ["import_extension=none for a bundler", { module: "esnext", moduleResolution: "bundler", skipLibCheck: true }, ["none"]],
  ["import_extension=js and ts for Node.js", { module: "nodenext", allowImportingTsExtensions: true, skipLibCheck: true }, ["js", "ts"]],
  [
    "target=js+dts in use, and target=ts beside enums that can be erased, where nothing of ours cannot be",
    // Here, what was generated is declarations in part, and our runtime's are checked along.
    { module: "nodenext", erasableSyntaxOnly: true, skipDefaultLibCheck: true },
    ["use.ts", "erasable/**/*_bridge.ts"],
  ],
];

const directory = mkdtempSync(join(tmpdir(), "protobridge-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

beforeAll(() => {
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  const plugins = forms.flatMap(([into, target, extension]) =>
    ["protoc-gen-es", "protoc-gen-bridge"].map((local) => ({
      local: join(root, "node_modules/.bin", local),
      out: join(directory, into),
      // One process, not one for each directory of protos.
      strategy: "all",
      opt: `target=${target},import_extension=${extension}`,
    })),
  );
  run("buf", ["generate", "--template", JSON.stringify({ version: "v2", plugins })]);
  const copy = (from: string, wanted: (path: string) => boolean): void =>
    cpSync(join(directory, from), join(directory, "erasable"), { recursive: true, filter: (path) => statSync(path).isDirectory() || wanted(path) });
  copy("js", (path) => path.endsWith("_bridge.ts"));
  copy("declared", (path) => /_pb\.(js|d\.ts)$/.test(path));
  const use = `import { type InvokeRequestInit, InvokeRequest } from "./declared/handler_bridge_bridge.js";\nexport const init: InvokeRequestInit = { input: { a: 1 } };\nexport const bytes: Uint8Array = InvokeRequest.encode(init);\n`;
  writeFileSync(join(directory, "use.ts"), use);
}, 120_000);

/** Gives what the compiler says. */
function compile(tsc: string, directory: string, compilerOptions: object, include: readonly string[]): Promise<string> {
  const config = join(directory, "tsconfig.json");
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, include }));
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, "-p", config], (error: ExecFileException | null, stdout) => resolve(error ? stdout || String(error) : ""));
  });
}

it("the compilers are the oldest and the newest", () => {
  expect(compilers.map(({ version }) => version.split(".").slice(0, 2).join("."))).toEqual(["5.8", "7.0"]);
});

describe.each(compilers)("TypeScript $version compiles", ({ tsc }) => {
  it.each(programs)("%s", { timeout: 120_000 }, async (_what, options, include) => {
    expect(await compile(tsc, directory, options, include)).toBe("");
  });
});

it("beside enums that can be erased there is a bridge for each proto", () => {
  const bridges = (into: string): string[] =>
    readdirSync(join(directory, into), { recursive: true, encoding: "utf8" }).filter((path) => /_bridge\.ts$/.test(path));
  expect(bridges("erasable").toSorted()).toEqual(bridges("js").toSorted());
  expect(bridges("erasable").length).toBeGreaterThan(5);
});

it("what target=js+dts gives runs", async () => {
  const { InvokeRequest } = (await import(pathToFileURL(join(directory, "declared/handler_bridge_bridge.js")).href)) as {
    InvokeRequest: { encode(init: object): Uint8Array; decode(bytes: Uint8Array): object };
  };
  expect(InvokeRequest.decode(InvokeRequest.encode({ handlerName: "h", input: { a: [1] } }))).toMatchObject({ handlerName: "h", input: { a: [1] } });
});

describe("a runtime that is too old", () => {
  it("is a compile error that names the path of the version", async () => {
    await withFiles({}, async (directory) => {
      const generated = readFileSync(join(root, "fixtures/gen/handler_bridge_bridge.ts"), "utf8");
      expect(generated).toContain('from "@protobridge/runtime/codegen-0.1";');
      const name = "node_modules/@protobridge/runtime";
      mkdirSync(join(directory, name), { recursive: true });
      // A runtime from before there was a path of this version.
      writeFileSync(join(directory, name, "package.json"), '{ "name": "@protobridge/runtime", "type": "module", "exports": { ".": "./index.d.ts" } }');
      writeFileSync(join(directory, name, "index.d.ts"), "export {};\n");
      writeFileSync(join(directory, "a.ts"), 'import { messageCodec } from "@protobridge/runtime/codegen-0.1";\nexport const codec: unknown = messageCodec;\n');
      writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
      expect(await compile(compilers[1]?.tsc ?? "", directory, { module: "nodenext", types: [] }, ["a.ts"])).toContain(
        "Cannot find module '@protobridge/runtime/codegen-0.1'",
      );
    });
  });
});
