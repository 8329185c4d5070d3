/**
 * The companions and faces of the well-known types, in the shape of a generated module. The faces that are messages are protobuf-es's own,
 * so that its functions take them; no descriptor is needed for them.
 */
export { Any, type AnyInit } from "./wkt/any.js";
export { ListValue, type ListValueInit, Struct, type StructInit, Value, type ValueInit } from "./wkt/json.js";
export { Empty, type EmptyInit, FieldMask, type FieldMaskInit } from "./wkt/objects.js";
export { Duration, type DurationInit, Timestamp, type TimestampInit } from "./wkt/time.js";
export {
  BoolValue,
  type BoolValueInit,
  BytesValue,
  type BytesValueInit,
  DoubleValue,
  type DoubleValueInit,
  FloatValue,
  type FloatValueInit,
  Int32Value,
  type Int32ValueInit,
  Int64Value,
  type Int64ValueInit,
  StringValue,
  type StringValueInit,
  UInt32Value,
  type UInt32ValueInit,
  UInt64Value,
  type UInt64ValueInit,
} from "./wkt/wrappers.js";
