/** What a message needs to know of the values in a `google.protobuf.Any`: how they are read and written is told in value/any.ts. */
import type { Any } from "@bufbuild/protobuf/wkt";
import type { MessageCodec } from "./codec.js";

/** Where a value stands: by what it is remembered, and what else decides how it is written. */
export interface AnyPlace {
  /** The object or array that has it. */
  readonly container: object;
  readonly key: string | number;
  /** The property of the message with the value's tag, if there is one. */
  readonly tagProperty: string | undefined;
  /** What that property says. */
  readonly tag: unknown;
  /** The name of the field with the value's bytes, if there is one. */
  readonly sidecar: string | undefined;
  /** Whether a Uint8Array goes there as it is. */
  readonly rawBytes: boolean;
}

/** What is on the wire for a value. */
export interface AnyWire {
  readonly any: Pick<Any, "typeUrl" | "value"> | undefined;
  /** The bytes of the sidecar. */
  readonly bytes: Uint8Array | undefined;
}

/** A dialect of `google.protobuf.Any`: how plain values stand in one. */
export interface Dialect {
  /** The companion of the Any itself. */
  readonly message: MessageCodec<Any, Pick<Any, "typeUrl" | "value">>;
  /**
   * The value of an Any and its sidecar; undefined if there is neither.
   *
   * @throws Error if the type asks for a sidecar that is not there
   */
  fromWire(any: Any | undefined, bytes: Uint8Array | undefined, place: AnyPlace): unknown;
  /**
   * What is written for a value that is not undefined.
   *
   * @throws Error, JsonError for what neither the Any nor the sidecar can carry
   */
  toWire(init: unknown, place: AnyPlace): AnyWire;
}
