/**
 * The companions and faces of the well-known types, in the shape of a generated module.
 *
 * Source: google/protobuf/{any,duration,empty,field_mask,struct,timestamp,wrappers}.proto.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import * as es from "@bufbuild/protobuf/wkt";
import type { MessageCodec } from "./message/codec.js";
import { esMessage } from "./message/es.js";
import { DescriptorCodec, PayloadMessageCodec } from "./message/message.js";
import { type Reader, refuse, type Writer } from "./message/wire.js";
import { readList, readMap, writeList, writeMap } from "./value/container.js";
import type { JsonInit, JsonValue } from "./value/json.js";
import { jsonValue } from "./value/value.js";

// --- messages of protobuf-es -------------------------------------------------------------------------------------------

/** A point in time, as protobuf-es has it: seconds since 1970-01-01T00:00:00Z, and nanoseconds. `timestampDate()` of protobuf-es gives a Date. */
export type Timestamp = es.Timestamp;
/** A Date, or seconds since 1970-01-01T00:00:00Z and nanoseconds. */
export type TimestampInit = Date | { readonly seconds?: number | bigint | undefined; readonly nanos?: number | undefined };
export const Timestamp: MessageCodec<Timestamp, TimestampInit> = /*@__PURE__*/ esMessage(es.TimestampSchema, (init) => {
  if (!(init instanceof Date)) return init;
  if (Number.isNaN(init.getTime())) throw new Error("an invalid Date is no point in time");
  return es.timestampFromDate(init);
});

/** A span of time, as protobuf-es has it: seconds and nanoseconds of the same sign. `durationMs()` of protobuf-es gives milliseconds. */
export type Duration = es.Duration;
/** Milliseconds, or seconds and nanoseconds of the same sign. */
export type DurationInit = number | { readonly seconds?: number | bigint | undefined; readonly nanos?: number | undefined };
export const Duration: MessageCodec<Duration, DurationInit> = /*@__PURE__*/ esMessage(es.DurationSchema, (init) => {
  if (typeof init !== "number") return init;
  if (!Number.isFinite(init)) refuse("a finite number of milliseconds", init);
  const seconds = Math.trunc(init / 1000);
  return { seconds, nanos: Math.round((init - seconds * 1000) * 1e6) };
});

/** A message of any type, packed. `anyUnpack()` of protobuf-es opens it. */
export type Any = es.Any;
export type AnyInit = { readonly typeUrl?: string | undefined; readonly value?: Uint8Array | undefined };
export const Any: MessageCodec<Any, AnyInit> = /*@__PURE__*/ esMessage(es.AnySchema);

export type Empty = es.Empty;
export type EmptyInit = object;
export const Empty: MessageCodec<Empty, EmptyInit> = /*@__PURE__*/ esMessage(es.EmptySchema);

export type FieldMask = es.FieldMask;
export type FieldMaskInit = { readonly paths?: readonly string[] | undefined };
export const FieldMask: MessageCodec<FieldMask, FieldMaskInit> = /*@__PURE__*/ esMessage(es.FieldMaskSchema);

// --- JSON --------------------------------------------------------------------------------------------------------------

/** JSON, with doubles for numbers: a bigint must be a double exactly. */
export type Value = JsonValue;
export type ValueInit = JsonInit;
export const Value: MessageCodec<Value, ValueInit> = jsonValue as MessageCodec<Value, ValueInit>;

class ContainerCodec extends PayloadMessageCodec<unknown, unknown> {
  readonly #read: typeof readList | typeof readMap;
  readonly #write: typeof writeList;

  constructor(desc: DescMessage, read: typeof readList | typeof readMap, write: typeof writeList) {
    super(desc.typeName);
    this.#read = read;
    this.#write = write;
  }
  // The one field of both messages has number 1.
  override read(reader: Reader, end: number, into: unknown): unknown {
    return this.#read(jsonValue, 1, reader, end, into);
  }
  override write(writer: Writer, init: unknown): void {
    this.#write(jsonValue, 1, writer, init);
  }
}

/** A JSON object, with doubles for numbers. */
export type Struct = { [key: string]: JsonValue };
export type StructInit = object;
export const Struct: MessageCodec<Struct, StructInit> = /*@__PURE__*/ new ContainerCodec(es.StructSchema, readMap, writeMap) as MessageCodec<
  Struct,
  StructInit
>;

/** A JSON array, with doubles for numbers. */
export type ListValue = JsonValue[];
export type ListValueInit = readonly JsonInit[];
export const ListValue: MessageCodec<ListValue, ListValueInit> = /*@__PURE__*/ new ContainerCodec(es.ListValueSchema, readList, writeList) as MessageCodec<
  ListValue,
  ListValueInit
>;

// --- wrappers: a scalar that can be absent -----------------------------------------------------------------------------

class WrapperCodec extends DescriptorCodec<unknown, unknown> {
  constructor(desc: DescMessage) {
    super(desc, () => ({}));
  }
  override read(reader: Reader, end: number, into: unknown): unknown {
    return (super.read(reader, end, into === undefined ? undefined : { value: into }) as { value: unknown }).value;
  }
  override write(writer: Writer, init: unknown): void {
    super.write(writer, { value: init });
  }
}

function wrapper<F, I = F>(desc: DescMessage): MessageCodec<F, I> {
  return new WrapperCodec(desc) as MessageCodec<F, I>;
}

export type DoubleValue = number;
export type DoubleValueInit = number;
export const DoubleValue: MessageCodec<DoubleValue, DoubleValueInit> = /*@__PURE__*/ wrapper(es.DoubleValueSchema);

export type FloatValue = number;
export type FloatValueInit = number;
export const FloatValue: MessageCodec<FloatValue, FloatValueInit> = /*@__PURE__*/ wrapper(es.FloatValueSchema);

export type Int64Value = bigint;
export type Int64ValueInit = number | bigint;
export const Int64Value: MessageCodec<Int64Value, Int64ValueInit> = /*@__PURE__*/ wrapper(es.Int64ValueSchema);

export type UInt64Value = bigint;
export type UInt64ValueInit = number | bigint;
export const UInt64Value: MessageCodec<UInt64Value, UInt64ValueInit> = /*@__PURE__*/ wrapper(es.UInt64ValueSchema);

export type Int32Value = number;
export type Int32ValueInit = number;
export const Int32Value: MessageCodec<Int32Value, Int32ValueInit> = /*@__PURE__*/ wrapper(es.Int32ValueSchema);

export type UInt32Value = number;
export type UInt32ValueInit = number;
export const UInt32Value: MessageCodec<UInt32Value, UInt32ValueInit> = /*@__PURE__*/ wrapper(es.UInt32ValueSchema);

export type BoolValue = boolean;
export type BoolValueInit = boolean;
export const BoolValue: MessageCodec<BoolValue, BoolValueInit> = /*@__PURE__*/ wrapper(es.BoolValueSchema);

export type StringValue = string;
export type StringValueInit = string;
export const StringValue: MessageCodec<StringValue, StringValueInit> = /*@__PURE__*/ wrapper(es.StringValueSchema);

export type BytesValue = Uint8Array;
export type BytesValueInit = Uint8Array;
export const BytesValue: MessageCodec<BytesValue, BytesValueInit> = /*@__PURE__*/ wrapper(es.BytesValueSchema);
