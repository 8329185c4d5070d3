/**
 * The main job, on real input: generates the bridges of three real systems, tells what was understood of their protos, then serves each
 * over gRPC and calls it twice: with the generated client, and with a client that knows nothing of Protobridge. At the end, a link lives
 * through the restart of its server.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { serve } from "@protobridge/runtime/grpc";
import { live } from "./live.js";
import { LoomBridge, LoomEvents, loomCalls } from "./loom.js";
import { RxpressControl, RxpressHandlers, rxpressCalls } from "./rxpress.js";
import { type Comparison, compare } from "./side-by-side.js";
import { SnakepitBridge, snakepitCalls } from "./snakepit.js";

const root = fileURLToPath(new URL("../", import.meta.url));

function step(text: string): void {
  process.stdout.write(`\n== ${text}\n\n`);
}

function run(command: string, ...args: string[]): Buffer {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, maxBuffer: 64 * 1024 * 1024, timeout: 120_000 });
  if (error) throw new Error(`${command} does not start: ${error.message}. Run "npm ci" first, and this through "npm start".`);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
  return stdout;
}

const systems = ["rxpress", "snakepit", "loom"] as const;

step("1. Generate: buf generate, with protoc-gen-es and protoc-gen-bridge");
const started = performance.now();
for (const [i, system] of systems.entries()) {
  run("buf", "generate", `fixtures/${system}`);
  process.stdout.write(`  [${i + 1}/${systems.length}] ${system.padEnd(8)} -> fixtures/gen\n`);
}
process.stdout.write(`  done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);

step("2. What was understood, and why: protobridge explain");
process.stdout.write(run("protobridge", "explain", ...systems.flatMap((system) => ["--input", `fixtures/${system}`])));

step("3. Serve all of it over gRPC, and call it with both clients");
const comparisons: Comparison[] = [];
const server = await serve([new RxpressHandlers(), new RxpressControl(), new SnakepitBridge(), new LoomBridge(), new LoomEvents()], {
  address: "127.0.0.1:0",
  onError: (error, method) => console.error(method.path, error),
});
try {
  process.stdout.write(`  listening on ${server.address}\n\n`);
  for (const calls of [rxpressCalls, snakepitCalls, loomCalls]) comparisons.push(...(await calls(server.address)));
} finally {
  await server.close({ drainMs: 1000 });
}
const equal = compare(comparisons);

step("4. Live: one link of the control plane, while its server is restarted");
const arrived = await live((text) => process.stdout.write(`  ${text}\n`));
if (!arrived) {
  process.stdout.write("Not all that was sent arrived.\n");
  process.exitCode = 1;
}
process.stdout.write(`\n${comparisons.length} calls, ${equal} with the same result in both clients\n`);
const { version } = JSON.parse(readFileSync(new URL("../plugin/package.json", import.meta.url), "utf8")) as { version: string };
if (equal !== comparisons.length) {
  process.stdout.write("The two clients disagree.\n");
  process.exitCode = 1;
} else process.stdout.write(`Protobridge ${version} works here.\n`);
