/** A Python process that says what happens in lines. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { environment, python, script } from "./environment.js";

const patienceMs = 15_000;
const farewellMs = 3_000;

interface Waiting {
  readonly wanted: (line: string) => boolean;
  readonly take: (line: string) => void;
  readonly fail: (reason: Error) => void;
}

export class PythonProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exited: Promise<unknown>;
  readonly #name: string;
  /** Lines that nobody waited for yet. */
  readonly #lines: string[] = [];
  readonly #waiting = new Set<Waiting>();
  #stderr = "";

  constructor(name: string, ...args: string[]) {
    this.#name = name;
    this.#child = spawn(python, [script(name), ...args], { env: environment, stdio: ["pipe", "pipe", "pipe"] });
    this.#exited = once(this.#child, "close").catch(() => {});
    // Writing to a process that is gone is told by its end.
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    createInterface(this.#child.stdout).on("line", (line) => this.#tell(line));
    void this.#exited.then(() => {
      for (const { fail } of this.#waiting) fail(this.#failure("has ended"));
    });
  }

  /** What the process wrote to stderr. */
  get stderr(): string {
    return this.#stderr;
  }

  /** The first line, among those not taken yet, that is wanted. */
  line(wanted: (line: string) => boolean, what: string): Promise<string> {
    const index = this.#lines.findIndex(wanted);
    if (index >= 0) return Promise.resolve(this.#lines.splice(index, 1)[0] as string);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.reject(this.#failure("has ended"));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail(this.#failure(`did not say ${what} within ${patienceMs} ms`)), patienceMs);
      const leave = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
      };
      const fail = (reason: Error): void => {
        leave();
        reject(reason);
      };
      const take = (line: string): void => {
        leave();
        resolve(line);
      };
      const waiting: Waiting = { wanted, take, fail };
      this.#waiting.add(waiting);
    });
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Asks it to end, by the signal or else by closing its stdin, and kills it if it does not. Gives its exit code: null if a signal ended it. */
  async end(signal?: "SIGTERM"): Promise<number | null> {
    if (signal) this.#child.kill(signal);
    else this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), farewellMs);
    await this.#exited;
    clearTimeout(timer);
    return this.#child.exitCode;
  }

  #tell(line: string): void {
    for (const { wanted, take } of this.#waiting) if (wanted(line)) return take(line);
    this.#lines.push(line);
  }

  #failure(what: string): Error {
    return new Error(`${this.#name}.py ${what}\n${this.#stderr}`);
  }
}
