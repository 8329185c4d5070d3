import { constants } from "node:http2";
import { afterEach, expect, test, vi } from "vitest";
import { EchoClient, EchoServicer, OpenRequests, plain, thrownBy } from "../../../tests/echo.js";
import { begin, finish, type RawServer, serveRaw } from "../../../tests/http2.js";
import { relay } from "../../../tests/relay.js";
import type { Channel } from "../../transport.js";
import { type ChannelOptions, channel, serve } from "./index.js";
import { Keepalive } from "./keepalive.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of ends.splice(0).reverse()) await end();
});

const hi = Buffer.from([10, 2, 104, 105]);

function opened(address: string, options: ChannelOptions = {}): Required<Channel> {
  const result = channel(address, options);
  ends.push(() => result.close());
  return result as Required<Channel>;
}

/** Tells each ping, with its connection, counted from 0; calls end when they are told to. */
async function pinged(onPing: (connection: number) => void): Promise<{ server: RawServer; endCalls(): void }> {
  const calls: (() => void)[] = [];
  const server = await serveRaw((stream, session) => {
    const connection = server.sessions.indexOf(session);
    if (session.listenerCount("ping") === 0) session.on("ping", () => onPing(connection));
    begin(stream, hi);
    calls.push(() => finish(stream, 0));
  });
  ends.push(() => server.close());
  return {
    server,
    endCalls: () => {
      for (const end of calls.splice(0)) end();
    },
  };
}

test("pings as long as a call is under way, and not otherwise", async () => {
  let pings = 0;
  const { server, endCalls } = await pinged(() => pings++);
  const channel = opened(server.address, { keepalive: { intervalMs: 10 } });
  const responses = new EchoClient(channel).chat(new OpenRequests("a"))[Symbol.asyncIterator]();
  await responses.next();
  await vi.waitUntil(() => pings >= 3, { interval: 5, timeout: 10_000 });
  endCalls();
  expect(await responses.next()).toMatchObject({ done: true });
  const before = pings;
  await new Promise((resolve) => setTimeout(resolve, 100));
  // One may have been on its way.
  expect(pings - before).toBeLessThanOrEqual(1);
  const more = new EchoClient(channel).chat(new OpenRequests("a"))[Symbol.asyncIterator]();
  await more.next();
  await vi.waitUntil(() => pings >= before + 3, { interval: 5, timeout: 10_000 });
  expect(server.sessions.length).toBe(1);
});

test("by default there are no pings", async () => {
  let pings = 0;
  const { server } = await pinged(() => pings++);
  const responses = new EchoClient(opened(server.address)).chat(new OpenRequests("a"))[Symbol.asyncIterator]();
  await responses.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(pings).toBe(0);
});

test("without an answer the connection is lost, and the next call gets another", async () => {
  const server = await serve([EchoServicer.from({ ...plain, chat: (requests) => requests })], { address: "127.0.0.1:0" });
  const between = await relay(server.address);
  ends.push(
    () => server.close({ drainMs: 0 }),
    () => between.close(),
  );
  const channel = opened(between.address, { keepalive: { intervalMs: 10, timeoutMs: 200 } });
  const client = new EchoClient(channel);
  const requests = new OpenRequests("a");
  const responses = client.chat(requests)[Symbol.asyncIterator]();
  expect(await responses.next()).toMatchObject({ value: "a" });
  between.stall();
  expect(await thrownBy(responses.next() as Promise<unknown>)).toMatchObject({ code: "unavailable" });
  await vi.waitUntil(() => requests.returned, { interval: 5, timeout: 10_000 });
  expect(await client.say("you")).toBe("hello you");
  expect(between.total).toBe(2);
});

test("a server that was pinged too often: the interval doubles, on each connection to come, and nothing is printed", async () => {
  const print = [vi.spyOn(console, "error"), vi.spyOn(console, "log"), vi.spyOn(process.stderr, "write"), vi.spyOn(process.stdout, "write")];
  const settings = vi.spyOn(Keepalive.prototype, "grpcOptions");
  const tooMany = Buffer.from("too_many_pings");
  let patient = true;
  const { server } = await pinged((connection) => {
    if (!patient) server.sessions[connection]?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 1, tooMany);
  });
  const channel = opened(server.address, { keepalive: { intervalMs: 5 } });
  const client = new EchoClient(channel);
  const intervals: unknown[] = [];
  for (let connection = 0; connection < 4; connection++) {
    // Another client of grpc-js knows no less.
    if (connection === 2) await channel.connect({ signal: new AbortController().signal, fresh: true });
    patient = true;
    const responses = client.chat(new OpenRequests("a"))[Symbol.asyncIterator]();
    expect(await responses.next()).toMatchObject({ value: "hi" });
    patient = false;
    intervals.push(settings.mock.results.at(-1)?.value["grpc.keepalive_time_ms"]);
    expect(await thrownBy(responses.next() as Promise<unknown>)).toMatchObject({
      code: "unavailable",
      message: "the server ended the connection: too many pings",
    });
  }
  expect(intervals).toEqual([5, 10, 20, 40]);
  expect(server.sessions.length).toBe(4);
  for (const spy of print) expect(spy).not.toHaveBeenCalled();
});

test("another reason to calm down leaves the interval as it is", async () => {
  const slowDown = vi.spyOn(Keepalive.prototype, "slowDown");
  const { server } = await pinged((connection) => server.sessions[connection]?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 1, Buffer.from("busy")));
  const client = new EchoClient(opened(server.address, { keepalive: { intervalMs: 5 } }));
  expect(await thrownBy(client.chat(new OpenRequests("a")))).toMatchObject({ code: "unavailable", message: "Session closed with error code 11" });
  expect(slowDown).not.toHaveBeenCalled();
});

test("the interval doubles up to what timers take", () => {
  const keepalive = new Keepalive({ intervalMs: 1_500_000_000 });
  keepalive.slowDown();
  expect(keepalive.grpcOptions()).toMatchObject({ "grpc.keepalive_time_ms": 2_147_483_647, "grpc.keepalive_timeout_ms": 20_000 });
});

test("a time that is none is refused", () => {
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "1000" as unknown as number]) {
    const refusal = (option: string): string => `keepalive.${option} must be a number of milliseconds from 1 to 2147483647`;
    expect(() => channel("127.0.0.1:1", { keepalive: { intervalMs: value } })).toThrow(refusal("intervalMs"));
    expect(() => channel("127.0.0.1:1", { keepalive: { intervalMs: 1_000, timeoutMs: value } })).toThrow(refusal("timeoutMs"));
  }
});
