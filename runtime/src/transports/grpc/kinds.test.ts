import { afterEach, describe, expect, test, vi } from "vitest";
import { startConnect, startConnectGrpc } from "../../../tests/connect.js";
import { all, type EchoMethods, OpenRequests, plain, type Served, type Start, startGrpc, startMemory } from "../../../tests/echo.js";

const transports: [string, Start][] = [
  ["grpc", startGrpc],
  ["memory", startMemory],
  ["connect", startConnect],
  ["grpc on a Connect router", startConnectGrpc],
];

describe.each(transports)("over %s", (_name, start) => {
  let served: Served;
  const client = async (methods: Partial<EchoMethods> = plain) => {
    served = await start(methods);
    return served.client;
  };
  afterEach(() => served.close());

  test("unary", async () => {
    expect(await (await client()).say("world")).toBe("hello world");
  });

  test("an empty message", async () => {
    expect(await (await client({ say: (request) => request })).say("")).toBe("");
  });

  test("a stream of responses", async () => {
    expect(await all((await client()).list("a b c"))).toEqual(["a", "b", "c"]);
  });

  test("a stream of responses without any", async () => {
    expect(await all((await client({ async *list() {} })).list(""))).toEqual([]);
  });

  test("a stream of requests", async () => {
    expect(await (await client()).join(["a", "b", "c"])).toBe("a+b+c");
    expect(await (await client()).join([])).toBe("");
  });

  test("a stream of requests that is answered before it ends releases the requests at both ends", async () => {
    const requests = new OpenRequests("a", "b");
    const join: EchoMethods["join"] = async (requests) => {
      for await (const request of requests) return request;
      return "none";
    };
    expect(await (await client({ join })).join(requests)).toBe("a");
    await expect.poll(() => requests.returned).toBe(true);
  });

  test("a stream of requests that nobody reads", async () => {
    const requests = new OpenRequests("a", "b");
    expect(await (await client({ join: () => "done" })).join(requests)).toBe("done");
    await expect.poll(() => requests.returned).toBe(true);
  });

  test("both streams, in step", async () => {
    const echoes = (await client()).chat(
      (async function* () {
        yield "a";
        yield "b";
      })(),
    );
    expect(await all(echoes)).toEqual(["A", "B"]);
  });

  test("both streams: each side answers what the other said", async () => {
    const waiting: string[] = ["1"];
    async function* requests() {
      for (;;) {
        const text = await vi.waitUntil(() => waiting.shift(), { interval: 1 });
        if (text === "1111") return;
        yield text;
      }
    }
    const heard: string[] = [];
    for await (const response of (await client()).chat(requests())) {
      heard.push(response);
      waiting.push(`${response}1`);
    }
    expect(heard).toEqual(["1", "11", "111"]);
  });

  test("leaving the responses cancels the call, returns the requests, and runs the handler's finally", async () => {
    const requests = new OpenRequests("a");
    let left = false;
    async function* chat(incoming: AsyncIterable<string>) {
      try {
        for await (const request of incoming) yield request;
      } finally {
        left = true;
      }
    }
    for await (const response of (await client({ chat })).chat(requests)) {
      expect(response).toBe("a");
      break;
    }
    await expect.poll(() => left && requests.returned).toBe(true);
  });

  test("a call starts when it is iterated", async () => {
    let calls = 0;
    const responses = (
      await client({
        async *list() {
          calls++;
          yield "one";
        },
      })
    ).list("");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toBe(0);
    expect(await all(responses)).toEqual(["one"]);
    expect(calls).toBe(1);
  });

  test("many calls at once", async () => {
    const calling = await client();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => calling.say(`${i}`)));
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => `hello ${i}`));
  });

  test("the context tells the deadline and the peer", async () => {
    const seen: unknown[] = [];
    const calling = await client({
      say(_request, { deadline, peer }) {
        seen.push(deadline?.getTime(), peer.address);
        return "";
      },
    });
    const before = Date.now();
    await calling.say("", { timeoutMs: 60_000 });
    await calling.say("", { timeoutMs: Number.POSITIVE_INFINITY });
    await calling.say("", { timeoutMs: 2 ** 40 });
    const [deadline, peer, none] = seen as [number, string, undefined];
    expect(Math.abs(deadline - before - 60_000)).toBeLessThan(2_000);
    // A Connect router does not know it.
    expect(peer).toMatch(/^(127\.0\.0\.1:\d+|memory|)$/);
    expect(none).toBeUndefined();
  });

  test("an error in the caller's requests cancels the call and is thrown to the caller as it is", async () => {
    const mine = new Error("mine");
    let reason: unknown;
    let fail: ((reason: unknown) => void) | undefined;
    async function* requests() {
      yield "a";
      await new Promise((_, reject) => {
        fail = reject;
      });
    }
    const responses = (
      await client({
        async *chat(incoming, { signal }) {
          signal.addEventListener("abort", () => {
            reason = signal.reason;
          });
          for await (const request of incoming) yield request;
        },
      })
    )
      .chat(requests())
      [Symbol.asyncIterator]();
    expect(await responses.next()).toEqual({ done: false, value: "a" });
    const next = responses.next();
    await vi.waitUntil(() => fail, { timeout: 10_000 });
    fail?.(mine);
    await expect(next).rejects.toBe(mine);
    await expect.poll(() => reason).toMatchObject({ code: "canceled" });
  });
});

test("over grpc, return() does not wait for the response that next() waits for", async () => {
  const served = await startGrpc({
    async *list() {
      yield "one";
      await new Promise(() => {});
    },
  });
  const responses = served.client.list("")[Symbol.asyncIterator]();
  expect(await responses.next()).toEqual({ done: false, value: "one" });
  const pending = responses.next();
  await responses.return?.();
  expect(await pending).toEqual({ done: true, value: undefined });
  await served.close();
});
