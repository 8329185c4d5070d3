import { ScalarType } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { type Reader, refuse, type Writer } from "./wire.js";

/** How one scalar type crosses the wire. */
export interface Scalar {
  readonly wireType: WireType;
  /** What a field without presence has when it is not on the wire. */
  zero(): unknown;
  isZero(value: unknown): boolean;
  read(reader: Reader): unknown;
  /** @throws Error if the value is not of this type */
  write(writer: Writer, value: unknown): void;
  /** The type of a key of a map, from the property name that stands for it. */
  fromKey(key: string): unknown;
}

const none = (key: string): unknown => key;

function number(
  name: string,
  wireType: WireType,
  read: (reader: Reader) => number,
  write: (writer: Writer, value: number) => void,
  range?: readonly [number, number],
): Scalar {
  return {
    wireType,
    zero: () => 0,
    // -0 is a number of its own to a double, and no other integer than 0.
    isZero: (value) => (range ? value === 0 : Object.is(value, 0)),
    read,
    write: (writer, value) => {
      if (typeof value !== "number") refuse(`a number (${name})`, value);
      if (range && !(Number.isInteger(value) && value >= range[0] && value <= range[1]))
        throw new Error(`expected an integer from ${range[0]} to ${range[1]} (${name}), got ${value}`);
      write(writer, value);
    },
    fromKey: Number,
  };
}

function long(
  name: string,
  wireType: WireType,
  read: (reader: Reader) => unknown,
  write: (writer: Writer, value: bigint) => void,
  min: bigint,
  max: bigint,
): Scalar {
  return {
    wireType,
    zero: () => 0n,
    isZero: (value) => value === 0n || value === 0,
    // BinaryReader answers a string where BigInt is missing
    read: (reader) => BigInt(read(reader) as bigint),
    write: (writer, value) => {
      const big =
        typeof value === "bigint" ? value : Number.isSafeInteger(value) ? BigInt(value as number) : refuse(`a bigint or a safe integer (${name})`, value);
      if (big < min || big > max) throw new Error(`expected an integer from ${min} to ${max} (${name}), got ${big}`);
      write(writer, big);
    },
    fromKey: (key) => {
      if (!/^-?[0-9]+$/.test(key)) throw new Error(`expected digits as a map key (${name})`);
      return BigInt(key);
    },
  };
}

const int32: readonly [number, number] = [-(2 ** 31), 2 ** 31 - 1];
const uint32: readonly [number, number] = [0, 2 ** 32 - 1];
const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;
const maxUint64 = 2n ** 64n - 1n;

function text(strict: boolean): Scalar {
  return {
    wireType: WireType.LengthDelimited,
    zero: () => "",
    isZero: (value) => value === "",
    read: (reader) => reader.string(strict),
    write: (writer, value) => {
      if (typeof value !== "string") refuse("a string", value);
      writer.string(value);
    },
    fromKey: none,
  };
}

const strictText = text(true);
const lenientText = text(false);

const byType: Readonly<Record<Exclude<ScalarType, ScalarType.STRING>, Scalar>> = {
  [ScalarType.DOUBLE]: number(
    "double",
    WireType.Bit64,
    (r) => r.double(),
    (w, v) => void w.double(v),
  ),
  [ScalarType.FLOAT]: number(
    "float",
    WireType.Bit32,
    (r) => r.float(),
    (w, v) => void w.float(v),
  ),
  [ScalarType.INT32]: number(
    "int32",
    WireType.Varint,
    (r) => r.int32(),
    (w, v) => void w.int32(v),
    int32,
  ),
  [ScalarType.SINT32]: number(
    "sint32",
    WireType.Varint,
    (r) => r.sint32(),
    (w, v) => void w.sint32(v),
    int32,
  ),
  [ScalarType.SFIXED32]: number(
    "sfixed32",
    WireType.Bit32,
    (r) => r.sfixed32(),
    (w, v) => void w.sfixed32(v),
    int32,
  ),
  [ScalarType.UINT32]: number(
    "uint32",
    WireType.Varint,
    (r) => r.uint32(),
    (w, v) => void w.uint32(v),
    uint32,
  ),
  [ScalarType.FIXED32]: number(
    "fixed32",
    WireType.Bit32,
    (r) => r.fixed32(),
    (w, v) => void w.fixed32(v),
    uint32,
  ),
  [ScalarType.INT64]: long(
    "int64",
    WireType.Varint,
    (r) => r.int64(),
    (w, v) => void w.int64(v),
    minInt64,
    maxInt64,
  ),
  [ScalarType.SINT64]: long(
    "sint64",
    WireType.Varint,
    (r) => r.sint64(),
    (w, v) => void w.sint64(v),
    minInt64,
    maxInt64,
  ),
  [ScalarType.SFIXED64]: long(
    "sfixed64",
    WireType.Bit64,
    (r) => r.sfixed64(),
    (w, v) => void w.sfixed64(v),
    minInt64,
    maxInt64,
  ),
  [ScalarType.UINT64]: long(
    "uint64",
    WireType.Varint,
    (r) => r.uint64(),
    (w, v) => void w.uint64(v),
    0n,
    maxUint64,
  ),
  [ScalarType.FIXED64]: long(
    "fixed64",
    WireType.Bit64,
    (r) => r.fixed64(),
    (w, v) => void w.fixed64(v),
    0n,
    maxUint64,
  ),
  [ScalarType.BOOL]: {
    wireType: WireType.Varint,
    zero: () => false,
    isZero: (value) => value === false,
    read: (reader) => reader.bool(),
    write: (writer, value) => {
      if (typeof value !== "boolean") refuse("a boolean", value);
      writer.bool(value);
    },
    fromKey: (key) => {
      if (key !== "true" && key !== "false") throw new Error("expected true or false as a map key (bool)");
      return key === "true";
    },
  },
  [ScalarType.BYTES]: {
    wireType: WireType.LengthDelimited,
    zero: () => new Uint8Array(0),
    isZero: (value) => value instanceof Uint8Array && value.byteLength === 0,
    read: (reader) => reader.bytes(),
    write: (writer, value) => {
      if (!(value instanceof Uint8Array)) refuse("a Uint8Array", value);
      writer.bytes(value);
    },
    fromKey: none,
  },
};

/** The scalar of a field. `strict` refuses a string that is no UTF-8, as proto3 and editions ask. */
export function scalarOf(type: ScalarType, strict: boolean): Scalar {
  if (type === ScalarType.STRING) return strict ? strictText : lenientText;
  return byType[type];
}

/** A face of a scalar that differs from what the wire has: text that is JSON, an int64 as a number. */
export interface ScalarFace {
  /** `present` tells a value that was sent although it is the zero value from one that a field without presence cannot tell apart. */
  fromWire(value: unknown, present: boolean): unknown;
  toWire(init: unknown): unknown;
}

/** An int64 field whose face is a number. */
export const int64Number: ScalarFace = {
  fromWire: (value) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new Error(`${value} is past 2^53, more than a number holds: generate with int64=bigint`);
    return number;
  },
  toWire: (init) => init,
};

/** An int64 field whose face is a string of decimal digits. */
export const int64String: ScalarFace = {
  fromWire: (value) => String(value),
  toWire: (init) => {
    if (typeof init !== "string") return init;
    if (!/^-?[0-9]+$/.test(init)) throw new Error("expected decimal digits (int64=string)");
    return BigInt(init);
  },
};
