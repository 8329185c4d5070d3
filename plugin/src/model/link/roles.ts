/** Members of an end that have a further part to play. */
import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { Code } from "../../gen/protobridge/v1/config_pb.js";
import type { Deciding } from "../deciding.js";
import { isInteger, isWellKnownValue, messageRef } from "../type.js";
import { type EnvelopeFound, isLeftOut, isValueMessage } from "./envelope.js";
import type { EndModel, ErrorMemberModel, MemberModel } from "./link.js";
import { isTelling } from "./match.js";

/** A member of an end, as it was decided. */
export interface Decided {
  readonly field: DescField;
  readonly model: MemberModel;
}

const errors = ["err", "error", "failure"];
const probes = ["ping", "heartbeat", "keepalive", "keep_alive", "probe"];

/**
 * Decides which notification tells an error: what the config says, else the first by number that is named so and has a string `message`.
 *
 * @param envelope that the end sends
 */
export function errorOf(envelope: EnvelopeFound, members: readonly Decided[], deciding: Deciding): Pick<EndModel, "error" | "noError"> {
  const { desc, oneof } = envelope;
  const said = deciding.settings.message(desc.typeName);
  const rule = said.rule.envelope;
  if (rule?.noError) {
    return { error: null, noError: { rule: "error member", because: "no member tells an error", from: said.from("envelope", "no_error") ?? null } };
  }
  const from = said.from("envelope", "error") ?? null;
  const named = rule?.error ? members.find(({ field }) => field.name === rule.error) : undefined;
  if (named) {
    const error = errorModel(named.field, deciding);
    if (named.model.role !== "notification") {
      const text = `${desc.typeName}: the error ${named.field.name} is no notification: ${named.model.reason.because}`;
      deciding.problems.error(from ?? deciding.place(named.field), text);
    }
    const because = `${named.field.name} tells an error where no reply can`;
    return { error: error ? { ...error, reason: { rule: "error member", because, from } } : null, noError: null };
  }
  const unsaid = desc.fields.find(({ name }) => name === rule?.error);
  if (unsaid) {
    // What this end does not say, the other one may.
    const why = isLeftOut(unsaid, deciding) ? "is skipped" : unsaid.oneof !== oneof ? `is no member of ${oneof.name}` : undefined;
    if (why !== undefined) deciding.problems.error(from ?? deciding.place(unsaid), `${desc.typeName}: the error ${unsaid.name} ${why}`);
    return { error: null, noError: null };
  }
  const candidates = members.filter(({ field, model }) => model.role === "notification" && errors.includes(field.name));
  for (const { field } of candidates.toSorted((a, b) => a.field.number - b.field.number)) {
    const error = errorModel(field, deciding);
    if (!error) continue;
    const because = `${field.name} is called so, and has a string ${error.message}${error.code ? ` and a ${error.code.field}` : ""}`;
    return { error: { ...error, reason: { rule: "error member", because, from: null } }, noError: null };
  }
  return { error: null, noError: null };
}

function errorModel({ name, message }: DescField, deciding: Deciding): Omit<ErrorMemberModel, "reason"> | undefined {
  if (!message || messageRef(message).role !== "message" || isValueMessage(message, deciding)) return undefined;
  const text = message.fields.find((field) => field.name === "message" && isTelling(field) && !isLeftOut(field, deciding));
  if (!text) return undefined;
  const code = message.fields.find((field) => field.name === "code" && !isLeftOut(field, deciding));
  const as = code && codeAs(code);
  return { member: name, typeName: message.typeName, code: code && as ? { field: code.name, as } : null, message: text.name };
}

function codeAs(field: DescField): "number" | "name" | undefined {
  if (field.oneof) return undefined;
  if (field.fieldKind === "enum") return isOfGrpc(field.enum) ? "number" : undefined;
  if (field.fieldKind !== "scalar") return undefined;
  return isInteger(field.scalar) ? "number" : field.scalar === ScalarType.STRING ? "name" : undefined;
}

/** Whether an enum has the numbers of gRPC's codes: `NOT_FOUND`, or `CODE_NOT_FOUND`, is 5. What 0 is called says nothing. */
function isOfGrpc({ values }: DescEnum): boolean {
  return values.every(({ name, number }) => {
    const code = Code[number];
    return number === 0 || (code !== undefined && (name === code || name.endsWith(`_${code}`)));
  });
}

/** Decides which request asks whether the other end is there: what the config says, else the first by number that is named so. */
export function probeOf(members: readonly Decided[], deciding: Deciding): EndModel["probe"] {
  const requests = members.filter(({ model }) => model.role === "request").toSorted((a, b) => a.field.number - b.field.number);
  const ruleOf = ({ parent, name }: DescField): boolean | undefined => deciding.settings.field(parent.typeName, name).rule.member?.probe;
  const [said, ...others] = requests.filter(({ field }) => ruleOf(field));
  if (said) {
    const place = ({ parent, name }: DescField): string | undefined => deciding.settings.field(parent.typeName, name).from("member", "probe");
    const complain = ({ field }: Decided, why: string): void =>
      deciding.problems.error(place(field) ?? deciding.place(field), `${field.parent.typeName}.${field.name}: probe: ${why}`);
    for (const other of others) complain(other, `an end has one probe, and that is ${said.field.name} (${place(said.field)})`);
    const needed = neededBy(said.field.message as DescMessage, deciding);
    if (needed !== undefined) complain(said, needed);
    return {
      member: said.field.name,
      reason: { rule: "probe", because: `${said.field.name} asks whether the other end is there`, from: place(said.field) ?? null },
    };
  }
  const found = requests.find(
    ({ field }) => probes.includes(field.name) && ruleOf(field) === undefined && neededBy(field.message as DescMessage, deciding) === undefined,
  );
  return found ? { member: found.field.name, reason: { rule: "probe", because: `${found.field.name} is a request of that name`, from: null } } : null;
}

/** What of a message has to be filled in before it can be sent; undefined if nothing has to. */
function neededBy(desc: DescMessage, deciding: Deciding): string | undefined {
  if (isWellKnownValue(desc.typeName) || isValueMessage(desc, deciding)) {
    return `${desc.typeName} stands for a value, and which one is not told`;
  }
  const required = desc.fields.find(({ presence }) => presence === FeatureSet_FieldPresence.LEGACY_REQUIRED);
  return required && `${desc.typeName}.${required.name} is required, and its value is not told`;
}
