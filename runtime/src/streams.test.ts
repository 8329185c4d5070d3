import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { abortable, prefetched, untilAborted } from "./streams.js";

async function* count(to: number, onReturn: () => void = () => {}): AsyncGenerator<number, void> {
  try {
    for (let i = 1; i <= to; i++) yield i;
  } finally {
    onReturn();
  }
}

const never = (): Promise<never> => new Promise(() => {});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("abortable", () => {
  it("gives the items, and leaves no listener", async () => {
    const { signal } = new AbortController();
    expect(await all(abortable(count(3), signal))).toEqual([1, 2, 3]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("throws the signal's reason while it waits, and returns the source", async () => {
    const controller = new AbortController();
    let returned = 0;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: never,
        return: async () => {
          returned++;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const next = abortable(source, controller.signal).next();
    controller.abort("enough");
    await expect(next).rejects.toBe("enough");
    expect(returned).toBe(1);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("throws the signal's reason to all who wait", async () => {
    const controller = new AbortController();
    const iteration = abortable({ [Symbol.asyncIterator]: () => ({ next: never }) }, controller.signal);
    const waiting = [iteration.next(), iteration.next()];
    controller.abort("enough");
    for (const next of waiting) await expect(next).rejects.toBe("enough");
  });

  it("throws at once when the signal was aborted before", async () => {
    let returned = false;
    const iteration = abortable(
      count(3, () => {
        returned = true;
      }),
      AbortSignal.abort("before"),
    );
    await expect(iteration.next()).rejects.toBe("before");
    await expect(iteration.next()).rejects.toBe("before");
    expect(returned).toBe(false); // a generator that was never started has nothing to end
  });

  it("returns the source when it is left", async () => {
    let returned = false;
    const { signal } = new AbortController();
    const source = count(3, () => {
      returned = true;
    });
    for await (const item of abortable(source, signal)) if (item === 1) break;
    expect(returned).toBe(true);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("passes on what the source throws", async () => {
    async function* failing() {
      yield 1;
      throw new Error("source");
    }
    await expect(all(abortable(failing(), new AbortController().signal))).rejects.toThrowError("source");
  });
});

describe("prefetched", () => {
  it("keeps order and ends", async () => {
    expect(await all(prefetched(count(50), 4))).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it("reads no further ahead than it may", async () => {
    let made = 0;
    async function* source() {
      for (;;) yield ++made;
    }
    const items = prefetched(source(), 4);
    await items.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBeLessThanOrEqual(5);
    await items.return();
  });

  it("gives what came before a failure, then throws it", async () => {
    async function* failing() {
      yield 1;
      yield 2;
      throw new Error("source");
    }
    const got: number[] = [];
    await expect(
      (async () => {
        for await (const item of prefetched(failing(), 4)) got.push(item);
      })(),
    ).rejects.toThrowError("source");
    expect(got).toEqual([1, 2]);
  });

  it("returns the source when it is left", async () => {
    let returned = false;
    for await (const item of prefetched(
      count(100, () => {
        returned = true;
      }),
      4,
    ))
      if (item === 1) break;
    await expect.poll(() => returned).toBe(true);
  });
});

describe("untilAborted", () => {
  it("gives the result, and leaves no listener", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(untilAborted(Promise.reject(new Error("no")), signal)).rejects.toThrowError("no");
    await new Promise((resolve) => setImmediate(resolve));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
  it("rejects with the signal's reason", async () => {
    const controller = new AbortController();
    const waiting = untilAborted(never(), controller.signal);
    controller.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    await expect(untilAborted(never(), AbortSignal.abort("before"))).rejects.toBe("before");
  });
});
