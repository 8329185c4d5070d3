import type { BridgeError } from "../errors.js";

/**
 * Where a link is. A client's is `connecting` first, then `open`; when the connection is lost, `waiting` until it connects again. A server's
 * is `open` for as long as its one connection lasts. `draining` after `close`, as long as there is something to finish; then `closed`, for good.
 */
export type LinkState = "connecting" | "open" | "waiting" | "draining" | "closed";

/**
 * One end of a bidirectional stream that carries many exchanges: what generated links have in common. A client's link lives longer than a
 * connection: it connects again, and what was not sent waits.
 */
export interface Link extends AsyncDisposable {
  readonly state: LinkState;
  /** Counts of all that happened so far. Each access gives the numbers of the moment. */
  readonly stats: LinkStats;
  /** Has a listener called on each event. What it throws is told as a problem. */
  on<Event extends keyof LinkEvents>(event: Event, listener: (detail: LinkEvents[Event]) => void): this;
  /** Takes back {@link on}. */
  off<Event extends keyof LinkEvents>(event: Event, listener: (detail: LinkEvents[Event]) => void): this;
  /**
   * Takes no more messages, waits up to `drainMs` (5,000 by default) until all that was taken is sent and answered, then ends the stream: a
   * client's as done, a server's as `unavailable`. What is left fails as `unavailable`. Always resolves; a second call waits for the first.
   */
  close(options?: { drainMs?: number }): Promise<void>;
}

/** What is told of a link, by event. */
export interface LinkEvents {
  /** A connection is there, and the opening is sent. What a listener sends at once goes ahead of all that has waited: state, for example. */
  open: {
    /** 1 for the first connection. */
    readonly connection: number;
  };
  /** The connection is lost, or could not be made. */
  waiting: {
    /** Why. A server that ended the stream with OK is `unavailable`, too. */
    readonly error: BridgeError;
    /** Failures since a connection worked, this one included. */
    readonly failures: number;
    /** When the next attempt is made, in milliseconds from now. */
    readonly delayMs: number;
  };
  /** The link is closed for good. */
  closed: {
    /** Why, unless this end closed it, or the other end is done. */
    readonly error: BridgeError | undefined;
    /** Notifications that were queued, and never sent. */
    readonly unsent: readonly UnconfirmedNotification[];
  };
  /** Notifications of which nobody can tell whether they arrived: they were written to a connection that was lost before the other end answered anything later. */
  unknown: {
    /** In the order in which they were sent: the latest ones, at most as many as the queue takes. */
    readonly notifications: readonly UnconfirmedNotification[];
    /** How many there were before those, at most. */
    readonly more: number;
  };
  /** Something in the stream was not as it should be, and the link goes on. */
  problem: LinkProblem;
}

/** A notification that may have arrived or not. */
export interface UnconfirmedNotification {
  /** The name of its method. */
  readonly member: string;
  /** What the method was given. */
  readonly message: unknown;
}

/** What was not as it should be. */
export interface LinkProblem {
  /**
   * - `late`: a reply to a request that nobody waits for any more;
   * - `unmatched`: a reply to no request, or a second one;
   * - `malformed`: bytes that are no envelope, an empty one, or one with a member that is not known or not expected from the other end;
   * - `unhandled`: a message for which there is no handler;
   * - `handler`: a handler, or a listener, threw, and there is no reply to tell the other end;
   * - `undelivered`: a reply that could not be sent, since its connection is gone, or that cannot be encoded.
   */
  readonly kind: "late" | "unmatched" | "malformed" | "unhandled" | "handler" | "undelivered";
  /** The name of the member that it is about, if that is known. */
  readonly member: string | undefined;
  readonly error: BridgeError;
}

/** Counts of what happened on a link, over all its connections. */
export interface LinkStats {
  /** Messages that were given to the transport, openings and replies included. */
  readonly sent: number;
  /** Messages that came. */
  readonly received: number;
  /** Requests under way at this end: they wait for their replies. */
  readonly pending: number;
  /** Messages that wait to be sent, and their bytes. */
  readonly queued: number;
  readonly queuedBytes: number;
  /** Messages of the other end that wait for their handlers, or are being handled, and their bytes. */
  readonly handling: number;
  readonly handlingBytes: number;
  /** Notifications that were not sent, since the queue was full and that was asked for. */
  readonly dropped: number;
  /** Replies that came when nobody waited for them any more. */
  readonly late: number;
  /** Replies to nothing that was asked, or that had been answered. */
  readonly unknown: number;
  /** Messages that could not be read: malformed, empty, or with a member that is not known or not expected. */
  readonly malformed: number;
  /** Messages for which there was no handler. */
  readonly unhandled: number;
  /** Notifications that were told as `unknown`. */
  readonly unconfirmed: number;
  /** Connections after the first one. */
  readonly reconnects: number;
  /** Milliseconds from a request's sending to its reply. */
  readonly roundTrip: {
    /** How many replies it is of; the times are 0 without any. */
    readonly count: number;
    readonly lastMs: number;
    readonly minMs: number;
    readonly maxMs: number;
    readonly meanMs: number;
  };
}
