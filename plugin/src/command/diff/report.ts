/** What `protobridge diff` tells, whatever the format. */
import { type Change, type PinLine, type Section, sectionOf, sections } from "../../diff/change.js";

/** All that is told. */
export interface Report {
  /** What is compared, as it was named. */
  readonly old: string;
  readonly new: string;
  readonly changes: readonly Change[];
  /** Whether buf could compare them: else what breaks the wire is not told in full. */
  readonly wireChecked: boolean;
}

/** The headings. */
export const titles: Readonly<Record<Section, string>> = {
  wire: "breaks the wire",
  source: "breaks TypeScript code",
  todo: "to do",
  new: "new",
  other: "behaves otherwise",
};

/** The changes of one service, or of the messages and enums of one file. */
export interface Group {
  readonly file: string;
  readonly service: string | null;
  readonly parts: readonly { readonly section: Section; readonly changes: readonly Change[] }[];
}

/** By file and service, in the order of the changes. */
export function groupsOf(changes: readonly Change[]): readonly Group[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const key = JSON.stringify([change.place.file, change.service]);
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return [...groups.values()].map((all) => {
    const [{ place, service }] = all as [Change];
    const parts = sections.map((section) => ({ section, changes: all.filter((change) => sectionOf(change) === section) }));
    return { file: place.file, service, parts: parts.filter(({ changes }) => changes.length > 0) };
  });
}

/** `2 break the wire, 1 to do`; "" for no changes. */
export function summaryOf(changes: readonly Change[]): string {
  const counts = sections.map((section) => ({ section, count: changes.filter((change) => sectionOf(change) === section).length }));
  const verb = (section: Section, count: number): string =>
    count === 1 ? titles[section] : titles[section].replace(/^break(s)/, "break").replace(/^behaves/, "behave");
  return counts
    .filter(({ count }) => count > 0)
    .map(({ section, count }) => `${count} ${verb(section, count)}`)
    .join(", ");
}

/** Where a change is, for people: `acme/v1/jobs.proto:12`, with `(old)` for what is gone. */
export function placeText({ place: { file, line, side } }: Change): string {
  return `${file}${line === null ? "" : `:${line}`}${side === "old" ? " (old)" : ""}`;
}

/** The config that keeps the old names, as a piece of bridge.yaml; "" if there is nothing to keep. */
export function pinsYaml(changes: readonly Change[]): string {
  const pins = changes.flatMap(({ pin }) => pin ?? []);
  const inSection = (section: PinLine["section"]): readonly PinLine[] => pins.filter((pin) => pin.section === section);
  const all = [...new Set(pins.map(({ section }) => section))];
  return all
    .map((section) => [`${section}:`, ...new Set(inSection(section).map(({ selector, name }) => `  ${selector}: { name: ${name} }`)), ""].join("\n"))
    .join("");
}
