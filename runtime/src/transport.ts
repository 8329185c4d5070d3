import type { Peer } from "./context.js";
import type { Chain } from "./interceptors/chain.js";
import type { Traffic } from "./interceptors/traffic.js";
import type { CallOptions } from "./servicer/options.js";
import type { MethodInfo } from "./servicer/service.js";

/** What a transport is given for a call: its options, and where to count what comes and goes. */
export interface ChannelCallOptions extends CallOptions {
  /** Told of each message that is sent or came, by its size on the wire. */
  traffic?: Traffic | undefined;
}

/**
 * The client's side of a transport: carries calls to one peer. Transports make one (`channel()`, `memory()`), clients are built on it.
 *
 * A transport encodes and decodes by the codecs of the method, and tells failures of every kind as BridgeErrors. Bytes that a codec has
 * encoded are the transport's: it may send them later, and more than once. Bytes that it gives to a codec are the codec's, to keep.
 */
export interface Channel {
  /** The interceptors of `intercept`: clients and links run their calls through them. A transport has nothing to do with it. */
  readonly interception?: Chain | undefined;
  /**
   * Whether what is sent can be read by nobody but the peer: it is encrypted, or does not leave the machine. Undefined if the transport does not
   * know. Credentials are sent only if it is true, unless one says otherwise.
   */
  readonly secure?: boolean | undefined;
  /** Where its calls go, if it knows. */
  readonly peer?: Peer | undefined;
  /** Makes a call with one request and one response. Has called `onTrailer` when it resolves: the trailer may tell what the response means. */
  unary(method: MethodInfo, request: unknown, options: ChannelCallOptions): Promise<unknown>;
  /**
   * Makes a call in which either side streams. It starts when the responses are iterated; leaving the iteration cancels it. Has called
   * `onTrailer` when the iteration ends.
   */
  stream(method: MethodInfo, requests: AsyncIterable<unknown>, options: ChannelCallOptions): AsyncIterable<unknown>;
  /**
   * Connects, if there is no connection, and resolves when there is one on which calls can be made at once. A channel without it connects only
   * by its calls.
   *
   * @throws BridgeError unavailable, with the address and the reason as far as they are known, if the attempt failed; canceled if the channel
   * is closed; for a signal that is aborted, the signal's
   */
  connect?(options: ConnectOptions): Promise<void>;
  /** Ends the connection; calls that are under way fail as `canceled` or `unavailable`. Resolves when it is closed. */
  close(): Promise<void>;
}

/** What an attempt to connect is given. */
export interface ConnectOptions {
  /** Aborting it gives the attempt up. */
  signal: AbortSignal;
  /**
   * The connection that is there is thought to be dead, since nobody answers: calls that are made from now on get another one. Those under way
   * stay on the old one until they end.
   */
  fresh?: boolean | undefined;
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
