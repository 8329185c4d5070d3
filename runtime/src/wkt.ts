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
import { type JsonInit, type JsonValue, WholeValue } from "./value/json.js";
import { jsonValue } from "./value/value.js";

// --- messages of protobuf-es -------------------------------------------------------------------------------------------

/** A point in time, as protobuf-es has it: seconds since 1970-01-01T00:00:00Z, and nanoseconds. `timestampDate()` of protobuf-es gives a Date. */
export type Timestamp = es.Timestamp;
/** A Date, or seconds since 1970-01-01T00:00:00Z and nanoseconds. */
export type TimestampInit = Date | { readonly seconds?: number | bigint | undefined; readonly nanos?: number | undefined };
/** The companion of `google.protobuf.Timestamp`. */
export const Timestamp: MessageCodec<Timestamp, TimestampInit> = /*@__PURE__*/ esMessage(es.TimestampSchema, (init) => {
  if (!(init instanceof Date)) return init;
  if (Number.isNaN(init.getTime())) throw new Error("an invalid Date is no point in time");
  return es.timestampFromDate(init);
});

/** A span of time, as protobuf-es has it: seconds and nanoseconds of the same sign. `durationMs()` of protobuf-es gives milliseconds. */
export type Duration = es.Duration;
/** Milliseconds, or seconds and nanoseconds of the same sign. */
export type DurationInit = number | { readonly seconds?: number | bigint | undefined; readonly nanos?: number | undefined };
/** The companion of `google.protobuf.Duration`. */
export const Duration: MessageCodec<Duration, DurationInit> = /*@__PURE__*/ esMessage(es.DurationSchema, (init) => {
  if (typeof init !== "number") return init;
  if (!Number.isFinite(init)) refuse("a finite number of milliseconds", init);
  const seconds = Math.trunc(init / 1000);
  const nanos = Math.round((init - seconds * 1000) * 1e6);
  // A fraction just below a second rounds to a whole one.
  return Math.abs(nanos) === 1e9 ? { seconds: seconds + Math.sign(nanos), nanos: 0 } : { seconds, nanos };
});

/** A message of any type, packed. `anyUnpack()` of protobuf-es opens it. */
export type Any = es.Any;
/** `typeUrl` ends in the name of the message after a slash; `value` has its bytes. `anyPack()` of protobuf-es makes both. */
export type AnyInit = { readonly typeUrl?: string | undefined; readonly value?: Uint8Array | undefined };
/** The companion of `google.protobuf.Any`. */
export const Any: MessageCodec<Any, AnyInit> = /*@__PURE__*/ esMessage(es.AnySchema, (init) => (init instanceof WholeValue ? init.misplaced() : init));

/** A message without fields. */
export type Empty = es.Empty;
/** Any object: nothing of it is sent. */
export type EmptyInit = object;
/** The companion of `google.protobuf.Empty`. */
export const Empty: MessageCodec<Empty, EmptyInit> = /*@__PURE__*/ esMessage(es.EmptySchema);

/** Paths of fields, as protobuf-es has them: the names of the proto, with dots. */
export type FieldMask = es.FieldMask;
/** Paths of fields: the names of the proto, with dots. */
export type FieldMaskInit = { readonly paths?: readonly string[] | undefined };
/** The companion of `google.protobuf.FieldMask`. */
export const FieldMask: MessageCodec<FieldMask, FieldMaskInit> = /*@__PURE__*/ esMessage(es.FieldMaskSchema);

// --- JSON --------------------------------------------------------------------------------------------------------------

/** JSON, with doubles for numbers: a bigint must be a double exactly. */
export type Value = JsonValue;
/** Any value that JSON carries. */
export type ValueInit = JsonInit;
/** The companion of `google.protobuf.Value`. */
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
/** Any object whose members JSON carries. */
export type StructInit = object;
/** The companion of `google.protobuf.Struct`. */
export const Struct: MessageCodec<Struct, StructInit> = /*@__PURE__*/ new ContainerCodec(es.StructSchema, readMap, writeMap) as MessageCodec<
  Struct,
  StructInit
>;

/** A JSON array, with doubles for numbers. */
export type ListValue = JsonValue[];
/** An array of values that JSON carries. */
export type ListValueInit = readonly JsonInit[];
/** The companion of `google.protobuf.ListValue`. */
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

/** A double that can be absent. */
export type DoubleValue = number;
/** What one may pass for DoubleValue. */
export type DoubleValueInit = number;
/** The companion of `google.protobuf.DoubleValue`. */
export const DoubleValue: MessageCodec<DoubleValue, DoubleValueInit> = /*@__PURE__*/ wrapper(es.DoubleValueSchema);

/** A float: a number of 32 bits that can be absent. */
export type FloatValue = number;
/** What one may pass for FloatValue. */
export type FloatValueInit = number;
/** The companion of `google.protobuf.FloatValue`. */
export const FloatValue: MessageCodec<FloatValue, FloatValueInit> = /*@__PURE__*/ wrapper(es.FloatValueSchema);

/** A signed integer of 64 bits that can be absent. */
export type Int64Value = bigint;
/** What one may pass for Int64Value. */
export type Int64ValueInit = number | bigint;
/** The companion of `google.protobuf.Int64Value`. */
export const Int64Value: MessageCodec<Int64Value, Int64ValueInit> = /*@__PURE__*/ wrapper(es.Int64ValueSchema);

/** An unsigned integer of 64 bits that can be absent. */
export type UInt64Value = bigint;
/** What one may pass for UInt64Value. */
export type UInt64ValueInit = number | bigint;
/** The companion of `google.protobuf.UInt64Value`. */
export const UInt64Value: MessageCodec<UInt64Value, UInt64ValueInit> = /*@__PURE__*/ wrapper(es.UInt64ValueSchema);

/** A signed integer of 32 bits that can be absent. */
export type Int32Value = number;
/** What one may pass for Int32Value. */
export type Int32ValueInit = number;
/** The companion of `google.protobuf.Int32Value`. */
export const Int32Value: MessageCodec<Int32Value, Int32ValueInit> = /*@__PURE__*/ wrapper(es.Int32ValueSchema);

/** An unsigned integer of 32 bits that can be absent. */
export type UInt32Value = number;
/** What one may pass for UInt32Value. */
export type UInt32ValueInit = number;
/** The companion of `google.protobuf.UInt32Value`. */
export const UInt32Value: MessageCodec<UInt32Value, UInt32ValueInit> = /*@__PURE__*/ wrapper(es.UInt32ValueSchema);

/** A boolean that can be absent. */
export type BoolValue = boolean;
/** What one may pass for BoolValue. */
export type BoolValueInit = boolean;
/** The companion of `google.protobuf.BoolValue`. */
export const BoolValue: MessageCodec<BoolValue, BoolValueInit> = /*@__PURE__*/ wrapper(es.BoolValueSchema);

/** A string that can be absent. */
export type StringValue = string;
/** What one may pass for StringValue. */
export type StringValueInit = string;
/** The companion of `google.protobuf.StringValue`. */
export const StringValue: MessageCodec<StringValue, StringValueInit> = /*@__PURE__*/ wrapper(es.StringValueSchema);

/** Bytes that can be absent. */
export type BytesValue = Uint8Array;
/** What one may pass for BytesValue. */
export type BytesValueInit = Uint8Array;
/** The companion of `google.protobuf.BytesValue`. */
export const BytesValue: MessageCodec<BytesValue, BytesValueInit> = /*@__PURE__*/ wrapper(es.BytesValueSchema);
