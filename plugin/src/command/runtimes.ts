import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What generated code imports. */
export const runtime = "@protobridge/runtime";

/** A runtime that is installed. */
export interface InstalledRuntime {
  readonly version: string;
  /** The versions of generated code that it serves. */
  readonly serves: readonly string[];
}

/** The runtime that code in a directory imports; undefined if none is installed. */
export function runtimeBeside(directory: string): InstalledRuntime | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const manifest = join(at, "node_modules", runtime, "package.json");
    if (existsSync(manifest)) {
      const { version = "0", exports = {} } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version?: string; readonly exports?: object };
      return { version, serves: Object.keys(exports).flatMap((path) => /^\.\/codegen-([\d.]+)$/.exec(path)?.[1] ?? []) };
    }
    if (at === dirname(at)) return undefined;
  }
}

/** Which of two versions is the later one: above 0 if it is the first. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
