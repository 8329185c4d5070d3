import type { AnyDesc, DescFile } from "@bufbuild/protobuf";
import { parentTypes, reflect } from "@bufbuild/protobuf/reflect";
import { type FeatureSet, FeatureSetSchema } from "@bufbuild/protobuf/wkt";
import { getDeclarationString } from "@bufbuild/protoplugin";
import { type Comments, commentsIn } from "./comments.js";
import type { Type, Types } from "./types.js";

type Described = Exclude<AnyDesc, DescFile>;

const none: Comments = { leading: undefined, trailing: undefined };

/** What a doc comment says beside what the proto says. */
export interface More {
  /** A paragraph behind the proto's comment. */
  readonly note?: string | undefined;
  /** A line with a tag, such as what it throws. */
  readonly tag?: string | undefined;
}

/**
 * Doc comments, from the comments in the proto: they are as protoplugin's `jsDoc` prints them. They are most of what is printed, and as
 * text they need not be kept as printables.
 */
export class Docs {
  readonly #types: Types;
  readonly #comments = new Map<DescFile, ReadonlyMap<object, Comments>>();
  readonly #members = new Map<Type, ReadonlyMap<string, Described>>();

  constructor(types: Types) {
    this.#types = types;
  }

  /** The comment of a message, an enum or a service, with what it was generated from. */
  type(typeName: string, indentation?: string, more?: More): string {
    return this.#doc(this.#types.get(typeName), indentation, more);
  }

  /** The comment of a field, a oneof or an RPC, with what it was generated from. */
  member(typeName: string, member: string, indentation: string, more?: More): string {
    return this.#doc(this.#member(typeName, member), indentation, more);
  }

  /** The comment of a field or a oneof alone; undefined if there is none. */
  comment(typeName: string, member: string, indentation: string): string | undefined {
    const desc = this.#member(typeName, member);
    const { leading, trailing } = this.#commentsOf(desc);
    const lines = [leading, trailing].flatMap((text) => (text === undefined ? [] : text.trimEnd().split("\n")));
    if (desc.kind === "field" && desc.deprecated) lines.push("@deprecated");
    const [first, ...rest] = lines.map(unindented);
    if (first === undefined) return undefined;
    if (rest.length === 0) return `${indentation}/** ${first.replaceAll("*/", "*\\/")} */`;
    return block([first, ...rest].join("\n"), indentation);
  }

  #doc(desc: Described, indentation?: string, more?: More): string {
    return block(docText(desc, this.#commentsOf(desc), more), indentation);
  }

  #commentsOf(desc: Described): Comments {
    const file = fileOf(desc);
    let comments = this.#comments.get(file);
    if (!comments) {
      comments = commentsIn(file);
      this.#comments.set(file, comments);
    }
    return comments.get(desc.proto) ?? none;
  }

  #member(typeName: string, member: string): Described {
    const type = this.#types.get(typeName);
    let members = this.#members.get(type);
    if (!members) {
      members = membersOf(type);
      this.#members.set(type, members);
    }
    const found = members.get(member);
    if (!found) throw new Error(`${typeName} has no ${member}`);
    return found;
  }
}

function membersOf(type: Type): ReadonlyMap<string, Described> {
  const members: readonly Described[] = type.kind === "message" ? [...type.fields, ...type.oneofs] : type.kind === "service" ? type.methods : [];
  return new Map(members.map((member) => [member.name, member]));
}

function fileOf(desc: Described): DescFile {
  return "file" in desc ? desc.file : desc.parent.file;
}

/** The text that protoplugin's `jsDoc` gives for a descriptor, whose comments it would search the whole file for. */
function docText(desc: Described, { leading, trailing }: Comments, { note, tag }: More = {}): string {
  const paragraphs = [leading, trailing].filter((text) => text !== undefined).map((text) => (text.endsWith("\n") ? text.slice(0, -1) : text));
  // An empty comment is a paragraph only if nothing comes before it.
  const text = paragraphs[0] === "" ? paragraphs.slice(1).join("\n\n") : paragraphs.join("\n\n");
  const lines = text === "" ? [] : [...text.split("\n").map(unindented), ""];
  if (note !== undefined) lines.push(note, "");
  if (tag !== undefined) lines.push(tag);
  lines.push(`@generated from ${desc.kind === "field" ? `field: ${getDeclarationString(desc)};` : desc.toString()}`);
  const features = desc.kind === "message" || desc.kind === "enum" ? featureStrings(desc.proto.options?.features) : [];
  if (features.length > 0) lines.push(`@generated with option${features.length > 1 ? "s" : ""} ${features.join(", ")}`);
  const outer = desc.kind === "field" || desc.kind === "rpc" || desc.kind === "enum_value" ? [] : parentTypes(desc);
  if (desc.deprecated || outer.some(({ deprecated }) => deprecated)) lines.push("@deprecated");
  return lines.join("\n");
}

function block(text: string, indentation = ""): string {
  if (text.trim() === "") return "";
  let lines = `${indentation}/**\n`;
  for (const line of text.replaceAll("*/", "*\\/").split("\n")) lines += line === "" ? `${indentation} *\n` : `${indentation} * ${line}\n`;
  return `${lines}${indentation} */`;
}

function unindented(line: string): string {
  return line.startsWith(" ") ? line.slice(1) : line;
}

function featureStrings(features: FeatureSet | undefined): string[] {
  if (!features) return [];
  const set = reflect(FeatureSetSchema, features);
  return set.fields.flatMap((field) => {
    if (field.fieldKind !== "enum" || !set.isSet(field)) return [];
    const value = field.enum.values.find(({ number }) => number === set.get(field));
    return value ? [`features.${field.name} = ${value.name}`] : [];
  });
}
