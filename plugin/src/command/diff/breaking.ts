import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "../../diff/wire.js";
import { runBuf } from "../buf.js";

/** What breaks the wire: bytes that mean something else, and calls that nobody answers. JSON is a wire, too, for those who speak it. */
const rules = { binary: "WIRE", json: "WIRE_JSON" } as const;
/** Where there is something to tell. Source: `buf breaking --help`. */
const found = 100;

/** What buf finds, or why it cannot tell: some protos that buf compiles it does not read again from an image. */
export interface Breaking {
  readonly findings: readonly Finding[];
  readonly failure: string | null;
}

/**
 * Has buf compare two images.
 *
 * @throws CommandError if buf is not there, or does not end
 */
export function breakingChanges(before: Uint8Array, after: Uint8Array, wire: keyof typeof rules): Breaking {
  const directory = mkdtempSync(join(tmpdir(), "protobridge-diff-"));
  try {
    writeFileSync(join(directory, "before.binpb"), before);
    writeFileSync(join(directory, "after.binpb"), after);
    const config = JSON.stringify({ version: "v2", breaking: { use: [rules[wire], "RPC_NO_DELETE", "PACKAGE_SERVICE_NO_DELETE"] } });
    const args = ["breaking", "after.binpb", "--against", "before.binpb", "--exclude-imports", "--error-format", "json", "--config", config];
    const { status, stdout, stderr } = runBuf(args, "buf breaking", directory);
    if (status !== 0 && status !== found) return { findings: [], failure: stderr.trim().replace(/^Failure: /, "") };
    const lines = stdout.toString().split("\n");
    return { findings: lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Finding), failure: null };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
