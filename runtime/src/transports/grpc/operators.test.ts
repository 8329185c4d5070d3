import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, expect, test } from "vitest";

const installed = fileURLToPath(new URL("../../../../node_modules/", import.meta.url));
const packages = ["grpc-health-check", "@grpc/reflection"];
const folder = mkdtempSync(join(tmpdir(), "protobridge-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Serves nothing with these options, and says what was loaded of the packages, or the error. */
const program = (options: string): string => `
import { createRequire } from "node:module";
import { Health, serve } from "./index.js";
try {
  const server = await serve([], { address: "127.0.0.1:0", ${options} });
  await server.close();
  const loaded = Object.keys(createRequire(import.meta.url).cache).map((path) => path.replaceAll("\\\\", "/"));
  console.log(JSON.stringify(${JSON.stringify(packages)}.filter((name) => loaded.some((path) => path.includes("/node_modules/" + name + "/")))));
} catch (error) {
  console.log(JSON.stringify(error.message));
}
`;

/** Runs the program where these packages are installed besides what the runtime depends on. */
async function run(options: string, more: readonly string[]): Promise<unknown> {
  const directory = mkdtempSync(join(folder, "case-"));
  await build({
    entryPoints: [fileURLToPath(new URL("index.ts", import.meta.url))],
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "node",
    outdir: directory,
  });
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(directory, "program.js"), program(options));
  for (const name of ["@bufbuild/protobuf", "@grpc/grpc-js", "cockatiel", "lossless-json", ...more]) {
    const link = join(directory, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(installed, name), link, "dir");
  }
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ["program.js"], { cwd: directory, timeout: 20_000 }, (error, out, err) => (error ? reject(new Error(err)) : resolve(out)));
  });
  return JSON.parse(stdout);
}

test.each([
  ["", []],
  ["health: false, reflection: undefined", []],
  ["health: true", ["grpc-health-check"]],
  ["health: new Health()", ["grpc-health-check"]],
  ["reflection: []", ["@grpc/reflection"]],
  ["health: true, reflection: []", packages],
])("with { %s } is loaded %j", async (options, loaded) => {
  expect(await run(options, packages)).toEqual(loaded);
});

test("without the options, nobody needs the packages", async () => {
  expect(await run("", [])).toEqual([]);
});

test.each([
  ["health: true", "the option health of serve needs the package grpc-health-check: npm install grpc-health-check"],
  ["reflection: []", "the option reflection of serve needs the package @grpc/reflection: npm install @grpc/reflection"],
])("with { %s } and no package, it is said how to install it", async (options, message) => {
  expect(await run(options, [])).toBe(message);
});
