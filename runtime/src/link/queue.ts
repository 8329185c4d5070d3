import { canceledBy, onAbort } from "../abort.js";
import { BridgeError } from "../errors.js";
import type { Connection } from "./connection.js";
import type { Member } from "./envelope.js";
import type { UnconfirmedNotification } from "./link.js";

/** A message that waits to be sent. */
export interface Outgoing {
  readonly bytes: Uint8Array;
  readonly member: Member;
  /** Of a notification: for who asks what became of it. */
  readonly message?: UnconfirmedNotification | undefined;
  /** The connection that it belongs to, of a reply: it makes no sense on another. */
  readonly only?: Connection | undefined;
  /** Called when a connection takes it. */
  readonly onTaken?: ((connection: Connection) => void) | undefined;
  /** Whether nobody wants it sent any more, of a request. */
  readonly isOff?: (() => boolean) | undefined;
  /** Called if that never happens, of a reply. */
  readonly onLost?: (() => void) | undefined;
}

/** How long to wait for room, and how to give up. */
export interface Patience {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

interface Waiter {
  /** Forgets the waiter, whose promise stays as it is. */
  readonly leave: () => void;
  readonly enter: () => void;
  readonly refuse: (reason: unknown) => void;
}

const longestDelay = 2 ** 31 - 1;

/** What waits to be sent, bounded in messages and bytes. A message that is larger than the bound enters when nothing else waits. */
export class SendQueue {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  // Sets: what gives up leaves at once, and what is left keeps its order.
  readonly #front = new Set<Outgoing>();
  readonly #items = new Set<Outgoing>();
  readonly #waiters = new Map<Outgoing, Waiter>();
  #bytes = 0;
  /** Called when there is something to take. */
  onItem: () => void = () => {};

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#front.size + this.#items.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether nothing waits, not even for room. */
  get isIdle(): boolean {
    return this.length === 0 && this.#waiters.size === 0;
  }

  /** Whether there is room for so many bytes. Who waits already comes first. */
  hasRoom(bytes: number): boolean {
    return this.#waiters.size === 0 && this.#fits(bytes);
  }

  /** Takes the message in as soon as there is room: at once, if there is. Rejects if the signal is aborted, or the time is over, before. */
  put(item: Outgoing, { signal, timeoutMs }: Patience): Promise<void> {
    if (signal?.aborted) return Promise.reject(canceledBy(signal));
    if (this.hasRoom(item.bytes.byteLength)) {
      this.#enter(item);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const leave = (): void => {
        clearTimeout(timer);
        unwatch();
        this.#waiters.delete(item);
      };
      const waiter: Waiter = {
        leave,
        enter: () => {
          leave();
          this.#enter(item);
          resolve();
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const unwatch = onAbort(signal, () => waiter.refuse(canceledBy(signal as AbortSignal)));
      if (timeoutMs <= longestDelay) {
        const full = new BridgeError("deadline_exceeded", `the queue of the link was full for ${timeoutMs} ms: nothing was sent`);
        timer = setTimeout(() => waiter.refuse(full), timeoutMs);
      }
      this.#waiters.set(item, waiter);
    });
  }

  /** Takes messages in ahead of all others, room or not. They keep their order among each other. */
  putFirst(items: readonly Outgoing[]): void {
    for (const item of items) {
      this.#front.add(item);
      this.#bytes += item.bytes.byteLength;
    }
    if (items.length > 0) this.onItem();
  }

  /** Takes a message in behind all others, room or not: a reply, which is bounded by what is being handled. */
  putAnyway(item: Outgoing): void {
    this.#enter(item);
  }

  /** The next message to send, for good. */
  take(): Outgoing | undefined {
    const from = this.#front.size > 0 ? this.#front : this.#items;
    const { value: item } = from.values().next();
    if (item) this.remove(item);
    return item;
  }

  /** Takes a message out, if it is still there or waits for room. */
  remove(item: Outgoing): void {
    this.#waiters.get(item)?.leave();
    if (!this.#front.delete(item) && !this.#items.delete(item)) return;
    this.#bytes -= item.bytes.byteLength;
    for (const [next, { enter }] of this.#waiters) {
      if (!this.#fits(next.bytes.byteLength)) break;
      enter();
    }
  }

  /** Takes out the messages that fit. */
  removeAll(fits: (item: Outgoing) => boolean): Outgoing[] {
    const all = [...this.#front, ...this.#items].filter(fits);
    for (const item of all) this.remove(item);
    return all;
  }

  /** Sends those away who wait for room. */
  refuse(reason: BridgeError): void {
    for (const { refuse } of [...this.#waiters.values()]) refuse(reason);
  }

  #fits(bytes: number): boolean {
    return this.length === 0 || (this.length < this.#maxMessages && this.#bytes + bytes <= this.#maxBytes);
  }

  #enter(item: Outgoing): void {
    this.#items.add(item);
    this.#bytes += item.bytes.byteLength;
    this.onItem();
  }
}
