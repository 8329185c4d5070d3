/** Strings in UTF-8: strict, without a change of what was written. */

/** What Node's Buffer does for any Uint8Array, several times as fast as TextEncoder and TextDecoder. */
interface Native {
  utf8Write(this: Uint8Array, text: string, at: number, room: number): number;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}
const native = (globalThis as { Buffer?: { prototype: Partial<Native> } }).Buffer?.prototype;
const nativeWrite = native?.utf8Write;
const nativeSlice = native?.utf8Slice;

const encoder = new TextEncoder();
// A leading U+FEFF is a character as any other.
const strictDecoder: TextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientDecoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Up to here, a text goes through memory that is there, and its bytes are few enough to be had fast. */
const shortText = 21;
const scratch = new Uint8Array(64);

const replacement = "\ufffd";
const halfCharacter = "a string with an unpaired surrogate has no UTF-8";

/**
 * Writes the UTF-8 of a text, for which there must be room for three bytes a unit, and gives where it ends.
 *
 * @throws Error if the text has half a character
 */
export function writeUtf8(text: string, bytes: Uint8Array, at: number): number {
  const { length } = text;
  const written = nativeWrite ? nativeWrite.call(bytes, text, at, length * 3) : encoder.encodeInto(text, bytes.subarray(at)).written;
  if (written !== length && !text.isWellFormed()) throw new Error(halfCharacter);
  return at + written;
}

/**
 * The text of bytes.
 *
 * @throws Error if they are no UTF-8
 */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < 9) {
    const text = readAscii(bytes, start, end);
    if (text !== undefined) return text;
  }
  if (!nativeSlice) return decodeStrictly(bytes, start, end);
  const text = nativeSlice.call(bytes, start, end);
  // It stands for what is no UTF-8, but may have been sent itself.
  return text.includes(replacement) ? decodeStrictly(bytes, start, end) : text;
}

/** The text of bytes, with U+FFFD where they are no UTF-8: what proto2 asks for. */
export function readUtf8Leniently(bytes: Uint8Array, start: number, end: number): string {
  return nativeSlice ? nativeSlice.call(bytes, start, end) : lenientDecoder.decode(bytes.subarray(start, end));
}

/**
 * The UTF-8 of a text.
 *
 * @throws Error if it has half a character
 */
export function encodeUtf8(text: string): Uint8Array {
  if (text.length <= shortText) {
    const end = writeUtf8(text, scratch, 0);
    return scratch.slice(0, end);
  }
  if (!text.isWellFormed()) throw new Error(halfCharacter);
  return encoder.encode(text);
}

/** The text of bytes; undefined if they are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return readUtf8(bytes, 0, bytes.length);
  } catch {
    return undefined;
  }
}

function decodeStrictly(bytes: Uint8Array, start: number, end: number): string {
  try {
    return strictDecoder.decode(bytes.subarray(start, end));
  } catch {
    throw new Error("the bytes are no UTF-8");
  }
}

/** Up to eight characters of ASCII; undefined if there are others. */
function readAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  const a = bytes[start] as number;
  const b = bytes[start + 1] as number;
  const c = bytes[start + 2] as number;
  const d = bytes[start + 3] as number;
  switch (end - start) {
    case 0:
      return "";
    case 1:
      return a < 0x80 ? String.fromCharCode(a) : undefined;
    case 2:
      return (a | b) < 0x80 ? String.fromCharCode(a, b) : undefined;
    case 3:
      return (a | b | c) < 0x80 ? String.fromCharCode(a, b, c) : undefined;
    case 4:
      return (a | b | c | d) < 0x80 ? String.fromCharCode(a, b, c, d) : undefined;
    default:
      if ((a | b | c | d) > 0x7f) return undefined;
  }
  const e = bytes[start + 4] as number;
  const f = bytes[start + 5] as number;
  const g = bytes[start + 6] as number;
  const h = bytes[start + 7] as number;
  switch (end - start) {
    case 5:
      return e < 0x80 ? String.fromCharCode(a, b, c, d, e) : undefined;
    case 6:
      return (e | f) < 0x80 ? String.fromCharCode(a, b, c, d, e, f) : undefined;
    case 7:
      return (e | f | g) < 0x80 ? String.fromCharCode(a, b, c, d, e, f, g) : undefined;
    default:
      return (e | f | g | h) < 0x80 ? String.fromCharCode(a, b, c, d, e, f, g, h) : undefined;
  }
}

/** How many keys are remembered, and how long they may be. Where a message has more keys, each takes the place of one that comes again. */
const slots = 4096;
const longest = 64;
const keys: string[] = new Array<string>(slots).fill("");
/** The bytes of the key in each slot. */
const bytesOfKeys = new Uint8Array(slots * longest);
/** The slot of the key that came after the one in each slot: messages of one kind have the same keys in the same order. */
const next = new Uint16Array(slots);
let last = 0;

/**
 * The text of bytes that are the key of a map. Keys come again and again: those seen last are remembered, so that they need not be made,
 * nor looked up by the engine to become names of properties.
 */
export function readKey(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  const expected = next[last] as number;
  const guess = keys[expected] as string;
  if (guess.length === length && isKey(expected, bytes, start, length)) {
    last = expected;
    return guess;
  }
  if (length === 0 || length > longest) return readUtf8(bytes, start, end);
  let hash = length;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  const slot = (hash ^ (hash >>> 15)) & (slots - 1);
  const known = keys[slot] as string;
  if (known.length !== length || !isKey(slot, bytes, start, length)) {
    const key = readUtf8(bytes, start, end);
    if (key.length !== length) return key;
    keys[slot] = key;
    for (let i = 0; i < length; i++) bytesOfKeys[slot * longest + i] = bytes[start + i] as number;
  }
  next[last] = slot;
  last = slot;
  return keys[slot] as string;
}

/** Whether the key in a slot, of that length, is what stands in the bytes. */
function isKey(slot: number, bytes: Uint8Array, start: number, length: number): boolean {
  const from = slot * longest;
  for (let i = 0; i < length; i++) if (bytesOfKeys[from + i] !== bytes[start + i]) return false;
  return true;
}
