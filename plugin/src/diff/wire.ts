/** What `buf breaking` finds, told of the changes that it is about. */
import type { AnyDesc, DescEnum, DescMessage, DescService } from "@bufbuild/protobuf";
import { type Change, change } from "./change.js";
import type { Comparison } from "./comparison.js";
import { wireShape } from "./renames.js";

/** One line of `buf breaking --error-format=json`. */
export interface Finding {
  /** The rule, such as FIELD_WIRE_COMPATIBLE_TYPE. */
  readonly type: string;
  readonly message: string;
  readonly path?: string | undefined;
  readonly start_line?: number | undefined;
  readonly start_column?: number | undefined;
}

type Type = DescMessage | DescEnum | DescService;

/** What a finding is about. */
interface Subject {
  /** Undefined if nobody can tell. */
  readonly type: Type | undefined;
  /** As changes cover them. */
  readonly keys: readonly string[];
}

/** The changes, with the findings that are about them; what is about none of them is a change by itself. */
export function withFindings(changes: readonly Change[], findings: readonly Finding[], comparison: Comparison): readonly Change[] {
  const wire = new Map<Change, string[]>();
  const alone: Change[] = [];
  for (const finding of findings) {
    if (isOfRename(finding, comparison)) continue;
    const subject = subjectOf(finding, comparison);
    // What is gone or changed, not a further thing that is told of the same element.
    const found = changes.find((each) => each.what !== "fault" && each.covers.some((key) => subject.keys.includes(key)));
    const text = `${sentence(finding.message)} (${finding.type})`;
    if (!found) alone.push(changeOf(finding, subject, text, comparison));
    else wire.set(found, [...(wire.get(found) ?? []), text]);
  }
  return [...changes.map((each) => ({ ...each, wire: [...each.wire, ...(wire.get(each) ?? [])] })), ...alone];
}

/** What buf says, without its advice to read on. */
function sentence(message: string): string {
  return message
    .replace(/ See https?:.*$/s, "")
    .trim()
    .replace(/\.$/, "");
}

function quoted(message: string): readonly string[] {
  return [...message.matchAll(/"([^"]*)"/g)].map(([, text = ""]) => text);
}

/** buf knows types by name: for those that have only another name, bytes mean the same. */
function isOfRename({ type, message }: Finding, { before, after, renames }: Comparison): boolean {
  if (!["RPC_SAME_REQUEST_TYPE", "RPC_SAME_RESPONSE_TYPE", "FIELD_WIRE_COMPATIBLE_TYPE", "FIELD_WIRE_JSON_COMPATIBLE_TYPE"].includes(type)) return false;
  const [was, is] = quoted(message).slice(-2);
  if (was === undefined || renames.get(was) !== is) return false;
  const isCommon = (typeName: string): boolean => before.has(typeName) && after.has(typeName);
  const shape = (desc: DescMessage | undefined): string =>
    desc?.fields
      .map((field) => wireShape(field, isCommon))
      .toSorted()
      .join("\n") ?? "";
  return shape(before.desc(was)) === shape(after.desc(is as string));
}

function subjectOf({ type: rule, message, path, start_line: line, start_column: column }: Finding, { before, after, mapped }: Comparison): Subject {
  const [first = "", second = ""] = quoted(message);
  if (/SERVICE_NO_DELETE$/.test(rule)) {
    const isGone = ({ kind, name, file }: Type): boolean => kind === "service" && name === first && file.proto.package === second;
    const gone = [...before.types.values()].find(isGone);
    return { type: gone, keys: gone ? [gone.typeName, mapped(gone.typeName)] : [] };
  }
  const [, kind = "message", name = first] = /on (message|enum|service) "([^"]*)"/.exec(message) ?? [];
  const types = [...after.types.values()].filter((type) => type.kind === kind && type.name === name && (path === undefined || type.file.proto.name === path));
  const isAround = (type: Type): boolean => line !== undefined && column !== undefined && contains(type, line, column);
  const type = types.length < 2 ? types[0] : (types.find(isAround) ?? types[0]);
  if (!type) return { type, keys: [] };
  if (rule.startsWith("RPC_")) return { type, keys: [`${type.typeName}.${first}`] };
  if (rule.startsWith("FIELD_") || rule.startsWith("ENUM_VALUE_")) return { type, keys: [`${type.typeName}#${first}`] };
  return { type, keys: rule === "MESSAGE_SAME_REQUIRED_FIELDS" ? [`${type.typeName}#${second}`] : [] };
}

/** Whether a type stands around a place in its proto. */
function contains(type: Type, line: number, column: number): boolean {
  const at = spanOf(type);
  if (!at) return false;
  const [startLine, startColumn, endLine, endColumn] = at;
  return (line > startLine || (line === startLine && column >= startColumn)) && (line < endLine || (line === endLine && column <= endColumn));
}

/** Lines and columns, counted from 1. */
function spanOf(type: Type): readonly [number, number, number, number] | undefined {
  const path = pathOf(type);
  const location = type.file.proto.sourceCodeInfo?.location.find((each) => each.path.join(".") === path);
  if (!location) return undefined;
  const [startLine = 0, startColumn = 0, third = 0, fourth] = location.span;
  return fourth === undefined ? [startLine + 1, startColumn + 1, startLine + 1, third + 1] : [startLine + 1, startColumn + 1, third + 1, fourth + 1];
}

function pathOf(type: Type): string {
  const own = (list: readonly AnyDesc[]): number => list.indexOf(type);
  const { parent } = type.kind === "service" ? { parent: undefined } : type;
  if (parent) return `${pathOf(parent)}.${type.kind === "enum" ? 4 : 3}.${own(type.kind === "enum" ? parent.nestedEnums : parent.nestedMessages)}`;
  const { file } = type;
  if (type.kind === "service") return `6.${own(file.services)}`;
  return type.kind === "enum" ? `5.${own(file.enums)}` : `4.${own(file.messages)}`;
}

function changeOf({ path, start_line: line }: Finding, { type, keys }: Subject, text: string, { after }: Comparison): Change {
  const [typeName = "", number] = (keys[0] ?? type?.typeName ?? path ?? "").split("#");
  const field = after.desc(typeName)?.fields.find((each) => String(each.number) === number);
  const element = field ? `${typeName}.${field.name}` : typeName;
  const file = path ?? type?.file.proto.name ?? "";
  return change({
    ...{ what: "wire", became: "changed", element, typescript: type?.kind === "message" ? after.face(type.typeName) : (type?.name ?? file) },
    service: type?.kind === "service" ? type.typeName : null,
    place: { side: "new", file, line: path === undefined ? null : (line ?? null) },
    ...{ text: `${element}: nothing changes in TypeScript`, wire: [text] },
  });
}
