import { describe, expect, it } from "vitest";
import { explain } from "../src/explain.js";
import type { FieldModel, MessageModel } from "../src/model/message.js";
import { buildModel } from "../src/model/model.js";
import { descriptors, proto } from "./support.js";

function message(lines: string, name = "M"): MessageModel {
  const model = buildModel(descriptors({ "a.proto": proto("a", 'import "google/protobuf/struct.proto";', 'import "google/protobuf/empty.proto";', lines) }));
  return model.files[0]?.messages.find(({ typeName }) => typeName === `a.${name}`) as MessageModel;
}

describe("value messages", () => {
  const values: [name: string, lines: string, members: object][] = [
    ["two kinds", "message M { oneof v { string s = 1; bool b = 2; } }", { string: "s", boolean: "b" }],
    ["JSON text", "message M { oneof v { string s = 1; string json = 2; } }", { string: "s", json: "json" }],
    [
      "integers of several widths, by number",
      "message M { oneof v { int64 big = 2; int32 small = 1; string s = 3; } }",
      { integers: ["small", "big"], string: "s" },
    ],
    ["null of both spellings", "message M { oneof v { google.protobuf.NullValue n = 1; string s = 2; } }", { null: "n", string: "s" }],
    ["an Empty as null", "message M { oneof v { google.protobuf.Empty n = 1; string s = 2; } }", { null: "n", string: "s" }],
    ["JSON containers", "message M { oneof v { google.protobuf.ListValue l = 1; google.protobuf.Struct m = 2; } }", { list: "l", map: "m" }],
    [
      "lists and maps of itself",
      "message M { oneof v { L l = 1; P m = 2; bytes b = 3; } } message L { repeated M items = 1; } message P { map<string, M> entries = 1; }",
      { list: "l", map: "m", bytes: "b" },
    ],
  ];
  it.each(values)("%s", (_name, lines, members) => {
    expect(message(lines).value?.members).toEqual(members);
  });

  const ordinary: [name: string, lines: string, because: string | undefined][] = [
    ["two strings", "message M { oneof v { string a = 1; string b = 2; } }", "no value: a and b carry the same kind, string"],
    ["float and double", "message M { oneof v { float a = 1; double b = 2; } }", "no value: a and b carry the same kind, float"],
    ["a member of no kind", "message M { oneof v { string a = 1; O o = 2; } } message O {}", "no value: o carries none of the kinds of a value"],
    ["messages only", "message M { oneof v { O a = 1; P b = 2; } } message O {} message P {}", undefined],
    ["one member", "message M { oneof v { string a = 1; } }", undefined],
    ["a field beside the oneof", "message M { oneof v { string a = 1; bool b = 2; } int32 c = 3; }", undefined],
    ["two oneofs", "message M { oneof v { string a = 1; bool b = 2; } oneof w { string c = 3; bool d = 4; } }", undefined],
    ["optional fields, whose oneofs are synthetic", "message M { optional string a = 1; }", undefined],
    [
      "a list of another message",
      "message M { oneof v { L l = 1; string s = 2; } } message L { repeated O items = 1; } message O {}",
      "no value: l carries none of the kinds of a value",
    ],
  ];
  it.each(ordinary)("not %s", (_name, lines, because) => {
    expect(message(lines)).toMatchObject({ value: null, reason: because === undefined ? null : { rule: "value message", because } });
  });

  it("carry their reason", () => {
    expect(message("message M { oneof v { string s = 1; int64 i = 2; } }").reason).toEqual({
      rule: "value message",
      because: "its only content is the oneof v, each member of another kind: string s, integer i",
      from: null,
    });
  });
});

describe("JSON text", () => {
  const field = (lines: string, name: string): FieldModel => message(lines).properties.find((property) => property.member === name) as FieldModel;

  it("shows without its suffix", () => {
    expect(field("message M { string x_json = 1; }", "x_json")).toMatchObject({ name: "x", type: { role: "json" }, optional: false });
    expect(field("message M { optional string x_json = 1; }", "x_json")).toMatchObject({ name: "x", type: { role: "json" }, optional: true });
  });
  it.each([
    ["beside a field of that name", "message M { string x_json = 1; int32 x = 2; }"],
    ["beside a oneof of that name", "message M { string x_json = 1; oneof x { int32 y = 2; } }"],
    ["in a list", "message M { repeated string x_json = 1; }"],
    ["in a map", "message M { map<string, string> x_json = 1; }"],
    ["as bytes", "message M { bytes x_json = 1; }"],
    ["inside a oneof", "message M { oneof o { string x_json = 1; int32 y = 2; O z = 3; } } message O {}"],
  ])("stays text %s", (_name, lines) => {
    const model = message(lines);
    const fields = model.properties.flatMap((property): readonly FieldModel[] => (property.role === "oneof" ? property.cases : [property]));
    expect(fields.find(({ member }) => member === "x_json")).toMatchObject({ name: "x_json", type: { role: "scalar" } });
  });
});

describe("the model", () => {
  const files = {
    "b.proto": proto("b", "message B { string s = 1; }"),
    "a.proto": proto(
      "a",
      'import "b.proto";',
      'import "google/protobuf/timestamp.proto";',
      "service S { rpc Get(b.B) returns (stream A); } message A { google.protobuf.Timestamp at = 1; }",
    ),
  };
  it("is plain data that survives JSON, sorted, without the files of the well-known types", () => {
    const model = buildModel(descriptors(files));
    expect(model.files.map(({ path }) => path)).toEqual(["a.proto", "b.proto"]);
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  });
  it("is the same for the same input", () => {
    expect(JSON.stringify(buildModel(descriptors(files)))).toBe(JSON.stringify(buildModel(descriptors(files).toReversed())));
  });
  it("is told in lines of 80 columns", () => {
    const text = explain(
      buildModel(
        descriptors({
          "a.proto": proto(
            "a",
            "service S { rpc Get(M) returns (stream M); }",
            "message M { oneof v { string s = 1; bool b = 2; } }",
            "message J { string x_json = 1; }",
          ),
        }),
      ),
    );
    expect(text).toBe(
      [
        "a.proto (package a, proto3): 1 service, 2 messages",
        "  service S",
        "    Get  M -> stream M",
        "  value M: its only content is the oneof v, each member of another kind: string",
        "    s, boolean b",
        "  JSON J.x_json: x_json is a string whose name ends in _json, and there is no x",
        "",
      ].join("\n"),
    );
  });
});
