import { besideOf } from "../message/beside.js";
import type { MessageCodec } from "../message/codec.js";
import type { PayloadCodec } from "../message/payload.js";
import type { Reader } from "../message/reader.js";
import { scalars } from "../message/scalar.js";
import type { Writer } from "../message/writer.js";
import { refuse } from "../wire/path.js";
import { WholeValue } from "./json.js";

/** A companion is both; here it is known by its internal half. */
type Values = MessageCodec<unknown, unknown> & PayloadCodec;

/** Reads a message that has nothing but a repeated field of values, as an array. */
export function readList(values: Values, itemTag: number, reader: Reader, into: unknown): unknown[] {
  const list: unknown[] = Array.isArray(into) ? into : [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === itemTag) reader.push(list, values);
    else skip(tag, itemTag, reader);
  }
  return list;
}

/** Reads a message that has nothing but a map from string to values, as an object. */
export function readMap(values: Values, entryTag: number, reader: Reader, into: unknown): Record<string, unknown> {
  const map = isMap(into) ? into : {};
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === entryTag) reader.entry(map, scalars.string, values);
    else skip(tag, entryTag, reader);
  }
  return map;
}

/** Whether a value is an object that was read from a map. */
function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function skip(tag: number, expected: number, reader: Reader): void {
  if (tag >>> 3 === expected >>> 3) reader.refuseWireType(expected & 7, tag & 7);
  reader.unknown(tag);
}

/** Writes an array as such a message. @throws Error if it is none */
export function writeList(values: Values, itemTag: number, writer: Writer, init: unknown): void {
  writer.deeper();
  writer.list(itemTag, init as readonly unknown[], values);
  writer.depth--;
}

/** Writes an object as such a message; members that are undefined are dropped. @throws Error if it is no plain object */
export function writeMap(values: Values, entryTag: number, writer: Writer, init: unknown): void {
  if (!isPlain(init)) refuse("an object", init);
  writer.deeper();
  for (const key of Object.keys(init)) {
    const value = (init as Record<string, unknown>)[key];
    if (value === undefined) continue; // dropped, as JSON does
    writer.path?.enterKey(key);
    const start = writer.fork(entryTag);
    writer.tag(10);
    writer.putString(key);
    const inner = writer.fork(18);
    values.write(writer, value);
    writer.unknown(besideOf(init, key, value));
    writer.join(inner);
    writer.join(start);
    writer.path?.leave();
  }
  writer.depth--;
}

/** Whether a value is an object whose members are all that there is to it: no array, no bytes, no Map, nothing that says `toJSON`. */
export function isPlain(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof ArrayBuffer) &&
    !(value instanceof Promise) &&
    !(value instanceof WholeValue) &&
    !(Symbol.iterator in value) &&
    !("toJSON" in value && typeof value.toJSON === "function")
  );
}
