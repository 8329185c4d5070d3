import { Fifo } from "./fifo.js";
import type { UnconfirmedNotification } from "./link.js";

/** The notifications on one connection for which there is no proof yet that the other end read them: the latest ones, and a count of those before. */
export class Unconfirmed {
  readonly #max: number;
  readonly #kept = new Fifo<{ readonly notification: UnconfirmedNotification; readonly position: number }>();
  #more = 0;
  /** Where the last of those is that are only counted. */
  #lastCounted = 0;

  /** @param max how many are kept */
  constructor(max: number) {
    this.#max = max;
  }

  /** @param position of the messages on the connection, which one it is */
  add(notification: UnconfirmedNotification, position: number): void {
    this.#kept.push({ notification, position });
    if (this.#kept.length <= this.#max) return;
    this.#lastCounted = this.#kept.shift()?.position ?? 0;
    this.#more++;
  }

  /** The other end read the message at a position: so it read all before. */
  confirm(position: number): void {
    // Of those that are only counted nobody knows the places: there may be fewer than this, never more.
    this.#more = Math.min(this.#more, Math.max(this.#lastCounted - position + 1, 0));
    while ((this.#kept.first?.position ?? Number.POSITIVE_INFINITY) < position) this.#kept.shift();
  }

  /** What is left. Nothing is then. */
  take(): { readonly notifications: readonly UnconfirmedNotification[]; readonly more: number } {
    const left = { notifications: [...this.#kept].map(({ notification }) => notification), more: this.#more };
    this.#kept.clear();
    this.#more = 0;
    return left;
  }
}
