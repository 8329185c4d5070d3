/** Times protoc-gen-bridge beside protoc-gen-es, both as buf starts them. Prints a table; see README.md for how to read it. */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Measured, peak, run } from "./process.js";
import { writeProtos } from "./protos.js";
import { captureRequest } from "./request.js";

const options = ["target=ts", "import_extension=js"];
const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const plugins = {
  "protoc-gen-es": path("node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es"),
  "protoc-gen-bridge": path("plugin/bin/protoc-gen-bridge.cjs"),
};
type Plugin = keyof typeof plugins;
const names = Object.keys(plugins) as Plugin[];

interface Case {
  readonly name: string;
  readonly runs: number;
  request(): Buffer;
}

const cases: readonly Case[] = [
  { name: "handler_bridge.proto", runs: 15, request: () => captureRequest(path("fixtures/rxpress"), options) },
  { name: "300 files", runs: 5, request: () => requestOf(300) },
  { name: "3000 files", runs: 1, request: () => requestOf(3000) },
];

function requestOf(files: number): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "protobridge-bench-"));
  try {
    writeProtos(directory, files);
    return captureRequest(directory, options);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function median(measured: readonly Measured[]): number | undefined {
  if (measured.some(({ failure }) => failure !== undefined)) return undefined;
  return measured.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b)[Math.floor(measured.length / 2)];
}

async function measure({ name, runs, request }: Case): Promise<void> {
  const input = request();
  const measured: Record<Plugin, Measured[]> = { "protoc-gen-es": [], "protoc-gen-bridge": [] };
  // One after the other in turn, so that a slow moment of the machine meets both.
  for (let i = 0; i < runs; i++) for (const plugin of names) measured[plugin].push(await run(plugins[plugin], input));
  const [theirs, ours] = [median(measured["protoc-gen-es"]), median(measured["protoc-gen-bridge"])];
  const ratio = theirs === undefined || ours === undefined ? "-" : (ours / theirs).toFixed(2);
  for (const plugin of names) {
    const time = median(measured[plugin]);
    const memory = await peak(plugins[plugin], input);
    const failure = measured[plugin].find(({ failure }) => failure !== undefined)?.failure;
    row(
      name,
      plugin,
      failure ?? `${time?.toFixed(0)} ms`,
      plugin === "protoc-gen-es" ? "" : ratio,
      memory === undefined ? "-" : `${(memory / 1024).toFixed(0)} MiB`,
    );
  }
}

function row(name: string, plugin: string, time: string, ratio: string, memory: string): void {
  console.log(`${name.padEnd(21)} ${plugin.padEnd(18)} ${time.padStart(14)} ${ratio.padStart(6)} ${memory.padStart(10)}`);
}

console.log(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), ${options.join(",")}\n`);
row("request", "plugin", "median", "ratio", "peak");
const wanted = process.argv.slice(2);
for (const each of cases.filter(({ name }) => wanted.length === 0 || wanted.includes(name.split(" ")[0] ?? ""))) await measure(each);
