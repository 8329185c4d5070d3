import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../message/reader.js";
import type { Scalar } from "../message/scalar.js";
import { StringValue } from "../wkt.js";
import { replaceBareTokens } from "./bare.js";
import { float } from "./float.js";
import { type JsonValue, jsonText, lenientJsonText, parseJson, RawJson, rawJsonText, stringifyJson } from "./json.js";

describe("bare tokens", () => {
  it.each([
    ["NaN", Number.NaN],
    [" -Infinity ", -Infinity],
    ["[NaN,Infinity,-Infinity]", [Number.NaN, Infinity, -Infinity]],
    ['{"NaN":NaN,"a":"-Infinity \\"NaN\\" \\\\","b":Infinity}', { NaN: Number.NaN, a: '-Infinity "NaN" \\', b: Infinity }],
    ["[-0.0e0,NaN,-0.00e0,-0.000e1,Infinity]", [-0, Number.NaN, -0, -0, Infinity]],
    ["[NaN,9007199254740993,1e2]", [Number.NaN, 9007199254740993n, 100]],
    ['{"__proto__":NaN}', JSON.parse('{"__proto__":null}', (key, value) => (key === "__proto__" ? Number.NaN : value))],
  ])("%s", (text, value) => {
    expect(parseJson(text)).toEqual(new RawJson(text));
    const parsed = parseJson(text, true);
    expect(parsed).toEqual(value);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.getPrototypeOf(value));
  });

  it.each([
    "[NaN5]",
    "[5NaN]",
    "[NaN-0]",
    "-NaN",
    "+Infinity",
    "--Infinity",
    "- Infinity",
    "nan",
    "NaNNaN",
    "NaN NaN",
    "{NaN:1}",
    '"NaN',
    '["\\',
    "[Infinity",
    "[1e999,NaN]",
    `[NaN,${"9".repeat(1001)}]`,
  ])("%s is no JSON", (text) => {
    expect(parseJson(text, true)).toEqual(new RawJson(text));
  });

  it("take the place of numbers that are nowhere else", () => {
    const { text, numbers } = replaceBareTokens("[-0.0e0,-0.00e1,NaN,-0.000e2,-Infinity]");
    expect(text).toBe("[-0.0e0,-0.00e1, -0.0e3 ,-0.000e2, -0.000e3 ]");
    expect([...numbers]).toEqual([
      ["-0.0e3", Number.NaN],
      ["-0.00e3", Infinity],
      ["-0.000e3", -Infinity],
    ]);
  });

  it("of long text take time in proportion to its length", () => {
    const all = Array.from({ length: 200_000 }, (_, i) => `-0.0e${i}`).join(",");
    const hostile = ['\\"'.repeat(1_000_000), '"\\'.repeat(1_000_000), `[${all},NaN`, `${"-".repeat(2_000_000)}NaN`, `${"[".repeat(1_000_000)}NaN`];
    for (const text of hostile.map((start) => `${start} NaN`)) {
      const start = performance.now();
      expect(parseJson(text, true)).toBeInstanceOf(RawJson);
      // Generous: what takes quadratic time takes minutes here.
      expect(performance.now() - start).toBeLessThan(5_000);
    }
    expect(parseJson(`[${all},NaN]`, true)).toHaveLength(200_001);
  });

  it("are written only where they are allowed", () => {
    const value = [Number.NaN, { a: float(-Infinity) }, new RawJson("[ Infinity]"), new RawJson(" 1")];
    expect(stringifyJson(value, true)).toBe('[NaN,{"a":-Infinity},[ Infinity], 1]');
    expect(() => stringifyJson([1, Number.NaN])).toThrowError("JSON has no NaN");
    expect(() => stringifyJson({ a: float(Infinity) })).toThrowError("JSON has no Infinity");
    expect(() => stringifyJson([new RawJson("NaN")])).toThrowError(/not valid JSON/);
    expect(() => stringifyJson([new RawJson("NaN NaN")], true)).toThrowError(/not valid JSON/);
  });

  it("survive with everything else", () => {
    const leaf = fc.oneof(fc.double(), fc.constantFrom("NaN", "-Infinity", "-0.0e0", '"', "\\"), fc.string(), fc.bigInt(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, fc.array(tie("tree")), fc.dictionary(fc.string(), tie("tree"))),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = stringifyJson(value, true);
        // What was read is written the same way: integers past 2^53 may have been doubles before.
        expect(stringifyJson(parseJson(text, true), true)).toBe(text);
      }),
    );
  });
});

describe("the numbers of JSON text", () => {
  const literals = ["0", "-0", "-0.0", "9007199254740991", "-9007199254740991", "9007199254740992", "-9007199254740993", "9007199254740991.4"]
    .concat([
      "9007199254740993.0",
      "12345678901234567890e-5",
      "0.12345678901234567890",
      "1e20",
      "1E21",
      "1e308",
      "1e309",
      "-1E+0400",
      "1e-400",
      "17e0000000001",
    ])
    .concat(["1".repeat(309), `${"1".repeat(400)}.5`]);
  const literal = fc.oneof(
    fc.constantFrom(...literals),
    fc.integer().map(String),
    fc.bigInt().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  );
  /** What a literal is read as; undefined if no number holds it. */
  const readAs = (text: string): number | bigint | undefined => {
    if (/^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text))) return BigInt(text);
    return Number.isFinite(Number(text)) ? Number(text) : undefined;
  };

  it("keep what they say wherever they stand, or the text stays text", () => {
    fc.assert(
      fc.property(fc.array(literal, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 300 }), (texts, depth) => {
        const text = `${"[".repeat(depth)}{"1e999":[${texts.join(" ,")}],"last":${texts[0]}}${"]".repeat(depth)}`;
        const values = texts.map(readAs);
        let read = parseJson(text);
        if (values.includes(undefined)) {
          expect(read).toEqual(new RawJson(text));
          return;
        }
        for (let i = 0; i < depth; i++) [read] = read as [JsonValue];
        expect(read).toStrictEqual({ "1e999": values, last: values[0] });
      }),
    );
  });
});

describe("the faces of JSON text", () => {
  const read = (scalar: Scalar<unknown, never>, text: string, present: boolean): unknown =>
    scalar.read(new Reader(text === "" ? new Uint8Array(1) : StringValue.encode(text).subarray(1)), present);
  const text = '{"a": [NaN, 1.0]}';
  it("lenientJsonText reads and writes bare tokens", () => {
    expect(read(lenientJsonText, text, false)).toEqual({ a: [Number.NaN, 1] });
    expect(lenientJsonText.check({ a: [Number.NaN, 1] })).toBe('{"a":[NaN,1]}');
    expect(lenientJsonText.check(Infinity)).toBe("Infinity");
    expect(read(lenientJsonText, "", false)).toBe(undefined);
    expect(read(lenientJsonText, "", true)).toEqual(new RawJson(""));
    expect(read(jsonText, text, false)).toEqual(new RawJson(text));
    expect(() => jsonText.check(Number.NaN)).toThrowError("JSON has no NaN");
  });

  it("rawJsonText never reads the text", () => {
    expect(read(rawJsonText, '{"a": 1.0}', false)).toEqual(new RawJson('{"a": 1.0}'));
    expect(read(rawJsonText, "", false)).toBe(undefined);
    expect(read(rawJsonText, "", true)).toEqual(new RawJson(""));
    expect(rawJsonText.check(new RawJson(" {}"))).toBe(" {}");
    expect(rawJsonText.check({ a: "b" } satisfies JsonValue)).toBe('{"a":"b"}');
  });
});
