import type { Change } from "../../diff/change.js";
import { wrap } from "../../wrap.js";
import { groupsOf, pinsYaml, placeText, type Report, summaryOf, titles } from "./report.js";

/** The report for a terminal, of at most 80 columns where names allow. */
export function textOf(report: Report): string {
  const { changes } = report;
  const title = `${report.old} -> ${report.new}`;
  if (changes.length === 0) return [...wrap(`${title}: nothing changed for TypeScript or on the wire`, "", "  "), ""].join("\n");
  const groups = groupsOf(changes).map(({ file, service, parts }) => [
    "",
    ...wrap(service === null ? `${file}, messages and enums` : `${file}, service ${service}`, "", "  "),
    ...parts.flatMap(({ section, changes }) => [`  ${titles[section]}`, ...changes.flatMap(lines)]),
  ]);
  const pins = pinsYaml(changes);
  const keep =
    pins === ""
      ? []
      : [
          "",
          "to keep the old names, in bridge.yaml:",
          ...pins
            .trimEnd()
            .split("\n")
            .map((line) => `  ${line}`),
        ];
  return [...wrap(`${title}: ${summaryOf(changes)}`, "", "  "), ...groups.flat(), ...keep, ""].join("\n");
}

function lines(change: Change): string[] {
  return [
    ...wrap(`${placeText(change)}: ${change.text}`, "    ", "      "),
    ...change.wire.flatMap((why) => wrap(`on the wire: ${why}`, "      ", "        ")),
  ];
}
