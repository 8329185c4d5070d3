import type { Change, PinLine } from "./change.js";
import type { Renames } from "./renames.js";
import type { Side } from "./side.js";

/** What the comparisons of all concepts work with. */
export interface Comparison {
  readonly before: Side;
  readonly after: Side;
  readonly renames: Renames;
  /** The new name of a type, if it was renamed. */
  mapped(typeName: string): string;
  /** Members of envelopes that are told with the link, not with the message: by the new message, and the field. */
  readonly told: ReadonlySet<string>;
  add(change: Change): void;
}

/** Two that belong together; one is undefined where the other side lacks it. */
export type Pair<T> = readonly [before: T, after: T];

/** What two lists have in common, by key, and what one alone has. */
export function paired<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => string,
  mapped: (key: string) => string = (key) => key,
): { readonly both: readonly Pair<T>[]; readonly gone: readonly T[]; readonly added: readonly T[] } {
  const now = new Map(after.map((item) => [keyOf(item), item]));
  const old = new Set(before.map((item) => mapped(keyOf(item))));
  const both = before.flatMap((item): Pair<T>[] => {
    const other = now.get(mapped(keyOf(item)));
    return other === undefined ? [] : [[item, other]];
  });
  return { both, gone: before.filter((item) => !now.has(mapped(keyOf(item)))), added: after.filter((item) => !old.has(keyOf(item))) };
}

/** Of what is gone and what is new, the pairs of which each is the only one that fits the other. */
export function guessed<T>(gone: readonly T[], added: readonly T[], fits: (before: T, after: T) => boolean): readonly Pair<T>[] {
  return gone.flatMap((old): Pair<T>[] => {
    const [now, ...others] = added.filter((candidate) => fits(old, candidate));
    if (now === undefined || others.length > 0 || gone.filter((candidate) => fits(candidate, now)).length > 1) return [];
    return [[old, now]];
  });
}

/** The line of config that keeps a name; null if something else has it now. */
export function pinOf(section: PinLine["section"], selector: string, name: string, taken: Iterable<string>): PinLine | null {
  return [...taken].includes(name) ? null : { section, selector, name };
}
