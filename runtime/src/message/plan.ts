import { type DescEnum, type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { AnyCodec } from "./codec.js";
import type { Dialect } from "./dialect.js";
import type { PayloadCodec } from "./payload.js";
import { type Scalar, scalars } from "./scalar.js";
import { type JoinedField, JoinedPlan } from "./sidecar.js";

/** What the face of a field or a oneof needs beyond the descriptor. Generated code lists it by the property of the face. */
export interface FieldFace {
  /** The field's or the oneof's name in the proto, where the property's name does not tell. */
  readonly field?: string;
  /** The property's name, where another one is listed by it: two oneofs can have cases of one name. */
  readonly property?: string;
  /** The companion of the field's message, or of the messages in its list or map. */
  readonly message?: AnyCodec;
  /** How the field's scalar shows, or the scalars in its list or map, where the descriptor does not tell. */
  readonly scalar?: Scalar<unknown, never>;
  /** The field is a `google.protobuf.Any`, or a list or map of them, and shows as a value of this dialect. */
  readonly any?: Dialect;
  /** With `any`: the property of a string field beside it that says the value's tag. */
  readonly tag?: string;
  /** With `any`: the name in the proto of the field with the value's bytes, which has no property of its own. For a map of Any, a map of bytes. */
  readonly sidecar?: string;
  /** With `sidecar`: whether a Uint8Array goes there as it is. */
  readonly rawBytes?: boolean;
}

/** What generated code says of a member, or what follows from its name. */
interface Given {
  readonly property: string;
  readonly face: FieldFace;
}

/** By property of the face: a {@link FieldFace}, or the companion of the field's message. */
export type FieldFaces = Readonly<Record<string, FieldFace | AnyCodec>>;

/** An object whose properties are the fields of a message. */
export type Face = Record<string, unknown>;

/** How one field of a message crosses the wire. */
export interface FieldPlan {
  readonly number: number;
  readonly kind: "singular" | "list" | "map";
  /** The property of the face; for a member of a oneof, the name of its case; for a sidecar, which has none, its name in the proto. */
  readonly property: string;
  readonly oneof: string | undefined;
  /** False for a field that is not sent when it is zero. */
  readonly presence: boolean;
  readonly required: boolean;
  /** The codec of the field's messages; undefined if it has scalars or enums. */
  readonly message: PayloadCodec | undefined;
  readonly scalar: Scalar<unknown, never>;
  /** The numbers that a closed enum names. */
  readonly closed: readonly number[] | undefined;
  readonly packed: boolean;
  readonly group: boolean;
  /** The scalar of a map's keys. */
  readonly key: Scalar<unknown, never> | undefined;
}

/** How a message crosses the wire. */
export interface MessagePlan {
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
  /** By field number: the order in which fields are written. */
  readonly ordered: readonly FieldPlan[];
  /** The property of each oneof, with the names of its cases. */
  readonly oneofs: readonly { readonly property: string; readonly cases: ReadonlySet<string> }[];
  /** The fields with values of a dialect, and those with their bytes: they are in `byNumber`, too, and cross the wire in another way. */
  readonly joined: JoinedPlan | undefined;
  /** The face of a message that has nothing on the wire. */
  empty(): Face;
}

/**
 * Makes the plan of a message from its descriptor, and from what generated code says of its fields.
 *
 * @param skipped fields that stay unknown, by their names in the proto
 * @throws Error if a field with messages has no codec: then generated code and descriptor are of different protos
 */
export function planMessage(desc: DescMessage, faces: FieldFaces, skipped: readonly string[] = []): MessagePlan {
  // Apart from each other: fooBar can be the name of a field in the proto, and the property of a field foo_bar.
  const byField = new Map<string, Given>();
  const byProperty = new Map<string, Given>();
  for (const [key, entry] of Object.entries(faces)) {
    const face: FieldFace = "typeName" in entry ? { message: entry } : entry;
    const given = { property: face.property ?? key, face };
    if (face.field === undefined) byProperty.set(key, given);
    else byField.set(face.field, given);
  }
  const givenOf = ({ name, localName }: DescField | DescOneof): Given => byField.get(name) ?? byProperty.get(localName) ?? { property: localName, face: {} };
  const sidecars = planSidecars(desc, faces);
  const known = skipped.length === 0 ? desc.fields : desc.fields.filter(({ name }) => !skipped.includes(name));
  const fields = known.map((field) => {
    const sidecar = sidecars.get(field.name);
    if (sidecar) return sidecar;
    const { property, face } = givenOf(field);
    return planField(field, property, face, field.oneof && givenOf(field.oneof).property);
  });
  const joined = known.flatMap((field): JoinedField[] => {
    const { property, face } = givenOf(field);
    return face.any && !sidecars.has(field.name) ? [joinedField(field, property, face, field.oneof && givenOf(field.oneof).property, sidecars)] : [];
  });
  return {
    byNumber: new Map(fields.map((field) => [field.number, field])),
    ordered: fields.toSorted((a, b) => a.number - b.number),
    oneofs: desc.oneofs.map((oneof) => {
      const { property } = givenOf(oneof);
      return { property, cases: new Set(fields.filter((field) => field.oneof === property).map((field) => field.property)) };
    }),
    joined: joined.length === 0 ? undefined : new JoinedPlan(joined),
    empty: emptyFace(fields.filter((field) => ![...sidecars.values()].includes(field))),
  };
}

/** The plans of the fields that have the bytes of others' values, by name. */
function planSidecars(desc: DescMessage, faces: FieldFaces): Map<string, FieldPlan> {
  const sidecars = new Map<string, FieldPlan>();
  for (const [property, entry] of Object.entries(faces)) {
    if ("typeName" in entry || entry.sidecar === undefined) continue;
    const { sidecar, field } = entry;
    const owner = desc.fields.find(({ name, localName }) => (field === undefined ? name === property || localName === property : name === field));
    const bytes = desc.fields.find(({ name }) => name === sidecar);
    if (owner === undefined || bytes === undefined || !isSidecarOf(bytes, owner) || sidecars.has(sidecar)) {
      throw new Error(`${sidecar} is no sidecar for ${property}: the generated code does not fit the descriptor, generate it again`);
    }
    sidecars.set(sidecar, planField(bytes, sidecar, {}, undefined));
  }
  return sidecars;
}

function isSidecarOf(bytes: DescField, owner: DescField): boolean {
  if (bytes.scalar !== ScalarType.BYTES || (bytes.oneof ?? owner.oneof) !== undefined) return false;
  if (owner.fieldKind === "map") return bytes.fieldKind === "map" && bytes.mapKey === owner.mapKey;
  return owner.fieldKind === "message" && bytes.fieldKind === "scalar";
}

function planField(field: DescField, property: string, face: FieldFace, oneof: string | undefined): FieldPlan {
  if (field.message && !face.message && !face.any) throw new Error(`no codec for ${field}: the generated code does not fit this runtime, generate it again`);
  return {
    number: field.number,
    kind: field.fieldKind === "list" || field.fieldKind === "map" ? field.fieldKind : "singular",
    property,
    oneof,
    presence: field.presence !== FeatureSet_FieldPresence.IMPLICIT,
    required: field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED,
    message: (face.any?.message ?? face.message) as unknown as PayloadCodec | undefined,
    scalar: face.scalar ?? (field.enum ? enumScalar(field.enum) : scalarOf(field.scalar ?? ScalarType.BYTES, field.utf8Validation)),
    closed: field.enum && !field.enum.open ? field.enum.values.map(({ number }) => number) : undefined,
    packed: field.fieldKind === "list" && field.packed,
    group: field.fieldKind !== "map" && field.message !== undefined && "delimitedEncoding" in field && field.delimitedEncoding,
    key: field.fieldKind === "map" ? scalarOf(field.mapKey, field.utf8Validation) : undefined,
  };
}

function joinedField(field: DescField, property: string, face: FieldFace, oneof: string | undefined, sidecars: ReadonlyMap<string, FieldPlan>): JoinedField {
  const sidecar = face.sidecar === undefined ? undefined : (sidecars.get(face.sidecar) as FieldPlan);
  return {
    number: field.number,
    property,
    dialect: face.any as Dialect,
    ...(oneof === undefined ? {} : { oneof }),
    ...(field.fieldKind === "list" ? { kind: "list" } : {}),
    ...(field.fieldKind === "map" ? { kind: "map", keys: scalarOf(field.mapKey, field.utf8Validation) } : {}),
    ...(face.tag === undefined ? {} : { tag: face.tag }),
    ...(sidecar ? { sidecar: { number: sidecar.number, name: sidecar.property, presence: sidecar.presence } } : {}),
    rawBytes: face.rawBytes === true,
    delimited: "delimitedEncoding" in field && field.delimitedEncoding,
  };
}

/** The scalar of a type. `strict` refuses a string that is no UTF-8, as proto3 and editions ask. */
function scalarOf(type: ScalarType, strict: boolean): Scalar<unknown, never> {
  if (type === ScalarType.STRING && !strict) return scalars.lenientString;
  return scalars[ScalarType[type].toLowerCase() as keyof typeof scalars];
}

/** An enum is an int32, and its first number where none was sent. */
function enumScalar({ values }: DescEnum): Scalar<unknown, never> {
  const first = values[0]?.number ?? 0;
  return first === 0 ? scalars.int32 : { ...scalars.int32, zero: () => first };
}

function emptyFace(fields: readonly FieldPlan[]): () => Face {
  const initial = new Map<string, () => unknown>();
  for (const field of fields) {
    if (field.oneof !== undefined) initial.set(field.oneof, () => ({ case: undefined }));
    else if (field.kind === "list") initial.set(field.property, () => []);
    else if (field.kind === "map") initial.set(field.property, () => ({}));
    else if (!field.presence) initial.set(field.property, () => field.scalar.zero(false));
  }
  const entries = [...initial];
  return () => {
    const face: Face = {};
    for (const [property, zero] of entries) face[property] = zero();
    return face;
  };
}
