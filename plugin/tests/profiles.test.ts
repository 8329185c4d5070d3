import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromJson, toJson } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { profiles as built } from "../dist/profiles.js";
import { elementsOf } from "../src/config/elements.js";
import { checkSelectors } from "../src/config/selectors.js";
import { parseProfile } from "../src/config/yaml.js";
import { Problems, ProblemsError } from "../src/diagnostics.js";
import { type Config, type Profile, ProfileSchema } from "../src/gen/protobridge/v1/config_pb.js";
import { descriptors, root } from "./support.js";

const folder = join(root, "plugin/profiles");
const names = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ""));
const read = (name: string): Profile => parseProfile(`${name}.yaml`, readFileSync(join(folder, `${name}.yaml`), "utf8"));

/** The protos that a profile is for, by the first part of its name. */
function fixtures(name: string): Record<string, string> {
  const directory = join(root, "fixtures", name.split("-")[0] as string);
  return Object.fromEntries(
    readdirSync(directory)
      .filter((file) => file.endsWith(".proto"))
      .map((file) => [file, readFileSync(join(directory, file), "utf8")]),
  );
}

describe.each(names)("the profile %s", (name) => {
  it("is what the build wrote", () => {
    const json = (built as { name: string }[]).find((profile) => profile.name === name);
    expect(toJson(ProfileSchema, read(name))).toEqual(json);
    expect(fromJson(ProfileSchema, json as object as never)).toEqual(read(name));
  });
  it("fits the protos that it is for", () => {
    const files = descriptors(fixtures(name));
    const { config, services, elements, package: packageName } = read(name);
    const found = elementsOf(files);
    const problems = new Problems();
    checkSelectors({ config: config as Config, place: (...path) => path.join(" ") }, files, problems, { whole: true, profiles: names });
    expect(problems.all).toEqual([]);
    expect(found.packages).toContain(packageName);
    expect(services.filter((service) => found.services.has(service))).not.toEqual([]);
    expect(elements.filter((element) => !found.fields.has(element))).toEqual([]);
  });
});

it("profiles are those of the three systems", () => {
  expect(names.toSorted()).toEqual(["loom", "rxpress", "snakepit", "snakepit-raw-bytes"]);
  expect((built as { name: string }[]).map(({ name }) => name)).toEqual(names.toSorted());
});

it.each<[name: string, text: string, mistake: string]>([
  [
    "an unknown field",
    "nam: x",
    'p.yaml:1:1: there is no field "nam" in protobridge.v1.Profile; did you mean "name"? There are about, config, elements, name, package, services',
  ],
  ["a contradiction", "config: { messages: { a: { skip: true, name: B } } }", "p.yaml:1:40: name cannot stand beside skip: true (p.yaml:1:28)"],
  ["nothing", "", "p.yaml: a profile has to have name, package, services and config"],
])("a profile with %s is refused", (_name, text, mistake) => {
  let message = "";
  try {
    parseProfile("p.yaml", text);
  } catch (error) {
    message = error instanceof ProblemsError ? error.message : String(error);
  }
  expect(message.split("\n")).toContain(mistake);
});
