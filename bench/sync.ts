/** Makes a project of a thousand source files and fifty servicers, and prints how long `protobridge sync` takes for it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate, proto } from "../plugin/tests/support.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const services = 50;
const files = 1000;
const rounds = 5;

const rpcs = Array.from({ length: 12 }, (_, i) => i);
const lines = rpcs.map((i) => `  // Does it, in way ${i}.\n  rpc Do${i}(Do${i}Request) returns (${i % 4 === 3 ? "stream " : ""}Do${i}Response);`);
const messages = rpcs.map(
  (i) => `message Do${i}Request { string name = 1; map<string, string> labels = 2; }\nmessage Do${i}Response { repeated string lines = 1; int64 at = 2; }`,
);
const protos = Object.fromEntries(
  Array.from({ length: services }, (_, i) => [`acme/s${i}/s.proto`, proto(`acme.s${i}`, `service Service${i} {`, ...lines, "}", ...messages)]),
);

function servicer(i: number): string {
  const methods = rpcs
    .filter((rpc) => rpc % 3 !== 2)
    .map(
      (rpc) =>
        `  override ${rpc % 4 === 3 ? "async *" : "async "}do${rpc}(request: Do${rpc}Request) {\n    helper${i}(request.name);\n    ${rpc % 4 === 3 ? "yield" : "return"} { lines: [] };\n  }`,
    );
  const types = rpcs.filter((rpc) => rpc % 3 !== 2).map((rpc) => `type Do${rpc}Request`);
  return `import { ${types.join(", ")}, Service${i}Servicer } from "./gen/acme/s${i}/s_bridge.js";\nimport { helper${i} } from "./f${i}.js";\n\nexport class S${i} extends Service${i}Servicer {\n${methods.join("\n\n")}\n}\n`;
}

function plain(i: number): string {
  const body = Array.from(
    { length: 30 },
    (_, n) =>
      `/** Step ${n}. */\nexport function step${n}(value: string): string {\n  const parts = value.split(",").map((part) => part.trim());\n  return parts.length > ${n} ? parts.join("; ") : helper${i}(value);\n}\n`,
  );
  return `import { join } from "node:path";\nimport { step1 } from "./f${(i + 1) % (files - services)}.js";\n\nexport function helper${i}(value: string): string {\n  return join(value, step1.name);\n}\n\nexport class Thing${i} extends Map<string, string> {}\n\n${body.join("\n")}`;
}

const directory = mkdtempSync(join(tmpdir(), "protobridge-sync-"));
try {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  write("package.json", '{ "type": "module" }');
  write("tsconfig.json", JSON.stringify({ compilerOptions: { module: "nodenext", target: "es2022", strict: true, types: ["node"] }, include: ["src"] }));
  for (const [path, text] of generate(protos, "target=ts,import_extension=js")) write(`src/gen/${path}`, text);
  for (let i = 0; i < files - services; i++) write(`src/f${i}.ts`, plain(i));
  for (let i = 0; i < services; i++) write(`src/s${i}.ts`, servicer(i));
  // One client whose type syntax does not tell: TypeScript's checker has to read the whole project.
  const asks = process.argv.includes("--types");
  if (asks)
    write(
      "src/mixed.ts",
      'import { Service0Servicer } from "./gen/acme/s0/s_bridge.js";\nimport { helper0 } from "./f0.js";\nconst mixed = (base: typeof Service0Servicer) => base;\nexport class Mixed extends mixed(Service0Servicer) {\n  helper = helper0;\n}\n',
    );
  for (const mode of ["--check", "--dry-run"]) {
    const times = Array.from({ length: rounds }, () => {
      const start = performance.now();
      const { status, stderr } = spawnSync(process.execPath, [join(root, "plugin/bin/protobridge.cjs"), "sync", mode], {
        cwd: directory,
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
      const milliseconds = performance.now() - start;
      if (!stderr.includes("200 methods are missing in 50 files") && !asks) throw new Error(`exit code ${status}: ${stderr}`);
      return milliseconds;
    });
    console.log(
      `protobridge sync ${mode}: ${files} files, ${services} servicers: ${(Math.min(...times) / 1000).toFixed(2)} s at best, ${(Math.max(...times) / 1000).toFixed(2)} s at worst`,
    );
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
