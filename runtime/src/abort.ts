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
    const expire = (): void => this.abort(new BridgeError("deadline_exceeded", "the deadline has passed"));
    if (delay <= 0) expire();
    else this.#timer = setTimeout(expire, delay);
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

/**
 * A client's own timer ends a call a little before ours, since it started before the request came here, over a new connection and between busy
 * machines perhaps some time before. A cancellation that comes at most so many milliseconds before the deadline is taken for that.
 */
const deadlineSlackMs = 250;

/**
 * Why a server's call ends whose client is gone: the client gave up, or its deadline passed.
 *
 * @param started when the call came, in milliseconds since 1970
 * @param deadline the same of its deadline, or undefined
 */
export function abandoned(started: number, deadline: number | undefined): BridgeError {
  const expired = deadline !== undefined && Date.now() >= deadline - Math.min(deadlineSlackMs, (deadline - started) / 2);
  return expired ? new BridgeError("deadline_exceeded", "the deadline has passed") : new BridgeError("canceled", "the client canceled the call");
}

/** What a client throws for a signal that was aborted. */
export function canceledBy(signal: AbortSignal): BridgeError {
  const reason: unknown = signal.reason;
  if (reason instanceof BridgeError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") return new BridgeError("deadline_exceeded", reason.message, { cause: reason });
  return new BridgeError("canceled", "the call was canceled", { cause: reason });
}

/** What is thrown on a channel that this end closed: `unavailable` for calls, `canceled` for attempts to connect, of which no other will do better. */
export function channelClosed(code: "unavailable" | "canceled"): BridgeError {
  return new BridgeError(code, "the channel is closed");
}

/** Those who watch one signal. They share a listener: Node warns of more than ten, and a signal may be given to any number of calls. */
class Watchers {
  static readonly #of = new WeakMap<AbortSignal, Watchers>();
  readonly #all = new Set<() => void>();

  static of(signal: AbortSignal): Watchers {
    const watchers = Watchers.#of.get(signal) ?? new Watchers();
    Watchers.#of.set(signal, watchers);
    return watchers;
  }

  add(signal: AbortSignal, watcher: () => void): void {
    if (this.#all.size === 0) signal.addEventListener("abort", this.#tell);
    this.#all.add(watcher);
  }

  remove(signal: AbortSignal, watcher: () => void): void {
    this.#all.delete(watcher);
    if (this.#all.size === 0) signal.removeEventListener("abort", this.#tell);
  }

  readonly #tell = (): void => {
    for (const watcher of [...this.#all]) watcher();
  };
}

/** Calls the watcher when the signal is aborted, unless the function that it returns was called before. */
export function onAbort(signal: AbortSignal | undefined, watcher: () => void): () => void {
  if (!signal) return () => {};
  const watchers = Watchers.of(signal);
  watchers.add(signal, watcher);
  return () => watchers.remove(signal, watcher);
}
