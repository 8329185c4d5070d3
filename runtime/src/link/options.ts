import type { ContextValues } from "../context.js";
import type { BridgeError } from "../errors.js";
import type { Metadata } from "../metadata.js";
import type { Awaitable } from "../servicer/servicer.js";

/** What a notification can be given beside its message. */
export interface SendOptions {
  /** What interceptors of this end can ask for, under typed keys. It is not sent. */
  values?: ContextValues | undefined;
  /** Aborting it gives up to wait for room. What is queued is sent. */
  signal?: AbortSignal | undefined;
  /** Milliseconds to wait for room; what the link says by default. Infinity for no limit. */
  timeoutMs?: number | undefined;
  /** What becomes of the message if the queue is full: it waits, or is dropped, and counted. What the link says by default. */
  whenFull?: "wait" | "drop" | undefined;
}

/** What a request can be given beside its message. */
export interface RequestOptions {
  /** What interceptors of this end can ask for, under typed keys. It is not sent. */
  values?: ContextValues | undefined;
  /** Aborting it gives up to wait for the reply. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until the request fails as `deadline_exceeded`, the time in the queue included; what the link says by default. Infinity for no limit. */
  timeoutMs?: number | undefined;
  /** Whether it may be sent again if the connection is lost before the reply came. Else it fails as `unavailable` then: nobody knows whether it was done. */
  idempotent?: boolean | undefined;
}

/** Bounds and times of one end of a link. */
export interface LinkLimits {
  /** How long a request waits for its reply, in milliseconds: 5,000 by default. */
  requestTimeoutMs?: number | undefined;
  /** How long a notification waits for room in the queue, in milliseconds: 30,000 by default. */
  sendTimeoutMs?: number | undefined;
  /** What may wait to be sent: 1,024 messages and 4 MiB by default. Who sends more waits for room, or has notifications dropped. */
  queue?: { messages?: number | undefined; bytes?: number | undefined; whenFull?: "wait" | "drop" | undefined } | undefined;
  /**
   * What of the other end may wait for handlers or be handled: 16,384 messages and 16 MiB by default. With more, nothing is read any more, and
   * the other end has to wait; but up to four times of it is read while a request of this end is unanswered, since its reply may be behind.
   */
  inbox?: { messages?: number | undefined; bytes?: number | undefined } | undefined;
  /** How many requests may be unanswered at a time: 65,536 by default. One more fails as `resource_exhausted`. */
  maxPending?: number | undefined;
  /** Size of the largest message that is sent, in bytes: 4 MiB by default, which is what gRPC servers take by default. A larger one fails as `resource_exhausted`. */
  maxMessageBytes?: number | undefined;
  /**
   * Whether and how to ask if the other end is still there, when nothing was heard of it for `intervalMs` (30,000 by default). No answer
   * within `timeoutMs` (10,000 by default) ends the connection. Asked with the link's probe, if the proto has one, or with `send`, which may be any
   * call that fails if the other end is gone. Without either, silence is no failure.
   */
  probe?:
    | false
    | { intervalMs?: number | undefined; timeoutMs?: number | undefined; send?: ((signal: AbortSignal) => Promise<unknown>) | undefined }
    | undefined;
}

/** What the server's ends of links are given, for all links of a server. */
export interface ServerLinkOptions extends LinkLimits {
  /** How long a client may take to say the opening, where the link has one, in milliseconds: 10,000 by default. */
  openingTimeoutMs?: number | undefined;
}

/** What a link is given when it is made. */
export interface LinkOptions extends LinkLimits {
  /** Aborting it closes the link at once. */
  signal?: AbortSignal | undefined;
  /** Sent as headers of each connection. A function is asked before each: for a token that is renewed, for example. */
  metadata?: Metadata | ((connection: number) => Awaitable<Metadata>) | undefined;
  /** Whether and how to connect again. */
  reconnect?: false | ReconnectOptions | undefined;
}

/** How to connect again: after a time that is random, between none and one that doubles with each failure. */
export interface ReconnectOptions {
  /** The longest that the first time can be, in milliseconds: 200 by default. */
  initialMs?: number | undefined;
  /** The longest that any can be: 30,000 by default. */
  maxMs?: number | undefined;
  /** How many times in a row to try again after a failure: one more failure closes the link. Infinity, for ever, by default. */
  attempts?: number | undefined;
  /** How long an attempt may take, in milliseconds, the opening included: 10,000 by default. */
  timeoutMs?: number | undefined;
  /**
   * Whether to try again after an error. By default, yes, unless the error says that it would come again: `unimplemented`, `unauthenticated`,
   * `permission_denied`, `invalid_argument`, `failed_precondition`, `out_of_range` or `already_exists`.
   */
  retryIf?: ((error: BridgeError) => boolean) | undefined;
  /** After so many failures in a row, sends fail at once as `unavailable`, and an attempt is made every `resetMs` (30,000 by default). Off by default. */
  breaker?: { failures: number; resetMs?: number | undefined } | undefined;
}

/** What a link is given that says an opening. */
export interface OpeningLinkOptions<Opening> extends LinkOptions {
  /**
   * Gives what is said on each connection before all else. It is called when there is a connection, 1 for the first one; what has to be done
   * before, such as a call that registers, it can do itself. If it throws, the attempt failed.
   */
  opening: (connection: number) => Awaitable<Opening>;
}

/** What a handler is given beside a message and the other fields of its envelope. */
export interface ExchangeContext {
  /** What interceptors know of the exchange, under typed keys; and at the server's end, what the context of the link's method has. */
  readonly values: ContextValues;
  /** Aborted when nobody waits for the answer any more: the connection is lost, or the link is closed. */
  readonly signal: AbortSignal;
  /** What tells the exchange from others, as it came; "" if nothing did. */
  readonly correlation: string;
}
