/** Generates again, beside the tree, and names what differs from what is committed. Exit code 1 if anything does. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const folders = ["fixtures/gen", "plugin/src/gen"];
/** What a script of ours makes of the schema of the config. */
const made = [
  { script: "scripts/config-reference.ts", file: "docs/config-reference.md" },
  { script: "scripts/config-schema.ts", file: "plugin/schema/bridge.schema.json" },
];

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
}

function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

const fresh = mkdtempSync(join(tmpdir(), "protobridge-check-"));
try {
  run("buf", "generate", "-o", fresh);
  run("buf", "generate", "--template", "plugin/buf.gen.yaml", "-o", fresh);
  for (const { script, file } of made) {
    mkdirSync(dirname(join(fresh, file)), { recursive: true });
    run("node", "--import", "tsx", script, join(fresh, file));
  }
  const single = (base: string): string[] => made.map(({ file }) => file).filter((file) => existsSync(join(base, file)));
  const paths = (base: string): string[] => [
    ...single(base),
    ...folders.flatMap((folder) => filesUnder(join(base, folder)).map((file) => `${folder}/${file}`)),
  ];
  const committed = new Set(paths(root));
  const generated = new Set(paths(fresh));
  const read = (base: string, file: string): string => readFileSync(join(base, file), "utf8");
  const problems = [
    ...[...generated].filter((file) => !committed.has(file)).map((file) => `missing   ${file}`),
    ...[...committed].filter((file) => !generated.has(file)).map((file) => `orphaned  ${file}`),
    ...[...generated].filter((file) => committed.has(file) && read(root, file) !== read(fresh, file)).map((file) => `stale     ${file}`),
  ];
  if (problems.length > 0) {
    process.stdout.write(`${problems.join("\n")}\nRun "npm run generate", and commit what it writes.\n`);
    process.exitCode = 1;
  } else process.stdout.write(`${generated.size} generated files are as the protos, the templates and the plugin make them.\n`);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
