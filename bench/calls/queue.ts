/** What is said on a stream, for libraries that take an async iterable. */
export class Queue<Item> implements AsyncIterable<Item> {
  #items: Item[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  push(item: Item): void {
    this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    while (true) {
      const items = this.#items;
      this.#items = [];
      yield* items;
      if (this.#items.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Requests without their replies yet, by correlation: what one writes by hand for such a stream. */
export class Pending<Reply> {
  readonly #waiting: Map<string, (reply: Reply) => void> = new Map();
  #last = 0;

  /** A fresh correlation, and the promise of what will be said to it. */
  add(): { readonly correlation: string; readonly reply: Promise<Reply> } {
    const correlation = String(++this.#last);
    return { correlation, reply: new Promise((resolve) => this.#waiting.set(correlation, resolve)) };
  }

  settle(correlation: string, reply: Reply): void {
    this.#waiting.get(correlation)?.(reply);
    this.#waiting.delete(correlation);
  }
}
