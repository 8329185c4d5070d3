import { afterEach, describe, expect, test, vi } from "vitest";
import { all, type Served, type Start, startGrpc, startMemory } from "../../../tests/echo.js";

let served: Served;
afterEach(() => served.close());

/** Messages large enough that HTTP/2's windows of 64 KiB hold few of them. */
const chunk = "x".repeat(10_000);
/** What may be under way: the queues of 16 of grpc-js at both ends, the sockets, and the windows. */
const bound = 80;

/** Resolves with the count when it has stopped growing. */
async function settled(count: () => number): Promise<number> {
  let before = -1;
  await vi.waitUntil(
    () => {
      const still = count() === before && before > 0;
      before = count();
      return still;
    },
    { interval: 100, timeout: 10_000 },
  );
  return count();
}

describe.each<[string, Start]>([
  ["grpc", startGrpc],
  ["memory", startMemory],
])("over %s", (_transport, start) => {
  test("a server that yields endlessly waits for a slow client", async () => {
    let made = 0;
    served = await start({
      async *list() {
        for (; made < 100_000; made++) yield chunk;
      },
    });
    const responses = served.client.list("")[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await responses.next();
    const ahead = await settled(() => made);
    expect(ahead).toBeLessThan(bound);
    for (let i = 0; i < 1_000; i++) await responses.next();
    expect((await settled(() => made)) - 1_000).toBeLessThan(bound);
    await responses.return?.();
  });

  test("a client that sends endlessly waits for a slow server", async () => {
    let made = 0;
    let read = (): void => {};
    let count = 0;
    served = await start({
      async join(requests) {
        for await (const _ of requests) {
          count++;
          if (count < 3 || (count > 3 && count < 1_000)) continue;
          if (count > 1_000) break;
          await new Promise<void>((resolve) => {
            read = resolve;
          });
        }
        return "enough";
      },
    });
    async function* requests() {
      for (; made < 100_000; made++) yield chunk;
    }
    const answer = served.client.join(requests());
    await vi.waitUntil(() => count === 3, { interval: 5, timeout: 10_000 });
    expect(await settled(() => made)).toBeLessThan(bound);
    read();
    await vi.waitUntil(() => count === 1_000, { interval: 5, timeout: 10_000 });
    expect((await settled(() => made)) - 1_000).toBeLessThan(bound);
    read();
    expect(await answer).toBe("enough");
  });
});

test("many small messages in both directions arrive whole and in order", async () => {
  served = await startGrpc({ chat: (requests) => requests });
  const numbers = Array.from({ length: 5_000 }, (_, i) => `${i}`);
  expect(await all(served.client.chat(numbers))).toEqual(numbers);
});
