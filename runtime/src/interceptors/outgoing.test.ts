import { afterEach, describe, expect, test } from "vitest";
import { all, plain, type Served, startGrpc, startMemory } from "../../tests/echo.js";
import type { Call } from "./call.js";
import type { Interceptor } from "./chain.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.each([
  ["grpc", startGrpc],
  ["memory", startMemory],
] as const)("over %s", (name, start) => {
  const open = async (interceptor: Interceptor): Promise<Served> => {
    const served = await start(plain, {}, { interceptors: [interceptor] });
    ends.push(() => served.close());
    return served;
  };

  test("the one request of a stream of responses is the message, which can be replaced", async () => {
    const messages: unknown[] = [];
    const { client } = await open((next) => async (call) => {
      messages.push(call.message);
      call.message = `${String(call.message)} c`;
      return next(call);
    });
    expect(await all(client.list("a b"))).toEqual(["a", "b", "c"]);
    expect(messages).toEqual(["a b"]);
  });

  test("the peer is what the channel was made for", async () => {
    const calls: Call[] = [];
    const { client, channel } = await open((next) => async (call) => {
      calls.push(call);
      return next(call);
    });
    await client.say("x");
    await all(client.chat(["x"]));
    expect(channel.peer?.address).toMatch(name === "grpc" ? /^127\.0\.0\.1:[0-9]+$/ : /^memory$/);
    expect(calls.map(({ peer }) => peer)).toEqual([channel.peer, channel.peer]);
  });
});
