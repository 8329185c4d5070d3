/** Generates again, beside the tree, and names what differs from what is committed. Exit code 1 if anything does. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = "fixtures/gen";

function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

const fresh = mkdtempSync(join(tmpdir(), "protobridge-check-"));
try {
  const { status, stderr } = spawnSync("buf", ["generate", "-o", fresh], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`buf generate failed:\n${stderr}`);
  const committed = new Set(filesUnder(join(root, folder)));
  const generated = new Set(filesUnder(join(fresh, folder)));
  const read = (base: string, file: string): string => readFileSync(join(base, folder, file), "utf8");
  const problems = [
    ...[...generated].filter((file) => !committed.has(file)).map((file) => `missing   ${folder}/${file}`),
    ...[...committed].filter((file) => !generated.has(file)).map((file) => `orphaned  ${folder}/${file}`),
    ...[...generated].filter((file) => committed.has(file) && read(root, file) !== read(fresh, file)).map((file) => `stale     ${folder}/${file}`),
  ];
  if (problems.length > 0) {
    process.stdout.write(`${problems.join("\n")}\nRun "npm run generate", and commit what it writes.\n`);
    process.exitCode = 1;
  } else process.stdout.write(`${generated.size} generated files are as the protos, the templates and the plugin make them.\n`);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
