/** What templates are given of links: names and types of what each end says and hears, and what the runtime is told of it. */
import { isMethod } from "../model/link/end.js";
import { opposite } from "../model/link/ends.js";
import type { EndModel, LinkModel, MemberModel } from "../model/link/link.js";
import type { MessageModel } from "../model/message.js";
import type { MessageRef } from "../model/type.js";
import { type GroupNames, groupNames, type LinkNames, linkCases, linkMemberNames, memberKey } from "../names.js";
import type { Options } from "../options.js";
import { type Code, propertyType, takesObject } from "../types.js";
import { literal } from "./companions.js";
import type { More } from "./docs.js";
import { throwsTag } from "./tags.js";

/** How links are told. */
export interface LinkContext {
  readonly options: Options;
  message(typeName: string): MessageModel | undefined;
  /** The property of a field or a oneof. */
  propertyOf(typeName: string, member: string): string;
  code(pieces: Code): string;
}

/** One end of a link, for its interfaces. */
export interface LinkEndData {
  readonly side: "client" | "server";
  readonly link: string;
  readonly handlers: string;
  /** What the other end said first: a server's link has it. */
  readonly opening: MessageRef | null;
  readonly says: readonly LinkMethodData[];
  readonly hears: readonly LinkMethodData[];
  readonly groups: readonly { readonly key: string; readonly first: string; readonly type: string }[];
  /** The type of the envelope's other fields that it can send, if there are any. */
  readonly stamps: string | null;
  /** The type of those that it is given, unknown fields included. */
  readonly envelope: string;
}

/** A method of a link, and a handler of its other end. */
export interface LinkMethodData {
  readonly key: string;
  readonly member: MemberModel;
  /** The message that has the field, or that comes bare. */
  readonly typeName: string;
  /** Whether it comes bare: then there is no field. */
  readonly bare: boolean;
  /** Whether the message may be left out: an empty object stands for it. */
  readonly optional: boolean;
}

/** One end of a link, for the runtime: what is text is a literal, or the inside of one. */
export interface EndShapeData {
  readonly side: "client" | "server";
  readonly envelope: string;
  readonly members: readonly { readonly name: string; readonly message: MessageRef; readonly more: string; readonly fault: MemberModel["fault"] }[];
  readonly rest: string;
}

/** A link, for the runtime. */
export interface LinkShapeData {
  readonly ends: readonly EndShapeData[];
  /** The name of what the client says first. */
  readonly opening: string | null;
}

const sides = ["client", "server"] as const;

/** Both ends of a link, the client's first. */
export function linkEnds(link: LinkModel, names: LinkNames, context: LinkContext): readonly LinkEndData[] {
  return sides.map((side): LinkEndData => {
    const own = link[side];
    const other = link[opposite(side)];
    return {
      side,
      ...names[side],
      opening: side === "server" && link.opening ? link.opening.message : null,
      says: methodsOf(own, context),
      hears: methodsOf(other, context),
      groups: groupsOf(own, context).map((group) => ({
        key: memberKey(group.name),
        first: group.members[0]?.method ?? "",
        type: context.code(groupType(group, names[side].link)),
      })),
      stamps: own.envelope && own.envelope.stamps.length > 0 ? context.code(stampsType(own, "init", context)) : null,
      envelope: context.code(stampsType(other, "face", context)),
    };
  });
}

function methodsOf(end: EndModel, context: LinkContext): readonly LinkMethodData[] {
  const names = namesIn(end, context);
  return end.members.filter(isMethod).map((member) => ({
    key: memberKey(names.get(member.name) as string),
    member,
    typeName: end.message.typeName,
    bare: end.envelope === null,
    optional: takesObject(member.message, context.message(member.message.typeName)),
  }));
}

function namesIn(end: EndModel, context: LinkContext): ReadonlyMap<string, string> {
  const names = linkMemberNames(end, context.message(end.message.typeName));
  return new Map(end.members.map(({ name }, i) => [name, names[i] as string]));
}

function groupsOf(end: EndModel, context: LinkContext): readonly GroupNames[] {
  const names = namesIn(end, context);
  return groupNames(end.groups, new Map(end.members.filter(isMethod).map(({ name }) => [name, names.get(name) as string])));
}

function groupType({ members, groups }: GroupNames, link: string): Code {
  const entries: Code[] = [
    ...members.map(({ name, method }): Code => [`readonly ${memberKey(name)}: ${link}[${literal(method)}]`]),
    ...groups.map((group): Code => [`readonly ${memberKey(group.name)}: `, ...groupType(group, link)]),
  ];
  return ["{ ", ...joined(entries), " }"];
}

function stampsType(end: EndModel, side: "face" | "init", { message: messageOf, propertyOf, options }: LinkContext): Code {
  const properties = messageOf(end.message.typeName)?.properties ?? [];
  const stamps = properties.filter(({ member }) => end.envelope?.stamps.includes(member));
  const entries = stamps.map((property): Code => {
    const key = memberKey(propertyOf(end.message.typeName, property.member));
    const type = propertyType(property, side, options.int64);
    return side === "init" ? [`${key}?: `, ...type, " | undefined"] : [`${key}${property.optional ? "?" : ""}: `, ...type];
  });
  if (side === "face") entries.push(["$unknown?: ", { of: "runtime", name: "UnknownField" }, "[]"]);
  return ["{ ", ...joined(entries), " }"];
}

function joined(entries: readonly Code[]): Code {
  return entries.flatMap((entry, i) => (i === 0 ? entry : ["; ", ...entry]));
}

/** What the runtime is told of a link: of both ends, the client's first. */
export function linkShape(link: LinkModel, context: LinkContext): LinkShapeData {
  const names = { client: namesIn(link.client, context), server: namesIn(link.server, context) };
  const ends = sides.map((side): EndShapeData => {
    const end = link[side];
    const own = names[side];
    const nameOf = (member: string | undefined): string | undefined => (member === undefined ? undefined : own.get(member));
    const propertyOf = (member: string | undefined): string | undefined =>
      member === undefined ? undefined : context.propertyOf(end.message.typeName, member);
    const cases = linkCases(end, context.message(end.message.typeName));
    const groups = groupsOf(end, context);
    return {
      side,
      envelope: inside({ oneof: propertyOf(end.envelope?.oneof), correlation: propertyOf(end.envelope?.correlation?.field) }),
      members: end.members.map((member) => ({
        name: own.get(member.name) as string,
        message: member.message,
        more: inside(memberShape(member, own, cases, names[opposite(side)], context)),
        fault: member.fault,
      })),
      rest: inside({
        groups: groups.length > 0 ? groupShape(groups) : undefined,
        probe: nameOf(end.probe?.member),
        error: errorShape(end, own, context),
      }),
    };
  });
  return { ends, opening: link.opening ? (names.client.get(link.opening.member) as string) : null };
}

function memberShape(
  { name, message, role, request }: MemberModel,
  own: ReadonlyMap<string, string>,
  cases: ReadonlyMap<string, string>,
  replies: ReadonlyMap<string, string>,
  { propertyOf }: LinkContext,
): object {
  const inOneof = cases.get(name);
  const id = request?.match.id;
  return {
    case: inOneof === own.get(name) ? undefined : inOneof,
    reply: request ? replies.get(request.reply) : undefined,
    isReply: role === "reply" ? true : undefined,
    id: request && id ? [propertyOf(message.typeName, id), propertyOf(request.replyMessage.typeName, id)] : undefined,
    emptyReply: request?.emptyReply ? true : undefined,
    idempotent: request?.idempotent ? true : undefined,
  };
}

function groupShape(groups: readonly GroupNames[]): object {
  const shape = (group: GroupNames): object =>
    Object.fromEntries([
      ...group.members.map(({ name, method }) => [memberKey(name), method]),
      ...group.groups.map((inner) => [memberKey(inner.name), shape(inner)]),
    ]);
  return Object.fromEntries(groups.map((group) => [memberKey(group.name), shape(group)]));
}

function errorShape({ error }: EndModel, own: ReadonlyMap<string, string>, { propertyOf }: LinkContext): object | undefined {
  if (!error) return undefined;
  const { member, typeName, code, message } = error;
  return { member: own.get(member), code: code && [propertyOf(typeName, code.field), code.as], message: propertyOf(typeName, message) };
}

/** The inside of an object literal; "" if there is nothing in it. */
function inside(members: object): string {
  const text = literal(members);
  return text === "{  }" ? "" : text.slice(2, -2);
}

// --- docs --------------------------------------------------------------------------------------------------------------

/** What is said of a method of a link. */
export function sayNote({ member: { request } }: LinkMethodData): More {
  if (!request) return { note: "Notification: resolves when it is queued; waits while the queue is full." };
  const empty = request.emptyReply ? ", or by an envelope with nothing but its correlation" : "";
  const again = request.idempotent ? " It is sent again if the connection is lost before the reply came." : "";
  return {
    note: `Request, answered by \`${request.reply}\`${empty}.${again}`,
    tag: request.replyFault ? throwsTag(request.replyFault, "reply") : undefined,
  };
}

/** What is said of a handler of a link. */
export function hearNote({ member: { request } }: LinkMethodData): More {
  if (!request) return { note: "Notification: there is no reply." };
  const empty = request.emptyReply ? ", or by an envelope with nothing but its correlation if nothing is returned" : "";
  return { note: `Request, answered by \`${request.reply}\`${empty}.` };
}
