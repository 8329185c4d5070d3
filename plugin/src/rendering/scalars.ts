/** Scalars as the wire and the runtime know them. */
import type { ScalarName, TypeModel } from "../model/type.js";
import type { Int64 } from "../options.js";
import { wideAs } from "../types.js";

/** Wire types. */
export const wire = { varint: 0, fixed64: 1, delimited: 2, group: 3, fixed32: 5 } as const;

const wireTypes: Readonly<Record<ScalarName, number>> = {
  double: wire.fixed64,
  float: wire.fixed32,
  int32: wire.varint,
  int64: wire.varint,
  uint32: wire.varint,
  uint64: wire.varint,
  sint32: wire.varint,
  sint64: wire.varint,
  fixed32: wire.fixed32,
  fixed64: wire.fixed64,
  sfixed32: wire.fixed32,
  sfixed64: wire.fixed64,
  bool: wire.varint,
  string: wire.delimited,
  bytes: wire.delimited,
};

/** The wire type of a scalar, or of an enum or a message with a length. */
export function wireTypeOf(type: ScalarName | "enum" | "message"): number {
  return type === "enum" ? wire.varint : type === "message" ? wire.delimited : wireTypes[type];
}

/** What a field begins with on the wire. */
export function tagOf(number: number, wireType: number): number {
  return ((number << 3) | wireType) >>> 0;
}

/** A scalar or an enum, as the runtime has it. */
export interface ScalarCode {
  readonly name: string;
  /** Whether it is one of `scalars`; JSON texts stand by themselves. */
  readonly isAmong: boolean;
  readonly wireType: number;
  /** The method of the reader, or null if its face has none. */
  readonly reader: string | null;
  /** The method of the writer, or null if it has none. */
  readonly writer: string | null;
}

/** The functions of the runtime for JSON text, by its form. */
const jsonTexts = { value: "jsonText", bare: "lenientJsonText", raw: "rawJsonText" } as const;

/** The scalars for which the writer has a method. */
const written: Readonly<Record<string, string>> = { string: "string", lenientString: "string", bytes: "bytes", bool: "bool", int32: "int32", double: "double" };

/** The name among the runtime's scalars of one that shows as it is on the wire. */
export function scalarCode(scalar: ScalarName, utf8: boolean): string {
  return scalar === "string" && !utf8 ? "lenientString" : scalar;
}

/** A scalar, an enum or a JSON text as the runtime has it; undefined for a message. */
export function scalarOf(type: TypeModel, utf8: boolean, int64: Int64): ScalarCode | undefined {
  switch (type.role) {
    case "json":
      return { name: jsonTexts[type.form], isAmong: false, wireType: wire.delimited, reader: null, writer: null };
    case "enum":
      return { name: "int32", isAmong: true, wireType: wire.varint, reader: "int32", writer: "int32" };
    case "scalar": {
      const wide = wideAs(type, int64);
      const name = `${scalarCode(type.scalar, utf8)}${wide === "number" ? "Number" : wide === "string" ? "String" : ""}`;
      const plain = wide === undefined || wide === "bigint";
      return { name, isAmong: true, wireType: wireTypes[type.scalar], reader: plain ? name : null, writer: written[name] ?? null };
    }
    default:
      return undefined;
  }
}

/** A scalar as it is written in generated code. @param codegen imports what code calls */
export function scalarText({ name, isAmong }: ScalarCode, codegen: (name: string) => string): string {
  return isAmong ? `${codegen("scalars")}.${name}` : codegen(name);
}
