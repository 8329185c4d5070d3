import type { DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import { Problems } from "../../diagnostics.js";
import { readsAsValue } from "../any.js";
import type { Deciding } from "../deciding.js";
import type { Reason } from "../reason.js";
import { messageRef } from "../type.js";
import { isValue, valueModel } from "../value.js";

/** A message that carries one of many: its oneof, and the members of it that are not skipped. */
export interface EnvelopeFound {
  readonly desc: DescMessage;
  readonly oneof: DescOneof;
  readonly members: readonly DescField[];
  readonly reason: Reason;
}

/**
 * An envelope is a message with one oneof, or one that the config names among several, whose members are all messages. A value message is
 * none, though its members may be messages.
 *
 * @returns undefined, or the reason why not, for what is none
 */
export function envelopeOf(desc: DescMessage, deciding: Deciding): EnvelopeFound | Reason | undefined {
  const said = deciding.settings.message(desc.typeName);
  const { envelope } = said.rule;
  const reason = (because: string, ...part: string[]): Reason => ({ rule: "envelope", because, from: said.from("envelope", ...part) ?? null });
  if (envelope?.none) return reason(`${desc.name} is no envelope`, "none");
  if (messageRef(desc).role !== "message" || isValueMessage(desc, deciding)) return undefined;
  const oneofs = desc.oneofs.map((oneof) => ({ oneof, members: oneof.fields.filter((field) => !isLeftOut(field, deciding)) })).filter(isFilled);
  const found = envelope?.oneof ? oneofs.find(({ oneof }) => oneof.name === envelope.oneof) : oneofs.length === 1 ? oneofs[0] : undefined;
  if (!found) return oneofs.length > 1 ? severalOneofs(desc, oneofs, reason, deciding) : undefined;
  const odd = found.members.find((field) => !carriesMessage(field, deciding));
  if (odd) {
    const why = `${odd.name}, of its oneof ${found.oneof.name}, carries no message`;
    if (envelope?.oneof) deciding.problems.error(said.from("envelope", "oneof") ?? deciding.place(odd), `${desc.typeName} cannot be an envelope: ${why}`);
    return reason(`${desc.name} is no envelope: ${why}`);
  }
  return { desc, ...found, reason: reason(`its oneof ${found.oneof.name} has nothing but messages`, "oneof") };
}

/** Tells an envelope from the reason why there is none. */
export function isEnvelope(found: EnvelopeFound | Reason | undefined): found is EnvelopeFound {
  return found !== undefined && "oneof" in found;
}

/** Whether a message stands for a dynamic value. What is wrong with it is told where its face is decided. */
export function isValueMessage(desc: DescMessage, deciding: Deciding): boolean {
  return isValue(valueModel(desc, { ...deciding, problems: new Problems() }));
}

/** Whether nothing is generated for a field. */
export function isLeftOut({ parent, name }: DescField, { settings }: Deciding): boolean {
  return settings.field(parent.typeName, name).rule.skip ?? false;
}

interface Candidate {
  readonly oneof: DescOneof;
  readonly members: readonly DescField[];
}

function isFilled({ members }: Candidate): boolean {
  return members.length > 0;
}

function carriesMessage(field: DescField, deciding: Deciding): boolean {
  return field.message !== undefined && !readsAsValue(field, deciding);
}

function severalOneofs(desc: DescMessage, oneofs: readonly Candidate[], reason: (because: string) => Reason, deciding: Deciding): Reason {
  const fitting = oneofs.filter(({ members }) => members.every((field) => carriesMessage(field, deciding))).map(({ oneof }) => oneof.name);
  if (fitting.length === 0) return reason(`${desc.name} is no envelope: none of its oneofs has nothing but messages`);
  const which = fitting.join(" or ");
  deciding.problems.warn(
    deciding.place(desc),
    `${desc.typeName} is no envelope, since it has several oneofs: say messages: ${desc.typeName}: { envelope: { oneof: ${which} } }, or { envelope: { none: true } }`,
  );
  return reason(`${desc.name} is no envelope: it has several oneofs, and ${which} could have the members`);
}
