import { describe, expect, it } from "vitest";
import { withoutDigest } from "../src/digest.js";
import { generate, proto } from "./support.js";

const source = (...lines: string[]): string => generate({ "a.proto": proto("a", ...lines) }).get("a_bridge.ts") ?? "";

describe("names that clash", () => {
  it("gives what the proto names its name, and a $ to what is derived", () => {
    const text = source("message Foo { string s = 1; }", "message FooInit { string s = 1; }");
    expect(text).toContain("export interface FooInit {\n  /**\n   * @generated from field: string s = 1;");
    expect(text).toContain("export const Foo: MessageCodec<Foo, FooInit$>");
    expect(text).toContain("export const FooInit: MessageCodec<FooInit, FooInitInit>");
  });
  it("keeps a service's declarations apart from messages", () => {
    const text = source("message SClient {}", "message SMethods {}", "service S { rpc Get(SClient) returns (SMethods); }");
    expect(text).toContain("export class SClient$ extends Client {");
    expect(text).toContain("export interface SMethods$ {");
    expect(text).toContain("get(request: SClientInit, options?: CallOptions): Promise<SMethods>");
  });
  it("tells RPCs apart that differ in case only", () => {
    const text = source("message M {}", "service S { rpc Get(M) returns (M); rpc get(M) returns (M); }");
    expect(text).toContain('["get", "Get", "unary", M, M],\n  ["get$", "get", "unary", M, M],');
  });
  it("puts a $ behind what every object has, and what await would call", () => {
    const text = source(
      "message M { string constructor = 1; string has_own_property = 2; string to_string = 3; string then = 4; }",
      "service S { rpc Then(M) returns (M); rpc Close(M) returns (M); rpc Constructor(M) returns (M); rpc HasOwnProperty(M) returns (M); }",
    );
    for (const property of ["constructor$", "hasOwnProperty$", "toString$", "then"]) expect(text).toContain(`  ${property}: string;\n`);
    for (const method of ["then$", "close$", "constructor$", "hasOwnProperty$"])
      expect(text).toContain(`  ${method}(request: M, context: CallContext): Awaitable<MInit>;\n`);
  });
  it("joins nested names as protobuf-es does", () => {
    const text = source("message Outer { message Inner { enum Kind { KIND_ZERO = 0; } Kind kind = 1; } Inner inner = 1; }");
    expect(text).toContain("export interface Outer_Inner {");
    expect(text).toContain("  kind: Outer_Inner_Kind;");
    expect(text).toContain("export { Outer_Inner_Kind };");
  });
  it("hands enums on under their names, also those that the runtime or TypeScript has", () => {
    const text = source(
      "enum Channel { CHANNEL_ZERO = 0; }",
      "enum Partial { PARTIAL_ZERO = 0; }",
      "message M { Channel c = 1; Partial a = 2; }",
      "service S { rpc Get(M) returns (M); }",
    );
    expect(text).toContain("export { Channel };");
    expect(text).toContain("Channel as Channel$1");
    expect(text).toContain("export { Partial$ };"); // as protobuf-es has it
  });
  it("reaches for globals behind messages of the same name", () => {
    const text = source(
      "message Promise {}",
      "message AsyncIterable {}",
      "message Partial {}",
      "message Uint8Array { bytes b = 1; }",
      "service S { rpc Get(Promise) returns (stream AsyncIterable); rpc One(Partial) returns (Uint8Array); }",
    );
    expect(text).toContain("get(request: PromiseInit, options?: CallOptions): globalThis.AsyncIterable<AsyncIterable>");
    expect(text).toContain("one(request: PartialInit, options?: CallOptions): globalThis.Promise<Uint8Array$>");
    expect(text).toContain("  b: Uint8Array;\n");
  });
});

describe("what a growing proto does", () => {
  const before = ["service S { rpc Get(M) returns (M); }", "message M { string a = 1; oneof o { int32 x = 2; } }"];
  const after = [
    "service S { rpc Get(M) returns (M); rpc Put(N) returns (M); }",
    "message M { string a = 1; oneof o { int32 x = 2; string y = 4; } string b = 3; }",
    "message N { M m = 1; }",
  ];
  it("adds lines, and changes only those that list members", () => {
    const old = withoutDigest(source(...before)).split("\n");
    const now = new Set(source(...after).split("\n"));
    const gone = old.filter((line) => !now.has(line));
    // imports, the type of the oneof, what is told of all properties, and how the cases are told apart: each a list that got longer
    expect(
      gone.filter((line) => !/^(import |\{ |\(\) => | *(o\??:|case "x": w\.|default: w\.noCase))/.test(line.replace("switch (m.o?.case) {", "o:"))),
    ).toEqual([]);
  });
});

describe("files", () => {
  it("are generated beside the proto, also for a part of the files of a request", () => {
    const protos = {
      "x/y/b.proto": proto("x.y", "message B { string s = 1; }"),
      "x/a.proto": proto("x", 'import "x/y/b.proto";', "message A { x.y.B b = 1; }"),
    };
    expect([...generate(protos).keys()].toSorted()).toEqual(["x/a_bridge.ts", "x/y/b_bridge.ts"]);
    const part = generate(protos, "target=ts", (path) => path === "x/a.proto");
    expect([...part.keys()]).toEqual(["x/a_bridge.ts"]);
    expect(part.get("x/a_bridge.ts")).toBe(generate(protos).get("x/a_bridge.ts"));
  });
  it("are none for the well-known types, whose faces the runtime has", () => {
    const text = source(
      'import "google/protobuf/timestamp.proto";',
      'import "google/protobuf/descriptor.proto";',
      "message M { google.protobuf.Timestamp at = 1; google.protobuf.FieldDescriptorProto field = 2; }",
    );
    expect(text).toContain('import { Timestamp } from "@protobridge/runtime/wkt";');
    expect(text).toContain("  field?: FieldDescriptorProto;\n");
    expect(text).toContain("  field?: MessageInitShape<typeof FieldDescriptorProtoSchema> | undefined;\n");
    expect(text).toContain("m.field = r.message(/*@__PURE__*/ esMessage(FieldDescriptorProtoSchema), m.field);");
    expect(text).toContain("m.at = r.message(Timestamp, m.at);");
  });
});
