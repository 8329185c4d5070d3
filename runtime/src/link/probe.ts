import { BridgeError } from "../errors.js";
import type { Connection } from "./connection.js";

/** Asks whether the other end is still there, when nothing was heard of it for a while. */
export class Probe {
  readonly #connection: Connection;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  readonly #ask: (signal: AbortSignal) => Promise<unknown>;
  readonly #onSilence: (error: BridgeError) => void;
  readonly #stopped = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param ask rejects if there is no answer
   * @param onSilence called once: nothing came, neither an answer nor anything else
   */
  constructor(
    connection: Connection,
    intervalMs: number,
    timeoutMs: number,
    ask: (signal: AbortSignal) => Promise<unknown>,
    onSilence: (error: BridgeError) => void,
  ) {
    this.#connection = connection;
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
    this.#ask = ask;
    this.#onSilence = onSilence;
    this.#schedule(intervalMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped.abort(new BridgeError("canceled", "the connection is over"));
  }

  #schedule(ms: number): void {
    if (!this.#stopped.signal.aborted && Number.isFinite(ms)) this.#timer = setTimeout(() => void this.#check(), Math.min(ms, 2 ** 31 - 1));
  }

  async #check(): Promise<void> {
    const silence = performance.now() - this.#connection.receivedAt;
    if (silence < this.#intervalMs) return this.#schedule(this.#intervalMs - silence);
    const asked = performance.now();
    try {
      await this.#answer();
    } catch (reason) {
      if (this.#stopped.signal.aborted) return;
      if (this.#connection.receivedAt < asked)
        return this.#onSilence(
          new BridgeError("unavailable", `nothing was heard of the other end for ${Math.round(performance.now() - asked + silence)} ms`, { cause: reason }),
        );
    }
    this.#schedule(this.#intervalMs);
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { signal } = this.#stopped;
      const late = new BridgeError("deadline_exceeded", `no answer to the probe within ${this.#timeoutMs} ms`);
      this.#timer = setTimeout(() => reject(late), Math.min(this.#timeoutMs, 2 ** 31 - 1));
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      Promise.resolve(this.#ask(signal)).then(resolve, reject);
    }).finally(() => clearTimeout(this.#timer));
  }
}
