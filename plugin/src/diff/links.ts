/** Changes of links: what each end can say, and what it hears. */
import { isMethod } from "../model/link/end.js";
import type { Side as LinkSide } from "../model/link/ends.js";
import type { EndModel, LinkModel, MemberModel } from "../model/link/link.js";
import type { MethodModel, ServiceModel } from "../model/servicer.js";
import { groupNames, type LinkNames, linkMemberNames } from "../names.js";
import { type Change, change } from "./change.js";
import { type Comparison, guessed, type Pair, paired, pinOf } from "./comparison.js";
import { faultChange } from "./faults.js";
import type { Side } from "./side.js";

const sides = ["client", "server"] as const;

/** What is told of an end; the same of both ends is told once. */
interface Told {
  readonly change: Change;
  readonly side: LinkSide;
}

/** A link on one of the sides that are compared. */
interface Linked {
  readonly service: ServiceModel;
  readonly method: MethodModel;
  readonly link: LinkModel;
  readonly names: LinkNames;
  readonly side: Side;
}

/** The members of envelopes that are told with a link: `acme.v1.Envelope.kv_get`. */
export function membersOf({ client, server }: LinkModel): readonly string[] {
  return [client, server].flatMap(({ envelope, message, members }) => (envelope ? members.map(({ name }) => `${message.typeName}.${name}`) : []));
}

/** Compares the links that an RPC is on both sides. */
export function compareLinks([service, next]: Pair<ServiceModel>, [old, now]: Pair<MethodModel>, comparison: Comparison): void {
  if (!old.link || !now.link) return;
  const { before, after } = comparison;
  const linked = (service: ServiceModel, method: MethodModel, link: LinkModel, side: Side): Linked => ({
    ...{ service, method, link, side, names: side.service(service.typeName).links.get(method.name) as LinkNames },
  });
  const pair: Pair<Linked> = [linked(service, old, old.link, before), linked(next, now, now.link, after)];
  compareNames(pair, comparison);
  compareOpening(pair, comparison);
  const told = sides.flatMap((side) => compareEnd(side, pair, comparison).map((change): Told => ({ change, side })));
  for (const change of merged(told)) comparison.add(change);
}

/** What is told of both ends alike is told once. `$END` stands for who says it. */
function merged(told: readonly Told[]): readonly Change[] {
  const ends = new Map<string, { readonly change: Change; readonly of: LinkSide[] }>();
  for (const { change, side } of told) {
    const key = JSON.stringify([change.what, change.became, change.element, change.text]);
    const known = ends.get(key);
    if (known) known.of.push(side);
    else ends.set(key, { change, of: [side] });
  }
  return [...ends.values()].map(({ change, of }) => {
    const who = of.length > 1 ? "either end" : `the ${of[0]}`;
    return { ...change, text: change.text.replaceAll("$END", who) };
  });
}

function base({ service, method, side }: Linked): Pick<Change, "what" | "element" | "typescript" | "service" | "place"> {
  const element = `${service.typeName}.${method.name}`;
  const { client } = side.service(service.typeName);
  const typescript = `${client}.${side.methods(service).get(method.name)}`;
  return { what: "link", element, typescript, service: service.typeName, place: side.place(service.typeName, method.name) };
}

function compareNames([old, now]: Pair<Linked>, { add }: Comparison): void {
  const flat = ({ names: { client, server } }: Linked): readonly string[] => [client.link, server.link, client.handlers, server.handlers];
  const other = flat(now).flatMap((name, i) => (flat(old)[i] === name ? [] : [`${flat(old)[i]} is ${name}`]));
  if (other.length > 0) add(change({ ...base(now), covers: [], became: "renamed", text: `${other.join(", ")} now`, source: true }));
}

function compareOpening([old, now]: Pair<Linked>, { mapped, add }: Comparison): void {
  const [was, is] = [old.link.opening, now.link.opening];
  const told = { ...base(now), covers: [] };
  const { typescript } = told;
  const opening = (linked: Linked, { member, message }: NonNullable<LinkModel["opening"]>): string => `${member}, ${linked.side.init(message.typeName)}`;
  if (was && is) {
    if (was.member === is.member && mapped(was.message.typeName) === is.message.typeName) return;
    add(change({ ...told, became: "changed", text: `${typescript}() opens with ${opening(now, is)}, and did with ${opening(old, was)}`, source: true }));
  } else if (is) {
    add(change({ ...told, became: "changed", text: `${typescript}() needs options.opening now, which says ${opening(now, is)}`, source: true }));
  } else if (was) {
    add(change({ ...told, became: "changed", text: `${typescript}() opens with nothing any more, and did with ${opening(old, was)}`, source: true }));
  }
}

/** An end on one of the sides, with the names of what it says. */
interface NamedEnd {
  readonly end: EndModel;
  readonly linked: Linked;
  readonly names: ReadonlyMap<string, string>;
  /** The field numbers of its members. */
  readonly numbers: ReadonlyMap<string, number>;
}

function namedEnd(end: EndModel, linked: Linked): NamedEnd {
  const names = linkMemberNames(end, linked.side.message(end.message.typeName));
  const numbers = new Map(linked.side.desc(end.message.typeName)?.fields.map(({ name, number }) => [name, number]));
  return { end, linked, names: new Map(end.members.map(({ name }, i) => [name, names[i] as string])), numbers };
}

function compareEnd(side: LinkSide, [old, now]: Pair<Linked>, comparison: Comparison): readonly Change[] {
  const { mapped } = comparison;
  const ends: Pair<NamedEnd> = [namedEnd(old.link[side], old), namedEnd(now.link[side], now)];
  const members: Pair<readonly MemberModel[]> = [ends[0].end.members, ends[1].end.members];
  const { both, gone, added } = paired(members[0], members[1], ({ name }) => name);
  const isBoth = ends[0].end.envelope !== null && ends[1].end.envelope !== null;
  const fits = (a: MemberModel, b: MemberModel): boolean =>
    isBoth && mapped(a.message.typeName) === b.message.typeName && ends[0].numbers.get(a.name) === ends[1].numbers.get(b.name);
  // A message that comes bare is the only one, whatever it is called.
  const renamed = isBoth ? guessed(gone, added, fits) : guessed(gone, added, (a, b) => mapped(a.message.typeName) === b.message.typeName);
  return [
    ...[...both, ...renamed].flatMap((pair) => compareMember(side, pair, ends, comparison)),
    ...gone.filter((member) => isMethod(member) && !renamed.some(([a]) => a === member)).map((member) => removeMember(side, member, ends)),
    ...added.filter((member) => isMethod(member) && !renamed.some(([, b]) => b === member)).map((member) => addMember(side, member, ends[1])),
    ...compareEndParts(ends, comparison),
    ...compareGroups(ends),
  ];
}

/** @param of the end that is there: of the new link, or, for what is gone, of the old one */
function memberChange(side: LinkSide, member: MemberModel, of: NamedEnd): Pick<Change, "what" | "element" | "typescript" | "service" | "place" | "covers"> {
  const { end, linked, names, numbers } = of;
  const { typeName } = end.message;
  const element = end.envelope ? `${typeName}.${member.name}` : typeName;
  return {
    ...{ what: "link member", element, typescript: `${linked.names[side].link}.${names.get(member.name)}`, service: linked.service.typeName },
    place: end.envelope ? linked.side.place(typeName, member.name) : linked.side.place(typeName),
    covers: [element, `${typeName}#${numbers.get(member.name)}`],
  };
}

/** `kvGet(request: KVGetReq): KVGetRes`, or `log(message: Log)`. */
function methodText({ name, message, request }: MemberModel, { linked: { side }, names }: NamedEnd): string {
  const face = side.face(message.typeName);
  return request ? `${names.get(name)}(request: ${face}): ${side.face(request.replyMessage.typeName)}` : `${names.get(name)}(message: ${face})`;
}

function addMember(side: LinkSide, member: MemberModel, end: NamedEnd): Change {
  const text = member.request
    ? `$END can ask ${methodText(member, end)}: write the handler of the other end; call link.${end.names.get(member.name)}`
    : `$END can say ${methodText(member, end)}`;
  return change({ ...memberChange(side, member, end), became: "added", text, todo: member.request !== null });
}

function removeMember(side: LinkSide, member: MemberModel, [old, now]: Pair<NamedEnd>): Change {
  const isThere = now.end.envelope !== null && now.linked.side.hasMember(now.end.message.typeName, member.name);
  const text = `$END says ${methodText(member, old)} no more${isThere ? ", though it is still in the envelope" : ""}: its method and its handler are gone`;
  const covers = [`${now.end.message.typeName}.${member.name}`, `${now.end.message.typeName}#${old.numbers.get(member.name)}`];
  return change({ ...memberChange(side, member, old), service: now.linked.service.typeName, became: "removed", text, source: true, covers });
}

function compareMember(side: LinkSide, [old, now]: Pair<MemberModel>, ends: Pair<NamedEnd>, { after, mapped }: Comparison): readonly Change[] {
  const [was, is] = ends;
  if (!isMethod(old) && !isMethod(now)) return [];
  const told = memberChange(side, now, is);
  const covers = [...told.covers, `${is.end.message.typeName}#${was.numbers.get(old.name)}`];
  const changes: Change[] = [];
  const [wasName, isName] = [was.names.get(old.name) as string, is.names.get(now.name) as string];
  if (wasName !== isName || (old.name !== now.name && is.end.envelope)) {
    const guess = old.name !== now.name;
    const pin = wasName === isName ? null : pinOf(is.end.envelope ? "fields" : "messages", told.element, wasName, is.names.values());
    const same = `of $END: ${isName} may be the member ${now.name} now, no more ${old.name}`;
    const text = wasName === isName ? same : `of $END: ${wasName} ${guess ? "may be" : "is"} ${isName} now`;
    changes.push(change({ ...told, covers, became: "renamed", text, source: wasName !== isName, guess, pin: is.end.envelope ? pin : null }));
  }
  const isOther =
    old.role !== now.role ||
    mapped(old.message.typeName) !== now.message.typeName ||
    (old.request && now.request && mapped(old.request.replyMessage.typeName) !== now.request.replyMessage.typeName);
  const isRepaired = old.request && now.request && old.request.reply !== now.request.reply;
  if (isOther || isRepaired) {
    const texts = [roleText(old, was), roleText(now, is)];
    const wire = isRepaired ? [`${now.name} was answered by ${old.request?.reply}, and is by ${now.request?.reply}`] : [];
    changes.push(
      change({ ...told, covers, became: "changed", text: `of $END: ${isName} was ${texts[0]}, and is ${texts[1]}`, wire, source: isOther === true }),
    );
  } else if (old.request && now.request) {
    changes.push(...compareRequests(side, [old, now], ends, covers));
  }
  const found =
    old.request &&
    now.request &&
    faultChange(`link.${isName}`, after.face(now.request.replyMessage.typeName), [old.request.replyFault, now.request.replyFault], undefined);
  if (found) changes.push(change({ ...told, what: "fault", ...found, covers: [] }));
  return changes;
}

function roleText(member: MemberModel, end: NamedEnd): string {
  const text = methodText(member, end);
  return member.request ? `the request ${text}, answered by ${member.request.reply}` : `the ${member.role} ${text}`;
}

/** What differs in how a request goes, with the same messages. */
function compareRequests(side: LinkSide, [old, now]: Pair<MemberModel>, ends: Pair<NamedEnd>, covers: readonly string[]): readonly Change[] {
  const [a, b] = [old.request, now.request];
  if (!a || !b) return [];
  const told = { ...memberChange(side, now, ends[1]), covers };
  const name = ends[1].names.get(now.name);
  const by = ({ match }: typeof a): string => (match.by === "id" ? `the id ${match.id}` : `the ${match.by}`);
  const empty = `of $END: ${name} is ${b.emptyReply ? "answered by an empty envelope, too: handlers may return nothing" : "not answered by an empty envelope any more"}`;
  return [
    ...(by(a) === by(b)
      ? []
      : [change({ ...told, became: "changed", text: `of $END: ${name} is told from others by ${by(b)} now`, wire: [`it was by ${by(a)}`], source: false })]),
    ...(!a.emptyReply === !b.emptyReply ? [] : [change({ ...told, became: "changed", text: empty, source: !b.emptyReply })]),
    ...(!a.idempotent === !b.idempotent
      ? []
      : [change({ ...told, became: "changed", text: `of $END: ${name} is ${b.idempotent ? "sent again" : "not sent again"} if the connection is lost` })]),
  ];
}

/** The envelope, the probe and the error member of an end. */
function compareEndParts([was, is]: Pair<NamedEnd>, { mapped }: Comparison): readonly Change[] {
  const { end: old } = was;
  const { end: now, linked } = is;
  const told = { ...base(linked), covers: [] };
  const differs = (a: string | undefined, b: string | undefined): boolean => a !== b;
  const part = (a: string | undefined, b: string | undefined): string => `${b ?? "nothing"}, before: ${a ?? "nothing"}`;
  const correlations = [old.envelope?.correlation?.field, now.envelope?.correlation?.field] as const;
  const errors = [old.error?.member, now.error?.member] as const;
  const message = mapped(old.message.typeName) === now.message.typeName;
  return [
    ...(message && differs(...correlations)
      ? [
          change({
            ...told,
            became: "changed",
            text: `what correlates the messages of $END: ${part(...correlations)}`,
            wire: ["replies are told apart otherwise"],
          }),
        ]
      : []),
    ...(differs(old.probe?.member, now.probe?.member)
      ? [change({ ...told, became: "changed", text: `what probes whether the other is there, of $END: ${part(old.probe?.member, now.probe?.member)}` })]
      : []),
    ...(differs(...errors) ? [change({ ...told, became: "changed", text: `what tells errors where no reply can, of $END: ${part(...errors)}` })] : []),
  ];
}

/** The groups of an end: `kv.get`, with the member that it stands for. */
function groupsIn({ end, names }: NamedEnd): ReadonlyMap<string, string> {
  const methods = new Map(end.members.filter(isMethod).map(({ name }) => [name, names.get(name) as string]));
  const paths = new Map<string, string>();
  const walk = (groups: ReturnType<typeof groupNames>, prefix: string): void => {
    for (const { name, members, groups: inner } of groups) {
      for (const { name: member, method } of members) paths.set(`${prefix}${name}.${member}`, method);
      walk(inner, `${prefix}${name}.`);
    }
  };
  walk(groupNames(end.groups, methods), "");
  return paths;
}

/** What stands in a group on one side alone, though the method is on both. */
function compareGroups([old, now]: Pair<NamedEnd>): readonly Change[] {
  const [was, is] = [groupsIn(old), groupsIn(now)];
  const common = new Set([...old.names.values()].filter((name) => [...now.names.values()].includes(name)));
  const only = (paths: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): readonly (readonly [string, string])[] =>
    [...paths].filter(([path, method]) => !others.has(path) && common.has(method));
  const told = (path: string) => ({ ...base(now.linked), what: "group", typescript: `link.${path}`, covers: [] }) as const;
  return [
    ...only(was, is).map(([path, method]) =>
      change({ ...told(path), became: "removed", text: `of $END: link.${path} is gone: call link.${method}`, source: true }),
    ),
    ...only(is, was).map(([path, method]) => change({ ...told(path), became: "added", text: `of $END: link.${path} is link.${method}` })),
  ];
}
