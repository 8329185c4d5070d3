/** Checks what is said of links against the descriptors: the fields that it names, and their types. What the other end says is for the model. */
import type { DescField, DescMessage, DescMethod } from "@bufbuild/protobuf";
import type { Problems } from "../diagnostics.js";
import type { Envelope, Member } from "../gen/protobridge/v1/config_pb.js";
import type { Place } from "./contradictions.js";
import { quote, suggestion } from "./nearest.js";
import { isString, nameOf, typeText } from "./rules.js";

/** Checks what is said of an RPC as a link: only a bidirectional stream can be one. */
export function checkLink(desc: DescMethod, place: Place, problems: Problems): void {
  if (desc.methodKind === "bidi_streaming") return;
  const kind = desc.methodKind.replace("_", " ");
  problems.error(place(), `link is for bidirectional streams: ${desc.parent.typeName}.${desc.name} is ${kind}`);
}

/** Checks what is said of a message as an envelope: its oneof, the field that tells which request a reply is for, and the member with errors. */
export function checkEnvelope(desc: DescMessage, rule: Envelope, place: Place, problems: Problems): void {
  if (rule.none) return;
  if (desc.oneofs.length === 0) {
    problems.error(place(), `envelope is for messages with a oneof: ${desc.typeName} has none`);
    return;
  }
  const oneofs = desc.oneofs.map(({ name }) => name);
  if (rule.oneof !== "" && !oneofs.includes(rule.oneof)) {
    problems.error(place("oneof"), `oneof names one that is not there: ${desc.typeName} has no ${quote(rule.oneof)}${suggestion(rule.oneof, oneofs)}`);
  }
  const isOutside = (field: DescField): boolean => isString(field) && !field.oneof;
  checkNamed(desc, rule.correlation, "correlation", "a string outside of oneofs", isOutside, place("correlation"), problems);
  const tellsError = ({ oneof, message }: DescField): boolean =>
    oneof !== undefined && (message?.fields.some((field) => field.name === "message" && isOutside(field)) ?? false);
  checkNamed(desc, rule.error, "error", "a member of a oneof, a message with a string message", tellsError, place("error"), problems);
}

/** Checks what is said of a field as a member of an envelope. */
export function checkMember(desc: DescField, rule: Member, place: Place, problems: Problems): void {
  if (!desc.oneof || !desc.message) {
    const what = desc.oneof ? typeText(desc) : "in no oneof";
    problems.error(place(), `member is for members of envelopes, which are messages in a oneof: ${nameOf(desc)} is ${what}`);
    return;
  }
  checkNamed(desc.message, rule.id, "id", "a string outside of oneofs", (field) => isString(field) && !field.oneof, place("id"), problems);
}

function checkNamed(
  desc: DescMessage,
  name: string,
  role: string,
  expected: string,
  fits: (field: DescField) => boolean,
  place: string,
  problems: Problems,
): void {
  if (name === "") return;
  const field = desc.fields.find((field) => field.name === name);
  if (!field) {
    const names = desc.fields.filter(fits).map((field) => field.name);
    problems.error(place, `${role} names a field that is not there: ${desc.typeName} has no ${quote(name)}${suggestion(name, names)}`);
  } else if (!fits(field)) {
    const inOneof = field.oneof ? `, in the oneof ${field.oneof.name}` : "";
    problems.error(place, `${role} has to be ${expected}: ${nameOf(field)} is ${typeText(field)}${inOneof}`);
  }
}
