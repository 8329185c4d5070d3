/** What `protobridge init` does to a package.json. */
import { chmodSync, lstatSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { added, greeter, protos, withProject } from "./init-support.js";

/** Whether all characters of a text stand in another, in their order. */
function isContained(text: string, other: string): boolean {
  let at = -1;
  return [...text].every((char) => {
    at = other.indexOf(char, at + 1);
    return at >= 0;
  });
}

describe("package.json", () => {
  it.each<[what: string, text: string]>([
    ["tabs and CRLF", '{\r\n\t"name": "x",\r\n\t"dependencies": {\r\n\t\t"a": "1",\r\n\t\t"zod": "1"\r\n\t},\r\n\t"scripts": {},\r\n\t"z": [1,2]\r\n}'],
    [
      "four spaces, and no line end",
      '{\n    "scripts": { "b": "c", "a": "d" },\n    "devDependencies": {\n        "vitest": "^4.0.0",\n        "esbuild": "1"\n    },\n    "files": [ "a",\n "b"]\n}',
    ],
    ["one line", '{ "type": "module", "version": "1.0.0" }'],
    ["nothing in it", "{}\n"],
    ["a byte order mark", '\uFEFF{\n  "name": "x"\n}\n'],
  ])("with %s keeps its form", (_what, text) => {
    withProject({ ...protos, "package.json": text }, ({ init, read, directory }) => {
      chmodSync(join(directory, "package.json"), 0o640);
      expect(init().status).toBe(0);
      const after = read("package.json");
      expect(statSync(join(directory, "package.json")).mode & 0o777).toBe(0o640);
      expect(after.includes("\r\n") ? after.replaceAll("\r\n", "") : after).not.toContain(text.includes("\r\n") ? "\n" : "\r");
      expect(after.endsWith("\n")).toBe(text.endsWith("\n"));
      expect(after.startsWith("\uFEFF")).toBe(text.startsWith("\uFEFF"));
      const [before, now] = [text, after].map((each) => JSON.parse(each.replace("\uFEFF", "")) as Record<string, Record<string, string>>);
      // What was there is there, in the same order, beside what is new.
      expect(Object.keys(now ?? {}).filter((key) => before && key in before)).toEqual(Object.keys(before ?? {}));
      for (const [section, values] of Object.entries(added)) {
        expect(now?.[section]).toMatchObject(values);
        expect(Object.keys(now?.[section] ?? {}).filter((key) => !(key in values))).toEqual(Object.keys(before?.[section] ?? {}));
      }
      // Nothing is taken out, but for the end of an object that was empty; a file of one line has no form.
      if (text.trim().includes("\n")) expect(isContained(text.replace("{}", "{"), after)).toBe(true);
    });
  });

  it("keeps scripts and ranges that are others, wherever they stand, and tells of what will not do", () => {
    const manifest = {
      scripts: { generate: "make", "check:bridge": "protobridge check" },
      peerDependencies: { "@bufbuild/protobuf": "^1.10.0" },
      dependencies: { "@protobridge/plugin": "workspace:*", "@bufbuild/buf": "1.60.0" },
    };
    withProject({ ...protos, "package.json": JSON.stringify(manifest, null, 2), "pnpm-lock.yaml": "" }, ({ init, read }) => {
      const { stdout } = init();
      expect(stdout).toContain("\nedited   package.json: dependencies @protobridge/runtime ^0.1.0; devDependencies @bufbuild/protoc-gen-es ^2.13.0\n");
      expect(stdout).toContain('\nnote     the script generate of package.json stays as it is, and is not "buf generate"\n');
      expect(stdout).toContain("\nnote     package.json has @bufbuild/protobuf ^1.10.0; ^2.13.0 is needed\n");
      expect(stdout).toMatch(/Next:\n {2}pnpm install\n {2}pnpm exec buf generate\n {2}pnpm exec protobridge explain\n$/);
      expect(JSON.parse(read("package.json"))).toEqual({
        ...manifest,
        dependencies: { ...manifest.dependencies, "@protobridge/runtime": "^0.1.0" },
        devDependencies: { "@bufbuild/protoc-gen-es": "^2.13.0" },
      });
    });
  });

  it.each([
    ["that ends too soon", '{\n  "name":\n', "package.json:3 is not JSON (ValueExpected): mend it, and run this again"],
    ["with comments", '{\n  // no\n  "name": "x"\n}', "package.json:2 is not JSON (InvalidCommentToken): mend it, and run this again"],
    ["that is a list", "[]", "package.json is no object: mend it, and run this again"],
    ["with scripts that are none", '{ "scripts": [] }', "package.json: scripts is no object: mend it, and run this again"],
  ])("%s is an error, and nothing is written", (_what, text, said) => {
    withProject({ ...protos, "package.json": text }, ({ init, files, read }) => {
      expect(init()).toEqual({ status: 1, stdout: "", stderr: `protobridge: ${said}\n` });
      expect(files()).toEqual(["package.json"]);
      expect(read("package.json")).toBe(text);
    });
  });

  it("behind a link is written where it lies, but not outside of the project", () => {
    withProject({ ...protos, "real/package.json": "{}" }, ({ init, read, directory }) => {
      symlinkSync("real/package.json", join(directory, "package.json"));
      expect(init().status).toBe(0);
      expect(lstatSync(join(directory, "package.json")).isSymbolicLink()).toBe(true);
      expect(read("real/package.json")).toContain("protobridge check");
    });
    withProject({ "app/proto/a.proto": greeter, "package.json": "{}" }, ({ init, read, directory }) => {
      symlinkSync("../package.json", join(directory, "app/package.json"));
      expect(init("app")).toMatchObject({ status: 1, stderr: "protobridge: app/package.json lies outside of app, and stays as it is\n" });
      expect(read("package.json")).toBe("{}");
    });
  });
});
