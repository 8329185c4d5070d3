import { ScalarType } from "@bufbuild/protobuf";
import type { PayloadCodec } from "../message/plan.js";
import { scalarOf } from "../message/scalar.js";
import { JsonError, Reader, Writer } from "../message/wire.js";
import { readList, readMap, writeList, writeMap } from "./container.js";
import { Float } from "./float.js";
import type { ValueKind } from "./kind.js";
import { jsonValue, narrow } from "./value.js";

/** A message of google/protobuf/wrappers.proto or struct.proto, whose face is the value in it. */
export interface PackedType {
  /** Whether a packed message is looked for before JSON text, or after it. */
  readonly first: boolean;
  readonly isFloat: boolean;
  /** The value in a packed message; undefined if the bytes are not exactly one. */
  read(bytes: Uint8Array): { readonly value: unknown } | undefined;
  /** @throws Error if the message cannot carry the value */
  write(value: unknown): Uint8Array;
}

/** A wrapper is exactly its one field, or nothing for zero: JSON text, which many put into it instead, is hardly ever that. */
function wrapper(type: ScalarType): PackedType {
  const scalar = scalarOf(type, true);
  const isFloat = type === ScalarType.DOUBLE || type === ScalarType.FLOAT;
  const is32Bit = type === ScalarType.INT32 || type === ScalarType.UINT32;
  return {
    first: true,
    isFloat,
    read(bytes) {
      if (bytes.length === 0) return { value: narrow(scalar.zero()) };
      try {
        const reader = new Reader(bytes);
        const [number, wireType] = reader.tag();
        if (number !== 1 || wireType !== scalar.wireType) return undefined;
        const value = narrow(scalar.read(reader));
        return reader.pos === bytes.length ? { value } : undefined;
      } catch {
        return undefined;
      }
    },
    write(init) {
      const value = isFloat ? toDouble(init) : is32Bit && typeof init === "bigint" ? Number(init) : wide(type, init);
      const writer = new Writer();
      writer.tag(1, scalar.wireType);
      scalar.write(writer, value);
      return scalar.isZero(value) ? new Uint8Array(0) : writer.finish();
    },
  };
}

function toDouble(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (typeof value !== "bigint") return value;
  if (BigInt(Number(value)) !== value) throw new Error("the integer has more digits than a double holds");
  return Number(value);
}

/** A number without a fraction as a bigint: past 2^53 too it is what it is. */
function wide(type: ScalarType, value: unknown): unknown {
  return (type === ScalarType.INT64 || type === ScalarType.UINT64) && Number.isInteger(value) ? BigInt(value as number) : value;
}

/** JSON text is no packed Value, Struct or ListValue by any chance, and packed ones are no JSON text. */
function structure(codec: PayloadCodec, empty: () => unknown): PackedType {
  const type: PackedType = {
    first: false,
    isFloat: false,
    read(bytes) {
      if (bytes.length === 0) return { value: empty() };
      try {
        const reader = new Reader(bytes);
        const value = codec.read(reader, bytes.length, undefined);
        // Text can look like fields that are not known, and would be lost: what was packed has the same length again.
        return type.write(value).length === bytes.length ? { value } : undefined;
      } catch {
        return undefined;
      }
    },
    write(value) {
      const writer = new Writer();
      try {
        codec.write(writer, value);
      } catch (reason) {
        const place = writer.path.toString();
        throw new JsonError(reason instanceof Error ? reason.message : String(reason), place, reason);
      }
      return writer.finish();
    },
  };
  return type;
}

const struct: PayloadCodec = {
  read: (reader, end, into) => readMap(jsonValue, 1, reader, end, into),
  write: (writer, value) => writeMap(jsonValue, 1, writer, value),
};
const listValue: PayloadCodec = {
  read: (reader, end, into) => readList(jsonValue, 1, reader, end, into),
  write: (writer, value) => writeList(jsonValue, 1, writer, value),
};

/** By the name behind `google.protobuf.`. */
export const packedTypes: ReadonlyMap<string, PackedType> = /*@__PURE__*/ new Map([
  ["BoolValue", wrapper(ScalarType.BOOL)],
  ["Int32Value", wrapper(ScalarType.INT32)],
  ["Int64Value", wrapper(ScalarType.INT64)],
  ["UInt32Value", wrapper(ScalarType.UINT32)],
  ["UInt64Value", wrapper(ScalarType.UINT64)],
  ["FloatValue", wrapper(ScalarType.FLOAT)],
  ["DoubleValue", wrapper(ScalarType.DOUBLE)],
  ["StringValue", wrapper(ScalarType.STRING)],
  ["BytesValue", wrapper(ScalarType.BYTES)],
  ["Value", structure(jsonValue, () => null)],
  ["Struct", structure(struct, () => ({}))],
  ["ListValue", structure(listValue, () => [])],
]);

/** The packed type that carries a kind of value where nothing says another one. */
export const packedNames: Readonly<Record<ValueKind | "bytes", string>> = {
  boolean: "BoolValue",
  integer: "Int64Value",
  float: "DoubleValue",
  string: "StringValue",
  bytes: "BytesValue",
  null: "Value",
  list: "ListValue",
  map: "Struct",
};

/** The name of the wrapper or structure in a type URL, whatever stands before its last slash. */
export function packedNameOf(typeUrl: string): string | undefined {
  const name = typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
  const short = name.startsWith("google.protobuf.") ? name.slice("google.protobuf.".length) : "";
  return packedTypes.has(short) ? short : undefined;
}

/** @throws Error that names the packed types */
export function refusePacked(name: string): never {
  throw new Error(`no packed type ${JSON.stringify(name)}: there are ${[...packedTypes.keys()].join(", ")}`);
}
