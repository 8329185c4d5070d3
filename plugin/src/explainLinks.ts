/** What `protobridge explain` tells of links. */
import type { Decision } from "./explain.js";
import type { EndModel, GroupModel, LinkModel, MemberModel } from "./model/link/link.js";
import type { Reason } from "./model/reason.js";
import type { MethodModel } from "./model/servicer.js";

/** How a name is shortened for people. */
type Local = (typeName: string) => string;

/** A decision about what one end says. */
interface Line extends Decision {
  /** Whether it is told of which end it is. */
  readonly sided: boolean;
}

/** The decisions about an RPC as a link: why it is one, or none, and what each end says. */
export function linkDecisions(service: string, { name, link, noLink }: MethodModel, local: Local): Decision[] {
  const rpc = `${service}.${name}`;
  const decided = (what: string, { because, from }: Reason, also: readonly string[] = []): Decision => ({ name: rpc, also, what, because, from });
  if (noLink) return [decided(`no link ${local(rpc)}`, noLink)];
  if (!link) return [];
  const opening = link.opening && { ...link.opening.reason, because: `the client says ${link.opening.member} on each connection before all else` };
  return [
    decided(`link ${local(rpc)}`, link.reason),
    ...told(link, (end) => envelopeLines(end, rpc, local)),
    ...(opening ? [decided(`opening ${local(rpc)}`, opening, [memberName(link.client, link.opening?.member ?? "")])] : []),
    ...told(link, (end) => end.members.flatMap((member) => memberLines(end, member, rpc, local))),
    ...told(link, (end) => partLines(end, rpc, local)),
  ];
}

/** What of a link is asked for by a name of its own: members, and fields of envelopes. */
export function linkSelectors(link: LinkModel): readonly string[] {
  return [link.client, link.server].flatMap((end) => {
    const { typeName } = end.message;
    const fields = end.envelope ? [end.envelope.oneof, ...(end.envelope.correlation ? [end.envelope.correlation.field] : []), ...end.envelope.stamps] : [];
    return [typeName, ...end.members.map(({ name }) => memberName(end, name)), ...fields.map((field) => `${typeName}.${field}`)];
  });
}

/** Of an envelope that both ends send, what is the same for both is told once. */
function told(link: LinkModel, linesOf: (end: EndModel) => readonly Line[]): Decision[] {
  const ends = new Map<string, { readonly line: Line; readonly sides: string[] }>();
  for (const side of ["client", "server"] as const) {
    for (const line of linesOf(link[side])) {
      const key = JSON.stringify(line);
      const known = ends.get(key);
      if (known) known.sides.push(side);
      else ends.set(key, { line, sides: [side] });
    }
  }
  return [...ends.values()].map(({ line: { sided, ...decision }, sides }) => {
    const whose = sides.length > 1 ? "either end" : `the ${sides[0]}`;
    return sided ? { ...decision, what: `${decision.what} of ${whose}` } : decision;
  });
}

function envelopeLines({ message: { typeName }, envelope }: EndModel, rpc: string, local: Local): Line[] {
  if (!envelope) return [];
  const { oneof, correlation, noCorrelation, stamps, reason } = envelope;
  const line = (what: string, { because, from }: Omit<Reason, "rule">, fields: readonly string[]): Line => {
    return { name: rpc, also: fields.map((field) => `${typeName}.${field}`), what: `${what} ${local(typeName)}`, because, from, sided: false };
  };
  return [
    line("envelope", reason, [oneof]),
    ...(correlation ? [line("correlation", correlation.reason, [correlation.field])] : []),
    ...(noCorrelation ? [line("no correlation", noCorrelation, [oneof])] : []),
    ...(stamps.length > 0 ? [line("stamps", { because: `${stamps.join(", ")} can go with each member`, from: null }, stamps)] : []),
  ];
}

function memberLines(end: EndModel, member: MemberModel, rpc: string, local: Local): Line[] {
  const { name, role, message, request, fault, noFault, direction, reason } = member;
  const full = memberName(end, name);
  const line = (label: string, { because, from }: Reason, sided = false): Line => {
    return { name: full, also: [rpc], what: `${label} ${local(full)}`, because, from, sided };
  };
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

function partLines(end: EndModel, rpc: string, local: Local): Line[] {
  const { groups, noGroups, probe, error, noError, message } = end;
  const line = (what: string, { because, from }: Reason, also: readonly string[], sided = false): Line => ({ name: rpc, also, what, because, from, sided });
  const groupLines = ({ prefix, members, groups, reason }: GroupModel): Line[] => [
    line(
      `group ${prefix} in ${local(rpc)}`,
      reason,
      members.map(({ member }) => memberName(end, member)),
      true,
    ),
    ...groups.flatMap(groupLines),
  ];
  const named = (what: string, member: string, reason: Reason): Line => line(`${what} ${local(memberName(end, member))}`, reason, [memberName(end, member)]);
  return [
    ...groups.flatMap(groupLines),
    ...noGroups.map(({ prefix, reason }) => line(`no group ${prefix} in ${local(rpc)}`, reason, [], true)),
    ...(probe ? [named("probe", probe.member, probe.reason)] : []),
    ...(error ? [named("error member", error.member, error.reason)] : []),
    ...(noError ? [line(`no error member ${local(message.typeName)}`, noError, [message.typeName])] : []),
  ];
}

function memberName({ message, envelope }: EndModel, name: string): string {
  return envelope ? `${message.typeName}.${name}` : message.typeName;
}
