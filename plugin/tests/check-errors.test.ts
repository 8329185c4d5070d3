/** What `protobridge check` cannot work with: it says why, and what to do. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bridge, files, template, withProject } from "./check-support.js";
import { protobridge } from "./command-support.js";
import { withFiles } from "./support.js";

describe("what is wrong", () => {
  it.each<[what: string, files: Readonly<Record<string, string>>, args: readonly string[], path: string | undefined, said: RegExp]>([
    ["no buf.gen.yaml", {}, [], undefined, /^protobridge: there is no buf\.gen\.yaml here: run this where it lies, .* npx protobridge init write one\n$/],
    ["no such template", {}, ["--template", "x.yaml"], undefined, /^protobridge: there is no x\.yaml\n$/],
    ["a template that is no YAML", { "buf.gen.yaml": "a: [\n" }, [], undefined, /^protobridge: buf\.gen\.yaml cannot be read: /],
    ["no buf", files, [], "", /^protobridge: buf is not installed, or not in PATH: npm install --save-dev @bufbuild\/buf, /],
    [
      "no proto",
      { "buf.gen.yaml": template(), "buf.yaml": files["buf.yaml"] },
      [],
      undefined,
      /^protobridge: buf generate failed:\nFailure: Module .* had no \.proto files\n$/,
    ],
    [
      "a proto that does not compile",
      { ...files, "proto/acme/v1/bad.proto": "syntax" },
      [],
      undefined,
      /^protobridge: buf generate failed:\nproto\/acme\/v1\/bad\.proto:1:/,
    ],
    ["an option that is none", { ...files, "buf.gen.yaml": template("", "colour=red") }, [], undefined, /^protobridge: buf generate failed:\n.*colour=red/s],
  ])("%s: exit code 1", (_what, files, args, path, said) => {
    withFiles(files, (directory) => {
      const { status, stdout, stderr } = protobridge(directory, ["check", ...args], path === undefined ? {} : { PATH: path });
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(said);
      expect(stderr).not.toMatch(/\n {4}at |protobridge-check-/);
    });
  });

  it("a directory where a file belongs", () => {
    withProject({}, ({ check, directory }) => {
      rmSync(join(directory, bridge));
      mkdirSync(join(directory, bridge));
      expect(check()).toMatchObject({ status: 1, stderr: `protobridge: ${bridge} is a directory, where a generated file belongs: move it away\n` });
    });
  });

  it.each([
    ["--force", "goes with --fix"],
    ["--dry-run", "goes with --fix"],
    ["more", "check takes no argument, not also more"],
  ])("%s alone: exit code 2", (argument, said) => {
    withFiles({}, (directory) => {
      expect(protobridge(directory, ["check", argument])).toMatchObject({
        status: 2,
        stdout: "",
        stderr: expect.stringContaining(`${said}\n\nprotobridge check [options]`),
      });
    });
  });
});
