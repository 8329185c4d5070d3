/** What cannot work is refused, with its place and why. */
import { expect, it } from "vitest";
import { generate, proto } from "./support.js";

it("names that no module can declare", () => {
  const text = proto(
    "a",
    "enum await { ZERO = 0; }",
    "message eval { string arguments = 1; enum await { ZERO = 0; } }",
    "service arguments {}",
    "message M {}",
  );
  expect(() => generate({ "a.proto": text })).toThrowError(
    [
      'a.proto:3: enum a.await is what protoc-gen-es declares as "await", a name that no module can declare: rename it',
      'a.proto:5: service a.arguments is what protoc-gen-es declares as "arguments", a name that no module can declare: rename it',
    ].join("\n"),
  );
});
it("only in the files that are to be generated", () => {
  const protos = { "a.proto": proto("a", "enum await { ZERO = 0; }"), "b.proto": proto("b", 'import "a.proto";', "message M {}") };
  expect([...generate(protos, "target=ts", (path) => path === "b.proto").keys()]).toEqual(["b_bridge.ts"]);
});
it("paths that TypeScript takes for declarations", () => {
  expect(() => generate({ "x/node.d.ts.proto": proto("a", "message M {}") })).toThrowError(
    'x/node.d.ts.proto: TypeScript takes x/node.d.ts_bridge.ts for declarations of another file, for its ".d.": rename the proto',
  );
  expect([...generate({ "a.d.proto": proto("a", "message M {}"), "x.d.y/b.proto": proto("b", "message M {}") }).keys()]).toHaveLength(2);
});
it.each(["%", "#", "?"])("paths with %s, which mean something else in a URL", (special) => {
  expect(() => generate({ [`x${special}20.proto`]: proto("a", "message M {}") })).toThrowError(
    `x${special}20.proto: a module is imported by URL, where "${special}" means something else: rename the proto`,
  );
});
