import { readdirSync, readFileSync, rmdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isInside, removeInside, writeInside } from "../files.js";
import type { Finding } from "./finding.js";

/** How far a finding is put right. */
export interface Fixed extends Finding {
  /** What was done, or would be; undefined if it stays as it is. */
  readonly done: "written" | "removed" | undefined;
}

/** How --fix is to go about it. */
export interface FixOptions {
  /** Also what cannot be generated again. */
  readonly force: boolean;
  /** Nothing is written. */
  readonly dryRun: boolean;
}

/**
 * Puts right what can be, file by file: what somebody has edited stays, unless it is forced, and so does what lies outside of the working
 * directory.
 *
 * @throws CommandError if a file cannot be written or removed
 */
export function fix(findings: readonly Finding[], { force, dryRun }: FixOptions): readonly Fixed[] {
  const project = process.cwd();
  return findings.map((finding): Fixed => {
    const { remedy, file } = finding;
    if (!remedy || (remedy.needsForce && !force)) return { ...finding, done: undefined };
    if (!isInside(file, project))
      return { ...finding, remedy: undefined, next: "run npx buf generate for what lies outside of this directory", done: undefined };
    if (remedy.action === "remove") {
      if (!dryRun) {
        removeInside(project, file);
        removeEmpty(dirname(file), remedy.out);
      }
      return { ...finding, done: "removed" };
    }
    if (!dryRun) writeInside(project, file, withLineEndsOf(file, remedy.content ?? new Uint8Array()));
    return { ...finding, done: "written" };
  });
}

/** The content with the line ends of the file that it takes the place of: git may be told to keep others. */
function withLineEndsOf(path: string, content: Uint8Array): Uint8Array {
  if (!statSync(path, { throwIfNoEntry: false })) return content;
  const before = readFileSync(path, "utf8");
  if (!before.includes("\r\n") || /(?<!\r)\n/.test(before)) return content;
  return Buffer.from(Buffer.from(content).toString().replaceAll(/\r?\n/g, "\r\n"));
}

function removeEmpty(directory: string, out: string): void {
  if (directory === out || !isInside(directory, out) || readdirSync(directory).length > 0) return;
  rmdirSync(directory);
  removeEmpty(dirname(directory), out);
}
