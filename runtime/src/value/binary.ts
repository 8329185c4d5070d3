import type { Any } from "@bufbuild/protobuf/wkt";
import { readUtf8Leniently } from "../wire/utf8.js";
import { type JsonInit, type JsonValue, parseJson, WholeValue } from "./json.js";

/** What a value was read from, so that it goes back as it came. */
interface Kept {
  readonly any: Any;
  readonly bareTokens: boolean;
}

const kept = new WeakMap<BinaryValue, Kept>();

/**
 * A value in a serialization of its peer's: bytes beside a `google.protobuf.Any` that describes them. Nothing of it is interpreted, and one
 * that was received is written back verbatim.
 */
export class BinaryValue extends WholeValue {
  protected override get called(): string {
    return "a BinaryValue";
  }
  /** The tag without `.binary`, such as `tensor`; the whole type URL, which has a slash, if it is another one than the dialect writes. */
  readonly type: string;
  /** The bytes: of a BinaryValue that was received, a view of what was decoded. */
  readonly data: Uint8Array;
  #meta: unknown;

  /** @param meta what describes the bytes, as JSON */
  constructor(type: string, meta: JsonInit, data: Uint8Array) {
    super();
    if (typeof type !== "string") throw new TypeError("a BinaryValue takes its type as a string");
    if (!(data instanceof Uint8Array)) throw new TypeError("a BinaryValue takes its data as a Uint8Array");
    this.type = type;
    this.data = data;
    this.#meta = meta;
  }

  /** What describes the bytes; a RawJson if it is no JSON. To change it, make another BinaryValue. */
  get meta(): JsonValue {
    if (this.#meta === unread) {
      const { any, bareTokens } = kept.get(this) as Kept;
      this.#meta = parseJson(readUtf8Leniently(any.value, 0, any.value.length), bareTokens);
    }
    return this.#meta as JsonValue;
  }
}

const unread: object = Object.freeze({});

/** A BinaryValue as it came: its description is read when it is asked for. */
export function receiveBinary(type: string, data: Uint8Array, any: Any, bareTokens: boolean): BinaryValue {
  const value = new BinaryValue(type, unread, data);
  kept.set(value, { any, bareTokens });
  return value;
}

/** The Any that a BinaryValue came with; undefined if it was made here. */
export function receivedAny(value: BinaryValue): Any | undefined {
  return kept.get(value)?.any;
}
