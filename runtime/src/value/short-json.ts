import { readUtf8 } from "../wire/utf8.js";

/** Longer text is read by `JSON.parse`, which is faster then. */
const longest = 64;

const [quote, backslash, minus, point, zero, nine] = [0x22, 0x5c, 0x2d, 0x2e, 0x30, 0x39];
/** More digits may be more than a number holds. */
const digitLimit = 15;
/** What to divide by for so many digits behind the point: exact, as is what is divided, so that the quotient is the double next to the number. */
const scales: readonly number[] = Array.from({ length: digitLimit + 1 }, (_none, digits) => 10 ** digits);

const words: ReadonlyMap<number, readonly [text: string, value: boolean | null]> = new Map([
  [0x74, ["true", true]],
  [0x66, ["false", false]],
  [0x6e, ["null", null]],
]);

/**
 * Reads JSON that is a short string without escapes, a number of few digits, true, false or null; undefined for what it leaves to others.
 * Most values are such, and need not become a text first.
 */
export function parseShortJson(bytes: Uint8Array): string | number | boolean | null | undefined {
  const { length } = bytes;
  if (length === 0 || length > longest) return undefined;
  const first = bytes[0] as number;
  if (first === quote) return parseString(bytes, length - 1);
  if (first === minus || (first >= zero && first <= nine)) return parseNumber(bytes, length);
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

function parseNumber(bytes: Uint8Array, length: number): number | undefined {
  const start = bytes[0] === minus ? 1 : 0;
  // Zeros in front are no JSON; -0 is left to others.
  if (bytes[start] === zero && (start > 0 || (length > 1 && bytes[1] !== point))) return undefined;
  let value = 0;
  let digits = 0;
  let whole = -1;
  for (let i = start; i < length; i++) {
    const digit = (bytes[i] as number) - zero;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits++;
    } else if (digit === point - zero && whole < 0 && digits > 0) whole = digits;
    else return undefined;
  }
  if (digits === 0 || digits > digitLimit || whole === digits) return undefined;
  if (whole >= 0) value /= scales[digits - whole] as number;
  return start > 0 ? -value : value;
}
