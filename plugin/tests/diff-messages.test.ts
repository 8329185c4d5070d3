/** What a change of messages and values is told to mean: a row for each kind of change. */
import { describe } from "vitest";
import { rows, version } from "./diff-support.js";

describe("messages", () => {
  rows([
    ["a new message", "message A { string x = 1; }", "message A { string x = 1; } message B {}", ["new | message added | a.B | B"]],
    ["a message that is gone", "message A {} message B {}", "message A {}", ["source | message removed | a.B | B and BInit are gone"]],
    [
      "a message that was renamed: what has it is told nothing",
      "message A { string x = 1; int32 y = 2; } message B { A a = 1; }",
      "message C { string x = 1; int32 y = 2; } message B { C a = 1; }",
      ["source | message renamed? | a.C | A may be C now: they have the same shape"],
    ],
    [
      "a message that the config renames",
      version("message A {}"),
      version("message A {}", "messages: { a.A: { name: B } }"),
      ["source | message renamed | a.A | A is B now"],
    ],
    [
      "a message that the config skips",
      version("message A {}"),
      version("message A {}", "messages: { a.A: { skip: true } }"),
      ["source | message removed | a.A | A and AInit are gone: the config skips it"],
    ],
    [
      "an init whose name a message took",
      "message A {}",
      "message A {} message AInit {}",
      ["new | message added | a.AInit | AInit", "source | message renamed | a.A | AInit is AInit$ now"],
    ],
    [
      "new properties",
      "message A { }",
      "message A { string x = 1; optional string y = 2; repeated int32 z = 3; map<string, A> m = 4; }",
      [
        "new | property added | a.A.x | A.x: string",
        "new | property added | a.A.y | A.y?: string",
        "new | property added | a.A.z | A.z: number[]",
        "new | property added | a.A.m | A.m: { [key: string]: A }",
      ],
    ],
    [
      "a property that is gone",
      "message A { string x = 1; string y = 2; }",
      "message A { string x = 1; }",
      ["source | property removed | a.A.y | A.y is gone"],
    ],
    [
      "a property that was renamed",
      "message A { string x = 1; string y = 2; }",
      "message A { string x = 1; string z = 2; }",
      ["source | property renamed? | a.A.z | A.y: string -> A.z: string; its field is z, no more y"],
    ],
    ["another type", "message A { string x = 1; }", "message A { int32 x = 1; }", ["source | property changed | a.A.x | A.x: string -> number"]],
    ["a list", "message A { string x = 1; }", "message A { repeated string x = 1; }", ["source | property changed | a.A.x | A.x: string -> string[]"]],
    ["presence", "message A { string x = 1; }", "message A { optional string x = 1; }", ["source | property changed | a.A.x | A.x: string -> x?: string"]],
    [
      "no presence any more",
      "message A { optional string x = 1; }",
      "message A { string x = 1; }",
      ["source | property changed | a.A.x | A.x?: string -> x: string"],
    ],
    [
      "another number",
      "message A { string x = 1; }",
      "message A { string x = 2; }",
      ["wire | property changed | a.A.x | A.x has another number | the number of x was 1 and is 2"],
    ],
    [
      "another int64",
      { ...version("message A { int64 x = 1; }") },
      { ...version("message A { int64 x = 1; }"), int64: "string" },
      ["source | property changed | a.A.x | A.x: bigint -> string"],
    ],
    [
      "a property that the config renames",
      version("message A { string x = 1; }"),
      version("message A { string x = 1; }", "fields: { a.A.x: { name: y } }"),
      ["source | property renamed | a.A.x | A.x: string -> A.y: string"],
    ],
    [
      "a property that the config skips",
      version("message A { string x = 1; }"),
      version("message A { string x = 1; }", "fields: { a.A.x: { skip: true } }"),
      ["source | property removed | a.A.x | A.x is gone: the config skips it"],
    ],
    [
      "two fields that swapped their numbers",
      "message A { string x = 1; string y = 2; }",
      "message A { string y = 1; string x = 2; }",
      [
        "wire | property changed | a.A.x | A.x has another number | the number of x was 1 and is 2",
        "wire | property changed | a.A.y | A.y has another number | the number of y was 2 and is 1",
      ],
    ],
    [
      "a new oneof",
      "message A { }",
      "message A { oneof o { string x = 1; int32 y = 2; } string z = 3; }",
      ['new | property added | a.A.o | A.o: a oneof of "x", "y"', "new | property added | a.A.z | A.z: string"],
    ],
    [
      "a oneof that is gone",
      "message A { oneof o { string x = 1; int32 y = 2; } string z = 3; }",
      "message A { string z = 3; }",
      ["source | property removed | a.A.o | A.o is gone"],
    ],
    [
      "a oneof that was renamed",
      "message A { oneof o { string x = 1; int32 y = 2; } string z = 3; }",
      "message A { oneof p { string x = 1; int32 y = 2; } string z = 3; }",
      ["source | property renamed? | a.A.p | A.o is A.p now, a oneof of the same cases"],
    ],
    [
      "a new case",
      "message A { oneof o { string x = 1; } string z = 3; }",
      "message A { oneof o { string x = 1; bool y = 2; } string z = 3; }",
      ['new | case added | a.A.y | A.o case "y": boolean'],
    ],
    [
      "a case that is gone",
      "message A { oneof o { string x = 1; bool y = 2;} string z = 3; }",
      "message A { oneof o { string x = 1;  } string z = 3; }",
      ['source | case removed | a.A.y | A.o case "y" is gone'],
    ],
    [
      "a case that was renamed",
      "message A { oneof o { string x = 1; } string z = 3; }",
      "message A { oneof o { string y = 1; } string z = 3; }",
      ['source | case renamed? | a.A.y | A.o case "x": string -> A.o case "y": string; its field is y, no more x'],
    ],
    [
      "a field that moved into a oneof",
      "message A { oneof o { string x = 1; } string z = 3; }",
      "message A { oneof o { string x = 1; string z = 3; } }",
      ['source | case changed | a.A.z | A.z: string -> A.o case "z": string'],
    ],
  ]);
});

describe("values", () => {
  const value = (members: string): string => `message V { oneof kind { ${members} } }`;
  const dialect = (more: string): string => `packages: { a: { any: { content: JSON, type_url: "x/{tag}"${more} } } }`;
  const any = "message A { google.protobuf.Any v = 1; bytes binary_v = 2; string type = 3; }";
  rows([
    [
      "a member of a kind of its own",
      value("string s = 1; bool b = 2;"),
      value("string s = 1; bool b = 2; double d = 3;"),
      ["source | value changed | a.V | V: null | boolean | string -> null | boolean | number | string; it gained d"],
    ],
    [
      "a member of a kind that is there",
      value("string s = 1; int32 i = 2;"),
      value("string s = 1; int32 i = 2; int64 l = 3;"),
      ["other | value changed | a.V | V has the type that it had; it gained l"],
    ],
    [
      "a member that is gone",
      value("string s = 1; bool b = 2; double d = 3;"),
      value("string s = 1; bool b = 2;"),
      ["source | value changed | a.V | V: null | boolean | number | string -> null | boolean | string; it lost d"],
    ],
    [
      "an ordinary message",
      value("string s = 1; bool b = 2;"),
      value("string s = 1; bool b = 2; string t = 3;"),
      ["source | value changed | a.V | V is an ordinary message now, no more null | boolean | string: no value: s and t carry the same kind, string"],
    ],
    [
      "a value",
      value("string s = 1; bool b = 2; string t = 3;"),
      value("string s = 1; bool b = 2;"),
      [
        "source | value changed | a.V | V is a plain value now, null | boolean | string: its only content is the oneof kind, each member of another kind: string s, boolean b",
      ],
    ],
    [
      "an ordinary message by config",
      version(value("string s = 1; bool b = 2;")),
      version(value("string s = 1; bool b = 2;"), "messages: { a.V: { value: false } }"),
      ["source | value changed | a.V | V is an ordinary message now, no more null | boolean | string: no value"],
    ],
    [
      "a name for which JSON text gives way",
      "message A { string x_json = 1; }",
      "message A { string x_json = 1; string x = 2; }",
      [
        "source | property changed | a.A.x_json | A.x: JsonValue | undefined -> A.xJson: string; x_json stays text: there is a field x beside it",
        "new | property added | a.A.x | A.x: string",
      ],
    ],
    [
      "JSON text by config",
      version("message A { string x = 1; }"),
      version("message A { string x = 1; }", "fields: { a.A.x: { text: JSON } }"),
      ["source | property changed | a.A.x | A.x: string -> JsonValue | undefined; x is a string with JSON text"],
    ],
    [
      "another form of JSON text",
      version("message A { string x = 1; }", "fields: { a.A.x: { text: JSON_RAW } }"),
      version("message A { string x = 1; }", "fields: { a.A.x: { text: JSON } }"),
      ["source | property changed | a.A.x | A.x: RawJson | undefined -> JsonValue | undefined; x is a string with JSON text"],
    ],
    [
      "a dialect",
      version(any),
      version(any, dialect("")),
      [
        "source | property changed | a.A.v | A.v?: Any -> AnyValue; it holds JSON behind x/{tag}, bytes go with it in binary_v",
        "source | property removed | a.A.binary_v | A.binaryV is gone: its bytes go with v",
      ],
    ],
    [
      "another type URL",
      version(any, dialect("")),
      version(any, dialect("").replace("x/", "y/")),
      ["wire | property changed | a.A.v | A.v: its type URL was x/{tag} and is y/{tag} | values are written in another form"],
    ],
    [
      "tags, a sibling that says them, and raw bytes",
      version(any, dialect("")),
      version(any, dialect(", tag_field: type, tags: [{ name: s, kind: STRING }], raw_bytes: true")),
      [
        "wire | property changed | a.A.v | A.v: its tags are others, its tag was nowhere beside it and is in type, a Uint8Array is taken | values are written in another form",
      ],
    ],
  ]);
});
