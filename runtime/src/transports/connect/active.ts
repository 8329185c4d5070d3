import { Code, ConnectError } from "@connectrpc/connect";
import { CallAbort, canceledBy, onAbort } from "../../abort.js";
import { BridgeError } from "../../errors.js";
import type { Metadata } from "../../metadata.js";
import type { CallOptions } from "../../servicer/options.js";
import { fromConnectError } from "./errors.js";
import { fromHeaders, toHeaders } from "./metadata.js";

/** The longest timeout that gRPC can tell in milliseconds: it has eight digits. This end keeps a longer one by itself. */
const longestTimeoutMs = 99_999_999;

/** One call under way at the client: cancels it, and knows why it failed. */
export class ActiveCall {
  /** The headers to send. */
  readonly header: Headers;
  readonly #options: CallOptions;
  readonly #all: Set<ActiveCall>;
  readonly #abort = new AbortController();
  readonly #expiry: CallAbort;
  readonly #unwatch: () => void;
  /** Why this end gave the call up. */
  #failure: { readonly reason: unknown } | undefined;
  #over = false;

  /**
   * @param all the set of calls in which this one is until it is over
   * @throws BridgeError if the call cannot be made, is canceled already, or has no time
   */
  constructor(options: CallOptions, all: Set<ActiveCall>) {
    const { signal, timeoutMs } = options;
    if (signal?.aborted) throw canceledBy(signal);
    this.#options = options;
    this.#all = all;
    this.header = toHeaders(options.metadata ?? {}, "invalid_argument");
    this.#expiry = new CallAbort(timeoutMs === undefined ? undefined : Date.now() + timeoutMs);
    if (this.#expiry.signal.aborted) throw this.#expiry.signal.reason;
    this.#expiry.signal.addEventListener("abort", () => this.fail(this.#expiry.signal.reason));
    this.#unwatch = onAbort(signal, () => this.fail(canceledBy(signal as AbortSignal)));
    all.add(this);
  }

  /** What the transport listens to. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What the transport is told, for the server to know: whole milliseconds, or 0 for no limit. */
  get timeoutMs(): number {
    const { timeoutMs = Number.POSITIVE_INFINITY } = this.#options;
    return timeoutMs > longestTimeoutMs ? 0 : Math.max(1, Math.ceil(timeoutMs));
  }

  /** Cancels the call, if it is not over. The first reason is what the caller gets. */
  fail(reason: unknown): void {
    if (this.#over) return;
    this.#failure ??= { reason };
    // As Connect's own error, so that the server is told CANCEL and not INTERNAL_ERROR.
    this.#abort.abort(new ConnectError("the call was canceled", Code.Canceled));
  }

  /** Calls the listener of the response's headers. What it throws fails the call. */
  tellHeader(header: Headers): void {
    this.#tell(this.#options.onHeader, fromHeaders(header));
  }

  /** The same for the trailers. */
  tellTrailer(trailer: Headers): void {
    this.#tell(this.#options.onTrailer, fromHeaders(trailer));
  }

  /** What to throw to the caller for what the transport threw: the reason that this end had comes first. */
  errorFor(thrown: unknown): unknown {
    if (this.#failure) return this.#failure.reason;
    if (!(thrown instanceof ConnectError)) return BridgeError.from(thrown);
    const error = fromConnectError(thrown);
    try {
      this.#tell(this.#options.onTrailer, error.metadata);
    } catch (reason) {
      return reason;
    }
    return error;
  }

  /** The call is over, one way or the other. */
  finish(): void {
    this.#over = true;
    this.#expiry.dispose();
    this.#unwatch();
    this.#all.delete(this);
  }

  #tell(listener: ((metadata: Metadata) => void) | undefined, metadata: Metadata): void {
    try {
      listener?.(metadata);
    } catch (reason) {
      this.fail(reason);
      throw reason;
    }
  }
}
