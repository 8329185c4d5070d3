/** The built command `protobridge`, as a user runs it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { root } from "./support.js";

/** What a command said. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `protobridge` in a directory, where it finds buf and the plugins. @param env variables besides */
export function protobridge(directory: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  return run(directory, process.execPath, [join(root, "plugin/bin/protobridge.cjs"), ...args], env);
}

/** Runs buf in a directory. */
export function buf(directory: string, ...args: string[]): Ran {
  return run(directory, "buf", args);
}

/** Lets the code in a directory find the workspace's runtime. */
export function linkRuntime(directory: string): void {
  mkdirSync(join(directory, "node_modules/@protobridge"), { recursive: true });
  symlinkSync(join(root, "runtime"), join(directory, "node_modules/@protobridge/runtime"), "dir");
}

/** The blocks of docs/commands.md that show what is printed. */
export function printedInDocs(): readonly string[] {
  return [...readFileSync(join(root, "docs/commands.md"), "utf8").matchAll(/^```text\n(.*?)^```$/gms)].map(([, text = ""]) => text);
}

function run(cwd: string, command: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Ran {
  const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`, ...more };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8", timeout: 60_000 });
  return { status, stdout, stderr };
}
