/** The code that the contenders generate, made at bench time below bench/gen: as each generator writes it, and as the modules that are run. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root: string = fileURLToPath(new URL("../", import.meta.url));
const generated: string = join(root, "bench/gen");
const protos = ["fixtures/rxpress/handler_bridge.proto", "fixtures/snakepit/snakepit_bridge.proto", "fixtures/loom/event.proto"];
// Ours is what is committed, and with it protoc-gen-es's.
const ours = readdirSync(join(root, "fixtures/gen"))
  .filter((name) => name.endsWith(".ts"))
  .toSorted();

/** Where a file lies that a generator wrote, by its path below its contender's folder. */
export function sourcePath(contender: string, file: string): string {
  return join(generated, "source", contender, file);
}

/** A module as it is run: JavaScript of one kind for all contenders, which tsx has not touched. The caller says its type. */
export function load<Module>(contender: string, file: string): Promise<Module> {
  return import(/* @vite-ignore */ pathToFileURL(join(generated, "modules", contender, file)).href);
}

/** Generates what is not there yet, or is of other protos, other generators or other generated code of ours. */
export async function generatePeers(): Promise<void> {
  const stamp = join(generated, "stamp");
  const wanted = digest();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  mkdirSync(generated, { recursive: true });
  const fresh = mkdtempSync(join(generated, "fresh-"));
  try {
    writeSources(join(fresh, "source"));
    await compile(join(fresh, "source"), join(fresh, "modules"));
    for (const folder of ["source", "modules"]) {
      rmSync(join(generated, folder), { recursive: true, force: true });
      renameSync(join(fresh, folder), join(generated, folder));
    }
    writeFileSync(stamp, wanted);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function digest(): string {
  const hash = createHash("sha256");
  const inputs = [...protos, "package-lock.json", "bench/buf.gen.yaml", "bench/peers.ts", ...ours.map((name) => `fixtures/gen/${name}`)];
  for (const input of inputs) hash.update(input).update(readFileSync(join(root, input)));
  return hash.digest("hex");
}

function tool(name: string, args: readonly string[]): string {
  const bin = join(root, "node_modules/.bin");
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  return execFileSync(join(bin, name), args, { cwd: root, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024, stdio: ["ignore", "pipe", "inherit"] });
}

function writeSources(to: string): void {
  tool("buf", ["generate", "--template", "bench/buf.gen.yaml", "-o", to]);
  mkdirSync(join(to, "protobridge"));
  for (const file of ours) cpSync(join(root, "fixtures/gen", file), join(to, "protobridge", file));
  const paths = protos.flatMap((proto) => ["-p", proto.slice(0, proto.lastIndexOf("/"))]);
  mkdirSync(join(to, "protobufjs"));
  tool("pbjs", ["-t", "static-module", "-w", "esm", "--dependency", "protobufjs/minimal.js", ...paths, "-o", join(to, "protobufjs/static.js"), ...protos]);
  mkdirSync(join(to, "pbf"));
  for (const [name, text] of pbfProtos()) {
    const proto = join(to, "pbf", `${name}.proto`);
    writeFileSync(proto, text);
    writeFileSync(join(to, "pbf", `${name}.js`), tool("pbf", [proto]));
  }
}

/** pbf's compiler takes no types of other packages: of snakepit it gets the one message that is compared, with an Any of its own. */
function pbfProtos(): [name: string, text: string][] {
  return protos.map((proto): [string, string] => {
    const name = proto.slice(proto.lastIndexOf("/") + 1, -".proto".length);
    const text = readFileSync(join(root, proto), "utf8");
    if (name !== "snakepit_bridge") return [name, text];
    const message = /^message ExecuteToolRequest \{[^}]*\}/m.exec(text)?.[0].replaceAll("google.protobuf.Any", "Any");
    return [name, `syntax = "proto3";\nmessage Any {\n  string type_url = 1;\n  bytes value = 2;\n}\n${message}\n`];
  });
}

async function compile(from: string, to: string): Promise<void> {
  const entries: Record<string, string[]> = {
    protobridge: ours,
    "ts-proto": ["handler_bridge.ts", "snakepit_bridge.ts", "event.ts"],
    "protobuf-ts": ["handler_bridge.ts", "snakepit_bridge.ts", "event.ts"],
    protobufjs: ["static.js"],
    pbf: ["handler_bridge.js", "snakepit_bridge.js", "event.js"],
  };
  for (const [contender, files] of Object.entries(entries)) {
    // Modules that import one another stay apart or are shared, so that each type is there once.
    await build({
      entryPoints: files.map((file) => join(from, contender, file)),
      outdir: join(to, contender),
      outbase: join(from, contender),
      bundle: true,
      splitting: true,
      packages: "external",
      format: "esm",
      platform: "node",
      target: "node20",
      logLevel: "warning",
    });
  }
  writeFileSync(join(to, "package.json"), '{ "type": "module" }\n');
}
