import { CallAbort, canceledBy, onAbort } from "../abort.js";
import type { BridgeError } from "../errors.js";

/** So many milliseconds after its deadline a call is ended, wherever it is: at its deadline it fails by itself, if it can, and knows better why. */
const graceMs = 50;
/** The last moment that a Date can tell. */
const lastMoment = 8.64e15;

/** How long a caller waits, for interceptors as for the other end: until its deadline, or until its signal is aborted. */
export class Patience {
  /** Undefined if it waits for ever. */
  readonly deadline: Date | undefined;
  readonly #until: number;
  readonly #abort: CallAbort;
  readonly #unwatch: () => void;

  constructor(signal: AbortSignal | undefined, timeoutMs: number) {
    this.#until = Date.now() + timeoutMs;
    const isLimited = this.#until <= lastMoment;
    this.deadline = isLimited ? new Date(this.#until) : undefined;
    this.#abort = new CallAbort(isLimited ? this.#until + graceMs : undefined);
    this.#unwatch = onAbort(signal, () => this.#abort.abort(canceledBy(signal as AbortSignal)));
    if (signal?.aborted) this.#abort.abort(canceledBy(signal));
  }

  /** Aborted when it is at an end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What is left, in milliseconds. */
  get leftMs(): number {
    return Math.max(this.#until - Date.now(), 0);
  }

  /** Ends it early. */
  lose(reason: BridgeError): void {
    this.#abort.abort(reason);
  }

  /** The caller has what it waited for. */
  dispose(): void {
    this.#unwatch();
    this.#abort.dispose();
  }
}
