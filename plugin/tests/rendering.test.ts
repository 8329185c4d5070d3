import { join } from "node:path";
import { type AnyDesc, create, type DescFile } from "@bufbuild/protobuf";
import { type CodeGeneratorRequest, CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin, type GeneratedFile, type Printable, type Schema } from "@bufbuild/protoplugin";
import { describe, expect, it } from "vitest";
import { Docs } from "../src/rendering/docs.js";
import { Shapes } from "../src/rendering/shapes.js";
import { Types, typesIn } from "../src/rendering/types.js";
import { requestFor, root, withFiles } from "./support.js";

/** What clashes, and what is commented oddly. */
const odd = {
  "odd.proto": [
    'edition = "2023";',
    "package odd.v1;",
    "// A.",
    "message A { string s = 1; message B { string s = 1; } } // Not behind.",
    "message A_B { string s = 1; }",
    "message ASchema { string s = 1; }",
    "message ASchemaSchema { string s = 1; }",
    "message file_odd { string s = 1; }",
    "message Object { string s = 1; }",
    "enum E { E_ZERO = 0; }",
    "service ASchema_ { rpc Get(A) returns (A) { option deprecated = true; } }",
    "service E_ { }",
    "//",
    "message Empty {",
    "  //",
    "  string one = 1; // Behind.",
    "  // Leading.",
    "  string two = 2; //",
    "  //  Indented */",
    "  //",
    "  // Two paragraphs.",
    "  string three = 3; // Behind.",
    '  string four = 4 [deprecated = true, json_name = "vier", features.field_presence = IMPLICIT];',
    "  // A oneof.",
    "  oneof o { int32 five = 5; A six = 6; }",
    "}",
    "// Deprecated, and so is what is in it.",
    "message Old {",
    "  option deprecated = true;",
    "  message Inner { oneof o { int32 i = 1; } }",
    "  enum Choice { option features.enum_type = CLOSED; CHOICE_ONE = 1; }",
    "}",
    "message Lenient { option features.json_format = LEGACY_BEST_EFFORT; A a = 1; }",
    "enum Closed { option features.enum_type = CLOSED; option features.json_format = LEGACY_BEST_EFFORT; CLOSED_ONE = 1; }",
    "message Extended { extensions 100 to 199; extend Extended { string inner = 101; } }",
    "extend Extended { string outer = 100; }",
  ].join("\n"),
};

/** Runs a check on each file of a request, as protoplugin shows it. */
function eachFile(request: CodeGeneratorRequest, check: (desc: DescFile, file: GeneratedFile, types: Types) => void): void {
  const generateTs = (schema: Schema): void => {
    const types = new Types(schema.allFiles);
    for (const desc of schema.files) check(desc, schema.generateFile(`${desc.name}.ts`), types);
  };
  createEcmaScriptPlugin({ name: "test", version: "0", generateTs }).run(request);
}

const requests: [name: string, request: CodeGeneratorRequest][] = [
  ["what is odd", withFiles(odd, (directory) => requestFor(directory, "target=ts"))],
  ...["rxpress", "snakepit", "loom", "edge", "links"].map((module): [string, CodeGeneratorRequest] => [
    module,
    requestFor(join(root, "fixtures", module), "target=ts,import_extension=js"),
  ]),
];

describe.each(requests)("%s is printed as protoplugin prints it", (_name, request) => {
  it("by the names of protobuf-es", () => {
    let seen = 0;
    eachFile(request, (desc, file) => {
      const shapes = new Shapes();
      for (const type of typesIn(desc)) {
        if (type.kind !== "message" && type.kind !== "enum") continue;
        seen++;
        expect(plain(shapes.shape(file, type))).toEqual(plain(file.importShape(type)));
        if (type.kind === "enum") continue;
        expect(plain(shapes.schema(file, type))).toEqual(plain(file.importSchema(type)));
        expect(plain(shapes.schema(file, type, true))).toEqual(plain(file.importSchema(type, true)));
      }
    });
    expect(seen).toBeGreaterThan(5);
  });

  it("in its doc comments", () => {
    let seen = 0;
    eachFile(request, (desc, file, types) => {
      const docs = new Docs(types);
      for (const type of typesIn(desc)) {
        if (type.kind === "extension") continue;
        seen++;
        expect(docs.type(type.typeName)).toBe(printed(file.jsDoc(type)));
        const members: readonly Exclude<AnyDesc, DescFile>[] =
          type.kind === "message" ? [...type.members, ...type.fields] : type.kind === "service" ? type.methods : [];
        for (const member of members) expect(docs.member(type.typeName, member.name, "  ")).toBe(printed(file.jsDoc(member, "  ")));
      }
    });
    expect(seen).toBeGreaterThan(5);
  });
});

/** What protoplugin prints for a printable. */
function printed(printable: Printable): string {
  const generateTs = (schema: Schema): void => schema.generateFile("a.ts").print(printable);
  const { file } = createEcmaScriptPlugin({ name: "test", version: "0", generateTs }).run(create(CodeGeneratorRequestSchema, { parameter: "target=ts" }));
  return file[0]?.content.replace(/\n$/, "") ?? "";
}

/** A symbol without its method. */
function plain(symbol: object): unknown {
  return JSON.parse(JSON.stringify(symbol));
}
