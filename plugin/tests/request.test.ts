import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { getComments } from "@bufbuild/protoplugin";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SentRequest } from "../src/request.js";
import { descriptors, requestFor, root, withFiles } from "./support.js";

const lines = [
  'syntax = "proto3";',
  "// About the package.",
  "package a;",
  "",
  "// First.",
  "message M {",
  "  string s = 1; // Behind.",
  "  int32 i = 2;",
  "  message N {",
  "    // Detached.",
  "",
  "    // Inside.",
  "    bool b = 1;",
  "  }",
  "}",
  "service S {",
  "  rpc Get(M) returns (M);",
  "}",
];
const files = { "a.proto": lines.join("\n") };

/** As buf sends it: with the files a second time. */
function bytesOf(directory: string): Uint8Array {
  const request = requestFor(directory, "target=ts");
  request.sourceFileDescriptors = request.protoFile;
  return toBinary(CodeGeneratorRequestSchema, request);
}
const bytes = withFiles(files, bytesOf);

describe("a request that was sent", () => {
  for (const module of ["rxpress", "snakepit", "loom", "edge", "links"]) {
    const bytes = bytesOf(join(root, "fixtures", module));
    const whole = fromBinary(CodeGeneratorRequestSchema, bytes);
    const sent = new SentRequest(bytes);

    it(`${module}: is decoded but for its sources`, () => {
      const { request } = sent;
      const without = fromBinary(CodeGeneratorRequestSchema, bytes);
      without.sourceFileDescriptors = [];
      for (const file of without.protoFile) delete file.sourceCodeInfo;
      expect(toBinary(CodeGeneratorRequestSchema, request)).toEqual(toBinary(CodeGeneratorRequestSchema, without));
    });

    it(`${module}: gives the comments in a file`, () => {
      for (const [i, file] of sent.request.protoFile.entries()) {
        const commented = (whole.protoFile[i]?.sourceCodeInfo?.location ?? []).filter(
          (location) =>
            Object.hasOwn(location, "leadingComments") || Object.hasOwn(location, "trailingComments") || location.leadingDetachedComments.length > 0,
        );
        expect(sent.comments(file).location).toEqual(commented.map((location) => ({ ...location, span: [] })));
      }
    });
  }

  it("gives no comments where it has no sources", () => {
    const request = withFiles(files, (directory) => requestFor(directory, ""));
    for (const file of request.protoFile) delete file.sourceCodeInfo;
    const sent = new SentRequest(toBinary(CodeGeneratorRequestSchema, request));
    expect(sent.request.protoFile.map((file) => sent.comments(file).location)).toEqual([[]]);
    expect(sent.lineOf("a.proto", [4, 0])).toBeUndefined();
  });
});

describe("the line of an element", () => {
  const sent = new SentRequest(bytes);
  it.each<[what: string, path: number[], line: string]>([
    ["a package", [2], "package a;"],
    ["a message", [4, 0], "message M {"],
    ["a field", [4, 0, 2, 1], "  int32 i = 2;"],
    ["a field of a nested message", [4, 0, 3, 0, 2, 0], "    bool b = 1;"],
    ["an RPC", [6, 0, 2, 0], "  rpc Get(M) returns (M);"],
  ])("is found for %s", (_what, path, line) => {
    expect(sent.lineOf("a.proto", path)).toBe(lines.indexOf(line) + 1);
  });
  it("is found by what protoplugin says of a descriptor", () => {
    const [file] = descriptors(files);
    const method = file?.services[0]?.methods[0];
    expect(method && sent.lineOf("a.proto", getComments(method).sourcePath)).toBe(lines.indexOf("  rpc Get(M) returns (M);") + 1);
  });
  it("is not known of what is not there", () => {
    expect(sent.lineOf("a.proto", [4, 1])).toBeUndefined();
    expect(sent.lineOf("b.proto", [4, 0])).toBeUndefined();
  });
});

describe("what is no request", () => {
  const message = (bytes: Uint8Array): string => {
    try {
      const sent = new SentRequest(bytes);
      for (const file of sent.request.protoFile) sent.comments(file);
      sent.lineOf(sent.request.protoFile[0]?.name ?? "", [4, 0]);
      return "";
    } catch (reason) {
      return (reason as Error).message;
    }
  };
  const file = (...content: number[]): Uint8Array => Uint8Array.of(0x7a, content.length, ...content);

  it.each<[what: string, bytes: Uint8Array, why: string]>([
    ["text", new TextEncoder().encode("hello"), "the field at byte 2 is of the wire type 4"],
    ["a length past the end", Uint8Array.of(0x7a, 5, 0), "the field at byte 0 does not end"],
    ["a length that does not end", Uint8Array.of(0x7a, 0xff, 0xff), "the number at byte 1 does not end"],
    ["a length of ten bytes", Uint8Array.of(0x7a, 0x81, 0x80, 0x80, 0x80, 0x80, 0), "the number at byte 1 does not end"],
    ["a field without number", Uint8Array.of(0x02, 0), "the field at byte 0 has no number"],
    ["a number for a file", Uint8Array.of(0x78, 1), "the field at byte 0 is of the wire type 0, not 2"],
    ["a number for sources", file(0x48, 1), "the field at byte 2 is of the wire type 0, not 2"],
    ["a location past the end", file(0x4a, 2, 0x0a, 5), "the field at byte 4 does not end"],
    ["a path past the end", file(0x4a, 6, 0x0a, 4, 0x0a, 2, 0x80, 0x80), "the number at byte 8 does not end"],
  ])("such as %s is refused with the place", (_what, bytes, why) => {
    expect(message(bytes)).toBe(`standard input is no CodeGeneratorRequest: ${why}`);
  });

  it("is refused with one clear error, wherever it is cut off or broken", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const broken = cut ? bytes.slice(0, at) : bytes.with(at, byte);
        const text = message(broken);
        expect(text === "" || text.startsWith("standard input is no CodeGeneratorRequest: ")).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
