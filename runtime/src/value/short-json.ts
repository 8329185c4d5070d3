import { readUtf8 } from "../wire/utf8.js";

/** Longer text is read by `JSON.parse`, which is faster then. */
const longest = 64;

const [quote, backslash, minus, zero, nine] = [0x22, 0x5c, 0x2d, 0x30, 0x39];
/** More digits may be more than a number holds. */
const digitLimit = 15;

const words: ReadonlyMap<number, readonly [text: string, value: boolean | null]> = new Map([
  [0x74, ["true", true]],
  [0x66, ["false", false]],
  [0x6e, ["null", null]],
]);

/**
 * Reads JSON that is a short string without escapes, an integer of few digits, true, false or null; undefined for what it leaves to others.
 * Most values are such, and need not become a text first.
 */
export function parseShortJson(bytes: Uint8Array): string | number | boolean | null | undefined {
  const { length } = bytes;
  if (length === 0 || length > longest) return undefined;
  const first = bytes[0] as number;
  if (first === quote) return parseString(bytes, length - 1);
  if (first === minus || (first >= zero && first <= nine)) return parseInteger(bytes, length);
  const word = words.get(first);
  if (word === undefined || word[0].length !== length) return undefined;
  for (let i = 1; i < length; i++) if (bytes[i] !== word[0].charCodeAt(i)) return undefined;
  return word[1];
}

function parseString(bytes: Uint8Array, end: number): string | undefined {
  if (end < 1 || bytes[end] !== quote) return undefined;
  for (let i = 1; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === quote || byte === backslash || byte < 0x20 || byte > 0x7e) return undefined;
  }
  return readUtf8(bytes, 1, end);
}

function parseInteger(bytes: Uint8Array, length: number): number | undefined {
  const start = bytes[0] === minus ? 1 : 0;
  const digits = length - start;
  if (digits === 0 || digits > digitLimit || (bytes[start] === zero && (digits > 1 || start > 0))) return undefined;
  let value = 0;
  for (let i = start; i < length; i++) {
    const digit = (bytes[i] as number) - zero;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return start > 0 ? -value : value;
}
