import { strictUtf8 } from "../message/wire.js";

const encoder = new TextEncoder();

/** @throws Error if the text has half a character */
export function encodeUtf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new Error("a string with an unpaired surrogate has no UTF-8");
  return encoder.encode(text);
}

/** The text of bytes; undefined if they are no UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
