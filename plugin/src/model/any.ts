import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { type Any, Any_Content, Tag_Kind } from "../gen/protobridge/v1/config_pb.js";
import type { Deciding } from "./deciding.js";
import type { DialectModel, TagKind } from "./dialect.js";
import type { Reason } from "./reason.js";
import { type WireModel, wireModel } from "./wire.js";

/** A google.protobuf.Any that reads as a value. */
export interface AnyModel {
  readonly role: "any";
  /** Its dialect, by its place among those of the file. */
  readonly dialect: number;
  /** The field beside it that says the tag. */
  readonly tag: string | null;
  /** The field beside it whose bytes go with the value. */
  readonly sidecar: string | null;
  readonly sidecarWire: WireModel | null;
  /** Whether bytes can be sent in the sidecar as they are. */
  readonly rawBytes: boolean;
}

const kinds: Readonly<Record<Tag_Kind, TagKind>> = {
  [Tag_Kind.UNSPECIFIED]: "any",
  [Tag_Kind.NULL]: "null",
  [Tag_Kind.BOOLEAN]: "boolean",
  [Tag_Kind.INTEGER]: "integer",
  [Tag_Kind.FLOAT]: "float",
  [Tag_Kind.STRING]: "string",
  [Tag_Kind.LIST]: "list",
  [Tag_Kind.MAP]: "map",
};

const packedUrl = "type.googleapis.com/google.protobuf.{tag}";

/**
 * Decides how a google.protobuf.Any reads.
 *
 * @returns undefined if it reads as itself, and nobody says anything else
 */
export function anyModel(field: DescField, deciding: Deciding): { readonly type: AnyModel; readonly reason: Reason } | Reason | undefined {
  if (field.message?.typeName !== "google.protobuf.Any") return undefined;
  const { rule, from } = deciding.settings.any(field.parent.file, field.parent.typeName, field.name);
  const said = from("content") ?? null;
  if (rule.content === Any_Content.UNSPECIFIED) return undefined;
  if (rule.content === Any_Content.MESSAGE) return { rule: "Any dialect", because: "it stays a message", from: said };
  const packed = rule.content === Any_Content.PACKED;
  if (!packed && rule.typeUrl.split("{tag}").length !== 2) {
    deciding.problems.error(said ?? deciding.place(field), `${field.parent.typeName}.${field.name}: content JSON needs a type_url with one {tag} in it`);
    return undefined;
  }
  const dialect: DialectModel = {
    packed,
    typeUrl: packed && !saysTypeUrl(field, rule, deciding) ? packedUrl : rule.typeUrl,
    alsoTypeUrls: rule.alsoTypeUrls,
    tags: rule.tags.map(({ name, kind }) => ({ name, kind: kinds[kind] })),
    bareTokens: rule.bareTokens ?? false,
  };
  const bytes = sidecarOf(field, rule.sidecar, deciding);
  const sidecar = bytes?.name ?? null;
  const tag = field.parent.fields.find((beside) => beside.name === rule.tagField && beside.scalar === ScalarType.STRING && isSingular(beside));
  const parts = [
    packed ? "it holds packed values" : `it holds JSON behind ${dialect.typeUrl}`,
    tag ? `its tag is in ${tag.name}` : "",
    sidecar === null ? "" : `bytes go with it in ${sidecar}${rule.rawBytes ? ", which peers take as they are" : ""}`,
  ];
  return {
    type: {
      role: "any",
      dialect: indexOf(dialect, deciding.dialects),
      tag: tag?.name ?? null,
      sidecar,
      sidecarWire: bytes ? wireModel(bytes) : null,
      rawBytes: rule.rawBytes ?? false,
    },
    reason: { rule: "Any dialect", because: parts.filter((part) => part !== "").join(", "), from: said },
  };
}

/** Whether a type URL is meant for packed messages: that of a package's JSON says nothing of those of a field. */
function saysTypeUrl(field: DescField, rule: Any, { settings }: Deciding): boolean {
  const own = settings.field(field.parent.typeName, field.name).rule.any;
  return own?.content === Any_Content.PACKED ? own.typeUrl !== "" : rule.typeUrl !== "";
}

/** Whether a field is a google.protobuf.Any that reads as a value, not as a message. */
export function readsAsValue(field: DescField, { settings }: Deciding): boolean {
  if (field.message?.typeName !== "google.protobuf.Any") return false;
  const { content } = settings.any(field.parent.file, field.parent.typeName, field.name).rule;
  return content === Any_Content.JSON || content === Any_Content.PACKED;
}

function indexOf(dialect: DialectModel, known: DialectModel[]): number {
  const text = JSON.stringify(dialect);
  const index = known.findIndex((other) => JSON.stringify(other) === text);
  return index === -1 ? known.push(dialect) - 1 : index;
}

/**
 * The field of bytes that goes with a value: of the same shape, with `binary_` in front of one of the parts of its name.
 */
function sidecarOf(field: DescField, said: string, deciding: Deciding): DescField | undefined {
  const fits = (other: DescField): boolean =>
    field.fieldKind === "map"
      ? other.fieldKind === "map" && other.mapKey === field.mapKey && other.scalar === ScalarType.BYTES
      : isSingular(field) && isSingular(other) && other.scalar === ScalarType.BYTES;
  const parts = field.name.split("_");
  const wanted = said === "" ? parts.map((_, i) => [...parts.slice(0, i), "binary", ...parts.slice(i)].join("_")) : [said];
  // By number: a value that the proto gains later never takes over bytes that had a property of their own.
  const found = field.parent.fields.filter((other) => wanted.includes(other.name) && fits(other) && (said !== "" || other.number > field.number));
  if (found.length < 2) return found[0];
  const name = `${field.parent.typeName}.${field.name}`;
  const names = found.map((other) => other.name).join(" or ");
  deciding.problems.warn(deciding.place(field), `${name} has no sidecar, since it could be ${names}: say fields: ${name}: { any: { sidecar: ... } }`);
  return undefined;
}

function isSingular(field: DescField): boolean {
  return field.fieldKind !== "list" && field.fieldKind !== "map" && !field.oneof;
}
