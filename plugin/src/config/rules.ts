/** Checks what is said of an element against its descriptor: the fields that it names, their types, and the values of enums. */
import { type DescField, type DescMessage, type DescService, ScalarType } from "@bufbuild/protobuf";
import type { Problems } from "../diagnostics.js";
import { type Any, type Fault, type FaultCode, type Field, Field_Text, type Service } from "../gen/protobridge/v1/config_pb.js";
import { scalarName } from "../model/type.js";
import { below, type Place } from "./contradictions.js";
import { comparisons, quote, suggestion } from "./nearest.js";

/** The integer types, with the range of their values. */
const integers: ReadonlyMap<ScalarType | undefined, readonly [least: bigint, most: bigint]> = new Map([
  ...[ScalarType.INT32, ScalarType.SINT32, ScalarType.SFIXED32].map((type) => [type, [-(2n ** 31n), 2n ** 31n - 1n]] as const),
  ...[ScalarType.UINT32, ScalarType.FIXED32].map((type) => [type, [0n, 2n ** 32n - 1n]] as const),
  ...[ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64].map((type) => [type, [-(2n ** 63n), 2n ** 63n - 1n]] as const),
  ...[ScalarType.UINT64, ScalarType.FIXED64].map((type) => [type, [0n, 2n ** 64n - 1n]] as const),
]);

/** Checks the scopes of a service: each has to be a string field of one of its requests. */
export function checkScopes(desc: DescService, rule: Service, place: Place, problems: Problems): void {
  const names = Object.keys(rule.scopes);
  if (names.length === 0) return;
  const fields = desc.methods.flatMap(({ input }) => input.fields);
  const strings = new Set(fields.filter(isString).map(({ name }) => name));
  const others = new Map(fields.map((field) => [field.name, field]));
  let compared = 0;
  for (const name of names) {
    if (strings.has(name)) continue;
    const other = others.get(name);
    const reason = other
      ? `a scope binds a string field: ${nameOf(other)} is ${typeText(other)}`
      : `no request of ${desc.typeName} has a field ${quote(name)}${compared++ < comparisons ? suggestion(name, strings) : ""}`;
    problems.error(place("scopes", name), reason);
  }
}

/** Checks the fault of a message: the fields that it names, and the values that their codes have. */
export function checkFault(desc: DescMessage, rule: Fault, place: Place, problems: Problems): void {
  checkPath(desc, rule.success, "success", "a bool", isBool, place("success"), problems);
  if (rule.code) {
    const { field } = rule.code;
    const found = checkPath(desc, field, "code", "an integer or an enum", isCode, place("code", "field"), problems);
    if (found) checkValues(found, rule.code, below(place, "code"), problems);
  }
  if (rule.reason) checkPath(desc, rule.reason.field, "reason", "a string", isString, place("reason", "field"), problems);
  checkPath(desc, rule.message, "message", "a string", isString, place("message"), problems);
  const details = "bytes, a map of strings by string, or repeated google.protobuf.Any";
  checkPath(desc, rule.details, "details", details, isDetails, place("details"), problems);
}

/** Checks what is said of a field: whether it is one that carries text, or an Any with what goes with it. */
export function checkFieldRule(desc: DescField, rule: Field, place: Place, problems: Problems): void {
  checkText(desc, rule.text, place("text"), problems);
  if (rule.any) checkAny(desc, rule.any, below(place, "any"), problems);
}

function checkText(desc: DescField, text: Field_Text, place: string, problems: Problems): void {
  if (text === Field_Text.UNSPECIFIED) return;
  if (desc.scalar !== ScalarType.STRING) {
    problems.error(place, `text is for strings: ${nameOf(desc)} is ${typeText(desc)}`);
  } else if (text !== Field_Text.TEXT && desc.fieldKind !== "scalar") {
    problems.error(place, `only singular strings can carry JSON: ${nameOf(desc)} is ${typeText(desc)}`);
  }
}

function checkAny(desc: DescField, rule: Any, place: Place, problems: Problems): void {
  if (desc.message?.typeName !== "google.protobuf.Any") {
    problems.error(place(), `any is for google.protobuf.Any: ${nameOf(desc)} is ${typeText(desc)}`);
    return;
  }
  checkPath(desc.parent, rule.tagField, "tag_field", "a string", isString, place("tag_field"), problems);
  if (rule.sidecar === "") return;
  if (desc.fieldKind === "list") {
    problems.error(place("sidecar"), `a repeated google.protobuf.Any has no sidecar: ${nameOf(desc)}`);
  } else if (desc.fieldKind === "map") {
    const fits = (field: DescField): boolean => isMapOf(field, ScalarType.BYTES) && field.mapKey === desc.mapKey;
    checkPath(desc.parent, rule.sidecar, "sidecar", `map<${scalarName(desc.mapKey)}, bytes>`, fits, place("sidecar"), problems);
  } else {
    checkPath(desc.parent, rule.sidecar, "sidecar", "bytes", isBytes, place("sidecar"), problems);
  }
}

/** @returns the field at the end of the path, if it is there and fits */
function checkPath(
  desc: DescMessage,
  path: string,
  role: string,
  expected: string,
  fits: (field: DescField) => boolean,
  place: string,
  problems: Problems,
): DescField | undefined {
  if (path === "") return undefined;
  let message = desc;
  let field: DescField | undefined;
  for (const name of path.split(".")) {
    if (field && field.fieldKind !== "message") {
      problems.error(place, `${role} ${quote(path)} goes through ${nameOf(field)}, which is ${typeText(field)}, not one message`);
      return undefined;
    }
    message = field?.message ?? message;
    field = message.fields.find((field) => field.name === name);
    if (!field) {
      const near = suggestion(
        name,
        message.fields.map((field) => field.name),
      );
      problems.error(place, `${role} names a field that is not there: ${message.typeName} has no ${quote(name)}${near}`);
      return undefined;
    }
  }
  if (field && fits(field)) return field;
  if (field) problems.error(place, `${role} has to be ${expected}: ${nameOf(field)} is ${typeText(field)}`);
  return undefined;
}

function checkValues(field: DescField, { ok, codes, other }: FaultCode, place: Place, problems: Problems): void {
  for (const [i, value] of ok.entries()) checkValue(field, value, "ok", place("ok", String(i)), problems);
  for (const [i, { wire }] of codes.entries()) checkValue(field, wire, "wire", place("codes", String(i), "wire"), problems);
  if (other !== "") checkValue(field, other, "other", place("other"), problems);
}

function checkValue(field: DescField, value: string, role: string, place: string, problems: Problems): void {
  if (field.enum) {
    const names = field.enum.values.map(({ name }) => name);
    if (!names.includes(value)) problems.error(place, `${role} is a value of ${field.enum.typeName}, which has no ${quote(value)}${suggestion(value, names)}`);
    return;
  }
  const [least, most] = integers.get(field.scalar) as readonly [bigint, bigint];
  const isInteger = /^(0|-?[1-9]\d{0,19})$/.test(value) && BigInt(value) >= least && BigInt(value) <= most;
  if (!isInteger) problems.error(place, `${role} is ${typeText(field)} in digits, as ${nameOf(field)} is, not ${quote(value)}`);
}

function isSingular(field: DescField, type: ScalarType): boolean {
  return field.fieldKind === "scalar" && field.scalar === type;
}

function isBool(field: DescField): boolean {
  return isSingular(field, ScalarType.BOOL);
}

/** Whether a field is one string. */
export function isString(field: DescField): boolean {
  return isSingular(field, ScalarType.STRING);
}

function isBytes(field: DescField): boolean {
  return isSingular(field, ScalarType.BYTES);
}

function isCode(field: DescField): boolean {
  return field.fieldKind === "enum" || (field.fieldKind === "scalar" && integers.has(field.scalar));
}

function isMapOf(field: DescField, type: ScalarType): field is DescField & { fieldKind: "map" } {
  return field.fieldKind === "map" && field.scalar === type;
}

function isDetails(field: DescField): boolean {
  if (isMapOf(field, ScalarType.STRING)) return field.mapKey === ScalarType.STRING;
  return isBytes(field) || (field.fieldKind === "list" && field.message?.typeName === "google.protobuf.Any");
}

/** The full name of a field: `acme.v1.Event.id`. */
export function nameOf(field: DescField): string {
  return `${field.parent.typeName}.${field.name}`;
}

/** The type of a field, as a proto has it: `repeated string`, `map<string, bytes>`. */
export function typeText(field: DescField): string {
  const type = field.message?.typeName ?? field.enum?.typeName ?? scalarName(field.scalar as ScalarType);
  if (field.fieldKind === "map") return `map<${scalarName(field.mapKey)}, ${type}>`;
  return field.fieldKind === "list" ? `repeated ${type}` : type;
}
