import { existsSync, readFileSync } from "node:fs";

const byteOrderMark = "\uFEFF";

/** A text behind the byte order mark that its file has, if it has one: who reads a text does not see it. */
export function withMark(path: string, text: string): string {
  const isMarked = existsSync(path) && readFileSync(path).subarray(0, 3).toString() === byteOrderMark;
  return isMarked ? byteOrderMark + text : text;
}
