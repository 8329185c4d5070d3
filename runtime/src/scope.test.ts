import { afterEach, describe, expect, it } from "vitest";
import { all, OpenRequests, type Served, type Start, startGrpc, startMemory, thrownBy } from "../tests/echo.js";
import { stamped } from "./scope.js";

const scope = { sessionId: "s1" };

/** What a client makes of requests before it sends them. */
async function* sent<T>(requests: AsyncIterable<T> | Iterable<T>): AsyncIterable<T> {
  yield* requests;
}

describe("stamped", () => {
  it("gives each request the fields, and leaves what it was given", async () => {
    const requests = [{ name: "a" }, { name: "b", sessionId: "other" }];
    const expected = [
      { name: "a", sessionId: "s1" },
      { name: "b", sessionId: "s1" },
    ];
    expect(await all(sent(stamped(requests, scope)))).toEqual(expected);
    expect(await all(sent(stamped(sent(requests), scope)))).toEqual(expected);
    expect(requests).toEqual([{ name: "a" }, { name: "b", sessionId: "other" }]);
  });

  it("keeps what a request inherits, and hands on what is none", async () => {
    class Request {
      get name() {
        return "inherited";
      }
    }
    const [first, second] = await all(sent(stamped<unknown, typeof scope>([new Request(), 5], scope)));
    expect(first).toMatchObject({ name: "inherited", sessionId: "s1" });
    expect(second).toBe(5);
  });

  it("tells a source that it was left", async () => {
    let returned = 0;
    function* names() {
      try {
        for (;;) yield { name: "a" };
      } finally {
        returned++;
      }
    }
    for await (const _ of sent(stamped(names(), scope))) break;
    for await (const _ of sent(stamped(sent(names()), scope))) break;
    expect(returned).toBe(2);
  });

  it("tells a source that is waiting", async () => {
    const source = new OpenRequests("a");
    const iterator = (stamped(source as AsyncIterable<unknown>, scope) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(source.returned).toBe(true);
  });

  it("ends, and fails, as its source does", async () => {
    const failure = new Error("no more");
    async function* failing() {
      yield { name: "a" };
      throw failure;
    }
    expect(await thrownBy(stamped(failing(), scope) as AsyncIterable<unknown>)).toBe(failure);
    const bare: AsyncIterable<{ name: string }> = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }) };
    const iterator = (stamped(bare, scope) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});

describe.each<[string, Start]>([
  ["grpc", startGrpc],
  ["memory", startMemory],
])("over %s", (_, start) => {
  let served: Served;
  afterEach(() => served.close());

  it("a call that is aborted leaves the source", async () => {
    const arrived: string[] = [];
    served = await start({
      async join(requests) {
        for await (const request of requests) arrived.push(request);
        return "";
      },
    });
    const source = new OpenRequests("a");
    const controller = new AbortController();
    const call = thrownBy(served.client.join(stamped(source as AsyncIterable<string>, scope), { signal: controller.signal }));
    await expect.poll(() => arrived).toEqual(["a"]);
    controller.abort();
    expect(await call).toMatchObject({ code: "canceled" });
    await expect.poll(() => source.returned).toBe(true);
  });
});
