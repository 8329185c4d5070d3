import type { DescMethod } from "@bufbuild/protobuf";
import type { Deciding } from "../deciding.js";
import type { FaultModel } from "../fault.js";
import type { Pin, Reason } from "../reason.js";
import type { MessageRef } from "../type.js";
import { endModel } from "./end.js";
import { type Ends, endsOf } from "./ends.js";
import { envelopeOf, isEnvelope } from "./envelope.js";
import { matching } from "./match.js";
import { openingOf } from "./opening.js";
import { pairsOf } from "./pairs.js";

/** A bidirectional stream that carries many exchanges: requests with their replies, and notifications, in either direction. */
export interface LinkModel {
  readonly client: EndModel;
  readonly server: EndModel;
  /** The member that the client says on each connection before all else. */
  readonly opening: { readonly member: string; readonly message: MessageRef; readonly reason: Reason } | null;
  readonly reason: Reason;
}

/** What one end of a link says. */
export interface EndModel {
  /** What the stream carries from it. */
  readonly message: MessageRef;
  /** Null if the message comes bare: then it is the only member, a notification that is named after it. */
  readonly envelope: EnvelopeModel | null;
  /** In the order of the proto. */
  readonly members: readonly MemberModel[];
  /** The methods by common prefix. */
  readonly groups: readonly GroupModel[];
  /** Prefixes that make no group, though members share them. */
  readonly noGroups: readonly { readonly prefix: string; readonly reason: Reason }[];
  /** The request that asks whether the other end is there. */
  readonly probe: { readonly member: string; readonly reason: Reason } | null;
  /** The member that tells an error where no reply can. */
  readonly error: ErrorMemberModel | null;
  /** Why there is none, where the config says so. */
  readonly noError: Reason | null;
}

/** A message that carries one of many. */
export interface EnvelopeModel {
  readonly oneof: string;
  /** The field that tells which request a reply is for. */
  readonly correlation: { readonly field: string; readonly reason: Reason } | null;
  /** Why no field does. */
  readonly noCorrelation: Reason | null;
  /** All other fields and oneofs: they go with each of the members. */
  readonly stamps: readonly string[];
  readonly reason: Reason;
}

/** One of what an end says. */
export interface MemberModel {
  /** The field of the envelope, or the message that comes bare, as the proto names it. */
  readonly name: string;
  readonly pin: Pin | null;
  readonly message: MessageRef;
  /** Requests and notifications are methods of this end, and handlers of the other. */
  readonly role: "request" | "notification" | "reply" | "opening";
  /** Set for a request. */
  readonly request: RequestModel | null;
  /** Of a reply: where it carries an error; null if it has no place for one. */
  readonly fault: FaultModel | null;
  /** Why a reply that looks as if it had a place for errors has none. */
  readonly noFault: Reason | null;
  /** Why this end alone says it, of an envelope that both send. */
  readonly direction: Reason | null;
  readonly reason: Reason;
}

/** What there is to say of a request. */
export interface RequestModel {
  /** The member of the other end that answers it. */
  readonly reply: string;
  readonly replyMessage: MessageRef;
  readonly replyFault: FaultModel | null;
  /** How it is told that they belong together. */
  readonly match: MatchModel;
  /** Why an envelope with nothing but its correlation answers it, too; null if it does not. */
  readonly emptyReply: Reason | null;
  /** Why it may be sent again if the connection is lost; null if it may not. */
  readonly idempotent: Reason | null;
}

/** How it is told which request a reply is for. */
export interface MatchModel {
  readonly by: "correlation" | "id" | "order";
  /** The field of both messages, for `id`. */
  readonly id: string | null;
  readonly reason: Reason;
}

/** A member that tells an error. */
export interface ErrorMemberModel {
  readonly member: string;
  /** The message of the member, whose fields the others are. */
  readonly typeName: string;
  /** The field with the code, if there is one: a number of gRPC, or a name. */
  readonly code: { readonly field: string; readonly as: "number" | "name" } | null;
  /** The field with the text. */
  readonly message: string;
  readonly reason: Reason;
}

/** Methods whose names begin with the same words. */
export interface GroupModel {
  /** The word that it is named after: the last one of the prefix. */
  readonly name: string;
  /** With an underscore at its end: `fs_dir_`. */
  readonly prefix: string;
  /** What is in it, each by the rest of its name. */
  readonly members: readonly { readonly name: string; readonly member: string }[];
  readonly groups: readonly GroupModel[];
  readonly reason: Reason;
}

/**
 * Decides whether a bidirectional stream is a link, and what each end says: a stream is one if the messages of either direction are
 * envelopes.
 *
 * @returns undefined, or the reason why it is none, for a stream whose messages are taken as they are
 */
export function linkModel(desc: DescMethod, deciding: Deciding): LinkModel | Reason | undefined {
  if (desc.methodKind !== "bidi_streaming") return undefined;
  const said = deciding.settings.method(desc.parent.typeName, desc.name);
  if (said.rule.link?.none) return { rule: "link", because: "it is none", from: said.from("link", "none") ?? null };
  const name = `${desc.parent.typeName}.${desc.name}`;
  const found = { client: envelopeOf(desc.input, deciding), server: envelopeOf(desc.output, deciding) };
  if (!isEnvelope(found.client) && !isEnvelope(found.server)) {
    if (said.rule.link && !said.mayMiss("link")) {
      const { input, output } = desc;
      const none = input === output ? `${input.typeName} is no` : `neither ${input.typeName} nor ${output.typeName} is an`;
      const text = `${name} cannot be a link: ${none} envelope, a message with one oneof of messages`;
      deciding.problems.error(said.from("link") ?? deciding.place(desc), text);
    }
    return found.client ?? found.server;
  }
  const ends = endsOf(desc, found, deciding);
  const opening = openingOf(desc, ends.client, deciding);
  const pairs = pairsOf(ends, opening?.field, deciding);
  const match = matching(ends, deciding);
  const parts = { opening: opening?.field, pairs, match };
  const model: LinkModel = {
    client: endModel(ends.client, ends, parts, deciding),
    server: endModel(ends.server, ends, parts, deciding),
    opening: opening?.model ?? null,
    reason: { rule: "link", because: describe(ends), from: null },
  };
  if ([...model.client.members, ...model.server.members].some(({ role }) => role === "request" || role === "notification")) return model;
  const because = "nothing could be said on it";
  deciding.problems.warn(said.from("link") ?? deciding.place(desc), `${name} is no link, since ${because}`);
  return { rule: "link", because: `no link: ${because}`, from: said.from("link") ?? null };
}

/** Tells a link from the reason why there is none. */
export function isLink(found: LinkModel | Reason | undefined): found is LinkModel {
  return found !== undefined && "client" in found;
}

function describe({ client, server, shared }: Ends): string {
  if (shared) return `${client.message.name}, which both ends send, is an envelope`;
  const bare = [client, server].filter(({ envelope }) => !envelope).map(({ message }) => message.name);
  const envelopes = [client, server].filter(({ envelope }) => envelope).map(({ message }) => message.name);
  return bare.length === 0 ? `${envelopes.join(" and ")} are envelopes` : `${envelopes.join("")} is an envelope, ${bare.join("")} comes bare`;
}
