import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError } from "../command.js";
import { shown } from "./projects.js";

/**
 * Looks whether the installed runtime has what generated modules call.
 *
 * @param generated the version of the path by which each module calls the runtime
 * @throws CommandError that tells which of the two to update
 */
export function checkRuntimes(cwd: string, generated: ReadonlyMap<string, string>): void {
  const installed = new Map<string, readonly string[] | undefined>();
  for (const [path, version] of generated) {
    const directory = dirname(path);
    if (!installed.has(directory)) installed.set(directory, installedVersions(directory));
    const versions = installed.get(directory);
    if (versions === undefined || versions.includes(version)) continue;
    const is = `${shown(cwd, path)} was generated for codegen-${version}, and the installed @protobridge/runtime has ${versions.map((each) => `codegen-${each}`).join(", ")}`;
    const isNewer = versions.every((each) => compareVersions(version, each) > 0);
    throw new CommandError(
      isNewer
        ? `${is}: update the runtime: npm install @protobridge/runtime@latest`
        : `${is}: update the plugin and generate again: npm install --save-dev @protobridge/plugin@latest, and npx buf generate`,
    );
  }
}

/** The versions of what generated code calls that the nearest installed runtime has; undefined if none is installed. */
function installedVersions(directory: string): readonly string[] | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const manifest = join(at, "node_modules/@protobridge/runtime/package.json");
    if (existsSync(manifest)) {
      const { exports = {} } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly exports?: object };
      return Object.keys(exports).flatMap((path) => /^\.\/codegen-(.+)$/.exec(path)?.[1] ?? []);
    }
    if (at === dirname(at)) return undefined;
  }
}

function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => version.split(".").map(Number));
  for (let i = 0; i < Math.max(x?.length ?? 0, y?.length ?? 0); i++) {
    const difference = (x?.[i] ?? 0) - (y?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
