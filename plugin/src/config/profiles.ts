import { type DescFile, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { type Profile, ProfileSchema } from "../gen/protobridge/v1/config_pb.js";
import type { Layer } from "./settings.js";

/** The names of the profiles that the build made of profiles/*.yaml. */
export function profileNames(profiles: readonly unknown[]): readonly string[] {
  return profiles.map((profile) => (profile as { readonly name: string }).name);
}

/** The profiles that apply to some files, but for those that are to be ignored. Only those of a package that is there are read. */
export function applyingProfiles(profiles: readonly unknown[], files: readonly DescFile[], ignored: readonly string[]): readonly Profile[] {
  const packages = new Set(files.map(({ proto }) => proto.package));
  const candidates = profiles
    .filter((profile) => packages.has((profile as { readonly package: string }).package))
    .map((profile) => fromJson(ProfileSchema, profile as JsonValue))
    .filter(({ name }) => !ignored.includes(name));
  if (candidates.length === 0) return [];
  const names = namesIn(files.filter(({ proto }) => candidates.some((profile) => profile.package === proto.package)));
  return candidates.filter(({ services, elements }) => services.some((name) => names.has(name)) && elements.every((name) => names.has(name)));
}

/** A profile as a layer of the config. */
export function profileLayer(profile: Profile): Layer {
  return { config: profile.config as NonNullable<Profile["config"]>, mayMiss: true, place: () => `profile ${profile.name}` };
}

/** The names of all services, RPCs, messages, fields and enums. */
function namesIn(files: readonly DescFile[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of files) {
    for (const type of nestedTypes(file)) {
      if (type.kind === "extension") continue;
      names.add(type.typeName);
      if (type.kind === "message") for (const field of type.fields) names.add(`${type.typeName}.${field.name}`);
      if (type.kind === "service") for (const method of type.methods) names.add(`${type.typeName}.${method.name}`);
    }
  }
  return names;
}
