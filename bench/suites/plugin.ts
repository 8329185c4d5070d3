/** Times protoc-gen-bridge beside protoc-gen-es, and on the small request beside the other generators, all as buf starts them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Measured, peak, run } from "../plugin/process.js";
import { writeProtos } from "../plugin/protos.js";
import { captureRequest } from "../plugin/request.js";
import { median } from "../timing.js";
import { type Measurement, type Result, result, type SuiteOptions } from "./suite.js";

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

/** A generator, as buf starts it. */
interface Plugin {
  readonly name: string;
  readonly script: string;
  readonly options: readonly string[];
}

const target = ["target=ts", "import_extension=js"];
const bridge: Plugin = { name: "protoc-gen-bridge", script: path("plugin/bin/protoc-gen-bridge.cjs"), options: target };
const es: Plugin = { name: "protoc-gen-es", script: path("node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es"), options: target };
const others: readonly Plugin[] = [
  { name: "ts-proto", script: path("node_modules/ts-proto/protoc-gen-ts_proto"), options: ["esModuleInterop=true", "importSuffix=.js"] },
  { name: "protobuf-ts", script: path("node_modules/@protobuf-ts/plugin/bin/protoc-gen-ts"), options: [] },
];

interface Case {
  readonly name: string;
  readonly runs: number;
  readonly plugins: readonly Plugin[];
  request(options: readonly string[]): Buffer;
}

const cases: readonly Case[] = [
  { name: "handler_bridge.proto", runs: 15, plugins: [bridge, es, ...others], request: (options) => captureRequest(path("fixtures/rxpress"), options) },
  { name: "300 files", runs: 5, plugins: [bridge, es], request: (options) => requestOf(300, options) },
  { name: "3000 files", runs: 1, plugins: [bridge, es], request: (options) => requestOf(3000, options) },
];

function requestOf(files: number, options: readonly string[]): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "protobridge-bench-"));
  try {
    writeProtos(directory, files);
    return captureRequest(directory, options);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param wanted the first words of the names of the requests; all, if there are none */
export async function pluginSuite({ quick }: SuiteOptions, wanted: readonly string[] = []): Promise<Result> {
  const chosen = cases.filter(({ name }) => wanted.length === 0 || wanted.includes(name.split(" ")[0] ?? ""));
  const measurements: Measurement[] = [];
  for (const each of quick ? chosen.slice(0, 1) : chosen) measurements.push(...(await measure(each, quick ? 1 : each.runs)));
  return result("plugin", quick ? 1 : (cases[0]?.runs ?? 1), measurements);
}

async function measure({ name, plugins, request }: Case, runs: number): Promise<Measurement[]> {
  const inputs = new Map<string, Buffer>();
  for (const { options } of plugins) if (!inputs.has(options.join())) inputs.set(options.join(), request(options));
  const input = ({ options }: Plugin): Buffer => inputs.get(options.join()) as Buffer;
  const measured: Measured[][] = plugins.map(() => []);
  // One after the other in turn, so that a slow moment of the machine meets all.
  for (let i = 0; i < runs; i++) for (const [at, plugin] of plugins.entries()) measured[at]?.push(await run(plugin.script, input(plugin)));
  const measurements: Measurement[] = [];
  for (const [at, plugin] of plugins.entries()) {
    const all = measured[at] ?? [];
    const failure = all.find(({ failure }) => failure !== undefined)?.failure;
    if (failure !== undefined) {
      measurements.push({ case: name, contender: plugin.name, measure: "time", value: null, unit: "ms", failure });
      continue;
    }
    const value = median(all.map(({ milliseconds }) => milliseconds));
    measurements.push({ case: name, contender: plugin.name, measure: "time", value, unit: "ms" });
    const kibibytes = await peak(plugin.script, input(plugin));
    if (kibibytes !== undefined) measurements.push({ case: name, contender: plugin.name, measure: "peak", value: kibibytes / 1024, unit: "MiB" });
  }
  return measurements;
}
