/** What ends a line in JavaScript, in comments that are printed as line comments. */
import { expect, it } from "vitest";
import { generate } from "./support.js";

it.each([
  ["U+2028", "\u2028"],
  ["U+2029", "\u2029"],
  ["a carriage return", "\r"],
])("%s in a comment of the syntax or the package begins no line of code", (_name, end) => {
  const text = generate({
    "a.proto": [
      `// detached${end}globalThis.hit = 1;`,
      "",
      `// of the syntax${end}globalThis.hit = 2;`,
      'syntax = "proto3";',
      `// of the package${end}globalThis.hit = 3;`,
      "package a;",
      "message M {}",
    ].join("\n"),
  }).get("a_bridge.ts") as string;
  for (const [i, where] of ["detached", "of the syntax", "of the package"].entries()) expect(text).toContain(`// ${where}\n//globalThis.hit = ${i + 1};\n`);
  expect(text).not.toContain(end);
});
