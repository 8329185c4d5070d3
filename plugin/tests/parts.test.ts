import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  type CodeGeneratorResponse,
  CodeGeneratorResponseSchema,
  SourceCodeInfo_LocationSchema,
  SourceCodeInfoSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { createPlugin, generateParts } from "../src/plugin.js";
import { SentRequest } from "../src/request.js";
import { proto, requestFor, resources, root, withFiles } from "./support.js";

// Six parts of 20.
const count = 120;
const files = Object.fromEntries(
  Array.from({ length: count }, (_, i) => [
    `p${i}.proto`,
    proto(
      `p${i}`,
      'import "google/protobuf/struct.proto";',
      i === 0 ? "" : `import "p${i - 1}.proto";`,
      `// The message ${i}.`,
      // The last file by name.
      `message M { ${i === 99 ? "google.protobuf.NullValue nothing = 1;" : ""} ${i === 0 ? "" : `p${i - 1}.M before = 2; // Behind.\n`} }`,
    ),
  ]),
);
const request = withFiles(files, (directory) => requestFor(directory, "target=ts"));

function partsOf(request: CodeGeneratorRequest): CodeGeneratorResponse[] {
  return [...generateParts("0.1.0", resources, new SentRequest(toBinary(CodeGeneratorRequestSchema, request)))];
}

function contents(responses: readonly CodeGeneratorResponse[]): Map<string, string> {
  return new Map(responses.flatMap(({ file }) => file.map(({ name, content }): [string, string] => [name, content])));
}

function run(bytes: Uint8Array): { readonly status: number | null; readonly stdout: Buffer; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "plugin/bin/protoc-gen-bridge.cjs")], {
    input: bytes,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr: stderr.toString() };
}

/** A copy whose file of this index has comments that cannot be read. */
function withBrokenComments(index: number): Uint8Array {
  const copy = fromBinary(CodeGeneratorRequestSchema, toBinary(CodeGeneratorRequestSchema, request));
  const file = copy.protoFile.find(({ name }) => name === `p${index}.proto`);
  if (!file) throw new Error(`no file p${index}.proto`);
  const location = create(SourceCodeInfo_LocationSchema);
  // A string of nine bytes, of which none is there.
  location.$unknown = [{ no: 3, wireType: 2, data: Uint8Array.of(9) }];
  file.sourceCodeInfo = create(SourceCodeInfoSchema, { location: [location] });
  return toBinary(CodeGeneratorRequestSchema, copy);
}

describe("a response in parts", () => {
  const whole = createPlugin("0.1.0", resources).run(request);

  it("has the files of one response, each once", () => {
    const parts = partsOf(request);
    expect(parts.map(({ file }) => file.length)).toEqual([20, 20, 20, 20, 20, 20]);
    expect(whole.file.length).toBe(count);
    expect(contents(parts)).toEqual(contents([whole]));
  });

  it("tells what the plugin supports once", () => {
    expect(partsOf(request).map(({ supportedFeatures, minimumEdition, maximumEdition }) => ({ supportedFeatures, minimumEdition, maximumEdition }))).toEqual([
      { supportedFeatures: whole.supportedFeatures, minimumEdition: whole.minimumEdition, maximumEdition: whole.maximumEdition },
      ...Array.from({ length: 5 }, () => ({ supportedFeatures: 0n, minimumEdition: 0, maximumEdition: 0 })),
    ]);
  });

  it("is one response on standard output", () => {
    const { status, stdout, stderr } = run(toBinary(CodeGeneratorRequestSchema, request));
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const response = fromBinary(CodeGeneratorResponseSchema, stdout);
    expect(response.supportedFeatures).toBe(whole.supportedFeatures);
    expect(contents([response])).toEqual(contents([whole]));
  });

  it("has JavaScript and declarations of all files", () => {
    const both = { ...request, parameter: "target=js+dts" };
    const one = createPlugin("0.1.0", resources).run(both);
    expect(one.file.length).toBe(2 * count);
    expect(contents(partsOf(both))).toEqual(contents([one]));
  });

  it("imports the well-known types from where they are generated", () => {
    const all = { ...request, fileToGenerate: request.protoFile.map(({ name }) => name) };
    const one = contents([createPlugin("0.1.0", resources).run(all)]);
    expect(contents(partsOf(all))).toEqual(one);
  });

  it("is one part for a request without files", () => {
    expect(partsOf(create(CodeGeneratorRequestSchema)).map(({ supportedFeatures }) => supportedFeatures)).toEqual([whole.supportedFeatures]);
  });
});

describe("what goes wrong", () => {
  // By name: p1 is in the first part, p99 is the last file of all.
  it("before the first part is told on standard error, and nothing is written", () => {
    expect(run(withBrokenComments(1))).toEqual({
      status: 1,
      stdout: Buffer.alloc(0),
      stderr: expect.stringMatching(/^protoc-gen-bridge: standard input is no CodeGeneratorRequest: the field at byte \d+ does not end\n$/),
    });
  });
  it("after it is the response's error", () => {
    const { status, stdout, stderr } = run(withBrokenComments(99));
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const response = fromBinary(CodeGeneratorResponseSchema, stdout);
    expect(response.file.length).toBe(100);
    expect(response.error).toMatch(/^standard input is no CodeGeneratorRequest: the field at byte \d+ does not end$/);
  });
});
