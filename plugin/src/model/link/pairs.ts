import type { DescField } from "@bufbuild/protobuf";
import { quote, suggestion } from "../../config/nearest.js";
import type { Member } from "../../gen/protobridge/v1/config_pb.js";
import type { Deciding } from "../deciding.js";
import type { Reason } from "../reason.js";
import { type Ends, opposite, type Side } from "./ends.js";
import { repliesByMessage, repliesByName } from "./naming.js";

/** A request of one end, and the member of the other end that answers it. */
export interface Pair {
  readonly request: DescField;
  readonly reply: DescField;
  readonly reason: Reason;
}

/** Which members are requests, and which are replies. */
export interface Pairs {
  /** The pair of a request that an end says; the reason why it is none for any other member. */
  of(side: Side, field: DescField): Pair | Reason;
  /** The requests of the other end that a member answers. */
  answered(side: Side, field: DescField): readonly DescField[];
  /** Whether a member answers anything, said by either end: then it is neither request nor notification. */
  isReply(field: DescField): boolean;
}

/** Tells a pair from the reason why there is none. */
export function isPair(found: Pair | Reason): found is Pair {
  return "reply" in found;
}

/**
 * Decides which members are requests, and what answers them: what the config says, else the member with the name of a reply, else the one
 * whose message has it. If there are several, it is a notification: that is the safer reading. What answers something is no request.
 */
export function pairsOf(ends: Ends, opening: DescField | undefined, deciding: Deciding): Pairs {
  return new Pairing(ends, opening, deciding);
}

/** Members by their end, in the order in which they are decided. */
type Found = Readonly<Record<Side, Map<DescField, Pair>>>;

class Pairing implements Pairs {
  readonly #ends: Ends;
  readonly #opening: DescField | undefined;
  readonly #deciding: Deciding;
  readonly #pairs: Found = { client: new Map(), server: new Map() };
  readonly #replies = new Set<DescField>();
  /** Why a member is no request, where there is more to say than that nothing answers it. */
  readonly #reasons: Readonly<Record<Side, Map<DescField, Reason>>> = { client: new Map(), server: new Map() };

  constructor(ends: Ends, opening: DescField | undefined, deciding: Deciding) {
    this.#ends = ends;
    this.#opening = opening;
    this.#deciding = deciding;
    this.#pairAsSaid();
    this.#pairByName();
    this.#pairByMessage();
  }

  of(side: Side, field: DescField): Pair | Reason {
    const pair = this.#pairs[side].get(field);
    if (pair) return pair;
    const reason = this.#reasons[side].get(field);
    if (reason) return reason;
    const { message, envelope } = this.#ends[opposite(side)];
    const because = envelope ? "nothing from the other end is called as a reply to it" : `${message.name}, which comes bare, cannot tell what it answers`;
    return { rule: "notification", because, from: null };
  }

  answered(side: Side, field: DescField): readonly DescField[] {
    return [...this.#pairs[opposite(side)].values()].filter(({ reply }) => reply === field).map(({ request }) => request);
  }

  isReply(field: DescField): boolean {
    return this.#replies.has(field);
  }

  #add(side: Side, pair: Pair): void {
    this.#pairs[side].set(pair.request, pair);
    this.#replies.add(pair.reply);
  }

  // --- the config ------------------------------------------------------------------------------------------------------

  #pairAsSaid(): void {
    this.#eachMember((side, request) => {
      const { rule, from } = this.#deciding.settings.field(request.parent.typeName, request.name);
      const reply = rule.member && this.#replySaid(side, request, rule.member);
      if (reply) this.#add(side, { request, reply, reason: { rule: "pair", because: `${reply.name} answers it`, from: from("member", "reply") ?? null } });
      else if (rule.member?.noReply) {
        this.#reasons[side].set(request, { rule: "notification", because: "nothing answers it", from: from("member", "no_reply") ?? null });
      }
    });
    this.#eachMember((side, request) => {
      const pair = this.#pairs[side].get(request);
      if (pair && this.#replies.has(request)) {
        this.#complain(request, "reply", `${request.name} answers ${this.#askers(request)}, so that it is no request itself`);
      }
    });
  }

  #replySaid(side: Side, request: DescField, { reply: name, noReply }: Member): DescField | undefined {
    if (name === "" || noReply) return undefined;
    const reply = this.#ends[opposite(side)].members.find((field) => field.name === name);
    const why = this.#whyNot(side, request, name, reply);
    if (why === undefined) return reply;
    const said = this.#deciding.settings.field(request.parent.typeName, request.name);
    if (reply || !said.mayMiss("member", "reply")) this.#complain(request, "reply", why);
    return undefined;
  }

  #whyNot(side: Side, request: DescField, name: string, reply: DescField | undefined): string | undefined {
    const other = this.#ends[opposite(side)];
    if (!other.envelope) return `no reply can come, since the ${other.side} sends ${other.message.typeName} bare`;
    if (!reply) return this.#missing(side, request, name);
    if (reply === request) return "a member cannot answer itself";
    if (side === "client" && request === this.#opening) return "the opening is no request";
    if (side === "server" && reply === this.#opening) return `${name} is the opening, which answers nothing`;
    const said = this.#deciding.settings.field(reply.parent.typeName, name);
    return said.rule.member?.noReply ? `${name} is a notification (${said.from("member", "no_reply")})` : undefined;
  }

  #missing(side: Side, request: DescField, name: string): string {
    const other = this.#ends[opposite(side)];
    if (other.envelope?.members.some((field) => field.name === name)) {
      return this.#ends[side].members.includes(request) && this.#ends[other.side].members.includes(request)
        ? `${name} cannot answer it to both ends, since the ${side} alone says ${name}: say from: ${other.side.toUpperCase()} of ${request.name}, too`
        : `${name} cannot answer it, since the ${side} says both`;
    }
    const names = other.members.map((field) => field.name).filter((known) => known !== request.name);
    return `the ${other.side} says nothing called ${quote(name)}: ${other.message.typeName} has no such member${suggestion(name, names)}`;
  }

  #complain(field: DescField, part: string, why: string): void {
    const { settings, problems, place } = this.#deciding;
    const said = settings.field(field.parent.typeName, field.name);
    problems.error(said.from("member", part) ?? place(field), `${field.parent.typeName}.${field.name}: ${part}: ${why}`);
  }

  #askers(reply: DescField): string {
    const requests = [...this.#pairs.client.values(), ...this.#pairs.server.values()].filter((pair) => pair.reply === reply);
    return [...new Set(requests.map(({ request }) => request.name))].join(" and ");
  }

  // --- the rules -------------------------------------------------------------------------------------------------------

  #pairByName(): void {
    const found: Found = { client: new Map(), server: new Map() };
    const several: (() => void)[] = [];
    this.#eachOpen((side, request) => {
      const candidates = this.#fitting(side, request, repliesByName(request.name, this.#ends[opposite(side)].members));
      const [reply] = candidates;
      if (!reply) return;
      if (candidates.length > 1) several.push(() => this.#refuse(side, request, candidates));
      else found[side].set(request, { request, reply, reason: { rule: "pair", because: `${reply.name} answers it, by its name`, from: null } });
    });
    // A reply can be called as a request to a longer name: x, x_ack and x_ack_ack. What answers is no request.
    const answers = (field: DescField): boolean =>
      this.#replies.has(field) || [...found.client.values(), ...found.server.values()].some(({ request, reply }) => reply === field && !answers(request));
    for (const side of sides) for (const pair of [...found[side].values()].filter(({ request }) => !answers(request))) this.#add(side, pair);
    for (const refuse of several) refuse();
  }

  #pairByMessage(): void {
    this.#eachOpen((side, request) => {
      const beside = this.#ends[side].members;
      const candidates = this.#fitting(side, request, repliesByMessage(request, beside, this.#ends[opposite(side)].members));
      const [reply] = candidates;
      if (!reply) return;
      if (candidates.length > 1) this.#refuse(side, request, candidates);
      else this.#add(side, { request, reply, reason: { rule: "pair", because: `${reply.name} answers it, by their messages`, from: null } });
    });
  }

  /** Candidates for a reply, but for those that are something else. */
  #fitting(side: Side, request: DescField, candidates: readonly DescField[]): readonly DescField[] {
    return candidates.filter((reply) => {
      const { member } = this.#deciding.settings.field(reply.parent.typeName, reply.name).rule;
      const isOpening = reply === this.#opening && side === "server";
      return reply !== request && !isOpening && !member?.noReply && !this.#isRequest(reply);
    });
  }

  #isRequest(field: DescField): boolean {
    return this.#pairs.client.has(field) || this.#pairs.server.has(field);
  }

  /** Leaves a request that several members could answer to those who know. */
  #refuse(side: Side, request: DescField, candidates: readonly DescField[]): void {
    if (this.#replies.has(request)) return;
    const { problems, place } = this.#deciding;
    const which = candidates.map(({ name }) => name).join(" or ");
    const name = `${request.parent.typeName}.${request.name}`;
    const text = `${name} is a notification, since ${which} could answer it: say fields: ${name}: { member: { reply: ... } }, or { member: { no_reply: true } }`;
    problems.warn(place(request), text);
    this.#reasons[side].set(request, { rule: "notification", because: `${which} could answer it`, from: null });
  }

  /** Calls for each member of which nothing is decided yet. */
  #eachOpen(visit: (side: Side, field: DescField) => void): void {
    this.#eachMember((side, field) => {
      const isOpening = field === this.#opening && side === "client";
      if (!isOpening && !this.#replies.has(field) && !this.#pairs[side].has(field) && !this.#reasons[side].has(field)) visit(side, field);
    });
  }

  #eachMember(visit: (side: Side, field: DescField) => void): void {
    for (const side of sides) for (const field of this.#ends[side].members) visit(side, field);
  }
}

const sides = ["client", "server"] as const;
