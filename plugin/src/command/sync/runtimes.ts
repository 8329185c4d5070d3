import { dirname } from "node:path";
import { CommandError } from "../command.js";
import { shown } from "../files.js";
import { compareVersions, runtimeBeside } from "../runtimes.js";

/** The installed runtime does not have what generated code calls. */
export class RuntimeMismatch extends CommandError {}

/**
 * Looks whether the installed runtime has what generated modules call.
 *
 * @param generated the version of the path by which each module calls the runtime
 * @throws RuntimeMismatch that tells which of the two to update
 */
export function checkRuntimes(cwd: string, generated: ReadonlyMap<string, string>): void {
  const installed = new Map<string, readonly string[] | undefined>();
  for (const [path, version] of generated) {
    const directory = dirname(path);
    if (!installed.has(directory)) installed.set(directory, runtimeBeside(directory)?.serves);
    const versions = installed.get(directory);
    if (versions === undefined || versions.includes(version)) continue;
    const is = `${shown(path, cwd)} was generated for codegen-${version}, and the installed @protobridge/runtime has ${versions.map((each) => `codegen-${each}`).join(", ")}`;
    const isNewer = versions.every((each) => compareVersions(version, each) > 0);
    throw new RuntimeMismatch(
      isNewer
        ? `${is}: update the runtime: npm install @protobridge/runtime@latest`
        : `${is}: update the plugin and generate again: npm install --save-dev @protobridge/plugin@latest, and npx buf generate`,
    );
  }
}
