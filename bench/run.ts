/** `npm run bench`: the suites on each version of Node, their results as JSON, and the pages. See README.md. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generatePeers } from "./peers.js";
import { chart } from "./report/chart.js";
import { details, summary, withTables } from "./report/pages.js";
import { readResults, saveResult } from "./report/results.js";
import { type Result, type SuiteName, suiteNames } from "./suites/suite.js";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const results = path("results");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: "string", multiple: true, default: ["20", "24"] },
    quick: { type: "boolean", default: false },
    pages: { type: "boolean", default: false },
  },
});
const isSuite = (word: string): word is SuiteName => suiteNames.some((name) => name === word);
const named = positionals.filter(isSuite);
const suites = named.length === 0 ? suiteNames : named;
const requests = positionals.filter((word) => !isSuite(word));
if (requests.length > 0 && !named.includes("plugin")) throw new Error(`there is no suite ${requests.join(", ")}: ${suiteNames.join(", ")}`);
const versions = values.node.flatMap((versions) => versions.split(","));

/** Runs a suite in a process of its own. */
function run(suite: SuiteName, version: string): Result {
  const scratch = mkdtempSync(join(tmpdir(), "protobridge-bench-"));
  try {
    const out = join(scratch, "result.json");
    const script = ["--expose-gc", "--import", "tsx", path("worker.ts"), suite, ...requests, "--out", out, ...(values.quick ? ["--quick"] : [])];
    // Node of another version comes from the npm package of that name.
    const own = process.versions.node.startsWith(`${version}.`) || process.versions.node === version;
    const [command, args] = own ? [process.execPath, script] : ["npx", ["-y", "-p", `node@${version}`, "--", "node", ...script]];
    const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    if (status !== 0) throw error ?? new Error(`${suite} on Node ${version} ended with exit code ${status}`);
    return JSON.parse(readFileSync(out, "utf8")) as Result;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function writePages(): void {
  const all = readResults(results);
  for (const [page, tables] of [["../README.md", summary(all)] as const, ["README.md", details(all)] as const]) {
    writeFileSync(path(page), withTables(readFileSync(path(page), "utf8"), tables));
  }
  writeFileSync(path("../docs/bench.svg"), chart(all));
}

if (!values.pages) {
  await generatePeers();
  for (const suite of suites) {
    // Sizes are the same on every Node.
    for (const version of suite === "size" ? versions.slice(-1) : versions) {
      const result = run(suite, version);
      process.stdout.write(`${details([result])}\n\n`);
      // What is only a part, or no measure, is shown and not kept.
      if (!values.quick && requests.length === 0) saveResult(results, result);
    }
  }
}
if (values.pages || (!values.quick && requests.length === 0)) writePages();
