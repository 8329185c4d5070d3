/** The wire format, beside protobuf-es's reader and writer. */
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WireReader } from "./reader.js";
import { readKey, readUtf8, readUtf8Leniently } from "./utf8.js";
import { WireWriter } from "./writer.js";

function written(write: (writer: WireWriter) => void): Uint8Array {
  const writer = new WireWriter();
  try {
    write(writer);
    return writer.finish();
  } finally {
    writer.release();
  }
}

const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 127, 128, 16383, 16384, 2 ** 31 - 1, -(2 ** 31)));
const uint32 = fc.oneof(fc.nat(), fc.constantFrom(0, 127, 128, 2 ** 28, 2 ** 32 - 1, 2 ** 31));
const edges = [0n, -1n, 127n, 2n ** 31n, -(2n ** 31n), 2n ** 32n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)];
const int64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer().map(BigInt), fc.constantFrom(...edges));
const uint64 = int64.map((value) => BigInt.asUintN(64, value));
const double = fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Infinity, -Infinity, 5e-324));
const float = double.map(Math.fround);
const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary", maxLength: 200 }), fc.string({ minLength: 120, maxLength: 140 }));

type Case = [
  name: string,
  values: fc.Arbitrary<unknown>,
  put: (w: WireWriter, value: never) => void,
  theirs: (w: BinaryWriter, value: never) => unknown,
  read: (r: WireReader) => unknown,
];
const cases: Case[] = [
  ["int32", int32, (w, v) => w.putInt32(v), (w, v) => w.int32(v), (r) => r.int32()],
  ["sint32", int32, (w, v) => w.putSint32(v), (w, v) => w.sint32(v), (r) => r.sint32()],
  ["uint32", uint32, (w, v) => w.putUint32(v), (w, v) => w.uint32(v), (r) => r.uint32()],
  ["fixed32", uint32, (w, v) => w.putFixed32(v), (w, v) => w.fixed32(v), (r) => r.fixed32()],
  ["sfixed32", int32, (w, v) => w.putFixed32(v), (w, v) => w.sfixed32(v), (r) => r.sfixed32()],
  ["int64", int64, (w, v) => w.putInt64(v), (w, v) => w.int64(v), (r) => r.int64()],
  ["sint64", int64, (w, v) => w.putSint64(v), (w, v) => w.sint64(v), (r) => r.sint64()],
  ["uint64", uint64, (w, v) => w.putInt64(v), (w, v) => w.uint64(v), (r) => r.uint64()],
  ["fixed64", uint64, (w, v) => w.putFixed64(v), (w, v) => w.fixed64(v), (r) => r.fixed64()],
  ["sfixed64", int64, (w, v) => w.putFixed64(v), (w, v) => w.sfixed64(v), (r) => r.sfixed64()],
  ["double", double, (w, v) => w.putDouble(v), (w, v) => w.double(v), (r) => r.double()],
  ["float", float, (w, v) => w.putFloat(v), (w, v) => w.float(v), (r) => r.float()],
  ["bool", fc.boolean(), (w, v) => w.putBool(v), (w, v) => w.bool(v), (r) => r.bool()],
  ["string", text.filter((it) => it.isWellFormed()), (w, v) => w.putString(v), (w, v) => w.string(v), (r) => r.string()],
  ["key", text.filter((it) => it.isWellFormed()), (w, v) => w.putString(v), (w, v) => w.string(v), (r) => r.key()],
  ["bytes", fc.uint8Array({ maxLength: 300 }), (w, v) => w.putBytes(v), (w, v) => w.bytes(v), (r) => r.bytes()],
];

describe.each(cases)("%s", (_name, values, put, theirs, read) => {
  it("is written as protobuf-es writes it, and read as it was", () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 20 }), (list) => {
        const bytes = written((writer) => {
          for (const value of list) put(writer, value as never);
        });
        const writer = new BinaryWriter();
        for (const value of list) theirs(writer, value as never);
        expect(bytes).toEqual(writer.finish());
        const padded = Buffer.concat([Buffer.from([0xff]), bytes, Buffer.from([0xff, 0xff])]);
        const reader = new WireReader(padded.subarray(1, -2));
        expect(list.map(() => read(reader))).toEqual(list);
        expect(reader.pos).toBe(bytes.length);
      }),
    );
  });
});

describe("a varint", () => {
  it("may take up to ten bytes, whatever it says", () => {
    for (let size = 1; size <= 10; size++) {
      const bytes = new Uint8Array([...new Array<number>(size - 1).fill(0x80), 0]);
      expect(new WireReader(bytes).uint32()).toBe(0);
      expect(new WireReader(bytes).int64()).toBe(0n);
      expect(new WireReader(bytes).bool()).toBe(false);
      expect(new WireReader(bytes).safeInt64()).toBe(0);
    }
    expect(() => new WireReader(new Uint8Array(11).fill(0x80)).int64()).toThrowError("invalid varint: more than ten bytes");
  });
  it("of 64 bits is a number where that is safe", () => {
    fc.assert(
      fc.property(int64, (value) => {
        const number = Number(value);
        const safe = new WireReader(written((writer) => writer.putInt64(value))).safeInt64();
        expect(safe).toBe(Number.isSafeInteger(number) ? number : value);
      }),
    );
  });
});

describe("fields that are not known", () => {
  it("are skipped as protobuf-es skips them", () => {
    const field = fc.tuple(fc.integer({ min: 1, max: 2 ** 29 - 1 }), fc.constantFrom(0, 1, 2, 5), fc.uint8Array({ minLength: 8, maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
        const writer = new BinaryWriter();
        for (const [number, wireType, data] of fields) {
          writer.tag(77, 3).tag(number, wireType);
          if (wireType === 0) writer.raw(new Uint8Array([0x80, 1]));
          else if (wireType === 2) writer.bytes(data);
          else writer.raw(wireType === 1 ? data : data.subarray(0, 4));
          writer.tag(77, 4);
        }
        const bytes = writer.finish();
        const [ours, theirs] = [new WireReader(bytes), new BinaryReader(bytes)];
        for (const _ of fields) {
          const [number, wireType] = theirs.tag();
          expect(ours.tag()).toBe((number << 3) | wireType);
          expect(ours.unknown(ours.lastTag)).toEqual(theirs.skip.call(theirs, wireType, number));
        }
        expect(ours.tag()).toBe(0);
      }),
    );
  });
});

describe("text", () => {
  const broken = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0xe2, 0x82], [0x80]];
  it.each(broken)("that is no UTF-8 is refused, or read with U+FFFD: %j", (...list) => {
    for (const padding of [0, 7, 40]) {
      const bytes = new Uint8Array([...new Array<number>(padding).fill(0x61), ...list]);
      expect(() => readUtf8(bytes, 0, bytes.length)).toThrowError("the bytes are no UTF-8");
      expect(() => readKey(bytes, 0, bytes.length)).toThrowError("the bytes are no UTF-8");
      expect(readUtf8Leniently(bytes, 0, bytes.length)).toContain("\ufffd");
    }
  });
  it("with half a character is not written", () => {
    for (const padding of ["", "a".repeat(7), "a".repeat(100)]) {
      expect(() => written((writer) => writer.putString(`${padding}\ud800`))).toThrowError("a string with an unpaired surrogate has no UTF-8");
    }
  });
  it("keeps U+FEFF, U+FFFD and NUL", () => {
    const text = "\ufeff\ufffd\0";
    const bytes = new TextEncoder().encode(text);
    expect(readUtf8(bytes, 0, bytes.length)).toBe(text);
    expect(readKey(bytes, 0, bytes.length)).toBe(text);
  });
});

describe("memory", () => {
  it("is not shared by what was written, however large", () => {
    const sizes = [1, 100, 5000, 9000, 100, 300_000, 1, 5_000_000, 10];
    const messages = sizes.map((size, i) => written((writer) => writer.putBytes(new Uint8Array(size).fill(i))));
    for (const [i, bytes] of messages.entries()) {
      expect(bytes.subarray(-1)[0]).toBe(i);
      bytes.fill(0xee);
    }
    for (const bytes of messages) expect(bytes.every((byte) => byte === 0xee)).toBe(true);
  });
  it("goes to one writer at a time", () => {
    const inner: Uint8Array[] = [];
    const outer = written((writer) => {
      writer.putString("before");
      inner.push(written((second) => second.putString("second")));
      writer.putString("after");
    });
    expect(outer).toEqual(Uint8Array.from([6, ...Buffer.from("before"), 5, ...Buffer.from("after")]));
    expect(inner[0]).toEqual(Uint8Array.from([6, ...Buffer.from("second")]));
  });
});
