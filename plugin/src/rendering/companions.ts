/** What generated code tells the runtime, as literals of JavaScript. */
import { protoCamelCase, safeObjectProperty } from "@bufbuild/protobuf/reflect";
import type { FaultCodeModel, FaultModel, PathModel } from "../model/fault.js";
import type { MessageModel, PropertyModel } from "../model/message.js";
import type { MethodFaultModel } from "../model/servicer.js";
import type { MessageRef, TypeModel } from "../model/type.js";
import { caseNames, codeText, memberKey } from "../names.js";
import type { Options } from "../options.js";
import { scalarOf, scalarText } from "./scalars.js";

/** What the companion of a message is told of a field, since the descriptor does not tell it. */
export interface FieldFaceData {
  readonly property: string;
  /** The companion of the field's message, if that says it all; else null. */
  readonly companion: string | null;
  /** The members of an object that says it. */
  readonly members: readonly { readonly name: string; readonly value: string }[];
}

/** A literal of JavaScript. ASCII alone: nothing in it can be taken for a placeholder. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
    return `{ ${members.map(([name, member]) => `${name}: ${literal(member)}`).join(", ")} }`;
  }
  return JSON.stringify(value).replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The name of a dialect in a generated file. `$` keeps it apart from what the proto names. */
export function dialectName(index: number): string {
  return `$any${index + 1}`;
}

/** How the faces of a message are told. */
export interface FaceContext {
  readonly int64: Options["int64"];
  nameOf(property: PropertyModel): string;
  codegen(name: string): string;
  companion(message: MessageRef): string;
}

/** What the companion of a message is told of its fields. */
export function fieldFaces(message: MessageModel, context: FaceContext): FieldFaceData[] {
  const tagOf = (member: string): string | undefined => {
    const property = message.properties.find((candidate) => candidate.member === member);
    return property && context.nameOf(property);
  };
  const members = membersOf(message, context);
  const times = new Map<string, number>();
  for (const { found } of members) times.set(found, (times.get(found) ?? 0) + 1);
  const keys = new Set<string>();
  return members.flatMap(({ member, found, property, type }): FieldFaceData[] => {
    const isFound = property === found && times.get(found) === 1;
    const told = type ? faceMembers(type, context, tagOf) : [];
    if (isFound && told.length === 0) return [];
    let key = property;
    // Two oneofs can have cases of one name.
    while (keys.has(key)) key += "$";
    keys.add(key);
    if (key !== property) told.unshift({ name: "property", value: literal(property) });
    if (!isFound) told.unshift({ name: "field", value: literal(member) });
    const [first] = told;
    return [{ property: memberKey(key), companion: told.length === 1 && first?.name === "message" ? first.value : null, members: told }];
  });
}

/** A member of a message: a field, a oneof, or a case of one. */
interface Member {
  readonly member: string;
  /** What the runtime takes for its property by itself: protobuf-es's name. Where it has another, the proto's name tells which it is. */
  readonly found: string;
  readonly property: string;
  /** Null for a oneof. */
  readonly type: TypeModel | null;
}

function membersOf(message: MessageModel, context: FaceContext): readonly Member[] {
  return message.properties.flatMap((property): Member[] => {
    const { member } = property;
    const own = { member, found: safeObjectProperty(protoCamelCase(member)), property: context.nameOf(property) };
    if (property.role === "field") return [{ ...own, type: property.type }];
    const names = caseNames(property.cases);
    const cases = property.cases.map(({ member, type }, i) => ({ member, found: protoCamelCase(member), property: names[i] as string, type }));
    return [{ ...own, type: null }, ...cases];
  });
}

function faceMembers(type: TypeModel, context: FaceContext, tagOf: (member: string) => string | undefined): { name: string; value: string }[] {
  switch (type.role) {
    case "any": {
      const tag = type.tag === null ? undefined : tagOf(type.tag);
      return [
        { name: "any", value: dialectName(type.dialect) },
        ...(tag === undefined ? [] : [{ name: "tag", value: literal(tag) }]),
        ...(type.sidecar === null ? [] : [{ name: "sidecar", value: literal(type.sidecar) }]),
        ...(type.rawBytes ? [{ name: "rawBytes", value: "true" }] : []),
      ];
    }
    case "enum":
      return [];
    case "json":
    case "scalar": {
      const scalar = scalarOf(type, true, context.int64);
      // What shows as it is on the wire is told by the descriptor.
      return scalar && scalar.reader === null ? [{ name: "scalar", value: scalarText(scalar, context.codegen) }] : [];
    }
    default:
      return [{ name: "message", value: context.companion(type) }];
  }
}

/** What the runtime is told of a fault: properties in place of fields. */
export function faultShape(fault: FaultModel & Partial<Pick<MethodFaultModel, "statuses">>, propertyOf: (typeName: string, member: string) => string): unknown {
  const path = (at: PathModel | null): string[] | undefined => at?.steps.map(({ message, member }) => propertyOf(message, member));
  const table = <Wire>(at: FaultCodeModel<Wire>): unknown => at.codes?.map(({ wire, code }) => [wire, codeText(code)]) ?? "grpc";
  const { success, code, wireReason, message, details, statuses = [] } = fault;
  return {
    success: path(success)?.[0],
    code: code && { path: path(code), ok: code.ok, codes: table(code), other: code.other },
    reason: wireReason && { path: path(wireReason), codes: table(wireReason), other: wireReason.other },
    message: path(message),
    details: details && { path: path(details), as: details.as },
    statuses: statuses.length > 0 ? statuses.map(codeText) : undefined,
  };
}
