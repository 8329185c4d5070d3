import type { CallOptions } from "./servicer/options.js";
import type { MethodInfo } from "./servicer/service.js";

/**
 * The client's side of a transport: carries calls to one peer. Transports make one (`channel()`, `memory()`), clients are built on it.
 *
 * A transport encodes and decodes by the codecs of the method, and tells failures of every kind as BridgeErrors.
 */
export interface Channel {
  /** Makes a call with one request and one response. Has called `onTrailer` when it resolves: the trailer may tell what the response means. */
  unary(method: MethodInfo, request: unknown, options: CallOptions): Promise<unknown>;
  /**
   * Makes a call in which either side streams. It starts when the responses are iterated; leaving the iteration cancels it. Has called
   * `onTrailer` when the iteration ends.
   */
  stream(method: MethodInfo, requests: AsyncIterable<unknown>, options: CallOptions): AsyncIterable<unknown>;
  /** Ends the connection; calls that are under way fail as `canceled` or `unavailable`. Resolves when it is closed. */
  close(): Promise<void>;
}

/** A server that is listening. */
export interface ServerHandle {
  /** Where it listens, with the port that it got: what a channel takes. */
  readonly address: string;
  /**
   * Stops: takes no more calls, waits up to `drainMs` (5,000 by default) for those under way, then ends what is left as `unavailable`.
   * Always resolves, a moment after `drainMs` at the latest; a second call waits for the first.
   */
  close(options?: { drainMs?: number }): Promise<void>;
}
