import type { BridgeError } from "../errors.js";
import type { Traffic } from "../interceptors/traffic.js";
import { Fifo } from "./fifo.js";
import type { Outgoing } from "./queue.js";

/** A request of this end, from the moment that it is made. */
export interface Pending {
  /** What waits to be sent, or was. */
  item: Outgoing;
  /** The line of replies in which it waits: one for each correlation, or for each kind of reply that comes in order. */
  readonly line: string;
  /** Whether its line goes by the order alone. */
  readonly inOrder: boolean;
  readonly reply: string;
  readonly idempotent: boolean;
  /** Whether its caller has an answer, or gave up. */
  settled: boolean;
  /** Of the messages on its connection, which one it was. */
  position: number;
  /** When it was sent, in the milliseconds of performance.now(). */
  sentAt: number;
  /** Where to count the reply. */
  readonly traffic: Traffic | undefined;
  resolve(reply: unknown): void;
  reject(error: BridgeError): void;
}

/** How many requests that were given up are remembered, to tell a late reply from one to nothing. */
const remembered = 1_024;

/** The requests on one connection that have no reply yet, in lines: the first of a line gets the next reply for it. */
export class PendingRequests {
  readonly #lines = new Map<string, Fifo<Pending>>();
  /** Lines of which somebody gave up. */
  readonly #expired = new Set<string>();
  #abandoned = 0;

  /** Requests that were given up, and whose place is kept since replies come in order. */
  get abandoned(): number {
    return this.#abandoned;
  }

  add(pending: Pending): void {
    const line = this.#lines.get(pending.line);
    if (line) line.push(pending);
    else {
      const fresh = new Fifo<Pending>();
      fresh.push(pending);
      this.#lines.set(pending.line, fresh);
    }
  }

  /** The request that a reply is for, which is out of the line then. It is settled if the reply is late. Undefined if there is none. */
  answered(name: string): Pending | undefined {
    const line = this.#lines.get(name);
    const pending = line?.shift();
    if (line?.length === 0) this.#lines.delete(name);
    if (pending?.settled && pending.inOrder) this.#abandoned--;
    return pending;
  }

  /** A caller gave up. The request keeps its place: its reply may still come. */
  abandon(pending: Pending): void {
    if (pending.inOrder) {
      this.#abandoned++;
      return;
    }
    this.#expired.delete(pending.line);
    this.#expired.add(pending.line);
    if (this.#expired.size <= remembered) return;
    const [oldest] = this.#expired as Set<string>;
    this.#expired.delete(oldest as string);
    const line = this.#lines.get(oldest as string);
    if (line && [...line].every(({ settled }) => settled)) this.#lines.delete(oldest as string);
  }

  /** All that wait, in the order in which they were sent. None is left. */
  takeAll(): Pending[] {
    const all = [...this.#lines.values()].flatMap((line) => [...line]).filter(({ settled }) => !settled);
    this.#lines.clear();
    this.#expired.clear();
    this.#abandoned = 0;
    return all.sort((a, b) => a.position - b.position);
  }
}
