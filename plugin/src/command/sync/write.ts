import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const byteOrderMark = "\uFEFF";

/** Writes a text in one step: who reads the file sees the old text or the new one. Its mode and its byte order mark stay. */
export function writeAtomically(path: string, text: string): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  const isThere = existsSync(target);
  const mark = isThere && readFileSync(target).subarray(0, 3).toString() === byteOrderMark ? byteOrderMark : "";
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, mark + text, { flag: "wx" });
    if (isThere) chmodSync(temporary, statSync(target).mode);
    renameSync(temporary, target);
  } catch (reason) {
    rmSync(temporary, { force: true });
    throw reason;
  }
}
