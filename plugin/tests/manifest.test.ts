/** What is added to a package.json: the same members as if it were written anew, in a text that is otherwise as it was. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { completed } from "../src/command/init/manifest.js";

const needs = {
  scripts: { generate: "buf generate", "check:bridge": "protobridge check" },
  dependencies: { "@bufbuild/protobuf": "^2.13.0", "@protobridge/runtime": "^0.1.0" },
  devDependencies: { "@bufbuild/buf": "^1.74.0" },
};

const name = fc.constantFrom("a", "z", "@a/b", "@protobridge/runtime", "@bufbuild/buf", "generate", "check:bridge", 'quo"te', "späße");
const section = fc.dictionary(name, fc.constantFrom("^0.1.0", "^1.0.0", "x {", "}, [", "\\"), { maxKeys: 5, noNullPrototype: true });
const manifest = fc.record(
  { name: fc.string(), scripts: section, dependencies: section, files: fc.array(fc.string()), devDependencies: section, config: section },
  { requiredKeys: [], noNullPrototype: true },
);

it("is added, and nothing is taken out, moved or written in another way", () => {
  fc.assert(
    fc.property(manifest, fc.constantFrom(1, 2, 4, "\t"), fc.constantFrom("\n", "\r\n"), (content, indent, eol) => {
      const before = JSON.stringify(content, null, indent).replaceAll("\n", eol);
      const { text, added } = completed("package.json", before, needs);
      const after = JSON.parse(text) as Record<string, Record<string, string>>;
      // Taking out what was added gives what was there, in its order.
      for (const [section, names] of Object.entries(added)) {
        for (const each of names) delete after[section]?.[each.replace(/ \^.*$/, "")];
        if (!(section in content) && Object.keys(after[section] ?? {}).length === 0) delete after[section];
      }
      expect(JSON.stringify(after)).toBe(JSON.stringify(content));
      // The lines that were there stand in it in their order, but for a comma behind them.
      const plain = (line: string): string => line.replace(/,$/, "");
      let at = -1;
      const lines = text.split(eol).map(plain);
      const lost = before
        .split(eol)
        .filter((line) => !/(\{\}|^\}),?$/.test(line))
        .filter((line) => {
          const found = lines.indexOf(plain(line), at + 1);
          if (found >= 0) at = found;
          return found < 0;
        });
      expect(lost).toEqual([]);
      expect(text.includes("\r")).toBe(eol === "\r\n" && text.includes("\n"));
      // Once more there is nothing to do.
      expect(completed("package.json", text, needs)).toMatchObject({ text, added: { scripts: [], dependencies: [], devDependencies: [] } });
    }),
    { numRuns: 300 },
  );
});
