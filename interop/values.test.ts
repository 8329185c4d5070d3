/** Dynamic values, with Python's own encoder and decoder at the other end. */
import { float, type JsonValue, RawJson } from "@protobridge/runtime";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvokerClient, InvokerServicer, type Value, type ValueInit } from "../fixtures/gen/handler_bridge_bridge.js";
import { KindsClient } from "../fixtures/gen/kinds/v1/kinds_bridge.js";
import { same } from "../fixtures/tests/same.js";
import { caught } from "./caught.js";
import { type FromPython, fromPython, type TowardsPython, towardsPython } from "./peers.js";

/** What we write, and what Python reads: the member of the message, the type, and what Python prints. */
const written: readonly (readonly [name: string, value: ValueInit, member: string, type: string, repr: string])[] = [
  ["a string", "säße \u{1f600}", "s", "str", "'säße \u{1f600}'"],
  ["an empty string", "", "s", "str", "''"],
  ["a string that is JSON", "null", "s", "str", "'null'"],
  ["an integer", 42, "i64", "int", "42"],
  ["an integer written with a fraction", 1.0, "i64", "int", "1"],
  ["float(1)", float(1), "f64", "float", "1.0"],
  ["float(2 ** 70)", float(2 ** 70), "f64", "float", "1.1805916207174113e+21"],
  ["the largest safe integer", Number.MAX_SAFE_INTEGER, "i64", "int", "9007199254740991"],
  ["2 ** 60", 2 ** 60, "i64", "int", "1152921504606846976"],
  ["2n ** 60n", 2n ** 60n, "i64", "int", "1152921504606846976"],
  ["2n ** 53n + 1n", 2n ** 53n + 1n, "i64", "int", "9007199254740993"],
  ["the largest int64", 2n ** 63n - 1n, "i64", "int", "9223372036854775807"],
  ["the smallest int64", -(2n ** 63n), "i64", "int", "-9223372036854775808"],
  ["a number past int64", 1e20, "f64", "float", "1e+20"],
  ["a fraction", 0.1, "f64", "float", "0.1"],
  ["-0", -0, "f64", "float", "-0.0"],
  ["NaN", Number.NaN, "f64", "float", "nan"],
  ["Infinity", Number.POSITIVE_INFINITY, "f64", "float", "inf"],
  ["-Infinity", Number.NEGATIVE_INFINITY, "f64", "float", "-inf"],
  ["true", true, "b", "bool", "True"],
  ["false", false, "b", "bool", "False"],
  ["bytes", new Uint8Array([0, 255]), "bin", "bytes", "b'\\x00\\xff'"],
  ["a Buffer", Buffer.from("hi"), "bin", "bytes", "b'hi'"],
  ["no bytes", new Uint8Array(0), "bin", "bytes", "b''"],
  ["null", null, "json", "NoneType", "None"],
  ["undefined", undefined, "json", "NoneType", "None"],
  ["an array", [1, "a", null, undefined, [true]], "json", "list", "[1, 'a', None, None, [True]]"],
  ["an object", { a: { b: 1.5 }, gone: undefined }, "json", "dict", "{'a': {'b': 1.5}}"],
  ["an object with __proto__", JSON.parse('{"__proto__":1}'), "json", "dict", "{'__proto__': 1}"],
  [
    "integers and floats in an object",
    { i: 3, f: float(3), big: 2n ** 70n, minus: -0.5 },
    "json",
    "dict",
    "{'i': 3, 'f': 3.0, 'big': 1180591620717411303424, 'minus': -0.5}",
  ],
  ["2 ** 60 in an array", [2 ** 60], "json", "list", "[1152921504606846976]"],
  ["-0 in an array", [-0], "json", "list", "[-0.0]"],
  ["a lone surrogate in an array", ["\ud800"], "json", "list", "['\\ud800']"],
  ["a Date", new Date(0), "json", "str", "'1970-01-01T00:00:00.000Z'"],
  ["JSON text that is ready", new RawJson('{"a" : NaN}'), "json", "dict", "{'a': nan}"],
  ["text that is no JSON", new RawJson("{"), "json", "str", "'{'"],
];

/** What Python writes, by the names in python/samples.py, and what we read. */
const read: Readonly<Record<string, Value | RawJson>> = {
  str: "säße \u{1f600}",
  "str, empty": "",
  "str with JSON": '{"a":1}',
  "str with NUL": "a\0b",
  int: 42,
  "int 0": 0,
  "int, negative": -7,
  "int 2**53 - 1": Number.MAX_SAFE_INTEGER,
  "int 2**53 + 1": 2n ** 53n + 1n,
  "int 2**60": 2n ** 60n,
  "int, largest": 2n ** 63n - 1n,
  "int, smallest": -(2n ** 63n),
  float: 0.1,
  "float 1.0": 1,
  "float -0.0": -0,
  "float 1e300": 1e300,
  "float nan": Number.NaN,
  "float inf": Number.POSITIVE_INFINITY,
  "float -inf": Number.NEGATIVE_INFINITY,
  "bool True": true,
  "bool False": false,
  None: null,
  bytes: Uint8Array.from({ length: 256 }, (_, i) => i),
  "bytes, empty": new Uint8Array(0),
  bytearray: "bytearray(b'\\x00hi')",
  dict: JSON.parse('{"a":{"b":[true,null,1.5,"é"]},"__proto__":1}') as JsonValue,
  "dict, empty": {},
  "dict with int keys": { "1": "one" },
  "dict with 2**70": { n: 2n ** 70n },
  "dict with 1.0": { f: 1 },
  "dict with nan": new RawJson('{"a": NaN}'),
  "dict with bytes": "{'a': b'\\x00'}",
  "dict with a lone surrogate": { a: "\ud800" },
  list: [1, "a", [null], {}],
  "list, empty": [],
  tuple: [1, 2],
  set: "{1}",
  date: "2026-01-02",
  complex: "(1+2j)",
  "json that is none": new RawJson("{"),
  "json, empty": new RawJson(""),
  "no member": null,
};

const sent: Record<string, ValueInit> = Object.fromEntries(written.map(([name, value]) => [name, value]));

describe("our client, a Python server", () => {
  let peers: TowardsPython;
  let client: InvokerClient;
  let described: Record<string, unknown>;
  let samples: Record<string, unknown>;
  beforeAll(async () => {
    peers = await towardsPython();
    client = new InvokerClient(peers.connection);
    described = (await client.invoke({ handlerName: "describe", input: sent })).output;
    samples = (await client.invoke({ handlerName: "samples" })).output;
  });
  afterAll(() => peers?.end());

  it.each(written)("Python reads %s", (name, _value, ...python) => {
    expect(described[name]).toEqual(python);
  });

  it.each(Object.keys(read))("we read Python's %s", (name) => {
    expect(samples[name]).toEqual(read[name]);
  });

  it("nothing is left out", () => {
    expect(Object.keys(samples).toSorted()).toEqual(Object.keys(read).toSorted());
    expect(Object.keys(described)).toHaveLength(written.length);
  });

  it("an int past int64 is a failure that Python tells in the response", async () => {
    const error = await caught(client.invoke({ handlerName: "too_large", correlation: "c" }));
    expect([error.code, error.message]).toEqual(["unknown", "Value out of range: 9223372036854775808"]);
    expect(error.response).toMatchObject({ correlation: "c", status: { code: 1, message: error.message } });
    expect(await caught(client.invoke({ handlerName: "nobody" }))).toMatchObject({ code: "unknown", message: "handler not found: nobody" });
  });

  it("random values survive Python", async () => {
    const leaf = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.double(),
      fc.integer(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.boolean(),
      fc.uint8Array(),
      fc.constant(null),
    );
    const values = fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), fc.oneof(leaf, fc.jsonValue()), { minKeys: 1 });
    await fc.assert(
      fc.asyncProperty(values, async (input) => {
        const { output } = await client.invoke({ handlerName: "echo", input });
        expect(same(output)).toEqual(same(input));
      }),
      { numRuns: 150 },
    );
  });

  it("values that nest, and values in every position, survive Python", async () => {
    const kinds = new KindsClient(peers.connection);
    const tree = { list: [1, null, new Uint8Array([1]), [], {}], map: { deep: [[2n ** 60n, 0.5, "x", true]] } };
    expect(await kinds.echoTree(tree)).toEqual(tree);
    expect(await kinds.echoTree(null)).toBeNull();
    const scalars = ["a", 1, 2 ** 40, 2n ** 60n, true, 0.5];
    for (const scalar of scalars) expect(await kinds.echoScalar(scalar)).toBe(scalar);
    const holder = await kinds.echoHolder({ scalar: 0, scalars, scalarsByName: { a: "" }, trees: [null, tree], choice: { case: "treeChoice", value: [1] } });
    expect(holder).toMatchObject({ scalar: 0, scalars, scalarsByName: { a: "" }, trees: [null, tree], choice: { case: "treeChoice", value: [1] } });
  });
});

describe("a Python client, our server", () => {
  let peers: FromPython;
  let samples: Record<string, unknown> = {};
  let described: Record<string, unknown>;
  beforeAll(async () => {
    const servicer = InvokerServicer.from({
      invoke({ input }) {
        samples = input;
        return { output: sent };
      },
    });
    peers = await fromPython([servicer]);
    const report = await peers.client.call({ method: "Invoker.Invoke", requests: [{}], samples: true });
    described = report.responses[0] as Record<string, unknown>;
  });
  afterAll(() => peers?.end());

  it.each(written)("Python reads %s", (name, _value, ...python) => {
    expect(described[name]).toEqual(python);
  });

  it.each(Object.keys(read))("we read Python's %s", (name) => {
    expect(samples[name]).toEqual(read[name]);
  });
});
