import type { DescEnum, DescField, DescFile, DescMessage, DescMethod, DescOneof, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";

/** The sections of a config, each with what it is about. */
export const sections = {
  packages: "package",
  services: "service",
  methods: "RPC",
  messages: "message",
  fields: "field",
  oneofs: "oneof",
  enums: "enum",
} as const;

/** A section of a config. */
export type Section = keyof typeof sections;

/** What the protos have, by section and full name: `acme.v1.Greeter.SayHello`, `acme.v1.Event.id`. */
export interface Elements {
  readonly packages: ReadonlySet<string>;
  readonly services: ReadonlyMap<string, DescService>;
  readonly methods: ReadonlyMap<string, DescMethod>;
  readonly messages: ReadonlyMap<string, DescMessage>;
  /** Those inside of oneofs, too. */
  readonly fields: ReadonlyMap<string, DescField>;
  /** Without those that proto3 makes of optional fields. */
  readonly oneofs: ReadonlyMap<string, DescOneof>;
  readonly enums: ReadonlyMap<string, DescEnum>;
}

/** Lists what is in some files. */
export function elementsOf(files: readonly DescFile[]): Elements {
  const services = new Map<string, DescService>();
  const methods = new Map<string, DescMethod>();
  const messages = new Map<string, DescMessage>();
  const fields = new Map<string, DescField>();
  const oneofs = new Map<string, DescOneof>();
  const enums = new Map<string, DescEnum>();
  for (const type of files.flatMap((file) => [...nestedTypes(file)])) {
    if (type.kind === "service") {
      services.set(type.typeName, type);
      for (const method of type.methods) methods.set(`${type.typeName}.${method.name}`, method);
    } else if (type.kind === "message") {
      messages.set(type.typeName, type);
      for (const field of type.fields) fields.set(`${type.typeName}.${field.name}`, field);
      for (const oneof of type.oneofs) oneofs.set(`${type.typeName}.${oneof.name}`, oneof);
    } else if (type.kind === "enum") {
      enums.set(type.typeName, type);
    }
  }
  return { packages: new Set(files.map(({ proto }) => proto.package)), services, methods, messages, fields, oneofs, enums };
}
