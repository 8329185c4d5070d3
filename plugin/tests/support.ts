import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { create, createFileRegistry, type DescFile, fromBinary } from "@bufbuild/protobuf";
import { type CodeGeneratorRequest, CodeGeneratorRequestSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { profiles } from "../dist/profiles.js";
import { templates } from "../dist/templates.js";
import { createPlugin, type Resources } from "../src/plugin.js";
import type { Templates } from "../src/rendering/render.js";

/** What the built plugin brings. */
export const resources: Resources = { templates: templates as Templates, profiles: profiles as readonly unknown[] };

export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** The strictest settings of TypeScript, under which everything that is generated compiles. */
export const strict: object = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  isolatedDeclarations: true,
  declaration: true,
  target: "es2022",
  lib: ["es2022", "esnext.disposable", "dom"],
  types: ["node"],
  noEmit: true,
};

/** Runs one of the workspace's commands. */
export function run(command: string, args: readonly string[], cwd: string = root): Buffer {
  return execFileSync(join(root, "node_modules/.bin", command), args, { cwd, maxBuffer: 256 * 1024 * 1024, stdio: ["ignore", "pipe", "pipe"] });
}

/** A new directory with these files, which is removed when the work is done. */
export function withFiles<T>(files: Readonly<Record<string, string>>, work: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), "protobridge-"));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const result = work(directory);
    if (result instanceof Promise) return result.finally(remove) as T;
    remove();
    return result;
  } catch (reason) {
    remove();
    throw reason;
  }
}

/** The request that buf would send for the protos under a directory. */
export function requestFor(directory: string, parameter: string, only?: (path: string) => boolean): CodeGeneratorRequest {
  return requestOf(build(directory), parameter, only);
}

function build(directory: string): Uint8Array {
  return run("buf", ["build", directory, "-o", "-#format=binpb"]);
}

const built = new Map<string, Uint8Array>();

/** What buf makes of some protos. It is asked once: tests generate the same protos with one option after another. */
function buildOnce(protos: Readonly<Record<string, string>>): Uint8Array {
  const key = JSON.stringify(protos);
  const set = built.get(key) ?? withFiles(protos, build);
  built.set(key, set);
  return set;
}

function requestOf(set: Uint8Array, parameter: string, only: (path: string) => boolean = () => true): CodeGeneratorRequest {
  const { file } = fromBinary(FileDescriptorSetSchema, set);
  const fileToGenerate = file.map(({ name }) => name).filter((name) => !name.startsWith("google/protobuf/") && only(name));
  return create(CodeGeneratorRequestSchema, { fileToGenerate, parameter, protoFile: file });
}

/** What the plugin generates for some protos, by path. */
export function generate(protos: Readonly<Record<string, string>>, parameter = "target=ts", only?: (path: string) => boolean): Map<string, string> {
  return generateFrom(requestOf(buildOnce(protos), parameter, only));
}

export function generateFrom(request: CodeGeneratorRequest): Map<string, string> {
  const response = createPlugin("0.1.0", resources).run(request);
  return new Map(response.file.map(({ name, content }) => [name, content]));
}

/** What buf makes of some protos. */
export function image(protos: Readonly<Record<string, string>>): Uint8Array {
  return buildOnce(protos);
}

/** The descriptors of some protos. */
export function descriptors(protos: Readonly<Record<string, string>>): readonly DescFile[] {
  return [...createFileRegistry(fromBinary(FileDescriptorSetSchema, buildOnce(protos))).files];
}

/** A proto3 file in a package, with these lines. */
export function proto(packageName: string, ...lines: string[]): string {
  return [`syntax = "proto3";`, packageName === "" ? "" : `package ${packageName};`, ...lines].join("\n");
}
