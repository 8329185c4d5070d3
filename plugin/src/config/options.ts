import { type AnyDesc, create, type DescExtension, type DescFile, getOption, hasOption } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import {
  ConfigSchema,
  enum$ as enumOption,
  field as fieldOption,
  message as messageOption,
  method as methodOption,
  oneof as oneofOption,
  type Package,
  package$ as packageOption,
  service as serviceOption,
} from "../gen/protobridge/v1/config_pb.js";
import type { Layer } from "./settings.js";

const schemaFile = "protobridge/v1/config.proto";

/** What the protos say themselves, in their options. Only files that import the schema of the config can. */
export function optionsLayer(files: readonly DescFile[]): Layer {
  const config = create(ConfigSchema);
  const perFile = new Map<string, Package>();
  const fileOf = new Map<string, string>();
  for (const file of files) {
    if (!file.dependencies.some(({ proto }) => proto.name === schemaFile)) continue;
    const path = file.proto.name;
    const of = <T>(desc: AnyDesc, option: DescExtension, name: string, into: { [selector: string]: T }): void => {
      // The types tie an option to its kind of element, which the calls below do by hand.
      if (!hasOption(desc as never, option as never)) return;
      // An element can be called like something that every object has.
      Object.defineProperty(into, name, { value: getOption(desc as never, option as never), enumerable: true });
      fileOf.set(name, path);
    };
    if (hasOption(file, packageOption)) perFile.set(path, getOption(file, packageOption));
    if (file.proto.package !== "" && perFile.has(path)) fileOf.set(file.proto.package, path);
    for (const type of nestedTypes(file)) {
      if (type.kind === "message") {
        of(type, messageOption, type.typeName, config.messages);
        for (const field of type.fields) of(field, fieldOption, `${type.typeName}.${field.name}`, config.fields);
        for (const oneof of type.oneofs) of(oneof, oneofOption, `${type.typeName}.${oneof.name}`, config.oneofs);
      } else if (type.kind === "enum") of(type, enumOption, type.typeName, config.enums);
      else if (type.kind === "service") {
        of(type, serviceOption, type.typeName, config.services);
        for (const method of type.methods) of(method, methodOption, `${type.typeName}.${method.name}`, config.methods);
      }
    }
  }
  return { config, files: perFile, place: (_section, selector = "") => `an option in ${fileOf.get(selector) ?? "the proto"}` };
}
