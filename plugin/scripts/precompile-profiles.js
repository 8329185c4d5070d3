// Checks profiles/*.yaml and writes them into dist/profiles.js as protobuf JSON, so that the plugin starts without a YAML parser.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { toJson } from "@bufbuild/protobuf";
import { parseProfile } from "../dist/config/yaml.js";
import { ProfileSchema } from "../dist/gen/protobridge/v1/config_pb.js";

const folder = new URL("../profiles/", import.meta.url);
const profiles = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.replace(/\.yaml$/, ""))
  .toSorted()
  .map((name) => {
    const path = `plugin/profiles/${name}.yaml`;
    const profile = parseProfile(path, readFileSync(new URL(`${name}.yaml`, folder), "utf8"));
    if (profile.name !== name) throw new Error(`${path}: the profile is called ${profile.name}, unlike its file`);
    return toJson(ProfileSchema, profile);
  });
writeFileSync(new URL("../dist/profiles.js", import.meta.url), `export const profiles = ${JSON.stringify(profiles, undefined, 2)};\n`);
cpSync(new URL("../src/profiles.d.ts", import.meta.url), new URL("../dist/profiles.d.ts", import.meta.url));
