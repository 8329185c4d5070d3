import { refuse } from "../wire/path.js";
import { Float } from "./float.js";
import { RawJson } from "./json.js";

/** What a tag of a `google.protobuf.Any` says of the value; "any" says nothing of it. */
export type AnyKind = ValueKind | "any";

/** What a value in a `google.protobuf.Any` is, as far as its tag goes by it. */
export type ValueKind = "float" | "integer" | "boolean" | "string" | "null" | "list" | "map";

/** The kind of a value; of RawJson, the kind that its text begins as. */
export function kindOf(value: unknown): ValueKind {
  switch (typeof value) {
    case "boolean":
    case "string":
      return typeof value as ValueKind;
    case "bigint":
      return "integer";
    case "number":
      return isInteger(value) ? "integer" : "float";
    case "undefined":
      return "null";
    default:
      if (value === null) return "null";
      if (value instanceof Float) return "float";
      if (value instanceof RawJson) return kindOfText(value.text);
      return Array.isArray(value) ? "list" : "map";
  }
}

function kindOfText(text: string): ValueKind {
  const [, start = ""] = /^\s*([[{"]|[^\s,:[\]{}"]+)/.exec(text) ?? [];
  if (start === "{") return "map";
  if (start === "[") return "list";
  if (start === "true" || start === "false") return "boolean";
  if (start === "null") return "null";
  if (/^-?\d+$/.test(start)) return "integer";
  return /^-?(?:\d|Infinity|NaN)/.test(start) ? "float" : "string";
}

/** What is plain of a boxed primitive, or of an object that says its JSON itself; anything else is what it is. */
export function plainOf(value: unknown): unknown {
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || !("toJSON" in value) || typeof value.toJSON !== "function") return value;
  // JSON of an invalid Date would be null: it is refused where it is written.
  if (value instanceof Date && Number.isNaN(value.getTime())) return value;
  return (value.toJSON as (key: string) => unknown)("") ?? null;
}

/** Whether a number is one of those that an integer carries; -0 is none. */
export function isInteger(value: unknown): value is number | bigint {
  return typeof value === "bigint" || (Number.isInteger(value) && !Object.is(value, -0));
}

const fits: Readonly<Record<AnyKind, (value: unknown) => boolean>> = {
  float: (value) => typeof value === "number" || typeof value === "bigint" || value instanceof Float,
  integer: (value) => typeof value === "bigint" || Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  // Any JSON may have such a tag: what it says of the value is the peers' matter.
  string: () => true,
  list: () => true,
  map: () => true,
  any: () => true,
};

const called: Readonly<Record<AnyKind, string>> = {
  float: "a number",
  integer: "an integer",
  boolean: "a boolean",
  null: "null",
  string: "a string",
  list: "a list",
  map: "a map",
  any: "any value",
};

/** Whether a tag that stands for these kinds may have a value. */
export function isOneOf(kinds: ReadonlySet<AnyKind>, value: unknown): boolean {
  for (const kind of kinds) if (fits[kind](value)) return true;
  return value instanceof RawJson;
}

/** @throws Error if a tag that stands for these kinds cannot have a value */
export function checkKind(kinds: ReadonlySet<AnyKind>, value: unknown, tag: string): void {
  if (!isOneOf(kinds, value)) refuse(`${[...kinds].map((kind) => called[kind]).join(" or ")} (tag ${tag})`, value);
}
