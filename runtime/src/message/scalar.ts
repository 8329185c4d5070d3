import { refuse } from "../wire/path.js";
import type { WireReader } from "../wire/reader.js";
import type { WireWriter } from "../wire/writer.js";

/** How one scalar type crosses the wire, and shows in a face. */
export interface Scalar<Face = unknown, Init = Face> {
  /** 0 varint, 1 64-bit, 2 length-delimited, 5 32-bit. */
  readonly wireType: number;
  /** What stands for it when nothing was sent. `present` is false where that means no value, and there is another face for it. */
  zero(present: boolean): Face;
  /** `present` is false for a field that cannot tell the zero value from no value. */
  read(reader: WireReader, present: boolean): Face;
  /**
   * What is put on the wire for a value.
   *
   * @throws Error if the value is not of this type
   */
  check(init: Init): unknown;
  /** Whether what `check` gave is the zero value. */
  isZero(wire: unknown): boolean;
  /** Writes what `check` gave. */
  put(writer: WireWriter, wire: unknown): void;
  /** What is put for a key of a map, from the property name that stands for it. */
  fromKey(key: string): unknown;
  /** The first and the last integer of an integer type. */
  readonly range?: readonly [bigint, bigint];
  /** Whether a bigint is put, and no number. */
  readonly wide?: boolean;
}

const asItIs = (key: string): unknown => key;

function number(
  name: string,
  wireType: number,
  read: (reader: WireReader) => number,
  put: (writer: WireWriter, value: number) => void,
  range?: readonly [number, number],
): Scalar<number> {
  return {
    wireType,
    zero: () => 0,
    // -0 is a number of its own to a double, and no other integer than 0.
    isZero: (value) => (range ? value === 0 : Object.is(value, 0)),
    read,
    check: (value) => {
      if (typeof value !== "number") refuse(`a number (${name})`, value);
      if (range && !(Number.isInteger(value) && value >= range[0] && value <= range[1]))
        throw new Error(`expected an integer from ${range[0]} to ${range[1]} (${name}), got ${value}`);
      return value;
    },
    put: put as Scalar["put"],
    fromKey: Number,
    ...(range ? { range: [BigInt(range[0]), BigInt(range[1])] } : {}),
  };
}

const maxFloat = 3.4028234663852886e38;

const float: Scalar<number> = {
  ...number(
    "float",
    5,
    (r) => r.float(),
    (w, v) => w.putFloat(v),
  ),
  check: (value) => {
    if (typeof value !== "number") refuse("a number (float)", value);
    if (Number.isFinite(value) && Math.abs(value) > maxFloat) throw new Error(`expected a number of 32 bits (float), got ${value}`);
    return value;
  },
};

function long(
  name: string,
  wireType: number,
  read: (reader: WireReader) => bigint,
  put: (writer: WireWriter, value: bigint) => void,
  range: readonly [bigint, bigint],
): Scalar<bigint, bigint | number> {
  const [min, max] = range;
  return {
    wireType,
    range,
    wide: true,
    zero: () => 0n,
    isZero: (value) => value === 0n,
    read,
    check: (value) => {
      const big = typeof value === "bigint" ? value : Number.isSafeInteger(value) ? BigInt(value) : refuse(`a bigint or a safe integer (${name})`, value);
      if (big < min || big > max) throw new Error(`expected an integer from ${min} to ${max} (${name}), got ${big}`);
      return big;
    },
    put: put as Scalar["put"],
    fromKey: (key) => {
      if (!/^-?[0-9]+$/.test(key)) throw new Error(`expected digits as a map key (${name})`);
      return BigInt(key);
    },
  };
}

/** A type of 64 bits whose face is a number. */
function asNumber(scalar: Scalar<bigint, bigint | number>): Scalar<number, bigint | number> {
  return {
    ...scalar,
    zero: () => 0,
    read: (reader) => {
      const value = scalar.read(reader, true);
      const number = Number(value);
      if (!Number.isSafeInteger(number)) throw new Error(`${value} is past 2^53, more than a number holds: generate with int64=bigint`);
      return number;
    },
  };
}

/** A type of 64 bits whose face is a string of decimal digits. */
function asString(scalar: Scalar<bigint, bigint | number>): Scalar<string, string | bigint | number> {
  return {
    ...scalar,
    zero: () => "0",
    read: (reader) => String(scalar.read(reader, true)),
    check: (init) => {
      if (typeof init !== "string") return scalar.check(init);
      if (!/^-?[0-9]+$/.test(init)) throw new Error("expected decimal digits (int64=string)");
      return scalar.check(BigInt(init));
    },
  };
}

function text(read: (reader: WireReader) => string): Scalar<string> {
  return {
    wireType: 2,
    zero: () => "",
    isZero: (value) => value === "",
    read,
    check: (value) => (typeof value === "string" ? value : refuse("a string", value)),
    put: (writer, value) => writer.putString(value as string),
    fromKey: asItIs,
  };
}

const bool: Scalar<boolean> = {
  wireType: 0,
  zero: () => false,
  isZero: (value) => value === false,
  read: (reader) => reader.bool(),
  check: (value) => (typeof value === "boolean" ? value : refuse("a boolean", value)),
  put: (writer, value) => writer.putBool(value as boolean),
  fromKey: (key) => {
    if (key !== "true" && key !== "false") throw new Error("expected true or false as a map key (bool)");
    return key === "true";
  },
};

const bytes: Scalar<Uint8Array> = {
  wireType: 2,
  zero: () => new Uint8Array(0),
  isZero: (value) => (value as Uint8Array).length === 0,
  read: (reader) => reader.bytes(),
  check: (value) => (value instanceof Uint8Array ? value : refuse("a Uint8Array", value)),
  put: (writer, value) => writer.putBytes(value as Uint8Array),
  fromKey: asItIs,
};

const signed32: readonly [number, number] = [-(2 ** 31), 2 ** 31 - 1];
const unsigned32: readonly [number, number] = [0, 2 ** 32 - 1];
const signed64: readonly [bigint, bigint] = [-(2n ** 63n), 2n ** 63n - 1n];
const unsigned64: readonly [bigint, bigint] = [0n, 2n ** 64n - 1n];

const int64 = long(
  "int64",
  0,
  (r) => r.int64(),
  (w, v) => w.putInt64(v),
  signed64,
);
const sint64 = long(
  "sint64",
  0,
  (r) => r.sint64(),
  (w, v) => w.putSint64(v),
  signed64,
);
const sfixed64 = long(
  "sfixed64",
  1,
  (r) => r.sfixed64(),
  (w, v) => w.putFixed64(v),
  signed64,
);
const uint64 = long(
  "uint64",
  0,
  (r) => r.uint64(),
  (w, v) => w.putInt64(v),
  unsigned64,
);
const fixed64 = long(
  "fixed64",
  1,
  (r) => r.fixed64(),
  (w, v) => w.putFixed64(v),
  unsigned64,
);

type Long = Scalar<bigint, bigint | number>;
type LongNumber = Scalar<number, bigint | number>;
type LongString = Scalar<string, string | bigint | number>;

/** The types of {@link scalars}. */
export interface Scalars {
  readonly double: Scalar<number>;
  readonly float: Scalar<number>;
  readonly int32: Scalar<number>;
  readonly sint32: Scalar<number>;
  readonly sfixed32: Scalar<number>;
  readonly uint32: Scalar<number>;
  readonly fixed32: Scalar<number>;
  readonly int64: Long;
  readonly int64Number: LongNumber;
  readonly int64String: LongString;
  readonly sint64: Long;
  readonly sint64Number: LongNumber;
  readonly sint64String: LongString;
  readonly sfixed64: Long;
  readonly sfixed64Number: LongNumber;
  readonly sfixed64String: LongString;
  readonly uint64: Long;
  readonly uint64Number: LongNumber;
  readonly uint64String: LongString;
  readonly fixed64: Long;
  readonly fixed64Number: LongNumber;
  readonly fixed64String: LongString;
  readonly bool: Scalar<boolean>;
  readonly bytes: Scalar<Uint8Array>;
  readonly string: Scalar<string>;
  readonly lenientString: Scalar<string>;
}

/** The scalar types, by their names in proto; those of 64 bits also with other faces. `lenientString` is the string of proto2. */
export const scalars: Scalars = {
  double: number(
    "double",
    1,
    (r) => r.double(),
    (w, v) => w.putDouble(v),
  ),
  float,
  int32: number(
    "int32",
    0,
    (r) => r.int32(),
    (w, v) => w.putInt32(v),
    signed32,
  ),
  sint32: number(
    "sint32",
    0,
    (r) => r.sint32(),
    (w, v) => w.putSint32(v),
    signed32,
  ),
  sfixed32: number(
    "sfixed32",
    5,
    (r) => r.sfixed32(),
    (w, v) => w.putFixed32(v),
    signed32,
  ),
  uint32: number(
    "uint32",
    0,
    (r) => r.uint32(),
    (w, v) => w.putUint32(v),
    unsigned32,
  ),
  fixed32: number(
    "fixed32",
    5,
    (r) => r.fixed32(),
    (w, v) => w.putFixed32(v),
    unsigned32,
  ),
  int64,
  int64Number: asNumber(int64),
  int64String: asString(int64),
  sint64,
  sint64Number: asNumber(sint64),
  sint64String: asString(sint64),
  sfixed64,
  sfixed64Number: asNumber(sfixed64),
  sfixed64String: asString(sfixed64),
  uint64,
  uint64Number: asNumber(uint64),
  uint64String: asString(uint64),
  fixed64,
  fixed64Number: asNumber(fixed64),
  fixed64String: asString(fixed64),
  bool,
  bytes,
  string: text((r) => r.string()),
  lenientString: text((r) => r.lenientString()),
};
