import type { LogEvent, LogFields, Logger, LogLevel } from "../../logging/logger.js";
import { log } from "../../logging/logging.js";
import type { ServerProblem } from "./problem.js";

/** What a server tells its logger of itself, beside its calls. */
export class ServerLog {
  readonly #logger: Logger | undefined;

  constructor(logger: Logger | undefined) {
    this.#logger = logger;
  }

  started(address: string, services: readonly string[], isSecure: boolean): void {
    const security = isSecure ? "TLS" : "plaintext";
    this.#log("info", "server.started", `listening at ${address} (${security}): ${services.join(", ")}`, {
      address,
      tls: isSecure,
      services: services.join(" "),
    });
  }

  draining(address: string, calls: number, drainMs: number): void {
    this.#log("info", "server.draining", `${address}: takes no more calls, waits for ${calls}`, { address, calls, drainMs });
  }

  stopped(address: string, left: number): void {
    const message = left === 0 ? `${address}: stopped` : `${address}: stopped, and ended ${left} calls that were left`;
    this.#log(left === 0 ? "info" : "warn", "server.stopped", message, { address, left });
  }

  problem({ kind, peer, reason }: ServerProblem): void {
    this.#log(kind === "certificate" ? "error" : "warn", "server.problem", peer === undefined ? reason : `${peer}: ${reason}`, { kind, peer, reason });
  }

  #log(level: LogLevel, event: LogEvent, message: string, fields: LogFields): void {
    if (this.#logger) log(this.#logger, level, event, message, fields);
  }
}
