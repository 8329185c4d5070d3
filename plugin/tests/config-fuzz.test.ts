import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProblemsError } from "../src/diagnostics.js";
import { ConfigSchema, file_protobridge_v1_config } from "../src/gen/protobridge/v1/config_pb.js";
import { parse, refused, valid } from "./config-support.js";

describe("whatever stands in a file", () => {
  /** Nothing but a ProblemsError, whose places are in the file. */
  function survives(text: string): void {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      expect(error.problems.find(({ place, message }) => !/^bridge\.yaml(:\d+:\d+)?$/.test(place) || message === "")).toBe(undefined);
    }
  }
  const pieces = [
    ..."[]{}:,-?&*!|>'\"%@`#\n \t\r~<0",
    "\n  ",
    "\n    ",
    ": ",
    "- ",
    "? ",
    "&a ",
    "*a",
    "!!str ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "messages",
    "packages",
    "fields",
    "any",
    "tags",
    "fault",
    "code",
    "skip",
    "true",
    "null",
    "NULL",
    "JSON",
    "\uFEFF",
    "é",
    "__proto__",
  ];
  it("random pieces of YAML", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60, size: "max" }), (parts) => survives(parts.join(""))),
      { numRuns: 1000 },
    );
  });
  it("YAML of another shape, under the names of the schema", () => {
    const name = fc.constantFrom(
      ...file_protobridge_v1_config.messages.flatMap(({ fields }) => fields.map((field) => field.name)),
      "acme.v1.M",
      "<<",
      "__proto__",
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "large", withCrossShrink: true },
        fc.constantFrom(true, false, null, 0, 1.5, -1, "", "JSON", "MESSAGE", "NOT_FOUND", "OK", "NULL", "a/b", "a b", "{tag}"),
        fc.dictionary(name, tie("tree"), { maxKeys: 6 }),
        fc.array(tie("tree"), { maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...ConfigSchema.fields.map((field) => field.name)), tree, { minKeys: 1 }), (json) =>
        survives(JSON.stringify(json)),
      ),
      { numRuns: 300 },
    );
  });
  it("a valid config with pieces put in and taken out", () => {
    const edit = fc.record({
      at: fc.nat(valid.length),
      remove: fc.nat(12),
      insert: fc.oneof(fc.constantFrom("", ...pieces), fc.string({ unit: "binary", maxLength: 6 })),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) =>
        survives(edits.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), valid)),
      ),
      { numRuns: 1000 },
    );
  });
  it.each(["[", "{a: ", "- ", "? ", "!a ", "&a ", ",", "}", ": ", "[{", "#\n", "-\n", "?\n", "%a\n", "\t", "'", "\\", "*a ", "---\n", "a: ", "\r"])(
    "%j, again and again",
    (piece) => {
      for (const prefix of ["", "a:\n  ", '"']) survives(prefix + piece.repeat(100_000 / piece.length));
    },
  );
  it("100000 keys that nobody knows", () => {
    expect(refused(Array.from({ length: 100_000 }, (_, i) => `k${i}: 1\n`).join("")).at(-1)).toBe("and 99980 more");
  });
});
