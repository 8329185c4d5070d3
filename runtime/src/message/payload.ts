import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** The internal half of a companion: reads and writes inside a larger message. */
export interface PayloadCodec {
  /** Reads to the end of the message that is being read. `into` is what the same field had earlier in the same message: the two are merged. */
  read(reader: Reader, into: unknown): unknown;
  write(writer: Writer, init: unknown): void;
  /** Whether it reads plain values, which cannot carry the fields that are not known: then who has the value keeps them. */
  readonly isValue?: boolean;
}

/** The properties of the fields of a message, by their tags: for errors. */
export type FieldNames = Readonly<Record<number, string>>;

/** The property that a tag stands for, also where a list came in its other form; undefined for an unknown field. */
export function nameOf(names: FieldNames, tag: number): string | undefined {
  return names[tag] ?? names[tagOf(names, tag >>> 3) ?? 0];
}

/** The tag of a field by its number; undefined for an unknown field. */
export function tagOf(names: FieldNames, number: number): number | undefined {
  for (let wireType = 0; wireType < 6; wireType++) if (((number << 3) | wireType) >>> 0 in names) return ((number << 3) | wireType) >>> 0;
  return undefined;
}
