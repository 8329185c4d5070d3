/** Changes of the properties of a message, and of the cases of its oneofs. */
import type { FieldModel, MessageModel, OneofModel } from "../model/message.js";
import { caseNames } from "../names.js";
import { type Code, propertyType } from "../types.js";
import { type Change, change } from "./change.js";
import { type Comparison, guessed, type Pair, paired, pinOf } from "./comparison.js";
import { dialectChange } from "./dialects.js";
import type { Side } from "./side.js";

/** A field where TypeScript has it: as a property, or as a case of a oneof. */
interface Slot {
  readonly field: FieldModel;
  readonly oneof: OneofModel | null;
  /** The property, or the case. */
  readonly name: string;
  /** For people, without its type: `StartRequest.host`, or `StartRequest.target case "host"`. */
  readonly label: string;
  readonly face: Code;
  readonly init: Code;
}

/** Compares the properties of two messages, neither of which is a value. */
export function compareProperties([old, now]: Pair<MessageModel>, comparison: Comparison): void {
  const { before, after } = comparison;
  const oneofs = pairedOneofs(old, now);
  const slots: Pair<readonly Slot[]> = [slotsOf(before, old), slotsOf(after, now)];
  const isTold = ({ field }: Slot): boolean => comparison.told.has(`${now.typeName}.${field.member}`);
  const byName = paired(slots[0], slots[1], ({ field }) => field.member);
  const context: Context = { old, now, oneofs, comparison };
  const isSame = (a: Slot, b: Slot): boolean => a.field.wire.number === b.field.wire.number && sameType(a, b, comparison) && isSamePlace(a, b, oneofs);
  const renamed = guessed(byName.gone, byName.added, isSame);
  for (const [a, b] of byName.both) if (!isTold(b)) compareSlots(a, b, false, context);
  for (const [a, b] of renamed) if (!isTold(b)) compareSlots(a, b, true, context);
  const gone = byName.gone.filter((slot) => !renamed.some(([a]) => a === slot) && !isTold(slot));
  const added = byName.added.filter((slot) => !renamed.some(([, b]) => b === slot) && !isTold(slot));
  compareOneofs(context, gone, added);
  const wholeGone = new Set(oneofsIn(old).filter((oneof) => !oneofs.some(([a]) => a === oneof) && oneof.cases.every(isAmong(gone))));
  const wholeAdded = new Set(oneofsIn(now).filter((oneof) => !oneofs.some(([, b]) => b === oneof) && oneof.cases.every(isAmong(added))));
  for (const slot of gone) if (!slot.oneof || !wholeGone.has(slot.oneof)) removeSlot(slot, context);
  for (const slot of added) if (!slot.oneof || !wholeAdded.has(slot.oneof)) addSlot(slot, context);
}

interface Context {
  readonly old: MessageModel;
  readonly now: MessageModel;
  /** Oneofs that are the same on both sides, or were renamed. */
  readonly oneofs: readonly Pair<OneofModel>[];
  readonly comparison: Comparison;
}

function slotsOf(side: Side, message: MessageModel): readonly Slot[] {
  const names = side.properties(message);
  const face = side.face(message.typeName);
  return message.properties.flatMap((property): Slot[] => {
    const name = names.get(property.member) as string;
    const types = (field: FieldModel): Pick<Slot, "face" | "init"> => ({
      face: propertyType(field, "face", side.int64),
      init: propertyType(field, "init", side.int64),
    });
    if (property.role === "field") return [{ field: property, oneof: null, name, label: `${face}.${name}`, ...types(property) }];
    const cases = caseNames(property.cases);
    return property.cases.map((field, i) => ({
      ...{ field, oneof: property, name: cases[i] as string, label: `${face}.${name} case ${JSON.stringify(cases[i])}` },
      ...types(field),
    }));
  });
}

function oneofsIn({ properties }: MessageModel): readonly OneofModel[] {
  return properties.filter((property) => property.role === "oneof");
}

/** Oneofs by name; else by their fields, if all that is in the one is in the other. */
function pairedOneofs(old: MessageModel, now: MessageModel): readonly Pair<OneofModel>[] {
  const { both, gone, added } = paired(oneofsIn(old), oneofsIn(now), ({ member }) => member);
  const numbers = ({ cases }: OneofModel): readonly number[] => cases.map(({ wire }) => wire.number);
  const isWithin = (a: OneofModel, b: OneofModel): boolean => numbers(a).every((number) => numbers(b).includes(number));
  return [...both, ...guessed(gone, added, (a, b) => isWithin(a, b) || isWithin(b, a))];
}

function isAmong(slots: readonly Slot[]): (field: FieldModel) => boolean {
  return (field) => slots.some((slot) => slot.field === field);
}

function isSamePlace(a: Slot, b: Slot, oneofs: readonly Pair<OneofModel>[]): boolean {
  return a.oneof === b.oneof || oneofs.some(([old, now]) => a.oneof === old && b.oneof === now);
}

function sameType(a: Slot, b: Slot, { before, after, mapped }: Comparison): boolean {
  return before.key(a.face, mapped) === after.key(b.face) && before.key(a.init, mapped) === after.key(b.init);
}

function compareSlots(a: Slot, b: Slot, isRenamed: boolean, context: Context): void {
  const { old, now, oneofs, comparison } = context;
  const { before, after, add } = comparison;
  const isMoved = !isSamePlace(a, b, oneofs);
  const isNamed = a.name !== b.name;
  const isTyped = !sameType(a, b, comparison);
  const isOptional = (a.oneof ? false : a.field.optional) !== (b.oneof ? false : b.field.optional);
  const [was, is] = [a.field.wire.number, b.field.wire.number];
  const wire = was === is ? [] : [`the number of ${b.field.member} was ${was} and is ${is}`];
  const dialect = dialectChange({ side: before, message: old.typeName, field: a.field }, { side: after, message: now.typeName, field: b.field });
  const source = isMoved || isNamed || isTyped || isOptional;
  if (!source && wire.length === 0 && !dialect && !isRenamed) return;
  const parts = [
    ...(source ? [declared(a, b, isMoved || isNamed, isOptional, context)] : []),
    ...(isRenamed ? [`${source ? "its field is" : `the field of ${b.label} is`} ${b.field.member}, no more ${a.field.member}`] : []),
    ...(isTyped && b.field.reason ? [b.field.reason.because] : []),
    ...(dialect ? [source ? dialect.text : `${b.label}: ${dialect.text}`] : []),
    ...(!source && !dialect && !isRenamed ? [`${b.label} has another number`] : []),
  ];
  add(
    change({
      ...slotChange(b, now, after),
      became: isRenamed || (isNamed && !isMoved && !isTyped && !isOptional) ? "renamed" : "changed",
      text: parts.join("; "),
      ...{ wire: dialect?.wire ? [...wire, "values are written in another form"] : wire, source: source || dialect !== undefined },
      guess: isRenamed,
      pin: isNamed && !isMoved ? pinFor(a, b, context) : null,
      covers: [`${now.typeName}.${b.field.member}`, `${now.typeName}#${was}`, `${now.typeName}#${is}`],
    }),
  );
}

/** What is declared, before and after: only what differs. */
function declared(a: Slot, b: Slot, isNamed: boolean, isOptional: boolean, { old, now, comparison }: Context): string {
  const { before, after, mapped } = comparison;
  // What one receives says it, unless only what one passes differs.
  const side = before.key(a.face, mapped) !== after.key(b.face) || isNamed || isOptional ? "face" : "init";
  const labelOf = (slot: Slot): string => (side === "init" ? slot.label.replace(before.face(old.typeName), before.init(old.typeName)) : slot.label);
  const mark = (slot: Slot): string => (slot.field.optional && !slot.oneof && side === "face" ? "?" : "");
  const whole = (slot: Slot, of: Side): string => `${slot.label}${mark(slot)}: ${of.text(slot[side])}`;
  if (isNamed || before.face(old.typeName) !== after.face(now.typeName)) return `${whole(a, before)} -> ${whole(b, after)}`;
  const type = isOptional ? `${b.name}${mark(b)}: ${after.text(b[side])}` : after.text(b[side]);
  return `${labelOf(a)}${mark(a)}: ${before.text(a[side])} -> ${type}`;
}

function pinFor(a: Slot, b: Slot, { now, comparison: { after } }: Context): Change["pin"] {
  const names = b.oneof ? caseNames(b.oneof.cases) : [...after.properties(now).values()];
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(a.name) ? pinOf("fields", `${now.typeName}.${b.field.member}`, a.name, names) : null;
}

function slotChange({ field, oneof, label }: Slot, message: MessageModel, side: Side): Pick<Change, "what" | "element" | "typescript" | "place"> {
  const element = `${message.typeName}.${field.member}`;
  return { what: oneof ? "case" : "property", element, typescript: label, place: side.place(message.typeName, field.member) };
}

function removeSlot(slot: Slot, { old, now, comparison: { before, after, add } }: Context): void {
  const { field, label } = slot;
  const isThere = after.hasMember(now.typeName, field.member);
  const sidecar = now.properties.find((property) => property.role === "field" && property.type.role === "any" && property.type.sidecar === field.member);
  const why = sidecar ? `: its bytes go with ${after.properties(now).get(sidecar.member)}` : isThere ? ": the config skips it" : "";
  const covers = [`${now.typeName}.${field.member}`, `${now.typeName}#${field.wire.number}`];
  add(change({ ...slotChange(slot, old, before), became: "removed", text: `${label} is gone${why}`, source: true, covers }));
}

function addSlot(slot: Slot, { now, comparison: { after, add } }: Context): void {
  const { field, label, face, oneof } = slot;
  const text = `${label}${field.optional && !oneof ? "?" : ""}: ${after.text(face)}`;
  const covers = [`${now.typeName}.${field.member}`, `${now.typeName}#${field.wire.number}`];
  add(change({ ...slotChange(slot, now, after), became: "added", text, covers }));
}

/** Oneofs that are gone or new with all that is in them, and those that are called otherwise. */
function compareOneofs({ old, now, oneofs, comparison }: Context, gone: readonly Slot[], added: readonly Slot[]): void {
  const { before, after, add } = comparison;
  const labelOf = (side: Side, message: MessageModel, { member }: OneofModel): string =>
    `${side.face(message.typeName)}.${side.properties(message).get(member)}`;
  const base = (side: Side, message: MessageModel, oneof: OneofModel) => ({
    ...({ what: "property", element: `${message.typeName}.${oneof.member}`, typescript: labelOf(side, message, oneof) } as const),
    place: side.place(message.typeName, oneof.member),
  });
  const covers = ({ cases }: OneofModel): readonly string[] => cases.map(({ wire }) => `${now.typeName}#${wire.number}`);
  for (const [a, b] of oneofs) {
    const [was, is] = [before.properties(old).get(a.member) as string, after.properties(now).get(b.member) as string];
    if (was === is) continue;
    const text = `${labelOf(before, old, a)} is ${labelOf(after, now, b)} now, a oneof of the same cases`;
    const pin = pinOf("oneofs", `${now.typeName}.${b.member}`, was, after.properties(now).values());
    add(change({ ...base(after, now, b), became: "renamed", text, source: true, guess: a.member !== b.member, pin }));
  }
  for (const oneof of oneofsIn(old)) {
    if (oneofs.some(([a]) => a === oneof) || !oneof.cases.every(isAmong(gone))) continue;
    add(change({ ...base(before, old, oneof), became: "removed", text: `${labelOf(before, old, oneof)} is gone`, source: true, covers: covers(oneof) }));
  }
  for (const oneof of oneofsIn(now)) {
    if (oneofs.some(([, b]) => b === oneof) || !oneof.cases.every(isAmong(added))) continue;
    const cases = caseNames(oneof.cases).map((name) => JSON.stringify(name));
    const text = `${labelOf(after, now, oneof)}: a oneof of ${cases.join(", ")}`;
    add(change({ ...base(after, now, oneof), became: "added", text, covers: covers(oneof) }));
  }
}
