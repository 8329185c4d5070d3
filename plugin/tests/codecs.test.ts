/** The code of companions: how each kind of field is read and written, and what the model says of it. */
import { describe, expect, it } from "vitest";
import type { FieldModel, MessageModel } from "../src/model/message.js";
import { buildModel } from "../src/model/model.js";
import { descriptors, generate, withFiles } from "./support.js";

const imports = ["any", "struct", "timestamp", "wrappers"].map((name) => `import "google/protobuf/${name}.proto";`).join(" ");
const heads = {
  proto3: `syntax = "proto3"; package a; ${imports} enum E { ZERO = 0; ONE = 1; }`,
  proto2: 'syntax = "proto2"; package a; enum E { ONE = 1; MINUS = -2; ALSO_ONE = 1; }',
  editions: 'edition = "2023"; package a; option features.message_encoding = DELIMITED; enum E { ZERO = 0; }',
};
const shared = {
  proto3: "message V { oneof v { string text = 1; bool flag = 2; } } message N { string name = 1; }",
  proto2: "message N { optional string name = 1; }",
  editions: "message V { oneof v { string text = 1; bool flag = 2; } } message N { string name = 1; }",
};
type Syntax = keyof typeof heads;

/** The proto of messages M0, M1, ..., each with its own fields. */
function protoOf(syntax: Syntax, messages: readonly string[]): string {
  const options = syntax === "proto2" ? "option allow_alias = true;" : "";
  return [heads[syntax].replace("enum E {", `enum E { ${options}`), shared[syntax], ...messages.map((fields, i) => `message M${i} { ${fields} }`)].join("\n");
}

/** What a companion is made from. */
interface Printed {
  readonly names: string;
  readonly empty: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

function printed(text: string, message: string): Printed {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.endsWith(` codec("a.${message}",`));
  const [names = "", empty = "", loop, ...rest] = lines.slice(from + 1);
  expect(loop).toBe("(m, r, c) => { for (let t; t = r.tag(); ) switch (t) {");
  const read = rest.indexOf("  default: r.keep(m, c);");
  const written = rest.findIndex((line, i) => i > read + 2 && line.startsWith("}"));
  const trimmed = (part: readonly string[]): string[] => part.map((line) => line.trim());
  return {
    names: names.replace(/,$/, ""),
    empty: empty.replace(/^\(\) => \((.*)\),$/, "$1"),
    reads: trimmed(rest.slice(0, read)),
    writes: trimmed(rest.slice(read + 3, written)),
  };
}

type Kind = readonly [what: string, fields: string, empty: string, reads: readonly string[], writes: readonly string[]];

const kinds: Readonly<Record<Syntax, readonly Kind[]>> = {
  proto3: [
    ["a string", "string x = 1;", '{ x: "" }', ["case 10: m.x = r.string(); break;"], ["w.string(10, m.x);"]],
    ["one with presence", "optional string x = 1;", "{}", ["case 10: m.x = r.string(); break;"], ["w.string(10, m.x, true);"]],
    ["bytes", "bytes x = 1;", "{ x: new Uint8Array(0) }", ["case 10: m.x = r.bytes(); break;"], ["w.bytes(10, m.x);"]],
    ["a bool", "bool x = 1;", "{ x: false }", ["case 8: m.x = r.bool(); break;"], ["w.bool(8, m.x);"]],
    ["an int32", "int32 x = 1;", "{ x: 0 }", ["case 8: m.x = r.int32(); break;"], ["w.int32(8, m.x);"]],
    ["a double", "double x = 1;", "{ x: 0 }", ["case 9: m.x = r.double(); break;"], ["w.double(9, m.x);"]],
    ["a float", "float x = 1;", "{ x: 0 }", ["case 13: m.x = r.float(); break;"], ["w.scalar(13, scalars.float, m.x);"]],
    ["a uint32", "uint32 x = 1;", "{ x: 0 }", ["case 8: m.x = r.uint32(); break;"], ["w.scalar(8, scalars.uint32, m.x);"]],
    ["a sint32", "optional sint32 x = 1;", "{}", ["case 8: m.x = r.sint32(); break;"], ["w.scalar(8, scalars.sint32, m.x, true);"]],
    ["a fixed32", "fixed32 x = 1;", "{ x: 0 }", ["case 13: m.x = r.fixed32(); break;"], ["w.scalar(13, scalars.fixed32, m.x);"]],
    ["a sfixed32", "sfixed32 x = 1;", "{ x: 0 }", ["case 13: m.x = r.sfixed32(); break;"], ["w.scalar(13, scalars.sfixed32, m.x);"]],
    ["an int64", "int64 x = 1;", "{ x: scalars.int64.zero(true) }", ["case 8: m.x = r.int64(); break;"], ["w.scalar(8, scalars.int64, m.x);"]],
    ["a uint64", "uint64 x = 1;", "{ x: scalars.uint64.zero(true) }", ["case 8: m.x = r.uint64(); break;"], ["w.scalar(8, scalars.uint64, m.x);"]],
    ["a fixed64", "optional fixed64 x = 1;", "{}", ["case 9: m.x = r.fixed64(); break;"], ["w.scalar(9, scalars.fixed64, m.x, true);"]],
    [
      "64 bits as a string",
      "sint64 x = 1 [jstype = JS_STRING];",
      '{ x: "0" }',
      ["case 8: m.x = scalars.sint64String.read(r, false); break;"],
      ["w.scalar(8, scalars.sint64String, m.x);"],
    ],
    ["an open enum", "E x = 1;", "{ x: 0 }", ["case 8: m.x = r.int32(); break;"], ["w.int32(8, m.x);"]],
    ["JSON text", "string x_json = 1;", "{ x: undefined }", ["case 10: m.x = jsonText.read(r, false); break;"], ["w.scalar(10, jsonText, m.x);"]],
    ["JSON text with presence", "optional string x_json = 1;", "{}", ["case 10: m.x = jsonText.read(r, true); break;"], ["w.scalar(10, jsonText, m.x, true);"]],
    ["a message", "N x = 1;", "{}", ["case 10: m.x = r.message(N, m.x); break;"], ["w.message(10, N, m.x);"]],
    ["a value message", "V x = 1;", "{}", ['case 10: m.x = r.value(V, m, "x", m.x); break;'], ['w.value(10, V, m, "x", m.x);']],
    [
      "google.protobuf.Value",
      "google.protobuf.Value x = 1;",
      "{}",
      ['case 10: m.x = r.value(Value, m, "x", m.x); break;'],
      ['w.value(10, Value, m, "x", m.x);'],
    ],
    [
      "another well-known type",
      "google.protobuf.Int32Value x = 1;",
      "{}",
      ["case 10: m.x = r.message(Int32Value, m.x); break;"],
      ["w.message(10, Int32Value, m.x);"],
    ],
    ["an Any as it is", "google.protobuf.Any x = 1;", "{}", ["case 10: m.x = r.message(Any, m.x); break;"], ["w.message(10, Any, m.x);"]],
    [
      "a list of numbers, in both forms",
      "repeated sint32 x = 1;",
      "{ x: [] }",
      ["case 10: r.packed(m.x, scalars.sint32); break;", "case 8: r.pushScalar(m.x, scalars.sint32); break;"],
      ["w.packed(10, m.x, scalars.sint32);"],
    ],
    [
      "one that is not packed",
      "repeated fixed64 x = 1 [packed = false];",
      "{ x: [] }",
      ["case 9: r.pushScalar(m.x, scalars.fixed64); break;", "case 10: r.packed(m.x, scalars.fixed64); break;"],
      ["w.scalarList(9, m.x, scalars.fixed64);"],
    ],
    [
      "a list of strings",
      "repeated string x = 1;",
      "{ x: [] }",
      ["case 10: r.pushScalar(m.x, scalars.string); break;"],
      ["w.scalarList(10, m.x, scalars.string);"],
    ],
    [
      "a list of enums",
      "repeated E x = 1;",
      "{ x: [] }",
      ["case 10: r.packed(m.x, scalars.int32); break;", "case 8: r.pushScalar(m.x, scalars.int32); break;"],
      ["w.packed(10, m.x, scalars.int32);"],
    ],
    ["a list of messages", "repeated N x = 1;", "{ x: [] }", ["case 10: r.push(m.x, N); break;"], ["w.list(10, m.x, N);"]],
    ["a list of value messages", "repeated V x = 1;", "{ x: [] }", ["case 10: r.push(m.x, V); break;"], ["w.list(10, m.x, V);"]],
    [
      "a map of scalars",
      "map<int32, E> x = 1;",
      "{ x: {} }",
      ["case 10: r.scalarEntry(m.x, scalars.int32, scalars.int32); break;"],
      ["w.scalarMap(10, m.x, scalars.int32, scalars.int32);"],
    ],
    ["a map of messages", "map<uint64, N> x = 1;", "{ x: {} }", ["case 10: r.entry(m.x, scalars.uint64, N); break;"], ["w.map(10, m.x, scalars.uint64, N);"]],
    [
      "a map of value messages",
      "map<string, V> x = 1;",
      "{ x: {} }",
      ["case 10: r.entry(m.x, scalars.string, V); break;"],
      ["w.map(10, m.x, scalars.string, V);"],
    ],
    [
      "a oneof",
      "oneof o { string a = 1; N b = 2; V c = 3; }",
      "{ o: { case: undefined } }",
      [
        'case 10: m.o = { case: "a", value: r.string() }; break;',
        'case 18: m.o = { case: "b", value: r.message(N, m.o.case === "b" ? m.o.value : undefined) }; break;',
        'case 26: if (m.o.case !== "c") m.o = { case: "c", value: undefined! }; m.o.value = r.value(V, m.o, "value", m.o.value); break;',
      ],
      [
        "switch (m.o?.case) {",
        'case "a": w.string(10, w.required(10, m.o.value), true); break;',
        'case "b": w.message(18, N, w.required(18, m.o.value)); break;',
        'case "c": w.value(26, V, m.o, "value", m.o.value ?? null); break;',
        'default: w.noCase("o", m.o, ["a", "b", "c"]);',
        "}",
      ],
    ],
    [
      "a oneof with another field between its cases",
      "oneof o { int32 a = 1; int64 c = 4; bool b = 3; } string x = 2;",
      '{ o: { case: undefined }, x: "" }',
      [
        'case 8: m.o = { case: "a", value: r.int32() }; break;',
        "case 18: m.x = r.string(); break;",
        'case 24: m.o = { case: "b", value: r.bool() }; break;',
        'case 32: m.o = { case: "c", value: r.int64() }; break;',
      ],
      [
        'if (m.o?.case === "a") w.int32(8, w.required(8, m.o.value), true);',
        "w.string(18, m.x);",
        'if (m.o?.case === "b") w.bool(24, w.required(24, m.o.value), true);',
        'if (m.o?.case === "c") w.scalar(32, scalars.int64, w.required(32, m.o.value), true);',
        'else if (m.o?.case !== "a" && m.o?.case !== "b") w.noCase("o", m.o, ["a", "c", "b"]);',
      ],
    ],
    [
      "fields by their numbers, the largest too",
      "N x = 536870911; bool y = 16;",
      "{ y: false }",
      ["case 128: m.y = r.bool(); break;", "case 4294967290: m.x = r.message(N, m.x); break;"],
      ["w.bool(128, m.y);", "w.message(4294967290, N, m.x);"],
    ],
  ],
  proto2: [
    ["text that may be no UTF-8", "optional string x = 1;", "{}", ["case 10: m.x = r.lenientString(); break;"], ["w.string(10, m.x, true);"]],
    [
      "the same in a map",
      "map<string, string> x = 1;",
      "{ x: {} }",
      ["case 10: r.scalarEntry(m.x, scalars.lenientString, scalars.lenientString); break;"],
      ["w.scalarMap(10, m.x, scalars.lenientString, scalars.lenientString);"],
    ],
    ["a default, which no face has", "optional int32 x = 1 [default = 7];", "{}", ["case 8: m.x = r.int32(); break;"], ["w.int32(8, m.x, true);"]],
    ["what is required", "required int64 x = 1;", "{}", ["case 8: m.x = r.int64(); break;"], ["w.scalar(8, scalars.int64, w.required(8, m.x), true);"]],
    ["a message that is", "required N x = 1;", "{}", ["case 10: m.x = r.message(N, m.x); break;"], ["w.message(10, N, w.required(10, m.x));"]],
    ["a closed enum", "optional E x = 1;", "{}", ["case 8: if (r.isNamed(m, [1, -2])) m.x = r.int32(); break;"], ["w.int32(8, m.x, true);"]],
    [
      "a list of them",
      "repeated E x = 1;",
      "{ x: [] }",
      ["case 8: r.pushScalar(m.x, scalars.int32); break;", "case 10: r.packed(m.x, scalars.int32); break;"],
      ["w.scalarList(8, m.x, scalars.int32);"],
    ],
    [
      "a closed enum in a oneof",
      "oneof o { E x = 1; }",
      "{ o: { case: undefined } }",
      ['case 8: if (r.isNamed(m, [1, -2])) m.o = { case: "x", value: r.int32() }; break;'],
      ["switch (m.o?.case) {", 'case "x": w.int32(8, w.required(8, m.o.value), true); break;', 'default: w.noCase("o", m.o, ["x"]);', "}"],
    ],
    ["a group", "optional group Part = 1 {}", "{}", [`case 11: m.part = r.group(M8_Part, m.part); break;`], ["w.group(11, M8_Part, m.part);"]],
    ["a list of groups", "repeated group Part = 1 {}", "{ part: [] }", ["case 11: r.push(m.part, M9_Part); break;"], ["w.list(11, m.part, M9_Part);"]],
  ],
  editions: [
    ["a delimited message", "N x = 1;", "{}", ["case 11: m.x = r.group(N, m.x); break;"], ["w.group(11, N, m.x);"]],
    ["a delimited value message", "V x = 1;", "{}", ['case 11: m.x = r.value(V, m, "x", m.x); break;'], ['w.value(11, V, m, "x", m.x);']],
    ["a list of them", "repeated V x = 1;", "{ x: [] }", ["case 11: r.push(m.x, V); break;"], ["w.list(11, m.x, V);"]],
    [
      "a map, which never is",
      "map<string, N> x = 1;",
      "{ x: {} }",
      ["case 10: r.entry(m.x, scalars.string, N); break;"],
      ["w.map(10, m.x, scalars.string, N);"],
    ],
    [
      "no presence, and no UTF-8",
      "string x = 1 [features.field_presence = IMPLICIT, features.utf8_validation = NONE];",
      '{ x: "" }',
      ["case 10: m.x = r.lenientString(); break;"],
      ["w.string(10, m.x);"],
    ],
  ],
};

describe.each(Object.entries(kinds) as [Syntax, readonly Kind[]][])("in %s", (syntax, cases) => {
  const protos = {
    "a.proto": protoOf(
      syntax,
      cases.map(([, fields]) => fields),
    ),
  };
  const text = generate(protos).get("a_bridge.ts") ?? "";
  it.each(cases.map((kind, i) => [kind[0], `M${i}`, kind] as const))("%s", (_what, message, [, , empty, reads, writes]) => {
    const code = printed(text, message);
    expect({ empty: code.empty, reads: code.reads, writes: code.writes }).toEqual({ empty, reads, writes });
  });
});

describe("64 bits by int64", () => {
  const protos = { "a.proto": protoOf("proto3", ["int64 x = 1; repeated uint64 y = 2; map<int64, fixed64> z = 3;"]) };
  it.each(["number", "string"])("%s", (int64) => {
    const { empty, reads, writes } = printed(generate(protos, `target=ts,int64=${int64}`).get("a_bridge.ts") ?? "", "M0");
    const suffix = int64 === "number" ? "Number" : "String";
    expect(empty).toBe(`{ x: ${int64 === "number" ? "0" : '"0"'}, y: [], z: {} }`);
    expect(reads).toEqual([
      `case 8: m.x = scalars.int64${suffix}.read(r, false); break;`,
      `case 18: r.packed(m.y, scalars.uint64${suffix}); break;`,
      `case 16: r.pushScalar(m.y, scalars.uint64${suffix}); break;`,
      // A key is a property, whatever its face.
      `case 26: r.scalarEntry(m.z, scalars.int64, scalars.fixed64${suffix}); break;`,
    ]);
    expect(writes[0]).toBe(`w.scalar(8, scalars.int64${suffix}, m.x);`);
  });
});

describe("a companion", () => {
  const text = generate({ "a.proto": protoOf("proto3", ["string foo_bar = 1; oneof o { bool a = 3; N b = 2; }", ""]) }).get("a_bridge.ts") ?? "";

  it("is told the names of its properties by tag, and of its cases", () => {
    expect(printed(text, "M0").names).toBe('{ 10: "fooBar", 18: "b", 24: "a" }');
  });
  it("without fields keeps all that comes", () => {
    expect(text).toContain('codec("a.M1",\n{},\n() => ({}),\n(m, r, c) => { while (r.tag()) r.keep(m, c); },\n() => {});\n');
  });
  it("of a value is told its members by tag and scalar", () => {
    const members = [
      "string text = 1; int64 wide = 2; sint32 narrow = 3; google.protobuf.NullValue nothing = 4; L items = 5; google.protobuf.Struct entries = 6;",
      "bytes data = 16; float real = 7;",
    ];
    const values = `${protoOf("proto3", [])} message W { oneof v { ${members.join(" ")} } } message L { repeated W items = 3; }`;
    expect(generate({ "a.proto": values }).get("a_bridge.ts")).toContain(
      'valueCodec("a.W", { string: [10, scalars.string], integers: [[16, scalars.int64], [24, scalars.sint32]], null: 32, list: [42, 26, true], map: [50, 10, false], float: [61, scalars.float], bytes: [130, scalars.bytes] });',
    );
  });
  it("is told of values in a google.protobuf.Any, and of the bytes beside them", () => {
    const fields = [
      "string kind = 1; google.protobuf.Any x = 2; optional bytes binary_x = 4; map<bool, google.protobuf.Any> y = 3; map<bool, bytes> binary_y = 5;",
      "repeated google.protobuf.Any z = 6; oneof o { google.protobuf.Any p = 7; }",
    ];
    const config = 'packages: { a: { any: { content: JSON, type_url: "x/{tag}", tag_field: kind, raw_bytes: true, tags: [{ name: "s", kind: STRING }] } } }\n';
    const text = withFiles({ "bridge.yaml": config }, (directory) =>
      generate({ "a.proto": protoOf("proto3", [fields.join(" ")]) }, `target=ts,config=${directory}/bridge.yaml`).get("a_bridge.ts"),
    );
    const { names, empty, reads, writes } = printed(text ?? "", "M0");
    expect(names).toBe('{ 10: "kind", 18: "x", 26: "y", 34: "binary_x", 42: "binary_y", 50: "z", 58: "p" }');
    expect(empty).toBe('{ kind: "", y: {}, z: [], o: { case: undefined } }');
    expect(reads).toEqual(["case 10: m.kind = r.string(); break;", ...[18, 26, 34, 42, 50, 58].map((tag) => `case ${tag}: r.joined(m, c); break;`)]);
    expect(writes).toEqual([
      "const p = w.split(m, c);",
      "w.string(10, m.kind);",
      ...[2, 3, 4, 5, 6].map((number) => `w.joined(${number}, p, c);`),
      "switch (m.o?.case) {",
      'case "p": w.joined(7, p, c); break;',
      'default: w.noCase("o", m.o, ["p"]);',
      "}",
    ]);
    const told = [
      '{ number: 2, property: "x", dialect: $any1, tag: "kind", sidecar: { number: 4, name: "binary_x", presence: true }, rawBytes: true }',
      '{ number: 3, property: "y", dialect: $any1, kind: "map", keys: scalars.bool, tag: "kind", sidecar: { number: 5, name: "binary_y" }, rawBytes: true }',
      '{ number: 6, property: "z", dialect: $any1, kind: "list", tag: "kind", rawBytes: true }',
      '{ number: 7, property: "p", oneof: "o", dialect: $any1, tag: "kind", rawBytes: true }',
    ];
    expect(text).toContain(`\n},\njoined([${told.join(", ")}]));\n`);
  });
  it("imports enums from protobuf-es, and nothing else", () => {
    expect(text.match(/^import .*_pb.*$/gm)).toEqual(['import { E } from "./a_pb";']);
  });
});

describe("the model", () => {
  const fieldsOf = (syntax: Syntax, fields: string): readonly FieldModel[] => {
    const files = buildModel(descriptors({ "a.proto": protoOf(syntax, [fields]) })).files;
    const message = files[0]?.messages.find(({ typeName }) => typeName === "a.M0") as MessageModel;
    return message.properties.flatMap((property) => (property.role === "oneof" ? property.cases : [property]));
  };
  const plain = { number: 1, presence: "implicit", packed: false, delimited: false, utf8: true, closed: null, entryZero: null };

  it.each<[what: string, syntax: Syntax, field: string, wire: object]>([
    ["a number", "proto3", "string x = 1;", plain],
    ["presence", "proto3", "optional string x = 1;", { ...plain, presence: "explicit" }],
    ["presence of messages", "proto3", "N x = 1;", { ...plain, presence: "explicit" }],
    ["what is packed", "proto3", "repeated bool x = 1;", { ...plain, packed: true }],
    ["what is not", "proto3", "repeated string x = 1;", plain],
    ["what is required", "proto2", "required bool x = 1;", { ...plain, presence: "required", utf8: false }],
    ["what is a group", "proto2", "repeated group X = 1 {}", { ...plain, delimited: true, utf8: false }],
    ["the numbers of a closed enum, once each", "proto2", "optional E x = 1;", { ...plain, presence: "explicit", utf8: false, closed: [1, -2] }],
    ["what is delimited", "editions", "N x = 1;", { ...plain, presence: "explicit", delimited: true }],
  ])("tells %s", (_what, syntax, field, wire) => {
    expect(fieldsOf(syntax, field)[0]?.wire).toEqual(wire);
  });
});
