/** What `protobridge explain` tells of links. */
import type { Decision } from "./explain.js";
import type { EndModel, LinkModel, MemberModel } from "./model/link/link.js";
import type { Reason } from "./model/reason.js";
import type { MethodModel } from "./model/servicer.js";

/** How a name is shortened for people. */
type Local = (typeName: string) => string;

/** What the lines of one end are told with. */
interface Context {
  /** The RPC, in full. */
  readonly rpc: string;
  readonly local: Local;
}

/** The decisions about an RPC as a link: why it is one, or none, and what each end says. */
export function linkDecisions(service: string, { name, link, noLink }: MethodModel, local: Local): Decision[] {
  const rpc = `${service}.${name}`;
  if (noLink) return [decided(rpc, `no link ${local(rpc)}`, noLink)];
  if (!link) return [];
  const context: Context = { rpc, local };
  const ends = [link.client, link.server];
  const opening = link.opening && { ...link.opening.reason, because: `the client says ${link.opening.member} on each connection before all else` };
  return [
    decided(rpc, `link ${local(rpc)}`, link.reason),
    ...merged(ends.flatMap((end) => envelopeDecisions(end, context))),
    ...(opening ? [decided(rpc, `opening ${local(rpc)}`, opening, [memberName(link.client, link.opening?.member ?? "")])] : []),
    ...memberDecisions(link, context),
    ...sides.flatMap((side) => methodDecisions(link[side], side, context)),
  ];
}

/** What of a link is asked for by a name of its own: members, and fields of envelopes. */
export function linkSelectors({ client, server }: LinkModel): readonly string[] {
  return [client, server].flatMap((end) => {
    const fields = end.envelope ? [end.envelope.oneof, ...(end.envelope.correlation ? [end.envelope.correlation.field] : []), ...end.envelope.stamps] : [];
    return [end.message.typeName, ...end.members.map(({ name }) => memberName(end, name)), ...fields.map((field) => `${end.message.typeName}.${field}`)];
  });
}

const sides = ["client", "server"] as const;

function envelopeDecisions({ message: { typeName }, envelope }: EndModel, { rpc, local }: Context): Decision[] {
  if (!envelope) return [];
  const { oneof, correlation, noCorrelation, stamps, reason } = envelope;
  const full = (field: string): string => `${typeName}.${field}`;
  const name = local(typeName);
  const told = correlation?.reason ?? noCorrelation;
  return [
    decided(rpc, `envelope ${name}`, reason, [full(oneof)]),
    ...(told ? [decided(rpc, `${correlation ? "" : "no "}correlation ${name}`, told, [correlation ? full(correlation.field) : typeName])] : []),
    ...(stamps.length > 0
      ? [{ name: rpc, also: stamps.map(full), what: `stamps ${name}`, because: `${stamps.join(", ")} can go with each member`, from: null }]
      : []),
  ];
}

/** Of an envelope that both ends send, what is the same for both is told once. */
function memberDecisions(link: LinkModel, context: Context): Decision[] {
  const told = sides.flatMap((side) => link[side].members.flatMap((member) => linesOf(link[side], member, context).map((line) => ({ ...line, side }))));
  const texts = new Map<string, { line: Line; sides: Set<string> }>();
  for (const { side, ...line } of told) {
    const key = JSON.stringify(line);
    const known = texts.get(key) ?? { line, sides: new Set() };
    texts.set(key, { line, sides: known.sides.add(side) });
  }
  return [...texts.values()].map(({ line: { sided, ...line }, sides }) => {
    const whose = sides.size > 1 ? "either end" : `the ${[...sides].join("")}`;
    return { ...line, what: sided ? `${line.what} of ${whose}` : line.what };
  });
}

/** A decision about a member. */
interface Line extends Decision {
  /** Whether it is told of which end it is. */
  readonly sided: boolean;
}

function linesOf(end: EndModel, { name, role, message, request, fault, noFault, direction, reason }: MemberModel, { rpc, local }: Context): Line[] {
  const full = memberName(end, name);
  const what = local(full);
  const line = (label: string, { because, from }: Reason, sided = false): Line => ({ name: full, also: [rpc], what: `${label} ${what}`, because, from, sided });
  const ofReply = fault?.reason ?? noFault;
  return [
    // Who says it first is told by the opening.
    ...(role === "opening" ? [] : [line(role, reason, true)]),
    ...(direction ? [line("direction", direction)] : []),
    ...(request && request.match.by !== "correlation" ? [line(request.match.by, request.match.reason)] : []),
    ...(request?.emptyReply ? [line("empty reply", request.emptyReply)] : []),
    ...(request?.idempotent ? [line("idempotent", request.idempotent)] : []),
    ...(ofReply ? [line(fault ? "fault" : "no fault", { ...ofReply, because: `${local(message.typeName)}: ${ofReply.because}` })] : []),
  ];
}

function methodDecisions(end: EndModel, side: (typeof sides)[number], { rpc, local }: Context): Decision[] {
  const { groups, noGroups, probe, error, noError, message } = end;
  const full = (member: string): string => memberName(end, member);
  return [
    ...groups.flatMap((group) =>
      groupDecisions(group, `${rpc}.${group.name}`, ({ path, group: { members, reason } }) => {
        return decided(
          rpc,
          `group ${local(path)} of the ${side}`,
          reason,
          members.map(({ member }) => full(member)),
        );
      }),
    ),
    ...noGroups.map(({ prefix, reason }) => decided(rpc, `no group ${prefix} of the ${side} of ${local(rpc)}`, reason)),
    ...(probe ? [decided(rpc, `probe ${local(full(probe.member))}`, probe.reason, [full(probe.member)])] : []),
    ...(error ? [decided(rpc, `error member ${local(full(error.member))}`, error.reason, [full(error.member)])] : []),
    ...(noError ? [decided(rpc, `no error member ${local(message.typeName)}`, noError, [message.typeName])] : []),
  ];
}

type Group = EndModel["groups"][number];

/** Calls for a group and those inside of it. */
function groupDecisions(group: Group, path: string, decide: (found: { readonly group: Group; readonly path: string }) => Decision): Decision[] {
  return [decide({ group, path }), ...group.groups.flatMap((inner) => groupDecisions(inner, `${path}.${inner.name}`, decide))];
}

/** What is told in the same words is told once. */
function merged(decisions: readonly Decision[]): Decision[] {
  return [...new Map(decisions.map((decision) => [JSON.stringify(decision), decision])).values()];
}

function memberName({ message, envelope }: EndModel, name: string): string {
  return envelope ? `${message.typeName}.${name}` : message.typeName;
}

function decided(name: string, what: string, { because, from }: Reason, also: readonly string[] = []): Decision {
  return { name, also, what, because, from };
}
