/** A project from scratch, with the packages as they are published, set up and used as the README says. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { install } from "./consumer.js";
import { root, withFiles } from "./support.js";

const readme = readFileSync(join(root, "README.md"), "utf8");

function block(language: string): string {
  const text = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (text === undefined) throw new Error(`README.md has no block of ${language}`);
  return text;
}

describe("a consumer's project", () => {
  it("generates, compiles and runs as the README says", { timeout: 120_000 }, () => {
    withFiles(
      {
        "package.json": '{ "type": "module" }',
        "buf.yaml": "version: v2\nmodules:\n  - path: proto\n",
        "buf.gen.yaml": block("yaml"),
        "src/main.ts": block("ts"),
      },
      (directory) => {
        install(directory);
        mkdirSync(join(directory, "proto"));
        cpSync(join(root, "fixtures/rxpress/handler_bridge.proto"), join(directory, "proto/handler_bridge.proto"));
        const compilerOptions = { strict: true, target: "es2022", module: "nodenext", rootDir: "src", outDir: "dist", types: ["node"] };
        writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
        const env = { ...process.env, PATH: `${join(directory, "node_modules/.bin")}:${process.env["PATH"]}` };
        const here = (command: string, ...args: string[]): string =>
          execFileSync(command, args, { cwd: directory, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

        here("buf", "generate");
        expect(readdirSync(join(directory, "src/gen")).toSorted()).toEqual(["handler_bridge_bridge.ts", "handler_bridge_pb.ts"]);
        here("tsc", "-p", ".");
        expect(here(process.execPath, "dist/main.js")).toBe(block("text"));
      },
    );
  });
});
