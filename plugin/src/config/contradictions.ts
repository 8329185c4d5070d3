/** What a config says against itself: all that can be told without the protos that it is for. */
import { type DescMessage, isFieldSet, type MessageShape } from "@bufbuild/protobuf";
import type { Problems } from "../diagnostics.js";
import {
  type Any,
  Any_Content,
  AnySchema,
  Code,
  type Config,
  type Enum,
  type Envelope,
  EnvelopeSchema,
  type Fault,
  type FaultCode,
  FaultSchema,
  type Field,
  Field_Text,
  FieldSchema,
  type Link,
  LinkSchema,
  type Member,
  type Message,
  MessageSchema,
  type Method,
  MethodSchema,
  type Oneof,
  type Package,
  type Scope,
  ScopeSchema,
  type Service,
  ServiceSchema,
  Tag_Kind,
} from "../gen/protobridge/v1/config_pb.js";
import { isReservedType } from "../names.js";
import { quote } from "./nearest.js";

/** Where something was said, by its path: `place("fault", "code")` inside of a rule of a message. */
export type Place = (...path: string[]) => string;

/** Checks what is said of one element. */
export type RuleCheck<Rule> = (rule: Rule, place: Place, problems: Problems) => void;

/** Checks all that a config says. */
export function checkConfig(config: Config, place: Place, problems: Problems): void {
  const each = <Rule>(section: string, rules: { readonly [name: string]: Rule }, check: RuleCheck<Rule>): void => {
    for (const [name, rule] of Object.entries(rules)) check(rule, below(place, section, name), problems);
  };
  each("packages", config.packages, checkPackage);
  each("services", config.services, checkService);
  each("methods", config.methods, checkMethod);
  each("messages", config.messages, checkMessage);
  each("fields", config.fields, checkField);
  each("oneofs", config.oneofs, checkOneof);
  each("enums", config.enums, checkEnum);
}

/** The places inside of a part. */
export function below(place: Place, ...part: readonly string[]): Place {
  return (...path) => place(...part, ...path);
}

/** Checks what is said of a package. */
export const checkPackage: RuleCheck<Package> = ({ any }, place, problems) => {
  if (any) checkAny(any, below(place, "any"), problems);
};

/** Checks what is said of a service, and of its scopes. */
export const checkService: RuleCheck<Service> = (rule, place, problems) => {
  if (rule.skip) checkAlone(ServiceSchema, rule, "skip", "skip: true", place, problems);
  checkTypeName(rule.name, place, problems);
  for (const [field, scope] of Object.entries(rule.scopes)) checkScope(scope, below(place, "scopes", field), problems);
};

const checkScope: RuleCheck<Scope> = (rule, place, problems) => {
  if (rule.none) checkAlone(ScopeSchema, rule, "none", "none: true", place, problems);
  checkName(rule.name, place, problems);
};

/** Checks what is said of an RPC. */
export const checkMethod: RuleCheck<Method> = (rule, place, problems) => {
  if (rule.skip) checkAlone(MethodSchema, rule, "skip", "skip: true", place, problems);
  checkName(rule.name, place, problems);
  for (const [i, code] of rule.statuses.entries()) {
    if (code === Code.OK) problems.error(place("statuses", String(i)), "statuses lists codes of errors: OK is none");
  }
  if (rule.link) checkLink(rule.link, below(place, "link"), problems);
};

const checkLink: RuleCheck<Link> = (rule, place, problems) => {
  if (rule.none) checkAlone(LinkSchema, rule, "none", "none: true", place, problems);
};

/** Checks what is said of a message: of its fault, and of it as an envelope. */
export const checkMessage: RuleCheck<Message> = (rule, place, problems) => {
  if (rule.skip) checkAlone(MessageSchema, rule, "skip", "skip: true", place, problems);
  checkTypeName(rule.name, place, problems);
  if (rule.fault) {
    checkFault(rule.fault, below(place, "fault"), problems);
    if (rule.value && !rule.fault.none && !rule.skip) beside(place, "fault", "value", "value: true", problems);
  }
  if (rule.envelope) {
    checkEnvelope(rule.envelope, below(place, "envelope"), problems);
    if (rule.value && !rule.envelope.none && !rule.skip) beside(place, "envelope", "value", "value: true", problems);
  }
};

const checkEnvelope: RuleCheck<Envelope> = (rule, place, problems) => {
  if (rule.none) checkAlone(EnvelopeSchema, rule, "none", "none: true", place, problems);
  else {
    if (rule.noCorrelation && rule.correlation !== "") beside(place, "correlation", "no_correlation", "no_correlation: true", problems);
    if (rule.noError && rule.error !== "") beside(place, "error", "no_error", "no_error: true", problems);
  }
};

/** Checks what is said of a field. */
export const checkField: RuleCheck<Field> = (rule, place, problems) => {
  if (rule.skip) checkAlone(FieldSchema, rule, "skip", "skip: true", place, problems);
  checkName(rule.name, place, problems);
  if (rule.member) checkMember(rule.member, below(place, "member"), problems);
  if (!rule.any) return;
  checkAny(rule.any, below(place, "any"), problems);
  if (rule.text !== Field_Text.UNSPECIFIED && !rule.skip) beside(place, "text", "any", "any", problems);
};

const checkMember: RuleCheck<Member> = (rule, place, problems) => {
  if (!rule.noReply) return;
  const ofRequests = { reply: rule.reply, id: rule.id, accept_empty_reply: rule.acceptEmptyReply, idempotent: rule.idempotent, probe: rule.probe };
  for (const [field, value] of Object.entries(ofRequests)) if (value) beside(place, field, "no_reply", "no_reply: true", problems);
};

/** Checks what is said of a oneof. */
export const checkOneof: RuleCheck<Oneof> = ({ name }, place, problems) => checkName(name, place, problems);

/** Checks what is said of an enum. */
export const checkEnum: RuleCheck<Enum> = ({ name }, place, problems) => checkTypeName(name, place, problems);

const checkFault: RuleCheck<Fault> = (rule, place, problems) => {
  if (rule.none) checkAlone(FaultSchema, rule, "none", "none: true", place, problems);
  if (rule.code) checkCode(rule.code, below(place, "code"), problems);
  if (rule.reason) checkCode(rule.reason, below(place, "reason"), problems);
};

const checkCode: RuleCheck<FaultCode> = ({ codes }, place, problems) => {
  for (const [i, { wire, code }] of codes.entries()) {
    if (wire === "") problems.error(place("codes", String(i)), "wire is missing: the value that means the code");
    if (code === Code.OK) problems.error(place("codes", String(i), "code"), "code has to be that of an error, not OK, which it is if it is left out");
  }
};

const checkAny: RuleCheck<Any> = (rule, place, problems) => {
  if (rule.content === Any_Content.MESSAGE) checkAlone(AnySchema, rule, "content", "content: MESSAGE", place, problems);
  if (rule.content === Any_Content.JSON) {
    if (rule.typeUrl !== "") checkTypeUrl(rule.typeUrl, "type_url", place("type_url"), problems);
    for (const [i, url] of rule.alsoTypeUrls.entries()) checkTypeUrl(url, "a type URL", place("also_type_urls", String(i)), problems);
  }
  const before = new Map<string, string>();
  for (const [i, { name, kind }] of rule.tags.entries()) {
    const tag = `${name}, ${Tag_Kind[kind]}`;
    if (name === "") problems.error(place("tags", String(i)), "a tag has to have a name");
    else if (name.includes("/")) problems.error(place("tags", String(i), "name"), `a tag must not contain "/": ${quote(name)}`);
    else if (before.has(tag)) problems.error(place("tags", String(i)), `the tag ${tag} is there already${at(before.get(tag), place("tags", String(i)))}`);
    before.set(tag, place("tags", String(i)));
  }
};

function checkTypeUrl(url: string, label: string, place: string, problems: Problems): void {
  if (url.split("{tag}").length !== 2) problems.error(place, `${label} has to contain {tag} once, since content is JSON: ${quote(url)}`);
}

/** All other fields have nothing to say beside one. */
function checkAlone<Desc extends DescMessage>(schema: Desc, rule: MessageShape<Desc>, alone: string, what: string, place: Place, problems: Problems): void {
  for (const field of schema.fields) if (field.name !== alone && isFieldSet(rule, field)) beside(place, field.name, alone, what, problems);
}

function beside(place: Place, field: string, other: string, what: string, problems: Problems): void {
  problems.error(place(field), `${field} cannot stand beside ${what}${at(place(other), place(field))}`);
}

/** The other place, unless it is the same. */
function at(other: string | undefined, place: string): string {
  return other === undefined || other === place ? "" : ` (${other})`;
}

function checkName(name: string, place: Place, problems: Problems): void {
  if (name !== "" && !/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) problems.error(place("name"), `name is no identifier of TypeScript: ${quote(name)}`);
}

function checkTypeName(name: string, place: Place, problems: Problems): void {
  checkName(name, place, problems);
  if (isReservedType(name)) problems.error(place("name"), `name is a word that TypeScript keeps to itself: ${quote(name)}`);
}
