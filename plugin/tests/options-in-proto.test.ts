/** What options in the proto say: their places, and their mistakes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../src/config/load.js";
import { Problems, ProblemsError } from "../src/diagnostics.js";
import { explain } from "../src/explain.js";
import { buildModel } from "../src/model/model.js";
import { createPlugin } from "../src/plugin.js";
import { descriptors, requestFor, resources, root, withFiles } from "./support.js";

const schema = { "protobridge/v1/config.proto": readFileSync(join(root, "plugin/proto/protobridge/v1/config.proto"), "utf8") };
const head = 'syntax = "proto3"; package acme.v1;\nimport "google/protobuf/any.proto";\nimport "protobridge/v1/config.proto";\n';

function settingsOf(protos: Readonly<Record<string, string>>, checkedOnly?: string) {
  const files = descriptors({ ...schema, ...protos });
  const problems = new Problems();
  const checked = checkedOnly === undefined ? files : files.filter(({ proto }) => proto.name === checkedOnly);
  const { settings } = loadSettings({ files, checked, configPath: undefined, profiles: [], problems, whole: false });
  return { files, settings, told: problems.all.map(({ severity, place, message }) => `${severity} ${place}: ${message}`) };
}

/** What is wrong with a proto whose first three lines are fixed. */
const mistakes = (...lines: string[]): readonly string[] => settingsOf({ "acme/v1/a.proto": head + lines.join("\n") }).told;

describe("an option that contradicts itself names its proto and line", () => {
  it.each<[what: string, lines: string, line: number, message: string]>([
    ["a message", "message M {\n  option (protobridge.v1.message) = { skip: true, name: 'N' };\n}", 4, "name cannot stand beside skip: true"],
    [
      "a message in a message",
      "message O {\n  message M {\n    option (protobridge.v1.message).skip = true;\n    option (protobridge.v1.message).value = true;\n  }\n}",
      5,
      "value cannot stand beside skip: true",
    ],
    ["a service", "message M {}\nservice S {\n  option (protobridge.v1.service) = { skip: true, name: 'T' };\n}", 5, "name cannot stand beside skip: true"],
    [
      "an RPC",
      "message M {}\nservice S {\n  rpc A(M) returns (M) {\n    option (protobridge.v1.method) = { statuses: [OK] };\n  }\n}",
      6,
      "statuses lists codes of errors: OK is none",
    ],
    [
      "a field",
      "message M {\n  string a = 1;\n  string b = 2 [(protobridge.v1.field) = { skip: true, name: 'c' }];\n}",
      6,
      "name cannot stand beside skip: true",
    ],
    [
      "a member of a oneof",
      "message M {\n  oneof o {\n    string a = 1 [(protobridge.v1.field).name = 'not one'];\n  }\n}",
      6,
      'name is no identifier of TypeScript: "not one"',
    ],
    [
      "a oneof",
      "message M {\n  oneof o {\n    option (protobridge.v1.oneof).name = '1st';\n    string a = 1;\n  }\n}",
      5,
      'name is no identifier of TypeScript: "1st"',
    ],
    [
      "an enum",
      "enum E {\n  option (protobridge.v1.enum).name = 'string';\n  E_UNSPECIFIED = 0;\n}",
      4,
      'name is a word that TypeScript keeps to itself: "string"',
    ],
    [
      "a package",
      "option (protobridge.v1.package) = { any: { content: JSON, type_url: 'acme' } };",
      1,
      'type_url has to contain {tag} once, since content is JSON: "acme"',
    ],
  ])("%s", (_what, lines, line, message) => {
    expect(mistakes(lines)).toEqual([`error acme/v1/a.proto:${line}: ${message}`]);
  });
});

describe("an option that does not fit its element names its proto and line", () => {
  it.each<[what: string, lines: string, line: number, message: string]>([
    ["text of a number", "message M {\n  int32 a = 1 [(protobridge.v1.field).text = JSON];\n}", 5, "text is for strings: acme.v1.M.a is int32"],
    [
      "an Any that is none",
      "message M {\n  string a = 1 [(protobridge.v1.field).any.content = PACKED];\n}",
      5,
      "any is for google.protobuf.Any: acme.v1.M.a is string",
    ],
    [
      "a tag field that is not there",
      "message M {\n  google.protobuf.Any a = 1 [(protobridge.v1.field).any.tag_field = 'typ'];\n  string type = 2;\n}",
      5,
      'tag_field names a field that is not there: acme.v1.M has no "typ"; did you mean "type"?',
    ],
    [
      "a fault whose field is not there",
      "message M {\n  option (protobridge.v1.message).fault = { success: 'okay', message: 'text' };\n  bool ok = 1;\n  string text = 2;\n}",
      4,
      'success names a field that is not there: acme.v1.M has no "okay"; the nearest is "ok"',
    ],
    [
      "a scope that no request has",
      "message M {\n  string a_id = 1;\n}\nservice S {\n  option (protobridge.v1.service).scopes = { key: 'b_id', value: { name: 'b' } };\n  rpc A(M) returns (M);\n}",
      7,
      'no request of acme.v1.S has a field "b_id"; did you mean "a_id"?',
    ],
  ])("%s", (_what, lines, line, message) => {
    expect(mistakes(lines)).toEqual([`error acme/v1/a.proto:${line}: ${message}`]);
  });
});

it("all mistakes are told together, of the files that are checked alone", () => {
  const wrong = (name: string): string =>
    `message ${name} { option (protobridge.v1.message) = { skip: true, name: 'N' }; int32 n = 1 [(protobridge.v1.field).text = TEXT]; }`;
  const protos = { "acme/v1/a.proto": head + wrong("A"), "acme/v1/b.proto": head + wrong("B") };
  const of = (file: string, name: string): string[] => [
    `error acme/v1/${file}.proto:4: name cannot stand beside skip: true`,
    `error acme/v1/${file}.proto:4: text is for strings: acme.v1.${name}.n is int32`,
  ];
  expect(settingsOf(protos).told).toEqual([...of("a", "A"), ...of("b", "B")]);
  expect(settingsOf(protos, "acme/v1/b.proto").told).toEqual(of("b", "B"));
});

it("a run of the plugin fails with them, and writes nothing", () => {
  const protos = { "acme/v1/a.proto": `${head}message M {\n  string a = 1 [(protobridge.v1.field) = { skip: true, name: 'c' }];\n}` };
  withFiles({ ...schema, ...protos }, (directory) => {
    const request = requestFor(directory, "target=ts", (path) => path.startsWith("acme/"));
    expect(() => createPlugin("0.1.0", resources).run(request)).toThrowError(ProblemsError);
    expect(() => createPlugin("0.1.0", resources).run(request)).toThrowError(/^acme\/v1\/a\.proto:5: name cannot stand beside skip: true$/);
  });
});

it("two elements that want one name are named by their lines", () => {
  const protos = {
    "acme/v1/a.proto": `${head}message A { option (protobridge.v1.message).name = 'Same'; }\nmessage B { option (protobridge.v1.message).name = 'Same'; }`,
  };
  withFiles({ ...schema, ...protos }, (directory) => {
    const request = requestFor(directory, "target=ts", (path) => path.startsWith("acme/"));
    expect(() => createPlugin("0.1.0", resources).run(request)).toThrowError(
      /^acme\/v1\/a\.proto:5: name: acme\.v1\.B cannot be called Same: that is the name of acme\.v1\.A$/,
    );
  });
});

it("explain says where an option stands, also of elements that are called alike", () => {
  const { files, settings, told } = settingsOf({
    "acme/v1/a.proto": `${head}option (protobridge.v1.package) = { any: { content: PACKED } };\nmessage M {\n  option (protobridge.v1.message).name = 'N';\n  string o = 1 [(protobridge.v1.field).text = JSON];\n  google.protobuf.Any any = 2;\n}`,
    "acme/v1/b.proto": `${head}\noption (protobridge.v1.package) = { any: { content: MESSAGE } };\nmessage B { google.protobuf.Any any = 1; }`,
    // A message and a package can have one name, as can a field and a oneof of two messages.
    "acme/v1/c.proto":
      'syntax = "proto3"; package acme;\nimport "protobridge/v1/config.proto";\nmessage constructor {\n\n option (protobridge.v1.message).name = "Made"; }',
  });
  expect(told).toEqual([]);
  const model = buildModel(
    files.filter(({ proto }) => proto.name.startsWith("acme/")),
    { settings },
  );
  expect(explain(model)).toBe(`acme/v1/a.proto (package acme.v1, proto3): 1 message
  message M: is called N (acme/v1/a.proto:5)
  JSON M.o: o is a string with JSON text (acme/v1/a.proto:7)
  value M.any: it holds packed values (acme/v1/a.proto:1)

acme/v1/b.proto (package acme.v1, proto3): 1 message
  message B.any: it stays a message (acme/v1/b.proto:1)

acme/v1/c.proto (package acme, proto3): 1 message
  message constructor: is called Made (acme/v1/c.proto:3)
`);
});
