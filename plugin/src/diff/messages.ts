/** Changes of messages: which there are, what they stand for, and what properties they have. */
import type { MessageModel } from "../model/message.js";
import type { MessageRef } from "../model/type.js";
import { valueType } from "../types.js";
import { change } from "./change.js";
import { type Comparison, type Pair, paired, pinOf } from "./comparison.js";
import { compareProperties } from "./properties.js";
import type { Side } from "./side.js";

/** Compares all messages of both sides. */
export function compareMessages(comparison: Comparison): void {
  const { before, after, mapped, add } = comparison;
  const { both, gone, added } = paired(before.messages, after.messages, ({ typeName }) => typeName, mapped);
  for (const { typeName } of gone) {
    const face = before.face(typeName);
    const skipped = after.desc(typeName) ? ": the config skips it" : "";
    const text = `${face} and ${before.init(typeName)} are gone${skipped}`;
    add(change({ what: "message", became: "removed", element: typeName, typescript: face, place: before.place(typeName), text, source: true }));
  }
  for (const { typeName } of added) {
    const face = after.face(typeName);
    add(change({ what: "message", became: "added", element: typeName, typescript: face, place: after.place(typeName), text: face }));
  }
  for (const pair of both) compareMessage(pair, comparison);
}

function compareMessage(pair: Pair<MessageModel>, comparison: Comparison): void {
  const [old, now] = pair;
  compareNames(pair, comparison);
  if (old.value && now.value) compareValues(pair, comparison);
  else if (old.value || now.value) compareKinds(pair, comparison);
  else compareProperties(pair, comparison);
}

/** What both sides call it. */
function compareNames([old, now]: Pair<MessageModel>, { before, after, add }: Comparison): void {
  const [was, is] = [before.face(old.typeName), after.face(now.typeName)];
  const isRenamed = old.typeName !== now.typeName;
  const place = after.place(now.typeName);
  if (was !== is || isRenamed) {
    const guess = isRenamed ? ": they have the same shape" : "";
    const text =
      was === is ? `${is} is called ${now.typeName} in the proto, no more ${old.typeName}${guess}` : `${was} ${isRenamed ? "may be" : "is"} ${is} now${guess}`;
    const names = after.messages.map(({ typeName }) => after.face(typeName));
    const pin = was === is ? null : pinOf("messages", now.typeName, was, names);
    const covers = [now.typeName, old.typeName];
    add(change({ what: "message", became: "renamed", element: now.typeName, typescript: is, place, text, source: was !== is, guess: isRenamed, pin, covers }));
  } else if (before.init(old.typeName) !== after.init(now.typeName)) {
    const text = `${before.init(old.typeName)} is ${after.init(now.typeName)} now`;
    add(change({ what: "message", became: "renamed", element: now.typeName, typescript: after.init(now.typeName), place, text, source: true }));
  }
}

function refTo({ typeName }: MessageModel): MessageRef {
  return { role: "message", typeName };
}

function valueText(side: Side, message: MessageModel, of: "face" | "init"): string {
  return message.value ? side.text(valueType(message.value, refTo(message), of)) : "an object";
}

function compareValues([old, now]: Pair<MessageModel>, { before, after, mapped, add }: Comparison): void {
  if (!old.value || !now.value) return;
  const keys = (["face", "init"] as const).map((of) => [
    before.key(valueType(old.value as never, refTo(old), of), mapped),
    after.key(valueType(now.value as never, refTo(now), of)),
  ]);
  const of = keys[0]?.[0] !== keys[0]?.[1] ? "face" : keys[1]?.[0] !== keys[1]?.[1] ? "init" : undefined;
  const members = (value: NonNullable<MessageModel["value"]>): string => value.wire.map(({ member }) => member).join(" ");
  if (!of && members(old.value) === members(now.value)) return;
  const typescript = of === "init" ? after.init(now.typeName) : after.face(now.typeName);
  const gained = now.value.wire.filter(({ number }) => !old.value?.wire.some((each) => each.number === number)).map(({ member }) => member);
  const lost = old.value.wire.filter(({ number }) => !now.value?.wire.some((each) => each.number === number)).map(({ member }) => member);
  const why = [...(gained.length > 0 ? [`it gained ${gained.join(", ")}`] : []), ...(lost.length > 0 ? [`it lost ${lost.join(", ")}`] : [])];
  if (!of && why.length === 0) return;
  const types = `${typescript}: ${valueText(before, old, of ?? "face")} -> ${valueText(after, now, of ?? "face")}`;
  const text = of ? [types, ...why].join("; ") : `${typescript} has the type that it had; ${why.join(", and ")}`;
  add(
    change({
      ...{ what: "value", became: "changed", element: now.typeName, typescript, place: after.place(now.typeName), text, source: of !== undefined },
      covers: numbersIn(before, old, after, now),
    }),
  );
}

/** A value that became an ordinary message, or the other way round. */
function compareKinds([old, now]: Pair<MessageModel>, { before, after, add }: Comparison): void {
  const typescript = after.face(now.typeName);
  const reason = now.reason ? `: ${now.reason.because}` : "";
  const text = old.value
    ? `${typescript} is an ordinary message now, no more ${valueText(before, old, "face")}${reason}`
    : `${typescript} is a plain value now, ${valueText(after, now, "face")}${reason}`;
  add(
    change({
      ...{ what: "value", became: "changed", element: now.typeName, typescript, place: after.place(now.typeName), text, source: true },
      covers: numbersIn(before, old, after, now),
    }),
  );
}

/** All that a message has on the wire, on either side. */
function numbersIn(before: Side, old: MessageModel, after: Side, now: MessageModel): readonly string[] {
  const fields = [...(before.desc(old.typeName)?.fields ?? []), ...(after.desc(now.typeName)?.fields ?? [])];
  return [now.typeName, ...new Set(fields.map(({ number }) => `${now.typeName}#${number}`))];
}
