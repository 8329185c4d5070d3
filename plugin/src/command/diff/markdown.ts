import type { Change } from "../../diff/change.js";
import { groupsOf, pinsYaml, placeText, type Report, summaryOf, titles } from "./report.js";

/** So many changes stand open in a comment; more are folded up, by file and service. */
const open = 20;

/** The report for a pull request. */
export function markdownOf(report: Report): string {
  const { changes } = report;
  const title = `### ${code(report.old)} → ${code(report.new)}`;
  if (changes.length === 0) return `${title}\n\nNothing changed for TypeScript or on the wire.\n`;
  const groups = groupsOf(changes).map(({ file, service, parts }) => {
    const name = service === null ? `${code(file)}, messages and enums` : `${code(file)}, service ${code(service)}`;
    const body = parts.map(({ section, changes }) => `**${titles[section]}**\n\n${changes.map(item).join("\n")}`).join("\n\n");
    if (changes.length <= open) return `#### ${name}\n\n${body}`;
    return `<details><summary>${name.replaceAll(/`+ ?(.*?) ?`+/g, "<code>$1</code>")}: ${summaryOf(parts.flatMap((part) => part.changes))}</summary>\n\n${body}\n\n</details>`;
  });
  const pins = pinsYaml(changes);
  const keep = pins === "" ? [] : [`To keep the old names, in ${code("bridge.yaml")}:\n\n\`\`\`yaml\n${pins}\`\`\``];
  return `${[title, capital(`${summaryOf(changes)}.`), ...groups, ...keep].join("\n\n")}\n`;
}

function item(change: Change): string {
  const why = change.wire.map((text) => `\n  - on the wire: ${escaped(text)}`).join("");
  return `- ${code(placeText(change))}: ${escaped(change.text)}${why}`;
}

/** Names have characters that mean something in Markdown. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|~]/g, "\\$&");
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
