import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { ThingSchema } from "../../tests/things.js";
import type { MessageCodec } from "../message/codec.js";
import { messageCodec } from "../message/message.js";
import type { FieldFaces } from "../message/plan.js";
import { Any as AnyCompanion, ListValue, Struct, Value } from "../wkt.js";
import { type AnyDialect, anyDialect } from "./any.js";
import { BinaryValue } from "./binary.js";
import { float } from "./float.js";
import { RawJson } from "./json.js";
import { typed } from "./typed.js";

type Face = Record<string, unknown>;

const json = anyDialect({
  typeUrl: "example.com/{tag}/v1",
  alsoTypeUrls: ["{tag}.old"],
  tags: [
    ["number", "float"],
    ["number", "integer"],
    ["flag", "boolean"],
    ["text", "string"],
    ["items", "list"],
  ],
});
const packed = anyDialect({ packed: true });

function things(any: AnyDialect, more: FieldFaces = {}): MessageCodec<Face, Face> {
  const codec: MessageCodec<Face, Face> = messageCodec(ThingSchema, () => ({
    one: { any, tag: "tag", sidecar: "one_bytes" },
    many: { any },
    chosen: { any, tag: "tag" },
    names: { field: "by_name", any, sidecar: "bytes_by_name", rawBytes: true },
    byNumber: { any, sidecar: "bytes_by_number" },
    maybe: { any, sidecar: "maybe_bytes", rawBytes: true },
    child: codec,
    children: codec,
    ...more,
  }));
  return codec;
}

const Thing = things(json);
const Packed = things(packed);
const wire = (init: MessageInitShape<typeof ThingSchema>): Uint8Array => toBinary(ThingSchema, create(ThingSchema, init));
const text = (tag: string, content: string): { typeUrl: string; value: Uint8Array } => ({
  typeUrl: `example.com/${tag}/v1`,
  value: new TextEncoder().encode(content),
});
const google = (name: string, ...value: number[]): { typeUrl: string; value: Uint8Array } => ({
  typeUrl: `type.googleapis.com/google.protobuf.${name}`,
  value: new Uint8Array(value),
});
const refused = (message: string): unknown => expect.objectContaining({ code: "invalid_argument", message });
const data = new Uint8Array([1, 2, 3]);

describe("every place of an Any", () => {
  it("lists", () => {
    const bytes = wire({ many: [text("number", "1"), text("color", '"red"'), text("flag", "true"), text("items", "null")] });
    const face = Thing.decode(bytes);
    expect(face["many"]).toEqual([1, "red", true, null]);
    expect(Thing.encode(face)).toEqual(bytes);
    expect(Thing.encode({ many: [1, [undefined], "x"] })).toEqual(wire({ many: [text("number", "1"), text("items", "[null]"), text("text", '"x"')] }));
  });

  it("oneofs", () => {
    const bytes = wire({ choice: { case: "chosen", value: text("color", '"red"') } });
    const face = Thing.decode(bytes);
    expect(face["choice"]).toEqual({ case: "chosen", value: "red" });
    expect(Thing.encode({ ...face })).toEqual(bytes);
    expect(Thing.decode(wire({ choice: { case: "label", value: "x" } }))["choice"]).toEqual({ case: "label", value: "x" });
    expect(Thing.encode({ choice: { case: "label", value: "x" } })).toEqual(wire({ choice: { case: "label", value: "x" } }));
    // The last member on the wire is the one.
    const both = Buffer.concat([bytes, wire({ choice: { case: "label", value: "x" } })]);
    expect(Thing.decode(both)["choice"]).toEqual({ case: "label", value: "x" });
    expect(() => Thing.encode({ choice: { case: "chosen", value: undefined } })).toThrowError(refused("things.Thing: chosen: expected a value, got undefined"));
  });

  it("maps by any key, under any name", () => {
    const proto = new BinaryWriter().tag(7, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string("__proto__");
    proto
      .tag(2, WireType.LengthDelimited)
      .bytes(toBinary(AnySchema, create(AnySchema, text("flag", "true"))))
      .join();
    const rest = { byName: { a: text("flag", "true") }, bytesByName: { b: data }, byNumber: { 7: text("number", "1") }, bytesByNumber: { 7: data, 8: data } };
    const bytes = new Uint8Array(Buffer.concat([proto.finish(), wire(rest)]));
    const face = Thing.decode(bytes);
    expect(Object.entries(face["names"] as object)).toEqual([
      ["__proto__", true],
      ["a", true],
      ["b", data],
    ]);
    expect(Object.getPrototypeOf(face["names"])).toBe(Object.prototype);
    const byNumber = face["byNumber"] as { [key: number]: unknown };
    expect(byNumber[7]).toBeInstanceOf(BinaryValue);
    expect(byNumber[8]).toEqual(data);
    expect(Thing.encode(face)).toEqual(bytes);
  });

  it("an entry with nothing but a key", () => {
    const bytes = new BinaryWriter().tag(7, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string("k").join().finish();
    const face = Thing.decode(bytes);
    expect(face["names"]).toEqual({ k: expect.objectContaining({ $typeName: "google.protobuf.Any", typeUrl: "" }) });
    expect(Thing.decode(Thing.encode(face))).toEqual(face);
  });

  it("the last entry of a key counts, on either side", () => {
    const face = Thing.decode(
      Buffer.concat([
        wire({ byName: { a: text("number", "1") }, bytesByName: { b: data } }),
        wire({ byName: { a: text("number", "2") }, bytesByName: { b: new Uint8Array(0) } }),
      ]),
    );
    expect(face["names"]).toEqual({ a: 2, b: new Uint8Array(0) });
  });

  it("a sidecar with presence may be empty", () => {
    const bytes = wire({ maybeBytes: new Uint8Array(0) });
    expect(Thing.decode(bytes)["maybe"]).toEqual(new Uint8Array(0));
    expect(Thing.encode({ maybe: new Uint8Array(0) })).toEqual(bytes);
  });

  it("a message that comes in parts: the Any, its bytes, and its type URL", () => {
    const child = (init: MessageInitShape<typeof ThingSchema>): Uint8Array => wire({ child: create(ThingSchema, init) });
    const joined = Thing.decode(Buffer.concat([child({ one: text("a.binary", "{}") }), child({ oneBytes: data })]));
    expect((joined["child"] as Face)["one"]).toEqual(new BinaryValue("a", {}, data));
    const merged = Thing.decode(Buffer.concat([child({ one: text("flag", "true") }), child({ one: { typeUrl: "example.com/text/v1" } })]));
    expect((merged["child"] as Face)["one"]).toBe(true);
    expect(Thing.encode(merged)).toEqual(child({ one: text("text", "true") }));
    const lists = Thing.decode(Buffer.concat([child({ many: [text("number", "1")] }), child({ many: [text("number", "2")] })]));
    expect((lists["child"] as Face)["many"]).toEqual([1, 2]);
  });

  it("errors name the place, however deep", () => {
    expect(() => Thing.decode(wire({ children: [{}, { child: { one: text("x.binary", "") } } as never] }))).toThrowError(
      refused('things.Thing: children[1].child.one: the type "x.binary" needs bytes beside it, which are missing: one_bytes is not set'),
    );
    expect(() => Thing.decode(wire({ many: [text("number", "1"), text("x.binary", "")] }))).toThrowError(
      refused('things.Thing: many[1]: the type "x.binary" needs bytes beside it, and there is no field for them'),
    );
    expect(() => Thing.encode({ children: [{ many: [1, [{ a: Number.NaN }]] }] })).toThrowError(
      refused('things.Thing: children[0].many[1][0]["a"]: JSON has no NaN'),
    );
    expect(() => Thing.encode({ names: [] })).toThrowError(refused("things.Thing: names: expected an object, got an array"));
    expect(() => Thing.encode({ many: {} })).toThrowError(refused("things.Thing: many: expected an array, got an object"));
    expect(() => Thing.decode(new Uint8Array([3 << 3, 1]))).toThrowError(refused("things.Thing: one_bytes: expected wire type length-delimited, got varint"));
  });

  it("keeps a field of the Any that is not known", () => {
    const any = new BinaryWriter().tag(1, WireType.LengthDelimited).string("example.com/flag/v1").tag(9, WireType.Varint).uint32(5).finish();
    const bytes = new BinaryWriter().tag(2, WireType.LengthDelimited).bytes(any).finish();
    const face = Thing.decode(bytes);
    expect((face["one"] as Any).$typeName).toBe("google.protobuf.Any");
    expect(Thing.encode(face)).toEqual(bytes);
    const beside = Buffer.concat([bytes, wire({ oneBytes: data })]);
    expect(Thing.encode(Thing.decode(beside))).toEqual(new Uint8Array(beside));
  });
});

describe("a dialect of JSON text", () => {
  it("has text on both sides of its tags", () => {
    expect(Thing.decode(wire({ one: text("number", "1") }))["one"]).toBe(1);
    expect((Thing.decode(wire({ one: { typeUrl: "example.com//v1" } }))["one"] as Any).$typeName).toBe("google.protobuf.Any");
    expect((Thing.decode(wire({ one: { typeUrl: "example.com/number/v2" } }))["one"] as Any).$typeName).toBe("google.protobuf.Any");
    const old = wire({ one: { typeUrl: "flag.old", value: new TextEncoder().encode("true") } });
    expect(Thing.decode(old)["one"]).toBe(true);
    expect(Thing.encode(Thing.decode(old))).toEqual(old);
  });

  it("one tag for integers and floats writes both as they are", () => {
    expect(Thing.encode({ many: [1, 1.5, float(1), 2n ** 70n, -0] })).toEqual(
      wire({ many: ["1", "1.5", "1.0", "1180591620717411303424", "-0.0"].map((number) => text("number", number)) }),
    );
    expect(Thing.encode({ tag: "number", one: 3 })).toEqual(wire({ tag: "number", one: text("number", "3") }));
  });

  it("refuses what has no tag, and tokens that are not JSON", () => {
    expect(() => Thing.encode({ one: null })).toThrowError(refused("things.Thing: one: no tag is for the kind null: there are number, flag, text, items"));
    expect(() => Thing.encode({ one: {} })).toThrowError(refused("things.Thing: one: no tag is for the kind map: there are number, flag, text, items"));
    expect(() => Thing.encode({ one: [Number.NaN] })).toThrowError(refused("things.Thing: one[0]: JSON has no NaN"));
    expect(() => Thing.encode({ one: typed("flag", "true") })).toThrowError(refused("things.Thing: one: expected a boolean (tag flag), got a string"));
    expect(() => Thing.encode({ one: typed("number", []) })).toThrowError(
      refused("things.Thing: one: expected a number or an integer (tag number), got an array"),
    );
    expect(Thing.decode(wire({ one: text("items", "[NaN]") }))["one"]).toEqual(new RawJson("[NaN]"));
  });

  it("has a tag for what no other is for", () => {
    const open = anyDialect({
      typeUrl: "x/{tag}",
      tags: [
        ["text", "string"],
        ["thing", "any"],
      ],
    });
    const place = { container: {}, key: "k", tag: undefined, tagProperty: undefined, sidecar: undefined, rawBytes: false };
    const written = [[1], 3, typed("thing", "a"), "a"].map((value) => open.toWire(value, place).any);
    expect(written.map((any) => [any?.typeUrl, new TextDecoder().decode(any?.value)])).toEqual([
      ["x/thing", "[1]"],
      ["x/thing", "3"],
      ["x/thing", '"a"'],
      ["x/text", '"a"'],
    ]);
  });

  it("writes a tag that it does not know, if typed() says it", () => {
    expect(Thing.encode({ tag: "color", one: typed("color", "red") })).toEqual(wire({ tag: "color", one: text("color", '"red"') }));
    expect(() => Thing.encode({ tag: "flag", one: typed("color", true) })).toThrowError(
      refused('things.Thing: one: typed("color") contradicts tag, which says "flag"'),
    );
  });

  it("says what is broken in it", () => {
    expect(() => anyDialect({ tags: [] })).toThrowError("a dialect of JSON text needs a type URL: the generated code is broken, generate it again");
    for (const typeUrl of ["example.com/tag", "{tag}{tag}"]) {
      expect(() => anyDialect({ typeUrl })).toThrowError(
        `the type URL "${typeUrl}" has {tag} not exactly once: the generated code is broken, generate it again`,
      );
    }
    const wrong: FieldFaces[] = [
      { one: { any: json, sidecar: "tag" } },
      { one: { any: json, sidecar: "nothing" } },
      { one: { any: json, sidecar: "bytes_by_name" } },
      { many: { any: json, sidecar: "one_bytes" } },
      { names: { field: "by_name", any: json, sidecar: "bytes_by_number" } },
      { maybe: { any: json, sidecar: "one_bytes" } },
    ];
    for (const faces of wrong) {
      const [[property, { sidecar }]] = Object.entries(faces) as unknown as [[string, { sidecar: string }]];
      expect(() => things(json, faces).encode({})).toThrowError(
        refused(`things.Thing: ${sidecar} is no sidecar for ${property}: the generated code does not fit the descriptor, generate it again`),
      );
    }
  });
});

describe("a dialect of packed messages", () => {
  const values: [value: unknown, name: string, bytes: number[]][] = [
    [true, "BoolValue", [8, 1]],
    [false, "BoolValue", []],
    [3, "Int64Value", [8, 3]],
    [-1, "Int64Value", [8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
    [0, "Int64Value", []],
    [2n ** 62n, "Int64Value", [8, 128, 128, 128, 128, 128, 128, 128, 128, 64]],
    [1.5, "DoubleValue", [9, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]],
    [-0, "DoubleValue", [9, 0, 0, 0, 0, 0, 0, 0, 0x80]],
    [Number.NaN, "DoubleValue", [9, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]],
    ["é", "StringValue", [10, 2, 0xc3, 0xa9]],
    ["", "StringValue", []],
    [new Uint8Array([255]), "BytesValue", [10, 1, 255]],
    [null, "Value", [8, 0]],
    [[null], "ListValue", [10, 2, 8, 0]],
    [{ a: true }, "Struct", [10, 7, 10, 1, 97, 18, 2, 32, 1]],
  ];

  it.each(values)("%o as %s", (value, name, content) => {
    const bytes = wire({ many: [google(name, ...content)] });
    expect(Packed.encode({ many: [value] })).toEqual(bytes);
    const face = Packed.decode(bytes);
    expect(face["many"]).toEqual([value]);
    expect(Packed.encode(face)).toEqual(bytes);
    expect(Packed.encode({ many: [...(face["many"] as unknown[])] })).toEqual(bytes);
    // The other dialect reads and keeps them as well.
    const other = Thing.decode(bytes);
    expect(other["many"]).toEqual([value]);
    expect(Thing.encode(other)).toEqual(bytes);
  });

  it.each([
    ["Int32Value", 3, [8, 3]],
    ["Int32Value", 3n, [8, 3]],
    ["UInt32Value", 2 ** 32 - 1, [8, 255, 255, 255, 255, 15]],
    ["UInt64Value", 2 ** 60, [8, 128, 128, 128, 128, 128, 128, 128, 128, 16]],
    ["FloatValue", 1, [13, 0, 0, 128, 63]],
    ["DoubleValue", 2n, [9, 0, 0, 0, 0, 0, 0, 0, 64]],
    ["DoubleValue", float(2), [9, 0, 0, 0, 0, 0, 0, 0, 64]],
    ["Value", new RawJson("[true]"), [50, 4, 10, 2, 32, 1]],
    ["Value", 1, [17, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
  ])("typed(%j, %o)", (name, value, content) => {
    expect(Packed.encode({ one: typed(name, value) })).toEqual(wire({ one: google(name, ...content) }));
    expect(Packed.encode({ tag: name, one: value })).toEqual(wire({ tag: name, one: google(name, ...content) }));
    const face = Packed.decode(wire({ one: google(name, ...content) }));
    expect(Packed.encode(face)).toEqual(wire({ one: google(name, ...content) }));
  });

  it("reads an empty message as zero", () => {
    const zeros = ["BoolValue", "Int32Value", "UInt64Value", "FloatValue", "StringValue", "BytesValue", "Value", "Struct", "ListValue"];
    const bytes = wire({ many: zeros.map((name) => google(name)) });
    const face = Packed.decode(bytes);
    expect(face["many"]).toEqual([false, 0, 0, 0, "", new Uint8Array(0), null, {}, []]);
    const again = zeros.map((name) => google(name, ...(name === "Value" ? [8, 0] : [])));
    expect(Packed.encode(face)).toEqual(wire({ many: again }));
  });

  it("keeps what is not exactly one packed message", () => {
    const kept = [
      google("Int64Value", 8, 1, 8, 2),
      google("StringValue", 10, 1, 97, 10, 1, 98),
      google("StringValue", 10, 1, 255),
      google("BoolValue", 8, 1, 16, 1),
      google("Struct", 0x68, 0x69),
      google("Value", 0x68, 0x69),
      google("ListValue", 10, 200),
      google("DoubleValue", ...Buffer.from('"NaN"')),
      google("DoubleValue", ...Buffer.from("1")),
    ];
    const bytes = wire({ many: kept });
    const face = Packed.decode(bytes);
    const again = kept.with(-1, google("DoubleValue", ...Buffer.from("1.0")));
    expect(Packed.encode(face)).toEqual(wire({ many: again }));
    expect((face["many"] as unknown[]).slice(-2)).toEqual([Number.NaN, 1]);
    expect((face["many"] as unknown[])[4]).toEqual(new RawJson("hi"));
  });

  it("bytes go to the sidecar only where it takes them raw", () => {
    expect(Packed.encode({ one: data, names: { a: data } })).toEqual(wire({ one: google("BytesValue", 10, 3, 1, 2, 3), bytesByName: { a: data } }));
    const bytes = wire({ byName: { a: google("BytesValue", 10, 3, 1, 2, 3) }, oneBytes: data });
    expect(Packed.encode(Packed.decode(bytes))).toEqual(bytes);
  });

  it("refuses what does not fit", () => {
    const cases: [unknown, string][] = [
      [2n ** 63n, "expected an integer from -9223372036854775808 to 9223372036854775807 (int64), got 9223372036854775808"],
      [
        typed("Timestamp", 1),
        `no packed type "Timestamp": there are ${"BoolValue, Int32Value, Int64Value, UInt32Value, UInt64Value, FloatValue, DoubleValue, StringValue, BytesValue, Value, Struct, ListValue"}`,
      ],
      [typed("DoubleValue", 2n ** 53n + 1n), "the integer has more digits than a double holds"],
      [typed("StringValue", 1), "expected a string, got a number"],
      [typed("Int32Value", 2n ** 40n), "expected an integer from -2147483648 to 2147483647 (int32), got 1099511627776"],
      [new RawJson("{"), "text that is no JSON cannot be packed"],
    ];
    for (const [value, message] of cases) expect(() => Packed.encode({ one: value })).toThrowError(refused(`things.Thing: one: ${message}`));
    expect(() => Packed.encode({ many: [1, { a: [new Uint8Array(1)] }] })).toThrowError(
      refused(
        'things.Thing: many[1]["a"][0]: expected one of null, float, string, boolean, map, list (google.protobuf.Value), got an object of class Uint8Array',
      ),
    );
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => Packed.encode({ one: circle })).toThrowError(/^things\.Thing: one\[0\].*: messages nest deeper than 100, or in a circle$/);
  });
});

describe("elsewhere", () => {
  const place = "goes only where a field takes it whole: a google.protobuf.Any of a dialect, not inside of other values";
  it("typed() and BinaryValue are refused", () => {
    expect(() => AnyCompanion.encode(typed("a", 1) as never)).toThrowError(refused(`google.protobuf.Any: typed() ${place}`));
    expect(() => Value.encode(new BinaryValue("a", 1, data))).toThrowError(refused(`google.protobuf.Value: a BinaryValue ${place}`));
    expect(() => ListValue.encode([typed("a", 1)])).toThrowError(refused(`google.protobuf.ListValue: [0]: typed() ${place}`));
    expect(() => Struct.encode(typed("a", 1))).toThrowError(refused("google.protobuf.Struct: expected an object, got an object of class Typed"));
  });

  it("RawJson in google.protobuf.Value is the JSON that it has", () => {
    expect(Value.decode(Value.encode([new RawJson('{"a":[1]}')]))).toEqual([{ a: [1] }]);
    expect(() => Value.encode([new RawJson("{")])).toThrowError(refused("google.protobuf.Value: [0]: google.protobuf.Value takes no text that is not JSON"));
  });

  it("what typed() and BinaryValue are made from is checked", () => {
    expect(() => typed("", 1)).toThrowError(new TypeError("typed() takes the tag as a string that is not empty"));
    expect(() => new BinaryValue("a", 1, [1] as never)).toThrowError(new TypeError("a BinaryValue takes its data as a Uint8Array"));
    expect(() => new BinaryValue(1 as never, 1, data)).toThrowError(new TypeError("a BinaryValue takes its type as a string"));
  });

  it("an Any is made by protobuf-es, without a dialect", () => {
    expect(create(AnySchema, Thing.decode(wire({ one: { typeUrl: "a" } }))["one"] as Any).typeUrl).toBe("a");
  });
});
