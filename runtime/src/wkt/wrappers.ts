/** Scalars that can be absent. Source: google/protobuf/wrappers.proto. */
import type { MessageCodec } from "../message/codec.js";
import { PayloadMessageCodec } from "../message/payloadCodec.js";
import type { Reader } from "../message/reader.js";
import { type Scalar, scalars } from "../message/scalar.js";
import type { Writer } from "../message/writer.js";

/** A message that is one scalar, as field 1. */
class WrapperCodec extends PayloadMessageCodec<unknown, unknown> {
  readonly #scalar: Scalar<unknown, never>;
  readonly #tag: number;

  constructor(typeName: string, scalar: Scalar<unknown, never>) {
    super(typeName);
    this.#scalar = scalar;
    this.#tag = 8 | scalar.wireType;
  }

  override read(reader: Reader, into: unknown): unknown {
    let value = into ?? this.#scalar.zero(true);
    reader.path?.enter("value");
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === this.#tag) value = this.#scalar.read(reader, true);
      else if (tag >>> 3 === 1) reader.refuseWireType(this.#scalar.wireType, tag & 7);
      else reader.unknown(tag);
    }
    reader.path?.leave();
    return value;
  }

  override write(writer: Writer, init: unknown): void {
    writer.deeper();
    writer.path?.enter("value");
    const wire = this.#scalar.check(init as never);
    if (!this.#scalar.isZero(wire)) {
      writer.tag(this.#tag);
      this.#scalar.put(writer, wire);
    }
    writer.path?.leave();
    writer.depth--;
  }
}

function wrapper<F, I = F>(typeName: string, scalar: Scalar<F, never>): MessageCodec<F, I> {
  return new WrapperCodec(typeName, scalar) as unknown as MessageCodec<F, I>;
}

/** A double that can be absent. */
export type DoubleValue = number;
/** What one may pass for DoubleValue. */
export type DoubleValueInit = number;
/** The companion of `google.protobuf.DoubleValue`. */
export const DoubleValue: MessageCodec<DoubleValue, DoubleValueInit> = /*@__PURE__*/ wrapper("google.protobuf.DoubleValue", scalars.double);

/** A float: a number of 32 bits that can be absent. */
export type FloatValue = number;
/** What one may pass for FloatValue. */
export type FloatValueInit = number;
/** The companion of `google.protobuf.FloatValue`. */
export const FloatValue: MessageCodec<FloatValue, FloatValueInit> = /*@__PURE__*/ wrapper("google.protobuf.FloatValue", scalars.float);

/** A signed integer of 64 bits that can be absent. */
export type Int64Value = bigint;
/** What one may pass for Int64Value. */
export type Int64ValueInit = number | bigint;
/** The companion of `google.protobuf.Int64Value`. */
export const Int64Value: MessageCodec<Int64Value, Int64ValueInit> = /*@__PURE__*/ wrapper("google.protobuf.Int64Value", scalars.int64);

/** An unsigned integer of 64 bits that can be absent. */
export type UInt64Value = bigint;
/** What one may pass for UInt64Value. */
export type UInt64ValueInit = number | bigint;
/** The companion of `google.protobuf.UInt64Value`. */
export const UInt64Value: MessageCodec<UInt64Value, UInt64ValueInit> = /*@__PURE__*/ wrapper("google.protobuf.UInt64Value", scalars.uint64);

/** A signed integer of 32 bits that can be absent. */
export type Int32Value = number;
/** What one may pass for Int32Value. */
export type Int32ValueInit = number;
/** The companion of `google.protobuf.Int32Value`. */
export const Int32Value: MessageCodec<Int32Value, Int32ValueInit> = /*@__PURE__*/ wrapper("google.protobuf.Int32Value", scalars.int32);

/** An unsigned integer of 32 bits that can be absent. */
export type UInt32Value = number;
/** What one may pass for UInt32Value. */
export type UInt32ValueInit = number;
/** The companion of `google.protobuf.UInt32Value`. */
export const UInt32Value: MessageCodec<UInt32Value, UInt32ValueInit> = /*@__PURE__*/ wrapper("google.protobuf.UInt32Value", scalars.uint32);

/** A boolean that can be absent. */
export type BoolValue = boolean;
/** What one may pass for BoolValue. */
export type BoolValueInit = boolean;
/** The companion of `google.protobuf.BoolValue`. */
export const BoolValue: MessageCodec<BoolValue, BoolValueInit> = /*@__PURE__*/ wrapper("google.protobuf.BoolValue", scalars.bool);

/** A string that can be absent. */
export type StringValue = string;
/** What one may pass for StringValue. */
export type StringValueInit = string;
/** The companion of `google.protobuf.StringValue`. */
export const StringValue: MessageCodec<StringValue, StringValueInit> = /*@__PURE__*/ wrapper("google.protobuf.StringValue", scalars.string);

/** Bytes that can be absent. */
export type BytesValue = Uint8Array;
/** What one may pass for BytesValue. */
export type BytesValueInit = Uint8Array;
/** The companion of `google.protobuf.BytesValue`. */
export const BytesValue: MessageCodec<BytesValue, BytesValueInit> = /*@__PURE__*/ wrapper("google.protobuf.BytesValue", scalars.bytes);
