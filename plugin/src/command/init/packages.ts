import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** How a project installs packages and runs commands. */
export interface PackageManager {
  readonly install: string;
  /** Runs a script of package.json. */
  run(script: string): string;
  /** Runs a command of a package. */
  exec(command: string): string;
}

const npm: PackageManager = { install: "npm install", run: (script) => `npm run ${script}`, exec: (command) => `npx ${command}` };

/** Package managers by the files that they leave. */
const byLockFile: Readonly<Record<string, PackageManager>> = {
  "package-lock.json": npm,
  "pnpm-lock.yaml": { install: "pnpm install", run: (script) => `pnpm run ${script}`, exec: (command) => `pnpm exec ${command}` },
  "yarn.lock": { install: "yarn install", run: (script) => `yarn run ${script}`, exec: (command) => `yarn run ${command}` },
  "bun.lock": { install: "bun install", run: (script) => `bun run ${script}`, exec: (command) => `bunx ${command}` },
};

/** The package manager of a project, or of the workspace that it is in; npm, if nothing tells. */
export function packageManagerOf(directory: string): PackageManager {
  const found = Object.entries(byLockFile).find(([name]) => existsSync(join(directory, name)));
  if (found) return found[1];
  return dirname(directory) === directory ? npm : packageManagerOf(dirname(directory));
}
