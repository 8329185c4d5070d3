import { sectionOf, sections } from "../../diff/change.js";
import type { Report } from "./report.js";

/** The version of the JSON: what is there keeps its name and meaning, and more may come. */
const version = 1;

/** The report for programs. Its members are described in docs/commands.md. */
export function jsonOf(report: Report): string {
  const changes = report.changes.map((change) => {
    const { what, became, element, typescript, service, place, text, wire, source, guess, pin } = change;
    return { section: sectionOf(change), what, became, guess, element, typescript, service, place, text, breaks: { wire: wire.length > 0, source }, wire, pin };
  });
  const summary = Object.fromEntries(sections.map((section) => [section, changes.filter((change) => change.section === section).length]));
  return `${JSON.stringify({ version, old: report.old, new: report.new, wireChecked: report.wireChecked, summary, changes }, null, 2)}\n`;
}
