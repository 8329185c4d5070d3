/** Globals of JavaScript in a file that imports something of their name. */
import { expect, it } from "vitest";
import { generate, proto } from "./support.js";

const texts = generate({
  "types.proto": proto("types", "message Promise { string text = 1; }", "message AsyncIterable {}", "enum Partial { PARTIAL_ZERO = 0; }"),
  "a.proto": proto(
    "a",
    'import "types.proto";',
    "message M { types.Promise promise = 1; }",
    "service S { rpc One(M) returns (types.Promise); rpc Many(stream types.AsyncIterable) returns (stream M); }",
  ),
  "b.proto": proto("b", 'import "types.proto";', "message M { types.Promise promise = 1; }", "service S { rpc One(M) returns (M); }"),
  "c.proto": proto("c", 'import "types.proto";', "message M {}", "service S { rpc One(M) returns (M); }"),
});
const text = (path: string): string => texts.get(path) ?? "";

it("are reached for by globalThis, also where the import comes after them", () => {
  expect(text("a_bridge.ts")).toContain("  one(request: MInit, options?: CallOptions): globalThis.Promise<Promise> {");
  expect(text("a_bridge.ts")).toContain("(requests: Requests<AsyncIterableInit>, options?: CallOptions): globalThis.AsyncIterable<M> {");
  expect(text("b_bridge.ts")).toContain("  one(request: MInit, options?: CallOptions): globalThis.Promise<M> {");
});
it("stay plain where nothing of their name is imported", () => {
  expect(text("c_bridge.ts")).toContain("  one(request: MInit, options?: CallOptions): Promise<M> {");
  expect(text("a_bridge.ts")).toContain("static from(methods: Partial<SMethods>)");
});
