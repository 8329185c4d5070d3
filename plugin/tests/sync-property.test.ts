/** Whatever a file looks like, and however the proto changes: `protobridge sync` only inserts, and once. */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { generateFrom, root, run, strict, withFiles } from "./support.js";
import { type Files, isSubsequence, syncIn, tsconfig, writeFiles } from "./sync-support.js";

/** An RPC of the model: which of the names, messages and kinds it has. */
interface ModelRpc {
  readonly name: string;
  readonly request: number;
  readonly response: number;
  readonly clientStreaming: boolean;
  readonly serverStreaming: boolean;
}

/** How a file is written by hand. */
interface Hand {
  readonly lineEnd: string;
  readonly indent: string;
  readonly quote: string;
  readonly semicolon: string;
  readonly imports: "named" | "alias" | "namespace" | "lines";
  readonly form: "class" | "expression" | "implements" | "object" | "line";
  readonly blank: boolean;
  readonly comma: boolean;
  readonly header: string;
  readonly extra: string;
  readonly types: boolean;
}

const names = ["Open", "Shut", "Lock", "Knock", "Ring", "Enter", "Leave", "Then"];
const rpc = (name: string): fc.Arbitrary<ModelRpc> =>
  fc.record({ name: fc.constant(name), request: fc.nat(3), response: fc.nat(3), clientStreaming: fc.boolean(), serverStreaming: fc.boolean() });
const service = fc.shuffledSubarray(names).chain((chosen) => fc.tuple(...chosen.map(rpc)));
const hand: fc.Arbitrary<Hand> = fc.record({
  lineEnd: fc.constantFrom("\n", "\r\n"),
  indent: fc.constantFrom("  ", "    ", "\t"),
  quote: fc.constantFrom('"', "'"),
  semicolon: fc.constantFrom(";", ""),
  imports: fc.constantFrom("named" as const, "alias" as const, "namespace" as const, "lines" as const),
  form: fc.constantFrom("class" as const, "expression" as const, "implements" as const, "object" as const, "line" as const),
  blank: fc.boolean(),
  comma: fc.boolean(),
  header: fc.constantFrom("", "#!/usr/bin/env node\n", "// © some one\n\n", "/* a */ ", "'use strict'\n"),
  extra: fc.constantFrom("", "// the end { of it", "/* } */", 'fish = "\u{1F41F} }" + `}`', "#own = /[/}]\\//"),
  types: fc.boolean(),
});

/** The generated module of a service. */
function generated(rpcs: readonly ModelRpc[]): Files {
  const message = (i: number): object => ({
    name: `M${i}`,
    field: [{ name: "text", number: 1, label: FieldDescriptorProto_Label.OPTIONAL, type: FieldDescriptorProto_Type.STRING }],
  });
  const method = rpcs.map(({ request, response, ...each }) => ({ ...each, inputType: `.acme.M${request}`, outputType: `.acme.M${response}` }));
  const file = create(FileDescriptorProtoSchema, {
    name: "doors.proto",
    package: "acme",
    syntax: "proto3",
    messageType: [0, 1, 2, 3].map(message),
    service: [{ name: "Doors", method }],
  });
  const request = create(CodeGeneratorRequestSchema, { fileToGenerate: [file.name], parameter: "target=ts,import_extension=js", protoFile: [file] });
  return Object.fromEntries([...generateFrom(request)].map(([path, text]) => [`src/gen/${path}`, text]));
}

/** A file that implements some of the RPCs. */
function written(rpcs: readonly ModelRpc[], style: Hand, from = "./gen/doors_bridge.js"): string {
  const { indent, quote, semicolon, form, header, extra } = style;
  const base = form === "implements" ? "DoorsMethods" : "DoorsServicer";
  const imported = {
    named: `import { ${base} } from ${quote}${from}${quote}${semicolon}`,
    alias: `import { ${base} as Base } from ${quote}${from}${quote} // base`,
    namespace: `import * as gen from ${quote}${from}${quote}${semicolon}`,
    lines: `import {\n${indent}${base},\n} from ${quote}${from}${quote}${semicolon}`,
  }[style.imports];
  const named = { named: base, alias: "Base", namespace: `gen.${base}`, lines: base }[style.imports];
  const isObject = form === "object";
  const override = form === "implements" || isObject ? "" : "override ";
  const members = rpcs.map(({ name, serverStreaming }) => {
    const local = `${name.charAt(0).toLowerCase()}${name.slice(1)}${name === "Then" ? "$" : ""}`;
    const context = style.types ? "_request: any" : "";
    return `${override}${serverStreaming ? "async *" : ""}${local}(${context}) { ${serverStreaming ? "" : "return {}"} }`;
  });
  const separator = isObject ? "," : "";
  const joined = members.map((member, i) => `${indent}${member}${i < members.length - 1 || style.comma ? separator : ""}`);
  const extraLine = extra !== "" && !isObject ? [`${indent}${extra.startsWith("/") ? extra : `${extra};`}`] : [];
  const body = [...joined, ...extraLine].join(style.blank ? "\n\n" : "\n");
  const braces = body === "" ? "{}" : `{\n${body}\n}`;
  const text = {
    class: `export class A extends ${named} ${braces}`,
    expression: `export const A = class extends ${named} ${braces}`,
    implements: `export class A implements ${named} ${braces}`,
    object: `export const a = ${named}.from(${braces})`,
    line: `export class A extends ${named} { ${members.join(" ")} }`,
  }[form];
  return `${header}${imported}\n${text}${semicolon}\n`.replaceAll("\n", style.lineEnd);
}

/** Lines that nobody may touch: no import, and no brace to which something is inserted beside. */
function solid(text: string): readonly string[] {
  return text.split("\n").filter((line) => !/import|^export|^\s*\}|from\(|,\r?$|^\s*$/.test(line) && line.trim() !== "");
}

const localName = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}${name === "Then" ? "$" : ""}`;

it("it only inserts, what is missing, once, and what comes out can be read", { timeout: 120_000 }, () => {
  const property = fc.property(service, service, fc.func(fc.boolean()), hand, (before, after, has, style) => {
    const own = before.filter(({ name }) => has(name));
    const text = written(own, style);
    withFiles({ "tsconfig.json": tsconfig(), ...generated(after), "src/a.ts": text }, (directory) => {
      const { changes, told, files } = syncIn(directory);
      expect(told.filter(({ kind }) => kind === "refused")).toEqual([]);
      const result = files["src/a.ts"] ?? text;
      expect(isSubsequence(text, result)).toBe(true);
      if (style.form !== "object" && style.form !== "line") expect(isSubsequence(solid(text).join("\0"), `${result.split("\n").join("\0")}\0`)).toBe(true);
      const missing = after.map(({ name }) => name).filter((name) => !own.some((each) => each.name === name));
      expect(changes.reduce((sum, { added }) => sum + added, 0)).toBe(missing.length);
      for (const { name } of after) expect(result).toContain(`${localName(name)}(`);
      // Each stands there once.
      for (const name of missing) expect(result.split(` ${localName(name)}(`).length + result.split(`*${localName(name)}(`).length - 2).toBe(1);
      expect(result.replaceAll(style.lineEnd, "").includes("\r")).toBe(false);
      if (style.lineEnd === "\r\n") expect(/[^\r]\n/.test(result)).toBe(false);
      const again = syncIn(directory);
      expect(again.changes).toEqual([]);
      expect(again.told.filter(({ kind }) => kind === "missing" || kind === "refused")).toEqual([]);
    });
  });
  fc.assert(property, { numRuns: 60 });
});

it("what comes out compiles, if the proto only grew", { timeout: 120_000 }, () => {
  const cases = fc.sample(fc.tuple(service, fc.func(fc.boolean()), hand), 24);
  const compilerOptions = { ...strict, isolatedDeclarations: false, declaration: false, noPropertyAccessFromIndexSignature: false, module: "nodenext" };
  withFiles({ "package.json": '{ "type": "module" }', "tsconfig.json": JSON.stringify({ compilerOptions, include: ["src"] }) }, (directory) => {
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
    cases.forEach(([rpcs, has, style], i) => {
      const gen = Object.fromEntries(Object.entries(generated(rpcs)).map(([path, text]) => [path.replace("gen/", `gen/${i}/`), text]));
      const own = rpcs.filter(({ name }) => has(name));
      // `verbatimModuleSyntax` wants types to be marked: what is written by hand is as it should be.
      const text = written(own, { ...style, extra: "", types: false }, `./gen/${i}/doors_bridge.js`).replace(
        /import \{(\s*)DoorsMethods/,
        "import {$1type DoorsMethods",
      );
      writeFiles(directory, { ...gen, [`src/a${i}.ts`]: text });
    });
    syncIn(directory);
    expect(run("tsc", ["-p", ".", "--pretty", "false"], directory).toString()).toBe("");
  });
});
