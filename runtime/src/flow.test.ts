import { describe, expect, test } from "vitest";
import { Flow, Handover, handOver, handOverUntilAborted, type Take } from "./flow.js";

/** Messages that a test gives. */
class Given extends Flow<number> {
  isLeft = false;
  readonly #messages: number[] = [];
  #handover: Handover<number> | undefined;

  give(...messages: number[]): void {
    this.#messages.push(...messages);
    this.#handover?.run();
  }
  end(): void {
    this.#handover?.end();
  }
  override handOver(take: Take<number>): Promise<void> {
    this.#handover = new Handover(
      () => this.#messages.shift(),
      take,
      () => void this.return(),
    );
    this.#handover.run();
    return this.#handover.over;
  }
  override next(): Promise<IteratorResult<number, undefined>> {
    throw new Error("it is not iterated");
  }
  override async return(): Promise<IteratorResult<number, undefined>> {
    this.isLeft = true;
    return { done: true, value: undefined };
  }
}

describe("a flow", () => {
  test("hands over in order and at once, also what comes while one is taken", async () => {
    const given = new Given();
    const taken: number[] = [];
    given.give(1);
    const over = handOver(given, (message) => {
      if (message === 1) given.give(2, 3);
      taken.push(message);
      return undefined;
    });
    given.give(4);
    expect(taken).toEqual([1, 2, 3, 4]);
    given.end();
    await over;
    expect(given.isLeft).toBe(false);
  });

  test("waits for room", async () => {
    const given = new Given();
    const taken: number[] = [];
    let makeRoom = (): void => {};
    const over = handOver(given, (message) => {
      taken.push(message);
      return new Promise<void>((resolve) => {
        makeRoom = resolve;
      });
    });
    given.give(1, 2);
    await Promise.resolve();
    expect(taken).toEqual([1]);
    makeRoom();
    await Promise.resolve();
    expect(taken).toEqual([1, 2]);
    given.end();
    await over;
  });

  test.each<[string, Take<number>, boolean]>([
    ["gives false", () => false, false],
    [
      "throws",
      () => {
        throw new Error("no");
      },
      true,
    ],
    ["rejects", () => Promise.reject(new Error("no")), true],
  ])("is left when what takes %s", async (_what, end, isError) => {
    const given = new Given();
    const taken: number[] = [];
    const over = handOver(given, (message) => {
      taken.push(message);
      return end(message);
    });
    given.give(1, 2);
    await (isError ? expect(over).rejects.toThrow("no") : over);
    given.give(3);
    expect(taken).toEqual([1]);
    expect(given.isLeft).toBe(true);
  });

  test("is left when the signal is aborted", async () => {
    const given = new Given();
    const abort = new AbortController();
    const over = handOverUntilAborted(given, abort.signal, () => undefined);
    abort.abort(new Error("enough"));
    await expect(over).rejects.toThrow("enough");
    await Promise.resolve();
    expect(given.isLeft).toBe(true);
  });
});

test("any other source is iterated, each message when there is room, and returns when no more is wanted", async () => {
  const seen: string[] = [];
  async function* source(): AsyncGenerator<number> {
    try {
      for (let i = 1; i < 9; i++) {
        seen.push(`give ${i}`);
        yield i;
      }
    } finally {
      seen.push("return");
    }
  }
  await handOver(source(), (message) => {
    if (message === 2) return false;
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => seen.push(`room after ${message}`));
  });
  expect(seen).toEqual(["give 1", "room after 1", "give 2", "return"]);
});
