import { afterEach, expect, test, vi } from "vitest";
import { all, plain, type Served, startGrpc, thrownBy } from "../../../tests/echo.js";
import { channel, serve } from "./index.js";

let served: Served;
afterEach(() => served.close());

const big = "x".repeat(2_000);
const within = "x".repeat(900);
const echoing = {
  ...plain,
  say: (request: string) => request.slice(0, 2_000),
  join: async (requests: AsyncIterable<string>) => (await all(requests)).join(""),
  async *list() {
    yield within;
    yield big;
  },
};
const exhausted = { code: "resource_exhausted" };

test("a request that is larger than the server's maxReceiveBytes", async () => {
  served = await startGrpc(echoing, { maxReceiveBytes: 1_000 });
  const { client } = served;
  expect(await client.say(within)).toBe(within);
  expect(await thrownBy(client.say(big))).toMatchObject(exhausted);
  expect(await thrownBy(client.list(big))).toMatchObject(exhausted);
  expect(await thrownBy(client.join([within, big]))).toMatchObject(exhausted);
  expect(await thrownBy(client.chat([within, big]))).toMatchObject(exhausted);
});

test("a response that is larger than the server's maxSendBytes, and onError is told", async () => {
  const onError = vi.fn();
  served = await startGrpc(echoing, { maxSendBytes: 1_000, onError });
  const { client } = served;
  expect(await client.say(within)).toBe(within);
  expect(await thrownBy(client.say(big))).toMatchObject({ ...exhausted, message: "the message has 2003 bytes, and maxSendBytes is 1000" });
  const responses = client.list("")[Symbol.asyncIterator]();
  expect(await responses.next()).toEqual({ done: false, value: within });
  expect(await thrownBy(responses.next() as Promise<unknown>)).toMatchObject(exhausted);
  expect(await thrownBy(client.join([within, big]))).toMatchObject(exhausted);
  expect(onError).toHaveBeenCalledTimes(3);
});

test("a response that is larger than the client's maxReceiveBytes", async () => {
  served = await startGrpc(echoing, {}, { maxReceiveBytes: 1_000 });
  const { client } = served;
  expect(await client.say(within)).toBe(within);
  expect(await thrownBy(client.say(big))).toMatchObject(exhausted);
  expect(await thrownBy(client.list(""))).toMatchObject(exhausted);
  expect(await thrownBy(client.join([within, big]))).toMatchObject(exhausted);
  expect(await thrownBy(client.chat([big]))).toMatchObject(exhausted);
});

test("a request that is larger than the client's maxSendBytes: nothing is sent", async () => {
  const say = vi.fn(echoing.say);
  served = await startGrpc({ ...echoing, say }, {}, { maxSendBytes: 1_000 });
  const { client } = served;
  expect(await client.say(within)).toBe(within);
  expect(await thrownBy(client.say(big))).toMatchObject(exhausted);
  expect(await thrownBy(client.list(big))).toMatchObject(exhausted);
  expect(await thrownBy(client.join([within, big]))).toMatchObject(exhausted);
  expect(await thrownBy(client.chat([within, big]))).toMatchObject(exhausted);
  expect(say).toHaveBeenCalledTimes(1);
});

test("by default 4 MiB are received, and any size with Infinity", async () => {
  const huge = "x".repeat(5_000_000);
  served = await startGrpc({ say: (request) => `${request.length}` });
  expect(await served.client.say("x".repeat(4_194_000))).toBe("4194000");
  expect(await thrownBy(served.client.say(huge))).toMatchObject(exhausted);
  await served.close();
  served = await startGrpc({ say: (request) => request }, { maxReceiveBytes: Number.POSITIVE_INFINITY }, { maxReceiveBytes: Number.POSITIVE_INFINITY });
  expect((await served.client.say(huge)).length).toBe(huge.length);
});

test("a limit that is no size is refused", async () => {
  served = await startGrpc({});
  for (const value of [-1, 1.5, Number.NaN, "1" as unknown as number]) {
    expect(() => channel("127.0.0.1:1", { maxSendBytes: value })).toThrow("maxSendBytes must be a number of bytes, or Infinity");
    await expect(serve([], { address: "127.0.0.1:0", maxReceiveBytes: value })).rejects.toThrow("maxReceiveBytes must be a number of bytes, or Infinity");
  }
});
