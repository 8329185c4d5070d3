/** A consumer's project: the packages as they are published, and what one runs in it. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { root, strict, withFiles } from "./support.js";

/** node_modules with the packed packages, and the workspace's copies of what they depend on. */
export function install(directory: string): void {
  const modules = join(directory, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".") && name !== "@protobridge") symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  for (const name of ["runtime", "plugin"]) {
    const tarball = execFileSync("npm", ["pack", "--silent", "--workspace", name, "--pack-destination", directory], { cwd: root, encoding: "utf8" }).trim();
    const target = join(modules, "@protobridge", name);
    mkdirSync(target, { recursive: true });
    execFileSync("tar", ["-xzf", join(directory, tarball), "-C", target, "--strip-components=1"]);
  }
  symlinkSync("../@protobridge/plugin/bin/protoc-gen-bridge.cjs", join(modules, ".bin/protoc-gen-bridge"));
  symlinkSync("../@protobridge/plugin/bin/protobridge.cjs", join(modules, ".bin/protobridge"));
  for (const name of ["buf", "protoc-gen-es", "tsc"]) symlinkSync(join(root, "node_modules/.bin", name), join(modules, ".bin", name));
}

/** What a command said. */
export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory in which the packages are installed. */
export interface Project {
  readonly directory: string;
  run(command: string, ...args: string[]): Said;
}

/** Sets up a project with these files: src/main.ts is compiled under the strictest settings into dist. */
export function withProject<T>(files: Readonly<Record<string, string>>, work: (project: Project) => T): T {
  const compilerOptions = { ...strict, noEmit: false, declaration: true, module: "nodenext", rootDir: "src", outDir: "dist" };
  const fixed = { "package.json": '{ "type": "module" }', "tsconfig.json": JSON.stringify({ compilerOptions, include: ["src"] }) };
  return withFiles({ ...fixed, ...files }, (directory) => {
    install(directory);
    const env = { ...process.env, PATH: `${join(directory, "node_modules/.bin")}:${process.env["PATH"]}` };
    return work({
      directory,
      run(command, ...args) {
        const { status, stdout, stderr } = spawnSync(command, args, { cwd: directory, env, encoding: "utf8", timeout: 120_000 });
        return { status, stdout, stderr };
      },
    });
  });
}
