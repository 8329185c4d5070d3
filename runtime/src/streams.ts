/**
 * The same items, until the signal is aborted: then the iteration throws the signal's reason, and the source is told to return.
 *
 * A race of promises would do the same, but keep one reaction for each item alive for as long as the signal is.
 */
export function abortable<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  // More than one, if somebody asks for the next item before the last one came.
  const pending = new Set<(reason: unknown) => void>();
  let done = false;

  const finish = (): void => {
    done = true;
    signal.removeEventListener("abort", onAbort);
  };
  const leave = (): void => {
    finish();
    // A generator that is stuck in an await returns when that ends: nobody waits for it.
    Promise.resolve(iterator.return?.()).catch(() => {});
  };
  function onAbort(): void {
    leave();
    for (const reject of pending) reject(signal.reason);
  }
  if (!signal.aborted) signal.addEventListener("abort", onAbort);

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (signal.aborted && !done) leave();
      if (signal.aborted) return Promise.reject(signal.reason);
      if (done) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve, reject) => {
        pending.add(reject);
        iterator.next().then(
          (result) => {
            pending.delete(reject);
            if (result.done) finish();
            resolve(result);
          },
          (reason: unknown) => {
            pending.delete(reject);
            finish();
            reject(reason);
          },
        );
      });
    },
    async return() {
      if (!done) {
        finish();
        await iterator.return?.();
      }
      return { done: true, value: undefined };
    },
  };
}

/** The promise, or a rejection with the signal's reason as soon as it is aborted. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/**
 * The same items, fetched ahead: up to `size` wait to be taken, as in the buffers of a connection. The source is read from the moment
 * that the first item is asked for.
 */
export async function* prefetched<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  const queue: T[] = [];
  let ended = false;
  let failure: { reason: unknown } | undefined;
  let wake: () => void = () => {};
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  let makeRoom: () => void = () => {};

  const pump = async (): Promise<void> => {
    try {
      while (!ended) {
        const result = await iterator.next();
        if (result.done) break;
        queue.push(result.value);
        wake();
        if (queue.length >= size) {
          await new Promise<void>((resolve) => {
            makeRoom = resolve;
          });
        }
      }
    } catch (reason) {
      failure = { reason };
    }
    ended = true;
    wake();
  };

  void pump();
  try {
    for (;;) {
      while (queue.length > 0) {
        const item = queue.shift() as T;
        makeRoom();
        yield item;
      }
      if (failure) throw failure.reason;
      if (ended) return;
      await changed();
    }
  } finally {
    if (!ended) {
      ended = true;
      makeRoom();
      Promise.resolve(iterator.return?.()).catch(() => {});
    }
  }
}
