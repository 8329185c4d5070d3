import type { AnyDesc, DescFile, Registry } from "@bufbuild/protobuf";
import { type GeneratedFile, getComments, type Printable } from "@bufbuild/protoplugin";

type Described = Exclude<AnyDesc, DescFile>;

/** Doc comments, from the comments in the proto. */
export class Docs {
  readonly #file: GeneratedFile;
  readonly #registry: Registry;

  constructor(file: GeneratedFile, registry: Registry) {
    this.#file = file;
    this.#registry = registry;
  }

  /** The comment of a message, an enum or a service, with what it was generated from. */
  type(typeName: string): Printable {
    return this.#file.jsDoc(this.#find(typeName));
  }

  /** The comment of a field, a oneof or an RPC, with what it was generated from. */
  member(typeName: string, member: string, indentation: string): Printable {
    return this.#file.jsDoc(this.#findMember(typeName, member), indentation);
  }

  /** The comment of a field or a oneof alone; undefined if there is none. */
  comment(typeName: string, member: string, indentation: string): Printable | undefined {
    const desc = this.#findMember(typeName, member);
    const { leading, trailing } = getComments(desc);
    const lines = [leading, trailing].flatMap((text) => (text === undefined ? [] : text.trimEnd().split("\n")));
    if (desc.kind === "field" && desc.deprecated) lines.push("@deprecated");
    const [first, ...rest] = lines.map((line) => (line.startsWith(" ") ? line.slice(1) : line));
    if (first === undefined) return undefined;
    if (rest.length === 0) return `${indentation}/** ${first.replaceAll("*/", "*\\/")} */`;
    return this.#file.jsDoc([first, ...rest].join("\n"), indentation);
  }

  #find(typeName: string): Described {
    const desc = this.#registry.get(typeName);
    if (!desc) throw new Error(`no file of the request declares ${typeName}`);
    return desc;
  }

  #findMember(typeName: string, member: string): Described {
    const desc = this.#find(typeName);
    const members: readonly Described[] = desc.kind === "message" ? [...desc.members, ...desc.fields] : desc.kind === "service" ? desc.methods : [];
    const found = members.find(({ name }) => name === member);
    if (!found) throw new Error(`${typeName} has no ${member}`);
    return found;
  }
}
