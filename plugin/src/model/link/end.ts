import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { type Deciding, pinOf } from "../deciding.js";
import { faultModel, isFault } from "../fault.js";
import type { Reason } from "../reason.js";
import { messageRef } from "../type.js";
import type { End, Ends } from "./ends.js";
import { type EnvelopeFound, isLeftOut } from "./envelope.js";
import { groupsOf } from "./groups.js";
import type { EndModel, EnvelopeModel, MemberModel, RequestModel } from "./link.js";
import type { Matching } from "./match.js";
import { isPair, type Pair, type Pairs } from "./pairs.js";
import { type Decided, errorOf, probeOf } from "./roles.js";

/** What is decided of a link before its ends are. */
export interface LinkParts {
  readonly opening: DescField | undefined;
  readonly pairs: Pairs;
  readonly match: Matching;
}

/** Decides what one end says, and as what. */
export function endModel(end: End, ends: Ends, parts: LinkParts, deciding: Deciding): EndModel {
  const { message, envelope } = end;
  if (!envelope) {
    return {
      message: messageRef(message),
      envelope: null,
      members: [bareModel(message, deciding)],
      groups: [],
      noGroups: [],
      probe: null,
      error: null,
      noError: null,
    };
  }
  const decided = end.members.flatMap((field): Decided[] => {
    const model = memberModel(field, end, ends, parts, deciding);
    return model ? [{ field, model }] : [];
  });
  const members = decided.map(({ model }) => model);
  return {
    message: messageRef(message),
    envelope: envelopeModel(envelope, parts.match.correlation(end.side), deciding),
    members,
    ...groupsOf(members.filter(isMethod)),
    probe: probeOf(decided, deciding),
    ...errorOf(envelope, decided, deciding),
  };
}

/** Whether a member is a method of its end, and a handler of the other. */
export function isMethod({ role }: MemberModel): boolean {
  return role === "request" || role === "notification";
}

function bareModel(message: DescMessage, deciding: Deciding): MemberModel {
  return {
    name: message.name,
    pin: pinOf(deciding.settings.message(message.typeName)),
    message: messageRef(message),
    role: "notification",
    request: null,
    fault: null,
    noFault: null,
    direction: null,
    reason: { rule: "notification", because: `${message.name} comes bare, without an envelope`, from: null },
  };
}

function envelopeModel({ desc, oneof, reason }: EnvelopeFound, correlation: ReturnType<Matching["correlation"]>, deciding: Deciding): EnvelopeModel {
  const stamps = desc.members.filter((member) => {
    if (member === oneof || member.name === correlation.correlation?.field) return false;
    return member.kind === "oneof" ? member.fields.some((field) => !isLeftOut(field, deciding)) : !isLeftOut(member, deciding);
  });
  return { oneof: oneof.name, ...correlation, stamps: stamps.map(({ name }) => name), reason };
}

/** @returns undefined if the end does not say it: a reply goes only where it was asked for */
function memberModel(field: DescField, { side }: End, ends: Ends, { opening, pairs, match }: LinkParts, deciding: Deciding): MemberModel | undefined {
  const base = {
    name: field.name,
    pin: pinOf(deciding.settings.field(field.parent.typeName, field.name)),
    message: messageRef(field.message as DescMessage),
    request: null,
    fault: null,
    noFault: null,
    direction: ends.directions.get(field) ?? null,
  };
  const found = pairs.of(side, field);
  if (isPair(found)) return { ...base, role: "request", request: requestModel(found, match, deciding), reason: found.reason };
  checkUnasked(field, pairs, deciding);
  if (side === "client" && field === opening) {
    return { ...base, role: "opening", reason: { rule: "opening", because: "it is said on each connection before all else", from: null } };
  }
  if (pairs.isReply(field)) {
    const requests = pairs.answered(side, field).map(({ name }) => name);
    const because = `it answers ${requests.join(", ")}`;
    return requests.length === 0 ? undefined : { ...base, ...faultOf(field, deciding), role: "reply", reason: { rule: "pair", because, from: null } };
  }
  return { ...base, role: "notification", reason: found };
}

function requestModel(pair: Pair, match: Matching, deciding: Deciding): RequestModel {
  const { request, reply } = pair;
  const said = deciding.settings.field(request.parent.typeName, request.name);
  const matched = match.of(pair);
  const { acceptEmptyReply, idempotent } = said.rule.member ?? {};
  const reason = (rule: Reason["rule"], because: string, part: string): Reason => ({ rule, because, from: said.from("member", part) ?? null });
  if (acceptEmptyReply && matched.by !== "correlation") {
    const text = `${request.parent.typeName}.${request.name}: accept_empty_reply says nothing, since the envelope has no correlation: an empty one answers nothing`;
    deciding.problems.error(said.from("member", "accept_empty_reply") ?? deciding.place(request), text);
  }
  return {
    reply: reply.name,
    replyMessage: messageRef(reply.message as DescMessage),
    replyFault: faultOf(reply, deciding).fault,
    match: matched,
    emptyReply: acceptEmptyReply ? reason("empty reply", "an envelope with nothing but its correlation answers it, too", "accept_empty_reply") : null,
    idempotent: idempotent ? reason("idempotent", "it may be sent again", "idempotent") : null,
  };
}

function faultOf({ message }: DescField, deciding: Deciding): Pick<MemberModel, "fault" | "noFault"> {
  const found = faultModel(message as DescMessage, deciding);
  return { fault: isFault(found) ? found : null, noFault: found && !isFault(found) ? found : null };
}

/** Refuses what is said of requests, where there is none. */
function checkUnasked(field: DescField, pairs: Pairs, deciding: Deciding): void {
  const name = `${field.parent.typeName}.${field.name}`;
  const said = deciding.settings.field(field.parent.typeName, field.name);
  const { id, acceptEmptyReply, idempotent, probe } = said.rule.member ?? {};
  const parts = [
    ["id", id],
    ["accept_empty_reply", acceptEmptyReply],
    ["idempotent", idempotent],
    ["probe", probe],
  ] as const;
  if (isPair(pairs.of("client", field)) || isPair(pairs.of("server", field))) return;
  for (const [part, value] of parts) {
    if (!value || said.mayMiss("member", part)) continue;
    deciding.problems.error(said.from("member", part) ?? deciding.place(field), `${name}: ${part} is for requests, and nothing answers it: say reply, too`);
  }
}
