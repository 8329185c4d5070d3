import { shown } from "../files.js";
import type { Fixed } from "./fix.js";

/** What was found, and what was done. */
export interface Report {
  /** How many files are generated now. */
  readonly files: number;
  readonly findings: readonly Fixed[];
  /** Whether what was done was only told. */
  readonly dryRun: boolean;
}

/** The command that puts right what can be. */
const fixCommand = "npx protobridge check --fix";

/** What is left to be put right. */
export function leftOf({ findings, dryRun }: Report): readonly Fixed[] {
  return findings.filter(({ done }) => done === undefined || dryRun);
}

/** The report as lines. */
export function textOf(report: Report): string {
  const { files, findings, dryRun } = report;
  const left = leftOf(report);
  const rows = findings.map(({ kind, file, line, note, done }) => {
    const word = done === undefined ? kind : dryRun ? `would be ${done}` : done;
    const why = note ?? (done === undefined ? undefined : kind);
    return [word, `${shown(file)}${line === undefined ? "" : `:${line}`}${why === undefined ? "" : `: ${why}`}`] as const;
  });
  const width = Math.max(...rows.map(([word]) => word.length));
  const lines = rows.map(([word, rest]) => `${word.padEnd(width)}  ${rest}\n`).join("");
  if (left.length === 0)
    return `${lines}${count(files, "generated file")} ${files === 1 ? "is" : "are"} as the protos, the config and the plugins make them.\n`;
  const next = nextOf(report).map((step) => `  ${step}\n`);
  return `${lines}${count(left.length, "problem")} in ${count(files, "generated file")}. Next:\n${next.join("")}`;
}

/** The report as JSON. */
export function jsonOf(report: Report): string {
  const { files, findings, dryRun } = report;
  const problems = findings.map(({ kind, file, line, note, done }) => ({ kind, file: shown(file), line, note, done: dryRun ? undefined : done }));
  return `${JSON.stringify({ ok: leftOf(report).length === 0, files, problems, next: nextOf(report) }, null, 2)}\n`;
}

/** What the user does next, each step once: first what loses nothing. */
function nextOf(report: Report): readonly string[] {
  const left = leftOf(report);
  const byHand = left.flatMap(({ next, done }) => (next === undefined || done !== undefined ? [] : [next]));
  const canFix = left.some(({ remedy, done }) => remedy && (!remedy.needsForce || done !== undefined));
  const canForce = left.some(({ remedy, done }) => remedy?.needsForce && done === undefined);
  return [...new Set([...(canFix ? [fixCommand] : []), ...byHand, ...(canForce ? [`${fixCommand} --force, which writes over what was edited`] : [])])];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
