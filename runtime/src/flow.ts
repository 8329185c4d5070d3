import { abortable, untilAborted } from "./streams.js";

/** Takes a message. Gives false if it wants no more, and a promise if there is no room for another one before that resolves. */
export type Take<T> = (message: T) => Promise<unknown> | false | undefined;

/**
 * Messages that can be handed over as they come, and not only iterated: that spares the promises of an iteration. What links write is one, and so
 * may be what transports give. One of the two ways is used; handing over also after an iteration that nobody waits for.
 */
export abstract class Flow<T> implements AsyncIterableIterator<T> {
  /**
   * Hands over all messages. Resolves when all were taken, or no more is wanted; in that case, and if `take` throws, it returns by itself.
   *
   * @throws what ends the messages, and what `take` throws
   */
  abstract handOver(take: Take<T>): Promise<void>;

  abstract next(): Promise<IteratorResult<T, undefined>>;

  /** Ends the messages, whoever gets them. */
  abstract return(): Promise<IteratorResult<T, undefined>>;

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Hands over the messages of a source, in the quickest way that it has. */
export function handOver<T>(source: AsyncIterable<T>, take: Take<T>): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  return iterator instanceof Flow ? (iterator as Flow<T>).handOver(take) : iterate(again(iterator), take);
}

/** The same until the signal is aborted: then throws its reason, and tells the source to return. */
export function handOverUntilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal, take: Take<T>): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  if (!(iterator instanceof Flow)) return iterate(abortable(again(iterator), signal), take);
  const over = untilAborted((iterator as Flow<T>).handOver(take), signal);
  over.catch(() => void iterator.return());
  return over;
}

async function iterate<T>(source: AsyncIterable<T>, take: Take<T>): Promise<void> {
  for await (const message of source) if ((await take(message)) === false) return;
}

function again<T>(iterator: AsyncIterator<T>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Hands messages over one by one, as long as there is room. */
export class Handover<T> {
  /** Resolves when no more is wanted, or at the end; rejects with what ended it. */
  readonly over: Promise<void>;
  readonly #next: () => T | undefined;
  readonly #take: Take<T>;
  readonly #onLeft: () => void;
  #resolve: () => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  /** Whether a message is being taken, or there is no room, or it is over. */
  #isBusy = false;

  /**
   * @param next the message that is to be handed over, for good; undefined if there is none yet
   * @param onLeft called when no more is wanted
   */
  constructor(next: () => T | undefined, take: Take<T>, onLeft: () => void) {
    this.#next = next;
    this.#take = take;
    this.#onLeft = onLeft;
    this.over = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Hands over what there is. */
  run(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let message = this.#next(); message !== undefined; message = this.#next()) {
        const taken = this.#take(message);
        if (taken === false) {
          this.end();
          return this.#onLeft();
        }
        if (taken) return void taken.then(this.#goOn, this.#giveUp);
      }
    } catch (reason) {
      return this.#giveUp(reason);
    }
    this.#isBusy = false;
  }

  /** Ends it: nothing more is taken. */
  end(): void {
    this.#resolve();
  }

  fail(reason: unknown): void {
    this.#reject(reason);
  }

  readonly #goOn = (): void => {
    this.#isBusy = false;
    this.run();
  };

  readonly #giveUp = (reason: unknown): void => {
    this.fail(reason);
    this.#onLeft();
  };
}
