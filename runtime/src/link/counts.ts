import type { LinkStats } from "./link.js";

/** What a link counts by itself; the rest is asked of its parts. */
export class Counts {
  sent = 0;
  received = 0;
  dropped = 0;
  late = 0;
  unknown = 0;
  malformed = 0;
  unhandled = 0;
  unconfirmed = 0;
  connections = 0;
  #replies = 0;
  #lastMs = 0;
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = 0;
  #sumMs = 0;

  /** A reply came so many milliseconds after its request was sent. */
  roundTrip(ms: number): void {
    this.#replies++;
    this.#lastMs = ms;
    this.#sumMs += ms;
    if (ms < this.#minMs) this.#minMs = ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** All counts, with those of the parts. */
  with(parts: Pick<LinkStats, "pending" | "queued" | "queuedBytes" | "handling" | "handlingBytes">): LinkStats {
    const { sent, received, dropped, late, unknown, malformed, unhandled, unconfirmed, connections } = this;
    const count = this.#replies;
    const roundTrip =
      count === 0
        ? { count, lastMs: 0, minMs: 0, maxMs: 0, meanMs: 0 }
        : { count, lastMs: this.#lastMs, minMs: this.#minMs, maxMs: this.#maxMs, meanMs: this.#sumMs / count };
    const reconnects = Math.max(connections - 1, 0);
    return { sent, received, dropped, late, unknown, malformed, unhandled, unconfirmed, reconnects, roundTrip, ...parts };
  }
}
