/** What each library is asked for. */
import type { Messages, Plain } from "../data.js";

/** From plain values to bytes, and back to the same plain values, in the way of one library. */
export interface Codec<Value> {
  encode(plain: Value): Uint8Array;
  decode(bytes: Uint8Array): Value;
  /** The library alone, without the conversion between its messages and plain values; undefined if there is nothing to convert. */
  readonly bare?: BareCodec<Value>;
}

/** From a library's own message object to bytes, and back. */
export interface BareCodec<Value> {
  message(plain: Value): unknown;
  encode(message: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/** One library, or ours. */
export interface Contender {
  readonly name: string;
  /** Whether its bytes are those of the protos, which every other such contender can read. */
  readonly protobuf: boolean;
  readonly codecs: { readonly [M in keyof Messages]: Codec<Messages[M]> };
}

/** The last part of a type URL that snakepit gives a value; the text is JSON. */
export function anyTag(value: Exclude<Plain, Uint8Array>): string {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    case "number":
      return Number.isSafeInteger(value) ? "integer" : "float";
    default:
      return value === null ? "string" : Array.isArray(value) ? "list" : "map";
  }
}

/** What stands before the tag in a type URL of snakepit. */
export const anyPrefix = "type.googleapis.com/snakepit.";
