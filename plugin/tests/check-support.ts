/** A project with generated code, in which `protobridge check` runs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { buf, linkRuntime, protobridge, type Ran } from "./command-support.js";
import { proto, withFiles } from "./support.js";

/** A buf.gen.yaml with both plugins. */
export const template = (more = "", opt = "target=ts, import_extension=js"): string =>
  `version: v2\n${more}plugins:\n${["es", "bridge"].map((name) => `  - local: protoc-gen-${name}\n    out: src/gen\n    opt: [${opt}]\n`).join("")}`;
const greeter = proto("acme.v1", "message Hello { string name = 1; }", "service Greeter { rpc Say(Hello) returns (Hello); }");
/** A project with two protos. */
export const files: Readonly<Record<"buf.yaml" | "buf.gen.yaml" | "proto/acme/v1/greeter.proto" | "proto/acme/v1/other.proto", string>> = {
  "buf.yaml": "version: v2\nmodules:\n  - path: proto\n",
  "buf.gen.yaml": template("clean: true\n"),
  "proto/acme/v1/greeter.proto": greeter,
  "proto/acme/v1/other.proto": proto("acme.v1", "message Other { int32 number = 1; }"),
};
/** What is generated of one of them. */
export const bridge: string = "src/gen/acme/v1/greeter_bridge.ts";
export const pb: string = "src/gen/acme/v1/greeter_pb.ts";

/** A project whose generated code is in place. */
export interface Project {
  readonly directory: string;
  check(...args: string[]): Ran;
  read(path: string): string;
  write(path: string, text: string): void;
  edit(path: string, change: (text: string) => string): void;
}

/** Sets up a project with these files, too, and generates. */
export function withProject(more: Readonly<Record<string, string>>, work: (project: Project) => void): void {
  withFiles({ ...files, ...more }, (directory) => {
    expect(buf(directory, "generate")).toMatchObject({ status: 0 });
    linkRuntime(directory);
    const at = (path: string): string => join(directory, path);
    const read = (path: string): string => readFileSync(at(path), "utf8");
    const write = (path: string, text: string): void => writeFileSync(at(path), text);
    work({ directory, check: (...args) => protobridge(directory, ["check", ...args]), read, write, edit: (path, change) => write(path, change(read(path))) });
  });
}

/** What is said when all is well. */
export const fine: Ran = { status: 0, stderr: "", stdout: "4 generated files are as the protos, the config and the plugins make them.\n" };
/** The proto with a further field. */
export const withField = (text: string): string => text.replace("string name = 1;", "string name = 1; string greeting = 2;");
