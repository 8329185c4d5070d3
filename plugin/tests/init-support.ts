/** Projects that `protobridge init` sets up. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { protobridge, type Ran } from "./command-support.js";
import { proto, withFiles } from "./support.js";

/** A proto with a service. */
export const greeter: string = proto("acme.v1", "message Hello { string name = 1; }", "service Greeter { rpc Say(Hello) returns (Hello); }");
/** A project with nothing but a proto. */
export const protos: Readonly<Record<string, string>> = { "proto/acme/v1/greeter.proto": greeter };

/** A project with these files. */
export interface Project {
  readonly directory: string;
  init(...args: string[]): Ran;
  read(path: string): string;
  /** All files but the protos. */
  files(): string[];
}

/** Sets up a project with these files. */
export function withProject(files: Readonly<Record<string, string>>, work: (project: Project) => void): void {
  withFiles(files, (directory) => {
    work({
      directory,
      init: (...args) => protobridge(directory, ["init", ...args]),
      read: (path) => readFileSync(join(directory, path), "utf8"),
      files: () =>
        (readdirSync(directory, { recursive: true }) as string[])
          .filter((path) => !path.endsWith(".proto") && statSync(join(directory, path)).isFile())
          .toSorted(),
    });
  });
}

/** An entry of plugins in a buf.gen.yaml. */
export const entry = (plugin: string, options: string, out = "src/gen"): string =>
  `  - local: protoc-gen-${plugin}\n    strategy: all\n    out: ${out}\n    opt: [${options}]\n`;
/** A buf.gen.yaml with both plugins. */
export const bufGen = (es: string, bridge: string, head = "clean: true\n"): string =>
  `version: v2\n${head}plugins:\n${entry("es", es)}${entry("bridge", bridge)}`;
/** What a package.json is given. */
export const added: Readonly<Record<"scripts" | "dependencies" | "devDependencies", Readonly<Record<string, string>>>> = {
  scripts: { generate: "buf generate", "check:bridge": "protobridge check" },
  dependencies: { "@bufbuild/protobuf": "^2.13.0", "@protobridge/runtime": "^0.1.0" },
  devDependencies: { "@bufbuild/buf": "^1.74.0", "@bufbuild/protoc-gen-es": "^2.13.0", "@protobridge/plugin": "^0.1.0" },
};
