/** The JSON Schema of bridge.yaml: it takes and refuses what the decoder does, which reads the same descriptor. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { decode } from "../src/config/decoder.js";
import { readDocument } from "../src/config/document.js";
import { Problems } from "../src/diagnostics.js";
import { ConfigSchema, file_protobridge_v1_config } from "../src/gen/protobridge/v1/config_pb.js";
import { misfits } from "./config-misfits.js";
import { refused, valid } from "./config-support.js";
import { root } from "./support.js";

const schema = JSON.parse(readFileSync(join(root, "plugin/schema/bridge.schema.json"), "utf8")) as Record<string, unknown>;
const validate = new Ajv({ allowUnionTypes: true, strictTypes: false, allErrors: true }).compile(schema);
/** YAML as editors read it. */
const accepts = (text: string): boolean => validate(parseYaml(text, { uniqueKeys: false, maxAliasCount: -1 }) ?? null);

/** What of a file does not fit the schema of the config: of what it says against itself, only names that are none. */
function formOf(text: string): string[] {
  const problems = new Problems();
  const document = readDocument("bridge.yaml", text, problems);
  if (document) decode(document, ConfigSchema, problems);
  return [...problems.all.map(({ message }) => message), ...refused(text).filter((line) => line.includes("name is no identifier"))];
}

/** To a reader of YAML, the name NULL and the word null are the same. */
const isNullForEnum = (problem: string): boolean => /^kind is one of .*, not null/.test(problem);
/** What a validator cannot see: YAML gives it one of the two. */
const isUnseen = (problem: string): boolean => / stands at .* already$/.test(problem);

describe("the schema takes", () => {
  const profiles = readdirSync(join(root, "plugin/profiles")).map((name) => {
    const { config } = parseYaml(readFileSync(join(root, "plugin/profiles", name), "utf8")) as { config: unknown };
    return [`the profile ${name}`, JSON.stringify(config)] as const;
  });
  const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((name) => name.endsWith(".md"));
  const examples = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/^```yaml\n(# bridge\.yaml\n.*?)^```$/gms)].map(
      ([, text = ""], i) => [`${page}, ${i + 1}`, text] as const,
    ),
  );

  it.each<readonly [what: string, text: string]>([
    ["nothing", ""],
    ["a comment", "# nothing\n"],
    ["null", "~"],
    ["something of everything", valid],
    ["sections and elements without content", "messages:\n  acme.v1.Gone:\nenums:\nignore_profiles:\n"],
    ["integers for text", "messages: { a: { fault: { code: { ok: [0, -1, 007], other: 12345678901234567890 } } } }"],
    ["aliases", "messages:\n  a: &a\n    skip: true\n  b: *a\n"],
    ...profiles,
    ...examples,
  ])("%s", (_what, text) => {
    expect(formOf(text)).toEqual([]);
    expect(accepts(text) || validate.errors).toBe(true);
  });

  it("the examples of the pages, which are there", () => {
    expect(examples.length).toBeGreaterThan(5);
  });
});

it.each(misfits.filter(([, ...told]) => !told.some((line) => line.includes(" stands at ") || line.includes("not null"))))(
  "the schema refuses %s",
  (_what, text) => {
    expect(accepts(text)).toBe(false);
  },
);

describe("the schema and the decoder agree", () => {
  function agree(text: string): void {
    const told = formOf(text).filter((problem) => !isNullForEnum(problem) && !isUnseen(problem));
    expect({ text, accepted: accepts(text), told }).toEqual({ text, accepted: told.length === 0, told });
  }

  const sections = ConfigSchema.fields.map(({ name }) => name).join("|");
  const literals = ['"', "`", "'"].map((quote) => new RegExp(`${quote}(?:#.*\\n)*(?:${sections}):(?:[^${quote}\\\\$]|\\\\.)*${quote}`, "g"));
  const configs = readdirSync(join(root, "plugin/tests"))
    .filter((name) => name.endsWith(".ts") && name !== "schema.test.ts")
    .map((name) => readFileSync(join(root, "plugin/tests", name), "utf8"))
    .flatMap((text) => literals.flatMap((literal) => text.match(literal) ?? []))
    .map((text) => String(runInNewContext(text)))
    // The keys of one of them are no names of elements, which the decoder leaves to the selectors.
    .filter((text) => !text.includes("toString"))
    .filter((text) => readDocument("bridge.yaml", text, new Problems()));

  it("on every config of the tests", () => {
    expect(configs.length).toBeGreaterThan(80);
    for (const text of configs) agree(text);
  });

  it("on configs of any shape, under the names of the schema", () => {
    const name = fc.constantFrom(...file_protobridge_v1_config.messages.flatMap(({ fields }) => fields.map((field) => field.name)), "acme.v1.M", "<<");
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "large", withCrossShrink: true },
        fc.constantFrom(true, false, null, 0, 1.5, -1, "", "JSON", "MESSAGE", "NOT_FOUND", "OK", "NULL", "UNSPECIFIED", "a/b", "a b", "{tag}", "\u0001"),
        fc.dictionary(name, tie("tree"), { maxKeys: 6 }),
        fc.array(tie("tree"), { maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...ConfigSchema.fields.map((field) => field.name)), tree, { minKeys: 1 }), (json) =>
        agree(JSON.stringify(json)),
      ),
      { numRuns: 200 },
    );
  });

  it("on one value in each place of a config", () => {
    const places = fc.constantFrom(
      ...ConfigSchema.fields.flatMap((outer) =>
        outer.message ? outer.message.fields.map((inner) => (value: unknown) => ({ [outer.name]: { "acme.v1.M": { [inner.name]: value } } })) : [],
      ),
    );
    const value = fc.constantFrom<unknown>(
      true,
      null,
      0,
      1.5,
      "",
      "a",
      "JSON",
      [],
      ["NOT_FOUND"],
      [0],
      {},
      { none: true },
      { name: "x" },
      { field: "a.b" },
      "\u0001",
    );
    fc.assert(
      fc.property(places, value, (place, value) => agree(JSON.stringify(place(value)))),
      { numRuns: 200 },
    );
  });
});

it("describes every field, every value and every message", () => {
  const lacking: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    const { properties, oneOf } = node as { properties?: Record<string, object>; oneOf?: object[] };
    for (const [name, property] of Object.entries(properties ?? {})) if (!("description" in property)) lacking.push(`${path}.${name}`);
    for (const value of oneOf ?? []) if (!("description" in value)) lacking.push(`${path}: ${JSON.stringify(value)}`);
    for (const [name, child] of Object.entries(node)) visit(child, `${path}/${name}`);
  };
  visit(schema, "");
  expect(lacking).toEqual([]);
  expect(Object.keys(schema["properties"] as object)).toEqual(ConfigSchema.fields.map(({ name }) => name));
});
