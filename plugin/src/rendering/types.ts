import type { DescEnum, DescExtension, DescFile, DescMessage, DescService } from "@bufbuild/protobuf";

/** What a file declares under a name of its own. */
export type Type = DescMessage | DescEnum | DescService | DescExtension;

/** The types of a file, nested ones included, in protobuf-es's order, without a generator for each level. */
export function typesIn(file: DescFile): readonly Type[] {
  const types: Type[] = [];
  for (const message of file.messages) addMessage(message, types);
  types.push(...file.enums, ...file.services, ...file.extensions);
  return types;
}

function addMessage(message: DescMessage, types: Type[]): void {
  types.push(message);
  for (const nested of message.nestedMessages) addMessage(nested, types);
  types.push(...message.nestedEnums, ...message.nestedExtensions);
}

/** Finds the types of a run by their names. protoplugin has such a registry, but keeps it to itself. */
export class Types {
  readonly #types = new Map<string, Type>();

  constructor(files: readonly DescFile[]) {
    for (const file of files) for (const type of typesIn(file)) this.#types.set(type.typeName, type);
  }

  /** @throws Error if no file of the request declares it */
  get(typeName: string): Type {
    const type = this.#types.get(typeName);
    if (!type) throw new Error(`no file of the request declares ${typeName}`);
    return type;
  }

  /** @throws Error if no file of the request declares it as a message */
  message(typeName: string): DescMessage {
    const type = this.#types.get(typeName);
    if (type?.kind !== "message") throw new Error(`no file of the request declares ${typeName}`);
    return type;
  }

  /** @throws Error if no file of the request declares it as an enum */
  enum(typeName: string): DescEnum {
    const type = this.#types.get(typeName);
    if (type?.kind !== "enum") throw new Error(`no file of the request declares the enum ${typeName}`);
    return type;
  }
}
