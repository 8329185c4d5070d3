import { parse as parseLossless } from "lossless-json";
import type { ScalarFace } from "../message/scalar.js";
import { JsonError, Path, refuse } from "../message/wire.js";
import { Float } from "./float.js";

/** JSON as one receives it. An integer past 2^53 is a bigint, so that it keeps all its digits. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | { [key: string]: JsonValue };

/**
 * JSON as one may pass it: any object, as `JSON.stringify` takes it. Members that are undefined are dropped, and in an array they are
 * null; a Date is its ISO string, an object with `toJSON` what that returns, a bigint its digits. What JSON cannot carry is an error.
 */
export type JsonInit = null | undefined | boolean | number | bigint | string | readonly JsonInit[] | object;

/**
 * Text on the wire where JSON should be: kept as it came, and written back verbatim.
 *
 * Pass one to send text that is JSON already, without another pass over it.
 */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** How deep JSON may nest when it is written. */
const depthLimit = 1000;
/** How many digits an integer may have to be read as a bigint: reading one takes more than linear time. */
const digitLimit = 1000;

// Only such text can hold a number that JSON.parse would change: sixteen digits in a row, or an exponent of three.
const needsCare = /\d{16}|[eE]\+?\d{3}/;

/** Reads JSON text. Text that is no JSON, the empty one included, comes back as a {@link RawJson}. */
export function parseJson(text: string): JsonValue | RawJson {
  try {
    if (!needsCare.test(text)) return JSON.parse(text) as JsonValue;
    return parseLossless(text, undefined, { parseNumber, onDuplicateKey: ({ newValue }) => newValue }) as JsonValue;
  } catch {
    return new RawJson(text);
  }
}

function parseNumber(text: string): number | bigint {
  const number = Number(text);
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(number)) {
    if (text.length > digitLimit) throw new RangeError("too many digits");
    return BigInt(text);
  }
  if (!Number.isFinite(number)) throw new RangeError("past the range of a double");
  return number;
}

/**
 * Writes JSON text. As `JSON.stringify`, but that a bigint becomes its digits, -0 stays -0, {@link float} keeps its point,
 * and that it throws rather than lose something.
 *
 * @throws JsonError for what JSON cannot carry: functions, symbols, bytes, NaN, infinities, Maps, Sets, circles
 */
export function stringifyJson(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  const writer = new JsonWriter();
  try {
    return writer.text(value, "") ?? "null";
  } catch (reason) {
    const place = writer.path.toString();
    throw new JsonError(reason instanceof Error ? reason.message : String(reason), place === "" || place.startsWith("[") ? place : `.${place}`, reason);
  }
}

class JsonWriter {
  readonly path = new Path();
  readonly #open: object[] = [];

  /** The text of a value; undefined for undefined. */
  text(value: unknown, key: string): string | undefined {
    switch (typeof value) {
      case "string":
        return JSON.stringify(value);
      case "number":
        if (!Number.isFinite(value)) throw new Error(`JSON has no ${value}`);
        return jsonNumber(value);
      case "boolean":
        return String(value);
      case "bigint":
        return value.toString();
      case "undefined":
        return undefined;
      case "object":
        return value === null ? "null" : this.#object(value, key);
      default:
        throw new Error(`JSON has no ${typeof value}`);
    }
  }

  #object(value: object, key: string): string | undefined {
    if (value instanceof Float) return jsonFloat(value.value);
    if (value instanceof RawJson) {
      JSON.parse(value.text); // amid other JSON, text that is none would spoil all of it
      return value.text;
    }
    if (value instanceof Date && Number.isNaN(value.getTime())) throw new Error("an invalid Date has no JSON");
    if (value instanceof Number || value instanceof String || value instanceof Boolean) return this.text(value.valueOf(), key);
    if ("toJSON" in value && typeof value.toJSON === "function" && !ArrayBuffer.isView(value))
      return this.text((value.toJSON as (key: string) => unknown)(key), key);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
      throw new Error("JSON has no bytes: encode them as text, or send them where the message takes bytes");
    if (value instanceof Map || value instanceof Set || value instanceof Promise) refuse("JSON", value);
    if (this.#open.includes(value)) throw new Error("JSON has no circles");
    if (this.#open.length >= depthLimit) throw new Error(`JSON nests deeper than ${depthLimit}`);
    this.#open.push(value);
    const text = Array.isArray(value) ? this.#array(value) : this.#members(value as Record<string, unknown>);
    this.#open.pop();
    return text;
  }

  #array(value: readonly unknown[]): string {
    let text = "[";
    for (let i = 0; i < value.length; i++) {
      this.path.enter(i);
      text += (i === 0 ? "" : ",") + (this.text(value[i], String(i)) ?? "null");
      this.path.leave();
    }
    return `${text}]`;
  }

  #members(value: Record<string, unknown>): string {
    let text = "";
    for (const key of Object.keys(value)) {
      this.path.enterKey(key);
      const member = this.text(value[key], key);
      if (member !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${member}`;
      this.path.leave();
    }
    return `{${text}}`;
  }
}

function jsonNumber(value: number): string {
  // "-0" is an integer to Python, and loses its sign.
  if (Object.is(value, -0)) return "-0.0";
  // String() gives the shortest digits that read as the same double; those of an integer must be the integer's own.
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}

function jsonFloat(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`JSON has no ${value}`);
  const text = jsonNumber(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The face of a string that carries JSON text: the value, or undefined where a field without presence has no text. */
export const jsonText: ScalarFace = {
  fromWire: (text, present) => (text === "" && !present ? undefined : parseJson(text as string)),
  toWire: (init) => stringifyJson(init),
};
