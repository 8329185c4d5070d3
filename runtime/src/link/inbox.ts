import { Fifo } from "./fifo.js";

/** A message of the other end, on its way to its handler. */
export interface Incoming {
  readonly bytes: number;
  /** Whether the next notification waits until this one is handled. Requests are handled beside each other. */
  readonly isNotification: boolean;
  /** Handles the message. Called once; never rejects. */
  handle(): void | Promise<void>;
}

/**
 * What the other end sent and is not handled yet, bounded in messages and bytes. Notifications are handled one after the other, in the
 * order in which they came; requests at once.
 */
export class Inbox {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  /** Whether what is read next may be a reply that somebody waits for: then more is let in. */
  readonly #isAwaited: () => boolean;
  readonly #notifications = new Fifo<Incoming>();
  readonly #early: Incoming[] = [];
  #started = false;
  #busy = false;
  #messages = 0;
  #bytes = 0;
  #onChange: (() => void)[] = [];

  constructor(maxMessages: number, maxBytes: number, isAwaited: () => boolean) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
    this.#isAwaited = isAwaited;
  }

  get length(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** From here on there are handlers. */
  start(): void {
    this.#started = true;
    for (const incoming of this.#early.splice(0)) this.#dispatch(incoming);
  }

  /** Takes a message in. The caller waits for {@link room} before it reads another. */
  add(incoming: Incoming): void {
    this.#messages++;
    this.#bytes += incoming.bytes;
    if (this.#started) this.#dispatch(incoming);
    else this.#early.push(incoming);
  }

  /** A message is done with: it is handled and, if it asked for one, its reply is sent. */
  release(bytes: number): void {
    this.#messages--;
    this.#bytes -= bytes;
    this.changed();
  }

  /** Whether another message may be read. */
  get hasRoom(): boolean {
    const times = this.#isAwaited() ? 4 : 1;
    return this.#messages === 0 || (this.#messages < this.#maxMessages * times && this.#bytes < this.#maxBytes * times);
  }

  /** Resolves when something changed: there is room, or nothing is left. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange.push(resolve);
    });
  }

  /** Wakes those who wait for a change. */
  changed(): void {
    if (this.#onChange.length > 0) for (const wake of this.#onChange.splice(0)) wake();
  }

  #dispatch(incoming: Incoming): void {
    if (!incoming.isNotification) void incoming.handle();
    else if (this.#busy) this.#notifications.push(incoming);
    else this.#run(incoming);
  }

  #run(first: Incoming): void {
    for (let next: Incoming | undefined = first; next; next = this.#notifications.shift()) {
      const { bytes } = next;
      this.#busy = true;
      const done = next.handle();
      if (done) {
        void done.then(() => {
          this.#busy = false;
          this.release(bytes);
          const following = this.#notifications.shift();
          if (following) this.#run(following);
        });
        return;
      }
      this.#busy = false;
      this.release(bytes);
    }
  }
}
