import type { MessageCodec } from "../message/codec.js";
import { PayloadMessageCodec } from "../message/payloadCodec.js";
import type { Reader } from "../message/reader.js";
import type { Writer } from "../message/writer.js";
import { readList, readMap, writeList, writeMap } from "../value/container.js";
import type { JsonInit, JsonValue } from "../value/json.js";
import { jsonValue } from "../value/value.js";

/** JSON, with doubles for numbers: a bigint must be a double exactly. */
export type Value = JsonValue;
/** Any value that JSON carries. */
export type ValueInit = JsonInit;
/** The companion of `google.protobuf.Value`. */
export const Value: MessageCodec<Value, ValueInit> = jsonValue as MessageCodec<Value, ValueInit>;

/** The one field of both messages has number 1. */
const itemTag = 10;

class ContainerCodec extends PayloadMessageCodec<unknown, unknown> {
  readonly #read: typeof readList | typeof readMap;
  readonly #write: typeof writeList;

  constructor(typeName: string, read: typeof readList | typeof readMap, write: typeof writeList) {
    super(typeName);
    this.#read = read;
    this.#write = write;
  }
  override read(reader: Reader, into: unknown): unknown {
    return this.#read(jsonValue, itemTag, reader, into);
  }
  override write(writer: Writer, init: unknown): void {
    this.#write(jsonValue, itemTag, writer, init);
  }
}

/** A JSON object, with doubles for numbers. */
export type Struct = { [key: string]: JsonValue };
/** Any object whose members JSON carries. */
export type StructInit = object;
/** The companion of `google.protobuf.Struct`. */
export const Struct: MessageCodec<Struct, StructInit> = /*@__PURE__*/ new ContainerCodec("google.protobuf.Struct", readMap, writeMap) as MessageCodec<
  Struct,
  StructInit
>;

/** A JSON array, with doubles for numbers. */
export type ListValue = JsonValue[];
/** An array of values that JSON carries. */
export type ListValueInit = readonly JsonInit[];
/** The companion of `google.protobuf.ListValue`. */
export const ListValue: MessageCodec<ListValue, ListValueInit> = /*@__PURE__*/ new ContainerCodec(
  "google.protobuf.ListValue",
  readList,
  writeList,
) as MessageCodec<ListValue, ListValueInit>;
