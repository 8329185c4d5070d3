/** One run of a plugin, in a process of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Measured {
  /** From the start of the process to its end, what it wrote being read. */
  readonly milliseconds: number;
  /** Why there is no response; undefined if there is one. */
  readonly failure: string | undefined;
}

const peakHook: string = fileURLToPath(new URL("peak.cjs", import.meta.url));

/** Runs a plugin on a request. */
export function run(plugin: string, request: Buffer, env: NodeJS.ProcessEnv = process.env): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [plugin], { env, stdio: ["pipe", "pipe", "pipe"] });
    let bytes = 0;
    let message = "";
    child.on("error", reject);
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      message += chunk.toString();
    });
    child.on("close", (code) => {
      const milliseconds = performance.now() - start;
      const failure = code === 0 && bytes > 0 ? undefined : message.includes("heap out of memory") ? "out of memory" : `exit code ${code}`;
      resolve({ milliseconds, failure });
    });
    // A plugin that ends before it has read all makes this end fail; its exit code tells.
    child.stdin.on("error", () => {});
    child.stdin.end(request);
  });
}

/** The peak of the memory of a plugin's process, in KiB; undefined if it fails. */
export async function peak(plugin: string, request: Buffer): Promise<number | undefined> {
  const scratch = mkdtempSync(join(tmpdir(), "protobridge-bench-"));
  try {
    const file = join(scratch, "peak");
    const { failure } = await run(plugin, request, { ...process.env, NODE_OPTIONS: `--require=${JSON.stringify(peakHook)}`, PEAK_FILE: file });
    return failure === undefined ? Number(readFileSync(file, "utf8")) : undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
