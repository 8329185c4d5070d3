import type { PayloadCodec } from "../message/payload.js";
import { Reader } from "../message/reader.js";
import { type Scalar, scalars } from "../message/scalar.js";
import { Writer } from "../message/writer.js";
import { JsonError, Path } from "../wire/path.js";
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
function wrapper(scalar: Scalar<unknown, never>): PackedType {
  const isFloat = scalar === scalars.double || scalar === scalars.float;
  const firstTag = 8 | scalar.wireType;
  return {
    first: true,
    isFloat,
    read(bytes) {
      if (bytes.length === 0) return { value: narrow(scalar.zero(true)) };
      try {
        const reader = new Reader(bytes);
        if (reader.tag() !== firstTag) return undefined;
        const value = narrow(scalar.read(reader, true));
        return reader.pos === bytes.length ? { value } : undefined;
      } catch {
        return undefined;
      }
    },
    write(init) {
      const value = isFloat ? toDouble(init) : scalar.wide ? wide(init) : typeof init === "bigint" && scalar.range ? Number(init) : init;
      const wire = scalar.check(value as never);
      if (scalar.isZero(wire)) return new Uint8Array(0);
      return written((writer) => {
        writer.tag(firstTag);
        scalar.put(writer, wire);
      });
    },
  };
}

function written(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  try {
    write(writer);
    return writer.finish();
  } finally {
    writer.release();
  }
}

function toDouble(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (typeof value !== "bigint") return value;
  if (BigInt(Number(value)) !== value) throw new Error("the integer has more digits than a double holds");
  return Number(value);
}

/** A number without a fraction as a bigint: past 2^53 too it is what it is. */
function wide(value: unknown): unknown {
  return Number.isInteger(value) ? BigInt(value as number) : value;
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
        const value = codec.read(reader, undefined);
        // Text can look like fields that are not known, and would be lost: what was packed has the same length again.
        return type.write(value).length === bytes.length ? { value } : undefined;
      } catch {
        return undefined;
      }
    },
    write(value) {
      try {
        return written((writer) => codec.write(writer, value));
      } catch (first) {
        const path = new Path();
        try {
          written((writer) => {
            writer.path = path;
            codec.write(writer, value);
          });
        } catch (reason) {
          throw new JsonError(reason instanceof Error ? reason.message : String(reason), path.toString(), reason);
        }
        throw first;
      }
    },
  };
  return type;
}

const struct: PayloadCodec = {
  read: (reader, into) => readMap(jsonValue, 10, reader, into),
  write: (writer, value) => writeMap(jsonValue, 10, writer, value),
};
const listValue: PayloadCodec = {
  read: (reader, into) => readList(jsonValue, 10, reader, into),
  write: (writer, value) => writeList(jsonValue, 10, writer, value),
};

/** By the name behind `google.protobuf.`. */
export const packedTypes: ReadonlyMap<string, PackedType> = /*@__PURE__*/ new Map([
  ["BoolValue", wrapper(scalars.bool)],
  ["Int32Value", wrapper(scalars.int32)],
  ["Int64Value", wrapper(scalars.int64)],
  ["UInt32Value", wrapper(scalars.uint32)],
  ["UInt64Value", wrapper(scalars.uint64)],
  ["FloatValue", wrapper(scalars.float)],
  ["DoubleValue", wrapper(scalars.double)],
  ["StringValue", wrapper(scalars.string)],
  ["BytesValue", wrapper(scalars.bytes)],
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
