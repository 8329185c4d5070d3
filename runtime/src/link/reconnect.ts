import { ExponentialBackoff, fullJitterGenerator, type IBackoff } from "cockatiel";
import type { BridgeError, Code } from "../errors.js";
import { atLeast } from "./limits.js";
import type { ReconnectOptions } from "./options.js";

/** Errors that would come again. */
const permanent: ReadonlySet<Code> = new Set([
  "unimplemented",
  "unauthenticated",
  "permission_denied",
  "invalid_argument",
  "failed_precondition",
  "out_of_range",
  "already_exists",
]);

/** Whether and when a link connects again. */
export class Reconnection {
  readonly timeoutMs: number;
  readonly #factory: ExponentialBackoff<number>;
  readonly #attempts: number;
  readonly #retryIf: (error: BridgeError) => boolean;
  readonly #breaker: { readonly failures: number; readonly resetMs: number } | undefined;
  #backoff: IBackoff<unknown> | undefined;
  #failures = 0;

  /** @throws TypeError that names the option which is no number in its range */
  constructor(options: false | ReconnectOptions) {
    const { initialMs = 200, maxMs = 30_000, attempts = Number.POSITIVE_INFINITY, timeoutMs = 10_000, retryIf, breaker } = options || { attempts: 0 };
    this.timeoutMs = atLeast("reconnect.timeoutMs", timeoutMs, 1);
    this.#attempts = atLeast("reconnect.attempts", attempts, 0);
    this.#retryIf = retryIf ?? (({ code }) => !permanent.has(code));
    this.#breaker = breaker && {
      failures: atLeast("reconnect.breaker.failures", breaker.failures, 1),
      resetMs: atLeast("reconnect.breaker.resetMs", breaker.resetMs ?? 30_000, 1),
    };
    this.#factory = new ExponentialBackoff({
      initialDelay: atLeast("reconnect.initialMs", initialMs, 0),
      maxDelay: atLeast("reconnect.maxMs", maxMs, 0),
      generator: fullJitterGenerator,
    });
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether nothing is to be sent for now. */
  get isBroken(): boolean {
    return this.#breaker !== undefined && this.#failures >= this.#breaker.failures;
  }

  /** A connection worked. */
  succeeded(): void {
    this.#failures = 0;
    this.#backoff = undefined;
  }

  /** A connection failed: how long to wait, in milliseconds; undefined to give up. */
  failed(error: BridgeError): number | undefined {
    this.#failures++;
    if (!this.#retryIf(error) || this.#failures > this.#attempts) return undefined;
    this.#backoff = this.#backoff ? this.#backoff.next(undefined) : this.#factory.next();
    return this.isBroken ? this.#breaker?.resetMs : this.#backoff.duration;
  }
}
