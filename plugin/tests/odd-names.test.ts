/** Names that protoc accepts, and that TypeScript would take for something else. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generate, proto, withFiles } from "./support.js";

const source = (...lines: string[]): string => generate({ "a.proto": proto("a", ...lines) }).get("a_bridge.ts") ?? "";
const service = (name: string, rpc = "One"): string => source("message M {}", `service ${name} { rpc ${rpc}(M) returns (M); }`);

describe("names that are no identifiers", () => {
  it("of properties stand in quotes", () => {
    const text = source("message M { string _1digit = 1; M _0x10 = 2; string plain = 3; }");
    expect(text).toContain('  "1digit": string;\n');
    expect(text).toContain('  "0x10"?: M;\n');
    expect(text).toContain("  plain: string;\n");
    expect(text).toContain('() => ({ "1digit": "", plain: "" }),');
    expect(text).toContain('case 18: m["0x10"] = r.message(M, m["0x10"]); break;');
    expect(text).toContain('w.message(18, M, m["0x10"]);');
  });
  it("of methods stand in quotes", () => {
    const text = service("S", "_1digit");
    expect(text).toContain('["1digit", "_1digit", "unary", M, M]');
    expect(text.match(/^ {2}"1digit"\(/gm)).toHaveLength(3);
  });
  it("of underscores alone stay as they are", () => {
    expect(source("message M { string _ = 1; }")).toContain("  _: string;\n  $unknown?: UnknownField[];\n");
    expect(service("S", "_")).toContain('["_", "_", "unary", M, M]');
  });
});

it("an RPC New is a method, and no constructor", () => {
  expect(service("S", "New").match(/^ {2}"new"\(/gm)).toHaveLength(3);
});

it.each(["keyof", "infer", "unique", "readonly"])("a message %s is no operator", (name) => {
  expect(source(`message ${name} {}`)).toContain(`export interface ${name}$ {`);
});

it.each(["m", "r", "w", "c", "t", "p"])("a message %s is not hidden by a parameter of the code of companions", (name) => {
  expect(source(`message ${name} { ${name} self = 1; }`)).toContain(`m.self = r.message(${name}$, m.self);`);
  // An enum is not used there.
  expect(source(`enum ${name} { ZERO = 0; }`)).toContain(`export { ${name} };`);
});

it("a message cannot be called like such a parameter by the config", () => {
  const pinned = (type: string): unknown =>
    withFiles({ "bridge.yaml": `${type}: { a.X: { name: m } }\n` }, (directory) =>
      generate({ "a.proto": proto("a", type === "messages" ? "message X {}" : "enum X { ZERO = 0; }") }, `target=ts,config=${join(directory, "bridge.yaml")}`),
    );
  expect(() => pinned("messages")).toThrowError(/name: a\.X cannot be called m: the name is reserved; m\$ is free$/);
  expect(() => pinned("enums")).not.toThrowError();
});

it.each(["channel", "defaults", "_request", "_requests", "_context"])("a service %s is not hidden by a parameter", (name) => {
  expect(service(name)).toContain(`super(${name}$, channel, defaults);`);
  expect(service(name)).toContain(`return unimplemented(${name}$, "one");`);
});

describe("members that meet in lowerCamelCase", () => {
  const proto2 = (...lines: string[]): string =>
    // The companion is told what its descriptor does not tell.
    generate({ "a.proto": ['syntax = "proto2"; package a;', ...lines].join("\n") }, "target=ts,optimize_for=code_size").get("a_bridge.ts") ?? "";

  it("are told apart", () => {
    const text = proto2("message M { optional string foo_bar = 1; optional string fooBar = 2; oneof foo__bar { string a = 3; M b = 4; } }");
    for (const name of ["fooBar?: string", "fooBar$?: string", "fooBar$$: {"]) expect(text).toContain(`  ${name}`);
    expect(text).toContain('{ fooBar: { field: "foo_bar" }, fooBar$: { field: "fooBar" }, fooBar$$: { field: "foo__bar" }, b: M }');
  });
  it("are told apart as cases", () => {
    const text = proto2("message M { oneof o { string foo_bar = 1; M fooBar = 2; } }");
    expect(text).toContain('  o: { case: "fooBar"; value: string } | { case: "fooBar$"; value: M } | { case: undefined; value?: undefined };');
    expect(text).toContain('{ fooBar: { field: "foo_bar" }, fooBar$: { field: "fooBar", message: M } }');
  });
  it("keep their name as cases of two oneofs", () => {
    const text = proto2("message M { oneof o { string foo_bar = 1; int32 a = 2; } oneof p { M fooBar = 3; int32 b = 4; } }");
    expect(text).toContain('  p: { case: "fooBar"; value: M }');
    expect(text).toContain('{ fooBar: { field: "foo_bar" }, fooBar$: { field: "fooBar", property: "fooBar", message: M } }');
  });
});

it("a oneof that has the name of what each object has is told to the companion", () => {
  const protos = { "a.proto": proto("a", "message M { oneof has_own_property { string a = 1; M b = 2; } }") };
  const text = generate(protos, "target=ts,optimize_for=code_size").get("a_bridge.ts");
  expect(text).toContain('  hasOwnProperty$: { case: "a"; value: string }');
  expect(text).toContain('{ hasOwnProperty$: { field: "has_own_property" }, b: M }');
});
