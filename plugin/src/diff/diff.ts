/** What a change of protos, or of their config, means for who wrote TypeScript against them. */
import type { Change } from "./change.js";
import type { Comparison } from "./comparison.js";
import { compareEnums } from "./enums.js";
import { compareFiles } from "./files.js";
import { membersOf } from "./links.js";
import { compareMessages } from "./messages.js";
import { type Renames, renamesOf } from "./renames.js";
import { compareServices, pairedMethods, pairedServices } from "./services.js";
import type { Side } from "./side.js";
import { type Finding, withFindings } from "./wire.js";

/** Two sides, compared. */
export interface Difference {
  readonly changes: readonly Change[];
  readonly renames: Renames;
}

/**
 * Compares two sides.
 *
 * @param findings what `buf breaking` says of them
 */
export function diff(before: Side, after: Side, findings: readonly Finding[] = []): Difference {
  const renames = renamesOf(before, after);
  const mapped = (typeName: string): string => renames.get(typeName) ?? typeName;
  const changes: Change[] = [];
  const told = new Set<string>();
  const comparison: Comparison = { before, after, renames, mapped, told, add: (change) => void changes.push(withoutVainPin(change, after)) };
  for (const services of pairedServices(comparison).both) {
    for (const [old, now] of pairedMethods(services, comparison).both) {
      if (!old.link || !now.link) continue;
      for (const member of [...membersOf(old.link), ...membersOf(now.link)]) told.add(nowCalled(member, comparison));
    }
  }
  compareFiles(comparison);
  compareServices(comparison);
  compareMessages(comparison);
  compareEnums(comparison);
  return { changes: sorted(withFindings(unique(changes), findings, comparison), after), renames };
}

/** What the config calls by a name of its own is meant to have another one. */
function withoutVainPin(change: Change, after: Side): Change {
  return change.pin && after.pinned.has(change.pin.selector) ? { ...change, pin: null } : change;
}

/** A field, by the new name of its message. */
function nowCalled(field: string, { mapped }: Comparison): string {
  const dot = field.lastIndexOf(".");
  return `${mapped(field.slice(0, dot))}${field.slice(dot)}`;
}

/** An envelope that two links share is told of once. */
function unique(changes: readonly Change[]): readonly Change[] {
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}

/** By file, the services of a file first, each in the order of its proto. */
function sorted(changes: readonly Change[], after: Side): readonly Change[] {
  const order = new Map(after.services.map(({ typeName }, i) => [typeName, i]));
  const rank = ({ service }: Change): number => (service === null ? order.size + 1 : (order.get(service) ?? order.size));
  return changes.toSorted(
    (a, b) =>
      compareText(a.place.file, b.place.file) ||
      rank(a) - rank(b) ||
      compareText(a.service ?? "", b.service ?? "") ||
      (a.place.line ?? 0) - (b.place.line ?? 0),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
