import { BridgeError } from "../../errors.js";
import type { Route } from "../../servicer/routes.js";
import { type CallSettings, ServerCall, type Surface } from "./call.js";
import { type GrpcStatus, statusOf } from "./errors.js";

/** The calls under way at a server. */
export class Calls {
  readonly #settings: CallSettings;
  readonly #open = new Set<ServerCall>();
  readonly #draining = new AbortController();
  #onIdle = (): void => {};

  constructor(settings: CallSettings) {
    this.#settings = settings;
  }

  /** How many there are. */
  get size(): number {
    return this.#open.size;
  }

  /** Runs the work that answers a call, and gives `fail` the status if it throws. Calls that come after {@link refuse} are not run. */
  run(route: Route, surface: Surface, work: (call: ServerCall) => Promise<void>, fail: (status: GrpcStatus) => void): void {
    const { signal: draining } = this.#draining;
    if (draining.aborted) return fail(statusOf(shuttingDown(), {}));
    const call = new ServerCall(route, surface, this.#settings, draining);
    this.#open.add(call);
    void work(call)
      .catch((reason: unknown) => fail(call.statusFor(reason)))
      .finally(() => {
        call.finish();
        this.#open.delete(call);
        if (this.#open.size === 0) this.#onIdle();
      });
  }

  /** Takes no more calls, and tells those under way. Resolves when those under way are over. */
  refuse(): Promise<void> {
    this.#draining.abort(shuttingDown());
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#open.size === 0) resolve();
    });
  }

  /** Ends the calls that are still under way. */
  abort(): void {
    for (const call of this.#open) call.abort(shuttingDown());
  }
}

function shuttingDown(): BridgeError {
  return new BridgeError("unavailable", "the server is shutting down");
}
