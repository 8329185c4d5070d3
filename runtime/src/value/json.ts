import { parse as parseLossless } from "lossless-json";
import { type Scalar, scalars } from "../message/scalar.js";
import { JsonError, Path, refuse } from "../wire/path.js";
import { replaceBareTokens } from "./bare.js";
import { Float } from "./float.js";
import { isNativeJson, keepsNumbers } from "./native-json.js";
import { jsonFloat, jsonNumber } from "./number-text.js";

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

/** A value that stands for a whole dynamic value with what belongs to it, so never inside of another one. */
export abstract class WholeValue {
  /** What it is called in errors. */
  protected abstract get called(): string;

  /** Says that it stands where it cannot. */
  misplaced(): never {
    throw new Error(`${this.called} goes only where a field takes it whole: a google.protobuf.Any of a dialect, not inside of other values`);
  }
}

/** How deep JSON may nest when it is written. */
const depthLimit = 1000;
/** How many digits an integer may have to be read as a bigint: reading one takes more than linear time. */
const digitLimit = 1000;

// Only such text can hold a number that JSON.parse would change: an integer of sixteen digits, or an exponent of three. In strings there
// may be such, too, which costs time alone. To look through the value takes a fifth of the time of this search: most text never meets it.
const needsCare = /(?:^|[[,:\s])-?(?:\d{16}|\d+(?:\.\d+)?[eE]\+?\d{3})/;

const mayHaveTokens = /NaN|Infinity/;

/**
 * Reads JSON text. Text that is no JSON, the empty one included, comes back as a {@link RawJson}.
 *
 * @param bareTokens whether `NaN`, `Infinity` and `-Infinity` are numbers
 */
export function parseJson(text: string, bareTokens = false): JsonValue | RawJson {
  try {
    const value = JSON.parse(text) as JsonValue;
    return keepsNumbers(value) || !needsCare.test(text) ? value : parseCarefully(text, parseNumber);
  } catch {
    return bareTokens && mayHaveTokens.test(text) ? parseBareTokens(text) : new RawJson(text);
  }
}

function parseBareTokens(text: string): JsonValue | RawJson {
  const { text: replaced, numbers } = replaceBareTokens(text);
  try {
    return parseCarefully(replaced, (number) => numbers.get(number) ?? parseNumber(number));
  } catch {
    return new RawJson(text);
  }
}

function parseCarefully(text: string, number: (text: string) => number | bigint): JsonValue {
  return parseLossless(text, undefined, { parseNumber: number, onDuplicateKey: ({ newValue }) => newValue }) as JsonValue;
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
 * @param bareTokens whether NaN and infinities are written, as tokens that JSON does not have
 * @throws JsonError for what JSON cannot carry: functions, symbols, bytes, NaN, infinities, Maps, Sets, circles
 */
export function stringifyJson(value: unknown, bareTokens = false): string {
  if (isNativeJson(value)) return JSON.stringify(value);
  if (value instanceof RawJson) return value.text;
  const writer = new JsonWriter(bareTokens);
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
  readonly #bareTokens: boolean;

  constructor(bareTokens: boolean) {
    this.#bareTokens = bareTokens;
  }

  /** The text of a value; undefined for undefined. */
  text(value: unknown, key: string): string | undefined {
    switch (typeof value) {
      case "string":
        return JSON.stringify(value);
      case "number":
        return Number.isFinite(value) ? jsonNumber(value) : this.#token(value);
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

  #token(value: number): string {
    if (!this.#bareTokens) throw new Error(`JSON has no ${value}`);
    return String(value);
  }

  #object(value: object, key: string): string | undefined {
    if (value instanceof Float) return Number.isFinite(value.value) ? jsonFloat(value.value) : this.#token(value.value);
    if (value instanceof RawJson) {
      // Amid other JSON, text that is none would spoil all of it.
      if (!this.#bareTokens || parseJson(value.text, true) instanceof RawJson) JSON.parse(value.text);
      return value.text;
    }
    if (value instanceof WholeValue) value.misplaced();
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

function jsonScalar<Face>(parse: (text: string) => Face, bareTokens: boolean): Scalar<Face | undefined, JsonInit> {
  const { string } = scalars;
  return {
    ...string,
    zero: (present) => (present ? parse("") : undefined),
    read: (reader, present) => {
      const text = reader.string();
      return text === "" && !present ? undefined : parse(text);
    },
    check: (init) => stringifyJson(init, bareTokens),
  };
}

/** The face of a string that carries JSON text: the value, or undefined where a field without presence has no text. */
export const jsonText: Scalar<JsonValue | undefined, JsonInit> = /*@__PURE__*/ jsonScalar((text) => parseJson(text) as JsonValue, false);

/** As {@link jsonText}, but that `NaN`, `Infinity` and `-Infinity` are numbers in the text, for peers that write them as Python does. */
export const lenientJsonText: Scalar<JsonValue | undefined, JsonInit> = /*@__PURE__*/ jsonScalar((text) => parseJson(text, true) as JsonValue, true);

/** The face of a string with JSON text that stays text, for who must not reformat it: a {@link RawJson}. What else one passes is written as JSON. */
export const rawJsonText: Scalar<RawJson | undefined, JsonInit> = /*@__PURE__*/ jsonScalar((text) => new RawJson(text), false);
