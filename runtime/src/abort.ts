import { BridgeError } from "./errors.js";

/** Longest delay that setTimeout takes. A deadline further away than these 24.8 days is none. */
const longestDelay = 2 ** 31 - 1;

/** The one signal of a call: aborted by its deadline, by the peer, or by a shutdown, whichever comes first. */
export class CallAbort {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param deadline milliseconds since 1970, or undefined */
  constructor(deadline?: number) {
    if (deadline === undefined) return;
    const delay = deadline - Date.now();
    if (delay > longestDelay) return;
    this.#timer = setTimeout(() => this.abort(new BridgeError("deadline_exceeded", "the deadline has passed")), Math.max(0, delay));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts the signal, if nothing did before. */
  abort(reason: BridgeError): void {
    clearTimeout(this.#timer);
    this.#controller.abort(reason);
  }

  /** Forgets the deadline: the call is over. */
  dispose(): void {
    clearTimeout(this.#timer);
  }
}

/** What a client throws for a signal that was aborted. */
export function canceledBy(signal: AbortSignal): BridgeError {
  const reason: unknown = signal.reason;
  if (reason instanceof BridgeError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") return new BridgeError("deadline_exceeded", reason.message, { cause: reason });
  return new BridgeError("canceled", "the call was canceled", { cause: reason });
}
