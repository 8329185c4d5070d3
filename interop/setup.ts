/** Makes the Python environment of the tests, if it is missing or not of these requirements and protos. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environment, protos, python, requirements, stubs, venv } from "./environment.js";

export default function setup(): void {
  const packages = digest(requirements);
  once(join(venv, "requirements.sha256"), packages, () => {
    checkPython();
    run("python3", ["-m", "venv", "--clear", venv]);
    run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary", "-r", requirements]);
  });
  once(join(stubs, "protos.sha256"), digest(requirements, ...protos.flatMap(({ directory, files }) => files.map((file) => join(directory, file)))), () => {
    rmSync(stubs, { recursive: true, force: true });
    mkdirSync(stubs, { recursive: true });
    for (const { directory, files } of protos) {
      run(python, ["-m", "grpc_tools.protoc", `--proto_path=${directory}`, `--python_out=${stubs}`, `--grpc_python_out=${stubs}`, ...files]);
    }
  });
}

/** Does the work if the file does not say that it was done, for the same content. */
function once(stamp: string, content: string, work: () => void): void {
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, "utf8") === content) return;
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

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { env: environment, encoding: "utf8" });
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} failed: ${error?.message ?? ""}\n${stdout}${stderr}`);
}
