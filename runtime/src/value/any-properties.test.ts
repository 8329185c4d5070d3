import { create, createRegistry, fromBinary, type Message, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type Any, file_google_protobuf_struct, file_google_protobuf_wrappers } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ThingSchema } from "../../tests/things.js";
import { BridgeError } from "../errors.js";
import type { MessageCodec } from "../message/codec.js";
import { messageCodec } from "../message/message.js";
import { type AnyDialect, anyDialect } from "./any.js";
import { BinaryValue } from "./binary.js";
import { float } from "./float.js";
import { parseJson, RawJson } from "./json.js";
import type { AnyKind } from "./kind.js";
import { typed } from "./typed.js";

type Face = Record<string, unknown>;

const tags: readonly [string, AnyKind][] = [
  ["float", "float"],
  ["integer", "integer"],
  ["boolean", "boolean"],
  ["string", "string"],
  ["string", "null"],
  ["choice", "string"],
  ["list", "list"],
  ["map", "map"],
  ["tensor", "map"],
];
const json = anyDialect({ typeUrl: "example.com/types.{tag}", alsoTypeUrls: ["old/{tag}"], tags, bareTokens: true });
const strict = anyDialect({ typeUrl: "example.com/types.{tag}", alsoTypeUrls: ["old/{tag}"], tags });
const packed = anyDialect({ packed: true });

function things(any: AnyDialect): MessageCodec<Face, Face> {
  const codec: MessageCodec<Face, Face> = messageCodec(ThingSchema, () => ({
    one: { any, tag: "tag", sidecar: "one_bytes", rawBytes: true },
    many: { any },
    chosen: { any, tag: "tag" },
    byName: { any, sidecar: "bytes_by_name", rawBytes: true },
    byNumber: { any, sidecar: "bytes_by_number" },
    maybe: { any, sidecar: "maybe_bytes", rawBytes: true },
    child: codec,
    children: codec,
  }));
  return codec;
}

const codecs = [things(json), things(strict), things(packed)];
const runs = { numRuns: 400 };

// --- values ------------------------------------------------------------------------------------------------------------

const number = fc.oneof(fc.integer(), fc.double(), fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }));
const finite = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("NaN", "Infinity", "__proto__", ""));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(number, text, fc.boolean(), fc.constant(null)),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(text, tie("tree"), { maxKeys: 3 }),
  ),
}));
const list = fc.array(tree, { maxLength: 4 });
const map = fc.dictionary(text, tree, { maxKeys: 4 });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 8 });

/** A value with what it reads as. */
const values: fc.Arbitrary<[init: unknown, face: unknown]> = fc.oneof(
  fc.oneof(number, text, fc.boolean(), fc.constant(null), list, map, bytes).map((value): [unknown, unknown] => [value, value]),
  fc.constantFrom("float", "integer", "choice", "tensor", "later", "a/b").chain((tag) => {
    const inside = tag === "float" ? fc.double() : tag === "integer" ? fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }) : tree;
    return inside.map((value): [unknown, unknown] => [typed(tag, value as never), value]);
  }),
  finite.map((value): [unknown, unknown] => [float(value), value]),
  fc.tuple(fc.stringMatching(/^[a-z]+$/), tree, bytes).map(([type, meta, data]): [unknown, unknown] => {
    const value = new BinaryValue(type, meta as never, data);
    return [value, value];
  }),
);

/** In one form: the same integer may be a number or a bigint past 2^53, and a BinaryValue keeps its description to itself. */
function same(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(same);
  if (value instanceof BinaryValue) return { type: value.type, meta: same(value.meta), data: value.data };
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof RawJson) return value;
  return Object.entries(value).map(([key, member]) => [key, same(member)]);
}

describe("values of all kinds", () => {
  it("survive in every place", () => {
    fc.assert(
      fc.property(values, text, ([init, face], key) => {
        const inSidecar = init instanceof Uint8Array || init instanceof BinaryValue;
        const codec = codecs[0] as MessageCodec<Face, Face>;
        const places: Face = { one: init, byName: Object.fromEntries([[key, init]]), maybe: init };
        if (!inSidecar) Object.assign(places, { many: [init, init], choice: { case: "chosen", value: init }, byNumber: { 7: init } });
        const again = codec.decode(codec.encode(places));
        expect(same(again["one"])).toEqual(same(face));
        expect(same(again["maybe"])).toEqual(same(face));
        expect(same(again["byName"])).toEqual(same(Object.fromEntries([[key, face]])));
        if (inSidecar) return;
        expect(same(again["many"])).toEqual(same([face, face]));
        expect(same(again["choice"])).toEqual(same({ case: "chosen", value: face }));
        expect(same(again["byNumber"])).toEqual(same({ 7: face }));
      }),
      runs,
    );
  });

  it("survive packed", () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const value = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.double(),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("tree")),
        fc.dictionary(fc.string(), tie("tree")),
      ),
    })).tree;
    fc.assert(
      fc.property(fc.oneof(int64, bytes, value), (init) => {
        // An integer past int64 is no Int64Value; as a double it is one by typed().
        const given = typeof init === "number" && Number.isInteger(init) && Math.abs(init) >= 2 ** 63 ? typed("DoubleValue", init) : init;
        const codec = codecs[2] as MessageCodec<Face, Face>;
        expect(same(codec.decode(codec.encode({ many: [given] }))["many"])).toEqual(same([init]));
      }),
      runs,
    );
  });
});

// --- bytes -------------------------------------------------------------------------------------------------------------

const names = ["BoolValue", "Int32Value", "Int64Value", "UInt32Value", "UInt64Value", "FloatValue", "DoubleValue", "StringValue", "BytesValue"];
const typeUrls = fc.oneof(
  fc.constantFrom(...tags.map(([tag]) => `example.com/types.${tag}`), "example.com/types.later", "old/float", "old/list"),
  fc.constantFrom(...[...names, "Value", "Struct", "ListValue", "Duration"].map((name) => `type.googleapis.com/google.protobuf.${name}`)),
  fc.constantFrom("example.com/types.", "", "google.protobuf.StringValue", "example.com/types.a.binary", "//", "example.com/other"),
);
const registry = createRegistry(file_google_protobuf_wrappers, file_google_protobuf_struct);
const encoder = new TextEncoder();
const contents = fc.oneof(
  tree.map((value) => encoder.encode(JSON.stringify(value, (_key, member: unknown) => (typeof member === "bigint" ? Number(member) : member)))),
  fc
    .constantFrom('"NaN"', "NaN", " [Infinity,-0.0]", "7.0", "-0", "1e400", "123456789012345678901234567890", '{"a":1,"a":2}', "")
    .map((it) => encoder.encode(it)),
  fc
    .constantFrom([8, 1], [8, 0], [9, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], [10, 2, 97, 98], [13, 0, 0, 128, 63], [10, 7, 10, 1, 97, 18, 2, 32, 1])
    .map((it) => new Uint8Array(it)),
  fc.uint8Array({ maxLength: 12 }),
  fc.string().map((it) => encoder.encode(it)),
);
const anys = fc.record({ typeUrl: typeUrls, value: contents });
const arbitraryThing = fc.record(
  {
    tag: fc.constantFrom("", "float", "integer", "boolean", "string", "choice", "list", "BoolValue", "Value", "StringValue"),
    one: anys,
    oneBytes: fc.uint8Array({ maxLength: 3 }),
    many: fc.array(anys, { maxLength: 2 }),
    choice: anys.map((value) => ({ case: "chosen", value })),
    byName: fc.dictionary(fc.string(), anys, { maxKeys: 2 }),
    bytesByName: fc.dictionary(fc.string(), bytes, { maxKeys: 2 }),
    byNumber: fc.dictionary(fc.nat().map(String), anys, { maxKeys: 2 }),
    maybe: anys,
    maybeBytes: fc.uint8Array({ maxLength: 3 }),
  },
  { requiredKeys: [] },
);

/** A packed message as text. A Value is null with any NullValue, and with nothing. */
function canonical(message: Message): string {
  return JSON.stringify(message, (key, member: unknown) => {
    if (typeof member === "bigint" || (typeof member === "number" && (!Number.isFinite(member) || Object.is(member, -0)))) return `number ${member}`;
    return key === "kind" && [undefined, "nullValue"].includes((member as { case?: string }).case) ? null : member;
  });
}

/** What an Any says: JSON as what it is, a special float as its number; a packed message as protobuf-es writes it; anything else as its bytes. */
function meaning({ typeUrl, value }: Any): unknown {
  let parsed: unknown;
  try {
    parsed = parseJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value), true);
  } catch {}
  if (parsed !== undefined && !(parsed instanceof RawJson)) {
    return [typeUrl, same(typeof parsed === "string" && /^(NaN|-?Infinity)$/.test(parsed) ? Number(parsed) : parsed)];
  }
  const schema = registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf("/") + 1));
  try {
    return [typeUrl, schema ? canonical(fromBinary(schema, value)) : value];
  } catch {
    return [typeUrl, value];
  }
}

interface Thing {
  one?: Any;
  many: Any[];
  choice: { value?: Any };
  byName: Record<string, Any>;
  byNumber: Record<string, Any>;
  maybe?: Any;
}

function meanings(wire: Uint8Array): unknown {
  const { one, many, choice, byName, byNumber, maybe, ...rest } = fromBinary(ThingSchema, wire) as unknown as Thing;
  const all = (map: Record<string, Any>): unknown => Object.fromEntries(Object.entries(map).map(([key, any]) => [key, meaning(any)]));
  return {
    ...rest,
    one: one && meaning(one),
    maybe: maybe && meaning(maybe),
    many: many.map(meaning),
    choice: choice.value && meaning(choice.value),
    byName: all(byName),
    byNumber: all(byNumber),
  };
}

describe("any bytes", () => {
  it.each([0, 1, 2])("mean the same when they are written again (dialect %d)", (index) => {
    const codec = codecs[index] as MessageCodec<Face, Face>;
    let read = 0;
    fc.assert(
      fc.property(arbitraryThing, fc.boolean(), (init, nested) => {
        const message = create(ThingSchema, init as MessageInitShape<typeof ThingSchema>);
        const wire = toBinary(ThingSchema, nested ? create(ThingSchema, { child: message, children: [message] }) : message);
        let face: Face;
        try {
          face = codec.decode(wire);
        } catch (reason) {
          expect(reason).toBeInstanceOf(BridgeError);
          expect((reason as BridgeError).message).toMatch(/ needs bytes beside it, |nest deeper/);
          return;
        }
        read++;
        const again = codec.encode(face);
        const unnested = (it: Uint8Array): Uint8Array =>
          nested ? toBinary(ThingSchema, (fromBinary(ThingSchema, it) as unknown as { child: MessageInitShape<typeof ThingSchema> }).child as never) : it;
        expect(meanings(unnested(again))).toEqual(meanings(unnested(wire)));
        // The second time nothing is left to change.
        expect(codec.encode(codec.decode(again))).toEqual(again);
      }),
      runs,
    );
    expect(read).toBeGreaterThan(100);
  });

  it.each([0, 1, 2])("are read or refused (dialect %d)", (index) => {
    const codec = codecs[index] as MessageCodec<Face, Face>;
    fc.assert(
      fc.property(arbitraryThing, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }), fc.nat(), (init, edits, cut) => {
        const wire = toBinary(ThingSchema, create(ThingSchema, init as MessageInitShape<typeof ThingSchema>));
        for (const [at, byte] of edits) if (wire.length > 0) wire[at % wire.length] = byte;
        try {
          codec.encode(codec.decode(cut % 3 === 0 ? wire.subarray(0, cut % (wire.length + 1)) : wire));
        } catch (reason) {
          expect(reason).toBeInstanceOf(BridgeError);
        }
      }),
      runs,
    );
  });
});
