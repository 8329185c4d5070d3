import { besideOf, keepBeside } from "../message/beside.js";
import type { PayloadCodec } from "../message/payload.js";
import type { Reader } from "../message/reader.js";
import type { Writer } from "../message/writer.js";
import { setOwn } from "../own.js";
import { refuse } from "../wire/path.js";
import { WholeValue } from "./json.js";

/** Reads a message that has nothing but a repeated field of values, as an array. */
export function readList(values: PayloadCodec, itemTag: number, reader: Reader, into: unknown): unknown[] {
  const list: unknown[] = Array.isArray(into) ? into : [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== itemTag) {
      skipItem(tag, itemTag, reader);
      continue;
    }
    reader.path?.enter(list.length);
    const value = readValue(values, reader);
    if (reader.beside !== undefined) keepBeside(reader, list, list.length, value);
    list.push(value);
    reader.path?.leave();
  }
  return list;
}

/** Reads a message that has nothing but a map from string to values, as an object. */
export function readMap(values: PayloadCodec, entryTag: number, reader: Reader, into: unknown): Record<string, unknown> {
  const map = isMap(into) ? into : {};
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === entryTag) readEntry(values, reader, map);
    else skipItem(tag, entryTag, reader);
  }
  return map;
}

/** Whether a value is an object that was read from a map. */
function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function readEntry(values: PayloadCodec, reader: Reader, map: Record<string, unknown>): void {
  const outer = reader.enter();
  let key = "";
  let value: unknown = null;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) key = reader.key();
    else if (tag === 18) {
      reader.path?.enterKey(key);
      value = readValue(values, reader);
      reader.path?.leave();
    } else if (tag >>> 3 < 3) throw new Error(`an entry of a map with wire type ${tag & 7}`);
    else reader.unknown(tag);
  }
  reader.leave(outer);
  keepBeside(reader, map, key, value);
  setOwn(map, key, value);
}

function readValue(values: PayloadCodec, reader: Reader): unknown {
  const outer = reader.enter();
  reader.deeper();
  const value = values.read(reader, undefined);
  reader.depth--;
  reader.leave(outer);
  return value;
}

function skipItem(tag: number, expected: number, reader: Reader): void {
  if (tag >>> 3 === expected >>> 3) throw new Error(`an item with wire type ${tag & 7}`);
  reader.unknown(tag);
}

/** Writes an array as such a message. @throws Error if it is none */
export function writeList(values: PayloadCodec, itemTag: number, writer: Writer, init: unknown): void {
  if (!Array.isArray(init)) refuse("an array", init);
  writer.deeper();
  for (let i = 0; i < init.length; i++) {
    writer.path?.enter(i);
    const start = writer.fork(itemTag);
    values.write(writer, init[i]);
    writer.unknown(besideOf(init, i, init[i]));
    writer.join(start);
    writer.path?.leave();
  }
  writer.depth--;
}

/** Writes an object as such a message; members that are undefined are dropped. @throws Error if it is no plain object */
export function writeMap(values: PayloadCodec, entryTag: number, writer: Writer, init: unknown): void {
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
