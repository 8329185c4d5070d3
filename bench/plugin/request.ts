/** Requests as buf sends them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const buf: string = fileURLToPath(new URL("../../node_modules/.bin/buf", import.meta.url));
const capture: string = fileURLToPath(new URL("capture.js", import.meta.url));

/** The bytes of the one request that buf makes for all protos under a directory. */
export function captureRequest(directory: string, options: readonly string[]): Buffer {
  const scratch = mkdtempSync(join(tmpdir(), "protobridge-bench-"));
  try {
    const path = join(scratch, "request.bin");
    const template = { version: "v2", plugins: [{ local: [process.execPath, capture, path], out: scratch, opt: options, strategy: "all" }] };
    execFileSync(buf, ["generate", directory, "--template", JSON.stringify(template)], { stdio: ["ignore", "ignore", "inherit"] });
    return readFileSync(path);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
