/** grpcurl, a client in Go that knows of a server only what that tells by reflection. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { grpcurl } from "./environment.js";

const patienceMs = 15_000;

/** What became of a run. */
export interface Result {
  /** 0 if all went well, 64 and the number of the status if a call failed, 1 for anything else. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly result: Promise<Result>;
  /** Resolves when the process has printed this. */
  printed(text: string): Promise<void>;
}

/** Starts grpcurl with these options, for a server, and with what is to be done there. */
export function startGrpcurl(address: string, work: readonly string[], options: readonly string[] = []): Running {
  const child = spawn(grpcurl, ["-plaintext", "-max-time", String(patienceMs / 1_000), ...options, address, ...work], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const result = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return {
    result,
    async printed(text) {
      const over = result.then(() => "over");
      while (!stdout.includes(text)) {
        if ((await Promise.race([once(child.stdout, "data"), over])) === "over" && !stdout.includes(text)) {
          throw new Error(`grpcurl did not print ${text}\n${stdout}${stderr}`);
        }
      }
    },
  };
}

/** Runs grpcurl to its end. */
export function runGrpcurl(address: string, work: readonly string[], options: readonly string[] = []): Promise<Result> {
  return startGrpcurl(address, work, options).result;
}
