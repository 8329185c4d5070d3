import type { ContextValues } from "../context.js";
import type { Metadata } from "../metadata.js";

/** What a call can be given beside its request. */
export interface CallOptions {
  /** Aborting it cancels the call, and aborts the signal of the handler at the other end. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds until the call fails as `deadline_exceeded`, at both ends; Infinity for no limit.
   * If it is not given, calls with one response have 30,000 and streams of responses have no limit.
   */
  timeoutMs?: number | undefined;
  /** Sent as headers. */
  metadata?: Metadata | undefined;
  /** What interceptors of this end can ask for, under typed keys. It is not sent. */
  values?: ContextValues | undefined;
  /** Called with the headers of the response. */
  onHeader?: ((header: Metadata) => void) | undefined;
  /** Called with the trailers of the response, also if the call failed. */
  onTrailer?: ((trailer: Metadata) => void) | undefined;
}

/** What one may pass where a client sends a stream. */
export type Requests<T> = AsyncIterable<T> | Iterable<T>;
