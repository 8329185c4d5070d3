import type { DescEnum, DescFile, DescMessage } from "@bufbuild/protobuf";
import { createImportSymbol, type GeneratedFile, type ImportSymbol, safeIdentifier } from "@bufbuild/protoplugin";
import { type Type, typesIn } from "./types.js";

/** What protobuf-es generates for a type. */
interface Generated {
  /** The type of a message or an enum. */
  readonly shape: ImportSymbol | undefined;
  /** The descriptor. */
  readonly schema: ImportSymbol;
  /** The descriptor of a message whose type alone is used. */
  readonly schemaType: ImportSymbol;
}

/**
 * The symbols of protobuf-es. They are those of protoplugin's `importSchema` and `importShape`, which work out the names of all types
 * of a file for each symbol; here this is done once a file.
 */
export class Shapes {
  readonly #files = new Map<DescFile, ReadonlyMap<Type, Generated>>();

  shape(importer: GeneratedFile, desc: DescMessage | DescEnum): ImportSymbol {
    return this.#find(importer, desc).shape as ImportSymbol;
  }

  schema(importer: GeneratedFile, desc: DescMessage, typeOnly = false): ImportSymbol {
    const { schema, schemaType } = this.#find(importer, desc);
    return typeOnly ? schemaType : schema;
  }

  #find(importer: GeneratedFile, desc: DescMessage | DescEnum): Generated {
    let generated = this.#files.get(desc.file);
    if (!generated) {
      // Where protobuf-es's file lies is for protoplugin to say, which knows the options.
      generated = generatedFor(desc.file, importer.importSchema(desc.file).from);
      this.#files.set(desc.file, generated);
    }
    return generated.get(desc) as Generated;
  }
}

function generatedFor(file: DescFile, from: string): ReadonlyMap<Type, Generated> {
  const taken = new Set<string>();
  const take = (wanted: string): string => {
    let name = safeIdentifier(wanted);
    for (let i = 1; taken.has(name); i++) name = safeIdentifier(`${wanted}$${i === 1 ? "" : i - 1}`);
    taken.add(name);
    return name;
  };
  const packageLength = file.proto.package === "" ? 0 : file.proto.package.length + 1;
  const identifier = ({ typeName }: Type): string => typeName.slice(packageLength).replaceAll(".", "_");
  const types = typesIn(file);
  const hasShape = ({ kind }: Type): boolean => kind === "message" || kind === "enum";

  // The order is protobuf-es's: of two equal names, the later gets a `$`.
  const shapes = new Map(types.filter(hasShape).map((type) => [type, createImportSymbol(take(identifier(type)), from, true)]));
  take(`file_${file.name.replace(/[^a-zA-Z0-9_]+/g, "_")}`);
  return new Map(
    types.map((type): [Type, Generated] => {
      const schema = createImportSymbol(take(`${identifier(type)}${hasShape(type) ? "Schema" : ""}`), from);
      return [type, { shape: shapes.get(type), schema, schemaType: schema.toTypeOnly() }];
    }),
  );
}
