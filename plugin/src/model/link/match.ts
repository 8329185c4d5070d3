import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { quote, suggestion } from "../../config/nearest.js";
import type { Deciding } from "../deciding.js";
import type { Reason } from "../reason.js";
import { messageRef } from "../type.js";
import type { Ends, Side } from "./ends.js";
import { type EnvelopeFound, isLeftOut, isValueMessage } from "./envelope.js";
import type { EnvelopeModel, MatchModel } from "./link.js";
import type { Pair } from "./pairs.js";

/** How it is told which request a reply is for. */
export interface Matching {
  /** The field of an end's envelope that tells it, or why there is none. */
  correlation(side: Side): Pick<EnvelopeModel, "correlation" | "noCorrelation">;
  /** How it is told for one pair. */
  of(pair: Pair): MatchModel;
}

/** Names of fields of an envelope that tell it, the better ones first. What has another name may be anything, such as a session. */
const correlations = ["correlation", "correlation_id", "request_id", "exchange_id", "call_id", "message_id", "id"];

/** Names of fields of a request and its reply that tell it, the better ones first. */
const ids = ["id", "correlation_id", "request_id", "call_id", "message_id"];

/**
 * Decides how it is told which request a reply is for: by a string field of both envelopes, else by one of the request and its reply, else by
 * their order.
 */
export function matching(ends: Ends, deciding: Deciding): Matching {
  const fields = correlationFields(ends, deciding);
  return {
    correlation(side) {
      if ("rule" in fields) return { correlation: null, noCorrelation: fields };
      return { correlation: { field: fields[side].name, reason: fields.reason }, noCorrelation: null };
    },
    of: (pair) => ("rule" in fields ? matchInside(pair, deciding) : matchOutside(pair, fields.reason, deciding)),
  };
}

/** A string field that can tell it: singular, and outside of oneofs. */
export function isTelling(field: DescField): boolean {
  return field.fieldKind === "scalar" && field.scalar === ScalarType.STRING && !field.oneof;
}

function stringsOf({ fields }: DescMessage, deciding: Deciding): readonly DescField[] {
  return fields.filter((field) => isTelling(field) && !isLeftOut(field, deciding));
}

// --- in the envelope ---------------------------------------------------------------------------------------------------

type Correlations = Readonly<Record<Side, DescField>> & { readonly reason: Reason };

function correlationFields({ client, server, shared }: Ends, deciding: Deciding): Correlations | Reason {
  const none = (because: string, from: string | null = null): Reason => ({ rule: "correlation", because, from });
  const bare = [client, server].find(({ envelope }) => !envelope);
  if (!client.envelope || !server.envelope) return none(`no field tells it, since ${bare?.message.name} has no envelope`);
  const envelopes = [client.envelope, server.envelope] as const;
  for (const { desc } of envelopes) {
    const said = deciding.settings.message(desc.typeName);
    if (said.rule.envelope?.noCorrelation) return none("no field tells it", said.from("envelope", "no_correlation") ?? null);
  }
  const [first, second] = envelopes.map((envelope) => saidCorrelation(envelope, deciding));
  if (first || second) return asSaid(envelopes, [first, second], deciding);
  const [ofClient, ofServer] = envelopes.map(({ desc }) => new Map(stringsOf(desc, deciding).map((field) => [field.name, field])));
  const name = correlations.find((name) => ofClient?.has(name) && ofServer?.has(name));
  const where = shared ? "the envelope" : "both envelopes";
  if (name === undefined) return none(`no string of ${where} is called as one that tells it`);
  return {
    client: ofClient?.get(name) as DescField,
    server: ofServer?.get(name) as DescField,
    reason: { rule: "correlation", because: `${name} is a string of ${where}`, from: null },
  };
}

/** What the config says of one envelope. */
interface SaidCorrelation {
  readonly field: DescField;
  readonly from: string | null;
}

function saidCorrelation({ desc }: EnvelopeFound, deciding: Deciding): SaidCorrelation | undefined {
  const said = deciding.settings.message(desc.typeName);
  const field = desc.fields.find((field) => field.name === said.rule.envelope?.correlation && isTelling(field));
  if (!field) return undefined;
  const from = said.from("envelope", "correlation") ?? null;
  if (!isLeftOut(field, deciding)) return { field, from };
  deciding.problems.error(from ?? deciding.place(field), `${desc.typeName}: the correlation ${field.name} is skipped`);
  return undefined;
}

/** One envelope is told of; in the other it is the field of the same name, or what would be it by rule. */
function asSaid(envelopes: readonly [EnvelopeFound, EnvelopeFound], said: readonly (SaidCorrelation | undefined)[], deciding: Deciding): Correlations | Reason {
  const told = (said[0] ?? said[1]) as SaidCorrelation;
  const fields = envelopes.map(({ desc }, i) => {
    const strings = stringsOf(desc, deciding);
    const byName = (name: string): DescField | undefined => strings.find((field) => field.name === name);
    return said[i]?.field ?? [told.field.name, ...correlations].map(byName).find((field) => field !== undefined);
  });
  const missing = envelopes.find((_, i) => !fields[i]);
  const names = [...new Set(fields.map((field) => field?.name))];
  const because = `${names.join(" and ")} ${names.length === 1 ? "tells" : "tell"} it`;
  const reason: Reason = { rule: "correlation", because, from: told.from };
  if (!missing) return { client: fields[0] as DescField, server: fields[1] as DescField, reason };
  const { typeName } = missing.desc;
  const text = `${told.field.parent.typeName}: the correlation says nothing, since ${typeName} has no such string field: say messages: ${typeName}: { envelope: { correlation: ... } }`;
  deciding.problems.error(told.from ?? deciding.place(told.field), text);
  return { ...reason, because: `${typeName} has no field that tells it` };
}

function matchOutside({ request }: Pair, reason: Reason, deciding: Deciding): MatchModel {
  const said = deciding.settings.field(request.parent.typeName, request.name);
  if (said.rule.member?.id && !said.mayMiss("member", "id")) {
    const envelope = request.parent.typeName;
    const text = `${envelope}.${request.name}: id says nothing, since the envelope's correlation tells: leave it out, or say messages: ${envelope}: { envelope: { no_correlation: true } }`;
    deciding.problems.error(said.from("member", "id") ?? deciding.place(request), text);
  }
  return { by: "correlation", id: null, reason };
}

// --- in the messages ---------------------------------------------------------------------------------------------------

function matchInside({ request, reply }: Pair, deciding: Deciding): MatchModel {
  const said = deciding.settings.field(request.parent.typeName, request.name);
  const found = (id: string, because: string, from: string | null = null): MatchModel => ({ by: "id", id, reason: { rule: "id", because, from } });
  const [asked, answered] = [request, reply].map((field) => idsOf(field.message as DescMessage, deciding));
  const common = [...(asked ?? [])].filter((name) => answered?.has(name));
  const wanted = said.rule.member?.id ?? "";
  if (common.includes(wanted)) return found(wanted, `${wanted} of both messages tells it`, said.from("member", "id") ?? null);
  if (wanted !== "" && !said.mayMiss("member", "id")) refuseId(wanted, { request, reply }, deciding);
  const named = common.filter((name) => name.endsWith("_id") && name !== "_id");
  const preferred = ids.find((name) => common.includes(name)) ?? (named.length === 1 ? named[0] : undefined);
  if (preferred !== undefined) return found(preferred, `${preferred} is a string of both messages`);
  const byOrder = (because: string): MatchModel => ({ by: "order", id: null, reason: { rule: "order", because, from: null } });
  if (named.length === 0) return byOrder("neither the envelopes nor both messages have a string that tells it");
  const which = named.join(" or ");
  const name = `${request.parent.typeName}.${request.name}`;
  const text = `${name} gets its replies by order, since ${which} could tell them: say fields: ${name}: { member: { id: ... } }`;
  deciding.problems.warn(deciding.place(request), text);
  return byOrder(`${which} could tell it`);
}

/** The names of a message's strings that could tell it. */
function idsOf(desc: DescMessage, deciding: Deciding): ReadonlySet<string> {
  if (messageRef(desc).role !== "message" || isValueMessage(desc, deciding)) return new Set();
  return new Set(stringsOf(desc, deciding).map(({ name }) => name));
}

/** Tells why what is said to be the id of a request and its reply is not in both. That the request has such a field was checked before. */
function refuseId(id: string, { request, reply }: Pick<Pair, "request" | "reply">, deciding: Deciding): void {
  const { settings, problems, place } = deciding;
  const [asked, answered] = [request.message as DescMessage, reply.message as DescMessage];
  const skipped = [asked, answered].find(({ fields }) => fields.some((field) => field.name === id && isLeftOut(field, deciding)));
  const why = skipped
    ? `${skipped.typeName}.${id} is skipped`
    : isValueMessage(asked, deciding) || messageRef(asked).role !== "message"
      ? `${asked.typeName} shows as a value`
      : `${answered.typeName}, which answers it, has no string field ${quote(id)}${suggestion(id, idsOf(answered, deciding))}`;
  const name = `${request.parent.typeName}.${request.name}`;
  problems.error(settings.field(request.parent.typeName, request.name).from("member", "id") ?? place(request), `${name}: id: ${why}`);
}
