import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { Said } from "../config/settings.js";
import { Code, type FaultCode, type Message } from "../gen/protobridge/v1/config_pb.js";
import { readsAsValue } from "./any.js";
import type { Deciding } from "./deciding.js";
import { fieldPath } from "./path.js";
import type { Reason } from "./reason.js";
import { isInteger } from "./type.js";

/** The name of a gRPC status code, as gRPC spells it: `NOT_FOUND`. */
export type CodeName = keyof typeof Code;

/** A field of a message, or of a message in it, by the names in the proto. */
export interface PathModel {
  /** Each message that the path goes through, with the field that it takes there. */
  readonly steps: readonly { readonly message: string; readonly member: string }[];
}

/** A field with a code in it, and what its values mean. */
export interface FaultCodeModel<Wire> extends PathModel {
  /** What it is when all is well. */
  readonly ok: readonly Wire[];
  /** The first that fits is taken, in both directions; null if they are the numbers of gRPC. */
  readonly codes: readonly { readonly wire: Wire; readonly code: CodeName }[] | null;
  /** What is sent for any other code. */
  readonly other: Wire | null;
}

/** Where a response carries an error. */
export interface FaultModel {
  /** A bool that is false for an error; null if `code` tells. */
  readonly success: PathModel | null;
  /** A number or an enum that tells. */
  readonly code: FaultCodeModel<number> | null;
  /** Text with a further code. */
  readonly wireReason: FaultCodeModel<string> | null;
  /** The text of the error. */
  readonly message: PathModel;
  readonly details: (PathModel & { readonly as: "status" | "any" | "map" }) | null;
  readonly reason: Reason;
}

/** Where the fields of a fault are: paths from the response. */
interface Places {
  readonly success?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: string;
}

/**
 * Decides where a response carries an error: a bool `success` with a string `error_message`, a message with an integer `code` and a string
 * `message`, or what the config says.
 */
export function faultModel(desc: DescMessage, deciding: Deciding): FaultModel | Reason | undefined {
  const said = deciding.settings.message(desc.typeName);
  const { fault } = said.rule;
  const from = said.from("fault") ?? null;
  if (fault?.none) return { rule: "fault", because: "there is none", from: said.from("fault", "none") ?? null };
  if (fault?.success && fault.code?.field) {
    deciding.problems.error(from ?? "", `${desc.typeName}: of fault.success and fault.code.field, only one can tell a fault: leave out the other`);
    return undefined;
  }
  const found = ruleFor(desc, fault !== undefined, deciding);
  if (found && "rule" in found && !fault) return found;
  const places: Places = { ...(found && "places" in found ? found.places : placesBeside(desc, fault?.code?.field, deciding)), ...placesSaid(said) };
  if (fault?.code?.field) delete (places as { success?: string }).success;
  if (fault?.success) delete (places as { code?: string }).code;
  if (places.success === undefined && places.code === undefined) {
    if (fault) deciding.problems.error(from ?? "", `${desc.typeName}: nothing tells a fault from a success: say fault.success or fault.code.field`);
    return undefined;
  }
  const because = found && "places" in found && !fault?.code?.field && !fault?.success ? found.because : describe(places);
  return build(desc, places, said, { rule: "fault", because, from }, deciding);
}

/** Tells a fault from the reason why there is none. */
export function isFault(found: FaultModel | Reason | undefined): found is FaultModel {
  return found !== undefined && "success" in found;
}

/** Where message and details are, if the code that the config says is that of a status. */
function placesBeside(desc: DescMessage, code: string | undefined, deciding: Deciding): Places {
  const status = desc.fields.find((field) => code === `${field.name}.code` && isStatus(field));
  return status ? statusPlaces(status, deciding) : {};
}

function placesSaid({ rule: { fault } }: Said<Message>): Places {
  const all = { success: fault?.success, code: fault?.code?.field, reason: fault?.reason?.field, message: fault?.message, details: fault?.details };
  return Object.fromEntries(Object.entries(all).filter(([, path]) => path !== undefined && path !== ""));
}

function describe({ success, code }: Places): string {
  return success === undefined ? `${code} tells a fault` : `${success} is false for a fault`;
}

// --- the rule ----------------------------------------------------------------------------------------------------------

function ruleFor(desc: DescMessage, settled: boolean, deciding: Deciding): { readonly places: Places; readonly because: string } | Reason | undefined {
  const none = (because: string): Reason => ({ rule: "fault", because, from: null });
  const success = desc.fields.find((field) => field.name === "success" && field.scalar === ScalarType.BOOL && isPlain(field));
  const text = desc.fields.find((field) => field.name === "error_message" && field.scalar === ScalarType.STRING && isPlain(field));
  const statuses = desc.fields.filter(isStatus);
  if (success && text && statuses.length === 0) {
    const partial = desc.fields.find((field) => field.name === "errors" && (field.fieldKind === "map" || field.fieldKind === "list"));
    if (partial) return none("no fault: with errors, success can be partial");
    return { places: { success: success.name, message: text.name }, because: "it has a bool success and a string error_message" };
  }
  if (success && statuses.length === 0) return none("no fault: there is a success, but no error_message");
  if (statuses.length === 0) return undefined;
  if (statuses.length > 1 || success) {
    const candidates = [...(success && text ? [success] : []), ...statuses].map((field) => field.name);
    if (candidates.length > 1) {
      if (!settled)
        deciding.problems.warn(
          deciding.place(desc),
          `${desc.typeName} has no fault, since ${candidates.join(" or ")} could tell it: say messages: ${desc.typeName}: { fault: { none: true } }, or { fault: { code: { field: ... } } }`,
        );
      return none(`no fault: ${candidates.join(" or ")} could tell it`);
    }
  }
  const status = statuses[0] as DescField;
  return { places: statusPlaces(status, deciding), because: `${status.name} has an integer code and a string message` };
}

function statusPlaces(status: DescField, deciding: Deciding): Places {
  const details = status.message?.fields.find((field) => field.name === "details" && detailsAs(field, deciding) !== undefined);
  return { code: `${status.name}.code`, message: `${status.name}.message`, ...(details ? { details: `${status.name}.details` } : {}) };
}

function isStatus(field: DescField): boolean {
  const has = (name: string, fits: (scalar: ScalarType) => boolean): boolean =>
    field.message?.fields.some((inner) => inner.name === name && inner.fieldKind === "scalar" && isPlain(inner) && fits(inner.scalar)) ?? false;
  return field.fieldKind === "message" && isPlain(field) && has("code", isInteger) && has("message", (scalar) => scalar === ScalarType.STRING);
}

function isPlain(field: DescField): boolean {
  return field.fieldKind !== "list" && field.fieldKind !== "map" && !field.oneof;
}

function detailsAs(field: DescField, deciding: Deciding): "status" | "any" | "map" | undefined {
  if (field.fieldKind === "scalar" && field.scalar === ScalarType.BYTES) return "status";
  // Details are whole messages: an Any that reads as a value has no place for them.
  if (field.fieldKind === "list" && field.message?.typeName === "google.protobuf.Any" && !readsAsValue(field, deciding)) return "any";
  return field.fieldKind === "map" && field.mapKey === ScalarType.STRING && field.scalar === ScalarType.STRING ? "map" : undefined;
}

// --- the model ---------------------------------------------------------------------------------------------------------

function build(desc: DescMessage, places: Places, said: Said<Message>, reason: Reason, deciding: Deciding): FaultModel | undefined {
  const { fault } = said.rule;
  let broken = false;
  const complain = (part: string, text: string): void => {
    if (broken) return;
    broken = true;
    deciding.problems.error(said.from("fault", ...part.split(".")) ?? said.from("fault") ?? deciding.place(desc), `${desc.typeName}: fault.${part}: ${text}`);
  };
  const resolve = (part: string, path: string | undefined, fits: (field: DescField) => boolean, what: string): readonly DescField[] | null => {
    if (path === undefined) return null;
    const fields = fieldPath(desc, path);
    const last = fields?.at(-1);
    if (fields && last && fits(last)) return fields;
    complain(part, `it has to be ${what}, and ${path} is ${last ? "none" : "not there"}`);
    return null;
  };
  const isBool = (field: DescField): boolean => field.parent === desc && field.fieldKind === "scalar" && field.scalar === ScalarType.BOOL;
  const success = resolve("success", places.success, isBool, "a bool field of the response itself");
  const code = resolve(
    "code.field",
    places.code,
    (field) => field.fieldKind === "enum" || (field.fieldKind === "scalar" && isInteger(field.scalar)),
    "a field with an integer or an enum",
  );
  const isText = (field: DescField): boolean => field.fieldKind === "scalar" && field.scalar === ScalarType.STRING;
  const wireReason = resolve("reason.field", places.reason, isText, "a string field");
  const message = resolve("message", places.message, isText, "a string field");
  const isDetails = (field: DescField): boolean => detailsAs(field, deciding) !== undefined;
  const details = resolve("details", places.details, isDetails, "bytes, a repeated google.protobuf.Any that stays a message, or a map of strings");
  const as = details && detailsAs(details.at(-1) as DescField, deciding);
  if (!message) complain("message", "nothing says where the text of the error is");
  if (wireReason && !fault?.reason?.other) complain("reason.other", "nothing says what is sent for a code that is not among codes");
  const model: FaultModel = {
    success: success && pathModel(success),
    code: code && numbers(code, fault?.code, complain),
    wireReason: wireReason && texts(wireReason, fault?.reason),
    message: pathModel(message ?? []),
    details: details && as ? { ...pathModel(details), as } : null,
    reason,
  };
  return broken ? undefined : model;
}

function pathModel(fields: readonly DescField[]): PathModel {
  return { steps: fields.map((field) => ({ message: field.parent.typeName, member: field.name })) };
}

function numbers(fields: readonly DescField[], said: FaultCode | undefined, complain: (part: string, text: string) => void): FaultCodeModel<number> {
  const last = fields.at(-1) as DescField;
  const values = last.enum?.values;
  const read = (part: string, wire: string): number => {
    const number = values ? values.find(({ name }) => name === wire)?.number : /^-?\d+$/.test(wire) ? Number(wire) : undefined;
    if (number === undefined)
      complain(part, values ? `${last.enum?.typeName} has no value ${wire}; there are ${values.map(({ name }) => name).join(", ")}` : `${wire} is no integer`);
    return number ?? 0;
  };
  const ok = said?.ok.map((wire) => read("code.ok", wire)) ?? [];
  if (ok.length === 0) ok.push(values?.[0]?.number ?? 0);
  const table = said?.codes.map(({ wire, code }) => ({ wire: read("code.codes", wire), code: codeName(code) })) ?? [];
  const bad = values?.find(({ number }) => !ok.includes(number))?.number;
  const codes = table.length > 0 || values ? table : null;
  if (values && bad === undefined) complain("code.field", `every value of ${last.enum?.typeName} is ok`);
  const other = said?.other ? read("code.other", said.other) : (table[0]?.wire ?? (values ? (bad ?? null) : null));
  return { ...pathModel(fields), ok, codes, other };
}

function texts(fields: readonly DescField[], said: FaultCode | undefined): FaultCodeModel<string> {
  const codes = said?.codes.map(({ wire, code }) => ({ wire, code: codeName(code) })) ?? [];
  return { ...pathModel(fields), ok: said?.ok ?? [], codes, other: said?.other ? said.other : null };
}

/** The name of a code. */
export function codeName(code: Code): CodeName {
  return Code[code] as CodeName;
}
