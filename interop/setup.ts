/** Makes the Python environment of the tests, and builds grpcurl, if they are missing or not of these requirements, protos and versions. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environment, grpcurl, grpcurlPackage, protos, python, requirements, stubs, tools, venv } from "./environment.js";

export default function setup(): void {
  const packages = digest(requirements);
  once(python, join(venv, "requirements.sha256"), packages, () => {
    checkPython();
    run("python3", ["-m", "venv", "--clear", venv]);
    run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary", "-r", requirements]);
  });
  once(
    stubs,
    join(stubs, "protos.sha256"),
    digest(requirements, ...protos.flatMap(({ directory, files }) => files.map((file) => join(directory, file)))),
    () => {
      rmSync(stubs, { recursive: true, force: true });
      mkdirSync(stubs, { recursive: true });
      for (const { directory, files } of protos) {
        run(python, ["-m", "grpc_tools.protoc", `--proto_path=${directory}`, `--python_out=${stubs}`, `--grpc_python_out=${stubs}`, ...files]);
      }
    },
  );
  once(grpcurl, join(tools, "grpcurl.package"), grpcurlPackage, () => {
    checkGo();
    run("go", ["install", grpcurlPackage], { ...process.env, GOBIN: tools });
  });
}

/** Does the work if what it makes is not there, or the stamp does not say that it was made of the same content. */
function once(made: string, stamp: string, content: string, work: () => void): void {
  if (existsSync(made) && existsSync(stamp) && readFileSync(stamp, "utf8") === content) return;
  work();
  writeFileSync(stamp, content);
}

function digest(...files: string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function checkPython(): void {
  const { status } = spawnSync("python3", ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"], { stdio: "ignore" });
  if (status !== 0) {
    throw new Error("The interop tests need python3, version 3.10 or later, with its modules venv and ensurepip: install python3 and python3-venv.");
  }
}

function checkGo(): void {
  const { status } = spawnSync("go", ["version"], { stdio: "ignore" });
  if (status !== 0) throw new Error("The interop tests build grpcurl with Go, version 1.25 or later: install Go, and put go on the path.");
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = environment): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} failed: ${error?.message ?? ""}\n${stdout}${stderr}`);
}
