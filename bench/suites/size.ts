/** Bytes: of what is generated, and of what an application bundles that encodes and decodes one message. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transformSync } from "esbuild";
import { sourcePath } from "../peers.js";
import { median } from "../timing.js";
import { type Measurement, type Result, result, type SuiteOptions } from "./suite.js";

const root: string = fileURLToPath(new URL("../../", import.meta.url));
const tsc: string = join(root, "node_modules/.bin/tsc");
const proto = "snakepit_bridge.proto";

/** What each generator wrote for `snakepit_bridge.proto`. */
const generated: readonly { readonly name: string; readonly files: readonly string[] }[] = [
  { name: "protobridge", files: [sourcePath("protobridge", "snakepit_bridge_bridge.ts")] },
  { name: "protobridge with _pb", files: [sourcePath("protobridge", "snakepit_bridge_bridge.ts"), sourcePath("protobridge", "snakepit_bridge_pb.ts")] },
  { name: "protoc-gen-es", files: [sourcePath("protobridge", "snakepit_bridge_pb.ts")] },
  { name: "ts-proto", files: [sourcePath("ts-proto", "snakepit_bridge.ts")] },
  { name: "protobuf-ts", files: [sourcePath("protobuf-ts", "snakepit_bridge.ts"), sourcePath("protobuf-ts", "snakepit_bridge.client.ts")] },
];

/** An application that does nothing but encode and decode one message. */
interface Entry {
  readonly name: string;
  readonly contender: string;
  /** The generated module that it imports. */
  readonly module: string;
  readonly code: (module: string) => string;
}

function companion(name: string, contender: string, file: string, message: string): Entry {
  const code = (module: string): string =>
    `import { ${message} } from "${module}"; export const e = (i) => ${message}.encode(i), d = (b) => ${message}.decode(b);`;
  return { name, contender, module: sourcePath(contender, file), code };
}

const snakepit = "ExecuteToolRequest of snakepit";
const rxpress = "InvokeRequest of rxpress";
const entries: readonly Entry[] = [
  companion(snakepit, "protobridge", "snakepit_bridge_bridge.ts", "ExecuteToolRequest"),
  companion(rxpress, "protobridge", "handler_bridge_bridge.ts", "InvokeRequest"),
  ...[["snakepit_bridge", "ExecuteToolRequest", snakepit] as const, ["handler_bridge", "InvokeRequest", rxpress] as const].flatMap(
    ([file, message, name]): Entry[] => [
      {
        name,
        contender: "protoc-gen-es",
        module: sourcePath("protobridge", `${file}_pb.ts`),
        code: (module) =>
          `import { ${message}Schema as s } from "${module}"; import { create, fromBinary, toBinary } from "@bufbuild/protobuf"; export const e = (i) => toBinary(s, create(s, i)), d = (b) => fromBinary(s, b);`,
      },
      {
        ...companion(name, "ts-proto", `${file}.ts`, message),
        code: (module) => `import { ${message} as m } from "${module}"; export const e = (i) => m.encode(i).finish(), d = (b) => m.decode(b);`,
      },
      {
        ...companion(name, "protobuf-ts", `${file}.ts`, message),
        code: (module) => `import { ${message} as m } from "${module}"; export const e = (i) => m.toBinary(m.create(i)), d = (b) => m.fromBinary(b);`,
      },
    ],
  ),
];

/** @throws Error if a bundle or a type check fails */
export async function sizeSuite({ quick }: SuiteOptions): Promise<Result> {
  const measurements: Measurement[] = generated.flatMap(({ name, files }): Measurement[] => {
    const text = files.map((file) => readFileSync(file, "utf8"));
    const minified = text.map((code) => transformSync(code, { loader: "ts", minify: true, target: "node20" }).code);
    const measure = (measure: string, value: number): Measurement => ({ case: proto, contender: name, measure, value, unit: "bytes" });
    return [measure("generated", Buffer.byteLength(text.join(""))), measure("generated, minified", Buffer.byteLength(minified.join("")))];
  });
  for (const entry of entries) measurements.push(...(await bundled(entry)));
  const checks = quick ? 0 : 5;
  const times: number[][] = generated.map(() => []);
  for (let round = 0; round <= checks && !quick; round++) {
    for (const [i, { files }] of generated.entries()) {
      const spent = typeCheck(files);
      // The first round reads the compiler and the libraries from disk.
      if (round > 0) times[i]?.push(spent);
    }
  }
  for (const [i, { name }] of generated.entries()) {
    if (!quick) measurements.push({ case: proto, contender: name, measure: "tsc", value: median(times[i] ?? []), unit: "ms" });
  }
  return result("size", checks, measurements);
}

async function bundled({ name, contender, module, code }: Entry): Promise<Measurement[]> {
  const contents = code(module);
  const bundle = async (external: readonly string[]): Promise<{ code: Uint8Array; inputs: Record<string, { bytesInOutput: number }> }> => {
    const { outputFiles, metafile } = await build({
      stdin: { contents, resolveDir: root },
      absWorkingDir: root,
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      external: [...external],
      // The generated code as it was written; what it imports, as it is published.
      resolveExtensions: [".ts", ".js"],
      logLevel: "error",
    });
    return { code: outputFiles[0]?.contents ?? new Uint8Array(), inputs: Object.values(metafile.outputs)[0]?.inputs ?? {} };
  };
  const whole = await bundle([]);
  const own = dirname(relative(root, module));
  const isGenerated = (input: string): boolean => input === "<stdin>" || input.startsWith(`${own}/`);
  const ownBytes = Object.entries(whole.inputs).reduce((sum, [input, { bytesInOutput }]) => (isGenerated(input) ? sum + bytesInOutput : sum), 0);
  // Without the runtime, what is left is what was generated: how much of the compressed bytes is which cannot be told in any other way.
  const alone = await bundle(["@protobridge/*", "@bufbuild/*", "@protobuf-ts/*"]);
  const gzip = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;
  const withPb = Object.entries(whole.inputs).some(([input, { bytesInOutput }]) => input.endsWith("_pb.ts") && bytesInOutput > 0);
  const measure = (measure: string, value: number): Measurement => ({ case: name, contender, measure, value, unit: "bytes" });
  return [
    measure("minified", whole.code.length),
    measure("gzipped", gzip(whole.code)),
    measure("runtime, minified", whole.code.length - ownBytes),
    measure("runtime, gzipped", gzip(whole.code) - gzip(alone.code)),
    { case: name, contender, measure: "_pb in the bundle", value: withPb ? 1 : 0, unit: "yes or no" },
  ];
}

/** The milliseconds that the compiler takes for files and all that they import. */
function typeCheck(files: readonly string[]): number {
  const folder = dirname(files[0] as string);
  const scratch = mkdtempSync(join(folder, "tsc-"));
  try {
    const compilerOptions = {
      target: "es2022",
      lib: ["es2024", "esnext.disposable", "dom"],
      module: "esnext",
      moduleResolution: "bundler",
      types: ["node"],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    };
    writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const start = performance.now();
    execFileSync(tsc, ["-p", scratch], { stdio: ["ignore", "ignore", "inherit"] });
    return performance.now() - start;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
