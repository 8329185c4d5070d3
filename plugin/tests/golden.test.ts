import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generateFrom, requestFor, root } from "./support.js";

describe("the generated code of the fixtures", () => {
  for (const module of ["rxpress", "snakepit", "loom", "edge", "links"]) {
    const files = generateFrom(requestFor(join(root, "fixtures", module), "target=ts,import_extension=js"));
    it.each([...files])(`${module}: %s is what is committed`, (name, content) => {
      expect(content === readFileSync(join(root, "fixtures/gen", name), "utf8"), 'it differs: run "npm run generate", and look at the diff').toBe(true);
    });
  }

  it("is the same each time", () => {
    const request = requestFor(join(root, "fixtures/snakepit"), "target=ts");
    expect(generateFrom(request)).toEqual(generateFrom(request));
  });
});
