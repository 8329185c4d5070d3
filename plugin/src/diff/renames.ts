/** Which types became which: told from their shapes, since the name alone is another. */
import type { DescEnum, DescField, DescMessage } from "@bufbuild/protobuf";
import { nearest } from "../config/nearest.js";
import type { ServiceModel } from "../model/servicer.js";
import { guessed, paired } from "./comparison.js";
import type { Side } from "./side.js";

/** Types of the same shape on both sides: the new name, by the old one. */
export type Renames = ReadonlyMap<string, string>;

/** A type that only one side has. */
interface Candidate {
  readonly typeName: string;
  /** What it has on the wire. */
  readonly shape: string;
  /** The names of what is in it. */
  readonly inside: string;
}

/** Guesses which messages, enums and services were renamed. Of two that fit equally well, neither is told. */
export function renamesOf(before: Side, after: Side): Renames {
  const isCommon = (typeName: string): boolean => before.has(typeName) && after.has(typeName);
  const messages = (side: Side): readonly DescMessage[] => side.messages.flatMap(({ typeName }) => side.desc(typeName) ?? []);
  const describe = ({ typeName, fields }: DescMessage): Candidate => ({
    typeName,
    shape: fields.length === 0 ? "" : sorted(fields.map((field) => wireShape(field, isCommon))),
    inside: sorted(fields.map(({ name }) => name)),
  });
  const describeEnum = ({ typeName, values }: DescEnum): Candidate => ({
    typeName,
    shape: sorted(values.map(({ number }) => String(number))),
    inside: sorted(values.map(({ localName }) => localName)),
  });
  return new Map([
    ...matched(goneFrom(messages(before), after).map(describe), goneFrom(messages(after), before).map(describe)),
    // Numbers alone say little: every enum begins with 0 and 1.
    ...matched(goneFrom(before.enums, after).map(describeEnum), goneFrom(after.enums, before).map(describeEnum)).filter(
      ([old, now]) => valuesOf(before, old) === valuesOf(after, now) || isAlike(old, [now]),
    ),
    ...renamedServices(before, after),
  ]);
}

/** Whether bytes of a message that was renamed mean the same: then what the wire is told to break is not broken. */
export function wireShape(field: DescField, isCommon: (typeName: string) => boolean): string {
  const type = field.message ?? field.enum;
  const name = type ? (isCommon(type.typeName) ? type.typeName : type.kind) : field.scalar;
  const key = field.fieldKind === "map" ? field.mapKey : "";
  return [field.number, field.fieldKind, name, key, field.oneof ? "oneof" : "", field.presence].join(" ");
}

function valuesOf(side: Side, typeName: string): string {
  return sorted(side.enums.find((type) => type.typeName === typeName)?.values.map(({ localName }) => localName) ?? []);
}

function goneFrom<T extends { readonly typeName: string }>(types: readonly T[], other: Side): readonly T[] {
  return types.filter(({ typeName }) => !other.has(typeName));
}

function matched(gone: readonly Candidate[], added: readonly Candidate[]): [string, string][] {
  return gone.flatMap((old): [string, string][] => {
    const now = only(old, added);
    return now && only(now, gone) === old ? [[old.typeName, now.typeName]] : [];
  });
}

/** The one that fits best: of the same shape, and, if there are several, with the same name or the same names in it. */
function only(type: Candidate, others: readonly Candidate[]): Candidate | undefined {
  let fitting = type.shape === "" ? [] : others.filter(({ shape }) => shape === type.shape);
  for (const isBetter of [
    (other: Candidate) => other.inside === type.inside,
    (other: Candidate) => simple(other.typeName) === simple(type.typeName),
    (other: Candidate) =>
      nearest(
        simple(type.typeName),
        fitting.map(({ typeName }) => simple(typeName)),
      )?.name === simple(other.typeName),
  ]) {
    if (fitting.length < 2) break;
    const better = fitting.filter(isBetter);
    if (better.length > 0) fitting = better;
  }
  const [best] = fitting;
  if (fitting.length !== 1 || !best) return undefined;
  // One field of a common kind is the shape of many messages: then a name has to be alike.
  const isTelling = best.inside === type.inside || type.shape.includes("\n") || isAlike(type.typeName, [best.typeName]);
  return isTelling ? best : undefined;
}

/** A service is taken for a renamed one if at least half of the RPCs are there by name. */
function renamedServices(before: Side, after: Side): [string, string][] {
  const { gone, added } = paired(before.services, after.services, ({ typeName }) => typeName);
  const fits = (old: ServiceModel, now: ServiceModel): boolean => {
    const names = now.methods.map(({ name }) => name);
    const common = old.methods.filter(({ name }) => names.includes(name)).length;
    return common > 0 && common * 2 >= Math.max(old.methods.length, now.methods.length);
  };
  return guessed(gone, added, fits).map(([old, now]) => [old.typeName, now.typeName]);
}

/** Whether a name is like enough to one of others to be what became of it. */
export function isAlike(typeName: string, others: readonly string[]): boolean {
  return nearest(simple(typeName), others.map(simple))?.likely ?? false;
}

function simple(typeName: string): string {
  return typeName.split(".").at(-1) as string;
}

function sorted(texts: readonly string[]): string {
  return texts.toSorted().join("\n");
}
