import type { AnyDesc, DescEnum, DescFile, DescMessage, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import type { DialectModel } from "../model/dialect.js";
import type { MessageModel, PropertyModel } from "../model/message.js";
import type { FileModel, Model } from "../model/model.js";
import type { ServiceModel } from "../model/servicer.js";
import { type FileNames, isReservedType, memberKey, methodNames, namesOf, propertyNames, type ServiceNames } from "../names.js";
import type { Int64 } from "../options.js";
import { placeOf } from "../place.js";
import type { Code, SymbolRef } from "../types.js";
import type { Place } from "./change.js";

/** What a side is made of. */
export interface SideSource {
  /** All files, imported ones included. */
  readonly files: readonly DescFile[];
  /** The paths of those that are compared. */
  readonly own: ReadonlySet<string>;
  /** Of all files. */
  readonly model: Model;
  readonly int64: Int64;
}

/** A type, for comparisons: which messages and enums it names, by their names in the proto. */
type Mapped = (typeName: string) => string;

/** One of the two versions: its model, and the names that TypeScript has for it. */
export class Side {
  readonly which: Place["side"];
  /** The files that are compared. */
  readonly files: readonly FileModel[];
  readonly int64: Int64;
  readonly #messages = new Map<string, MessageModel>();
  readonly #descs = new Map<string, DescMessage | DescEnum | DescService>();
  readonly #models: ReadonlyMap<string, FileModel>;
  #pinned: ReadonlySet<string> | undefined;
  readonly #fileOf = new Map<string, string>();
  readonly #names: ReadonlyMap<string, FileNames>;

  constructor(which: Place["side"], { files, own, model, int64 }: SideSource) {
    this.which = which;
    this.files = model.files.filter(({ path }) => own.has(path));
    this.int64 = int64;
    this.#names = namesOf(model);
    this.#models = new Map(model.files.map((file) => [file.path, file]));
    for (const { messages } of model.files) for (const message of messages) this.#messages.set(message.typeName, message);
    for (const file of files) {
      for (const type of nestedTypes(file)) {
        if (type.kind === "extension") continue;
        this.#descs.set(type.typeName, type);
        this.#fileOf.set(type.typeName, file.proto.name);
      }
    }
  }

  get messages(): readonly MessageModel[] {
    return this.files.flatMap(({ messages }) => messages);
  }

  get services(): readonly ServiceModel[] {
    return this.files.flatMap(({ services }) => services);
  }

  get enums(): readonly DescEnum[] {
    return this.files.flatMap(({ enums }) => enums.map(({ typeName }) => this.#descs.get(typeName) as DescEnum));
  }

  /** A message for which there is a face. */
  message(typeName: string): MessageModel | undefined {
    return this.#messages.get(typeName);
  }

  desc(typeName: string): DescMessage | undefined {
    const desc = this.#descs.get(typeName);
    return desc?.kind === "message" ? desc : undefined;
  }

  has(typeName: string): boolean {
    return this.#descs.has(typeName);
  }

  /** What the config gives a name of its own, in full. */
  get pinned(): ReadonlySet<string> {
    this.#pinned ??= new Set(this.files.flatMap(pinnedIn));
    return this.#pinned;
  }

  /** Whether a type has a member in the proto, whatever the config says of it. */
  hasMember(typeName: string, member: string): boolean {
    const type = this.#descs.get(typeName);
    return type !== undefined && memberOf(type, member) !== undefined;
  }

  /** Every type that is compared or imported, by its full name. */
  get types(): ReadonlyMap<string, DescMessage | DescEnum | DescService> {
    return this.#descs;
  }

  /** A dialect of the file that declares a message. */
  dialect(typeName: string, index: number): DialectModel | undefined {
    return this.#models.get(this.fileOf(typeName))?.dialects[index];
  }

  /** The path of the proto that declares a type. */
  fileOf(typeName: string): string {
    return this.#fileOf.get(typeName) ?? "";
  }

  face(typeName: string): string {
    return this.#namesFor(typeName)?.faces.get(typeName) ?? (typeName.split(".").at(-1) as string);
  }

  init(typeName: string): string {
    return this.#namesFor(typeName)?.inits.get(typeName) ?? `${this.face(typeName)}Init`;
  }

  enumName(typeName: string): string {
    return this.#namesFor(typeName)?.enums.get(typeName) ?? (typeName.split(".").at(-1) as string);
  }

  /** The names of a service's declarations. @throws Error if it is none that is compared */
  service(typeName: string): ServiceNames {
    const names = this.#namesFor(typeName)?.services.get(typeName);
    if (!names) throw new Error(`there is no service ${typeName}`);
    return names;
  }

  /** The names of the methods of a service, by RPC. */
  methods({ methods }: ServiceModel): ReadonlyMap<string, string> {
    const names = methodNames(methods);
    return new Map(methods.map(({ name }, i) => [name, names[i] as string]));
  }

  /** The names of the properties of a message, by field or oneof. */
  properties({ properties }: { readonly properties: readonly PropertyModel[] }): ReadonlyMap<string, string> {
    const names = propertyNames(properties);
    return new Map(properties.map(({ member }, i) => [member, memberKey(names[i] as string)]));
  }

  /** A type as TypeScript has it. */
  text(code: Code): string {
    return code.map((piece) => (typeof piece === "string" ? piece : this.#symbol(piece))).join("");
  }

  /** A type for comparisons: what it names, it names as the proto does. @param mapped the name on the other side */
  key(code: Code, mapped: Mapped = (typeName) => typeName): string {
    return code
      .map((piece) => {
        if (typeof piece === "string") return piece;
        if (piece.of === "runtime" || piece.of === "global") return piece.name;
        return piece.of === "enum" ? mapped(piece.typeName) : `${piece.of} ${mapped(piece.message.typeName)}`;
      })
      .join("");
  }

  /** Where a type, or a member of one, stands. @param member of a message, a service or an enum */
  place(typeName: string, member?: string): Place {
    const type = this.#descs.get(typeName);
    const found = type && (member === undefined ? type : memberOf(type, member));
    const [file, line] = splitPlace(placeOf((found ?? type) as AnyDesc));
    return { side: this.which, file, line };
  }

  #namesFor(typeName: string): FileNames | undefined {
    return this.#names.get(this.fileOf(typeName));
  }

  #symbol(ref: SymbolRef): string {
    switch (ref.of) {
      case "runtime":
      case "global":
        return ref.name;
      case "enum": {
        const name = this.enumName(ref.typeName);
        return isReservedType(name) ? "number" : name;
      }
      default:
        return ref.of === "init" ? this.init(ref.message.typeName) : this.face(ref.message.typeName);
    }
  }
}

function pinnedIn({ enums, messages, services }: FileModel): readonly string[] {
  const inMessage = ({ typeName, properties }: MessageModel): readonly string[] =>
    properties
      .flatMap((property): readonly PropertyModel[] => (property.role === "oneof" ? [property, ...property.cases] : [property]))
      .flatMap(({ member, pin }) => (pin ? [`${typeName}.${member}`] : []));
  const types = [...enums, ...messages, ...services].flatMap(({ typeName, pin }) => (pin ? [typeName] : []));
  const methods = services.flatMap(({ typeName, methods }) => methods.flatMap(({ name, pin }) => (pin ? [`${typeName}.${name}`] : [])));
  return [...types, ...messages.flatMap(inMessage), ...methods];
}

function memberOf(type: DescMessage | DescEnum | DescService, member: string): AnyDesc | undefined {
  const members: readonly AnyDesc[] = type.kind === "message" ? [...type.fields, ...type.oneofs] : type.kind === "service" ? type.methods : type.values;
  return members.find((each) => each.name === member);
}

function splitPlace(place: string): [file: string, line: number | null] {
  const [, file, line] = /^(.*):(\d+)$/s.exec(place) ?? [];
  return file === undefined ? [place, null] : [file, Number(line)];
}
