import { WireType } from "@bufbuild/protobuf/wire";
import { besideOf } from "../message/beside.js";
import type { PayloadCodec } from "../message/plan.js";
import { keepBeside } from "../message/reading.js";
import { type Reader, refuse, type Writer } from "../message/wire.js";
import { writeUnknown } from "../message/writing.js";
import { setOwn } from "../own.js";
import { WholeValue } from "./json.js";

/** Reads a message that has nothing but a repeated field of values, as an array. */
export function readList(values: PayloadCodec, field: number, reader: Reader, end: number, into: unknown): unknown[] {
  const list = Array.isArray(into) ? into : [];
  readItems(field, reader, end, (stop) => {
    reader.path.enter(list.length);
    const value = values.read(reader, stop, undefined);
    keepBeside(reader, list, list.length, value);
    list.push(value);
    reader.path.leave();
  });
  return list;
}

/** Writes an array as such a message. @throws Error if it is none */
export function writeList(values: PayloadCodec, field: number, writer: Writer, init: unknown): void {
  if (!Array.isArray(init)) refuse("an array", init);
  writer.enterMessage();
  for (let i = 0; i < init.length; i++) {
    writer.path.enter(i);
    writer.tag(field, WireType.LengthDelimited).fork();
    values.write(writer, init[i]);
    writeUnknown(besideOf(init, i, init[i]), writer);
    writer.join();
    writer.path.leave();
  }
  writer.depth--;
}

/** Reads a message that has nothing but a map from string to values, as an object. */
export function readMap(values: PayloadCodec, field: number, reader: Reader, end: number, into: unknown): Record<string, unknown> {
  const map = typeof into === "object" && into !== null && !Array.isArray(into) ? (into as Record<string, unknown>) : {};
  readItems(field, reader, end, (stop) => {
    let key = "";
    let value: unknown = null;
    while (reader.pos < stop) {
      const [number, wireType] = reader.tag();
      if (number > 2) {
        reader.unknown(number, wireType);
        continue;
      }
      if (wireType !== WireType.LengthDelimited) throw new Error(`an entry of a map with wire type ${wireType}`);
      if (number === 1) key = reader.string(true);
      else {
        reader.path.enterKey(key);
        value = values.read(reader, reader.part(stop), undefined);
        reader.path.leave();
      }
    }
    if (reader.pos !== stop) throw new Error("truncated: the entry of a map runs past its end");
    keepBeside(reader, map, key, value);
    setOwn(map, key, value);
  });
  return map;
}

/** Writes an object as such a message; members that are undefined are dropped. @throws Error if it is no plain object */
export function writeMap(values: PayloadCodec, field: number, writer: Writer, init: unknown): void {
  if (!isPlain(init)) refuse("an object", init);
  writer.enterMessage();
  for (const key of Object.keys(init)) {
    const value = (init as Record<string, unknown>)[key];
    if (value === undefined) continue; // dropped, as JSON does
    writer.path.enterKey(key);
    writer.tag(field, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).fork();
    values.write(writer, value);
    writeUnknown(besideOf(init, key, value), writer);
    writer.join().join();
    writer.path.leave();
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

function readItems(field: number, reader: Reader, end: number, item: (stop: number) => void): void {
  reader.enterMessage();
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    if (number !== field) {
      reader.unknown(number, wireType);
      continue;
    }
    if (wireType !== WireType.LengthDelimited) throw new Error(`an item with wire type ${wireType}`);
    item(reader.part(end));
  }
  if (reader.pos !== end) throw new Error("truncated: the last item runs past the end of its message");
  reader.depth--;
}
