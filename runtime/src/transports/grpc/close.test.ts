import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { all, EchoClient, type EchoMethods, EchoServicer, OpenRequests, plain, thrownBy } from "../../../tests/echo.js";
import type { Channel, ServerHandle } from "../../transport.js";
import { channel, serve } from "./index.js";

const handles: (ServerHandle | Channel)[] = [];
const sockets: Socket[] = [];
const never = new Promise<never>(() => {});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const handle of handles.splice(0).reverse()) await handle.close({ drainMs: 0 });
});

async function start(methods: Partial<EchoMethods>, address = "127.0.0.1:0"): Promise<{ server: ServerHandle; client: EchoClient; channel: Channel }> {
  const server = await serve([EchoServicer.from(methods)], { address });
  const opened = channel(server.address);
  handles.push(server, opened);
  return { server, client: new EchoClient(opened), channel: opened };
}

/** Milliseconds that it takes. */
async function timed(work: Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work;
  return performance.now() - before;
}

/** None of them ever looks at its signal. */
const deaf: EchoMethods = {
  say: () => never,
  async *list() {
    yield "one";
    await never;
  },
  async join(requests) {
    await all(requests).catch(() => never);
    return never;
  },
  async *chat(requests) {
    yield "one";
    await all(requests).catch(() => never);
    await never;
  },
};

describe("with calls under way whose handlers never look at the signal", () => {
  const calls: [string, (client: EchoClient, requests: OpenRequests) => Promise<unknown> | AsyncIterable<unknown>][] = [
    ["unary", (client) => client.say("")],
    ["server streaming", (client) => client.list("")],
    ["client streaming", (client, requests) => client.join(requests)],
    ["bidi streaming", (client, requests) => client.chat(requests)],
  ];
  test.each(calls)("%s: ends as unavailable", async (_kind, call) => {
    let begun = false;
    const watched = Object.fromEntries(
      Object.entries(deaf).map(([name, method]) => [
        name,
        (...args: [never, never]) => {
          begun = true;
          return method(...args);
        },
      ]),
    );
    const { server, client } = await start(watched);
    const thrown = thrownBy(call(client, new OpenRequests("a")));
    await vi.waitUntil(() => begun, { interval: 5, timeout: 10_000 });
    expect(await timed(server.close({ drainMs: 50 }))).toBeLessThan(1_000);
    expect(await thrown).toMatchObject({ code: "unavailable", message: "the server is shutting down" });
  });

  test("all at once, and the second close() is the first", async () => {
    const { server, client } = await start(deaf);
    const thrown = calls.flatMap(([, call]) => Array.from({ length: 5 }, () => thrownBy(call(client, new OpenRequests("a")))));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const first = server.close({ drainMs: 10 });
    expect(server.close()).toBe(first);
    expect(await timed(first)).toBeLessThan(1_500);
    for (const error of await Promise.all(thrown)) expect(error).toMatchObject({ code: "unavailable" });
    await server.close();
  });
});

test("a client that does not read cannot hold it up", async () => {
  const { server, client } = await start({
    async *list() {
      for (;;) yield "x".repeat(100_000);
    },
  });
  const responses = client.list("")[Symbol.asyncIterator]();
  await responses.next();
  expect(await timed(server.close({ drainMs: 10 }))).toBeLessThan(1_500);
  await responses.return?.();
});

test("calls under way are waited for; new ones are refused", async () => {
  let finish = (): void => {};
  const say = vi.fn(
    () =>
      new Promise<string>((resolve) => {
        finish = () => resolve("finished");
      }),
  );
  const { server, client } = await start({ say });
  const answer = client.say("");
  await vi.waitUntil(() => say.mock.calls.length === 1, { interval: 5, timeout: 10_000 });
  let closed = false;
  const closing = server.close({ drainMs: 10_000 }).then(() => {
    closed = true;
  });
  expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable" });
  expect(await thrownBy(client.list(""))).toMatchObject({ code: "unavailable" });
  expect(say).toHaveBeenCalledTimes(1);
  expect(closed).toBe(false);
  finish();
  expect(await answer).toBe("finished");
  expect(await timed(closing)).toBeLessThan(1_000);
});

test("a stream that ends within the drain time ends with OK", async () => {
  let finish = (): void => {};
  const { server, client } = await start({
    async *list() {
      yield "one";
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      yield "two";
    },
  });
  const responses = client.list("")[Symbol.asyncIterator]();
  await responses.next();
  const closing = server.close({ drainMs: 10_000 });
  setTimeout(finish, 20);
  expect(await responses.next()).toEqual({ done: false, value: "two" });
  expect(await responses.next()).toEqual({ done: true, value: undefined });
  await closing;
});

test("idle connections, of clients and of others, do not hold it up", async () => {
  const { server, client } = await start(plain);
  await client.say("");
  const port = Number(server.address.split(":").at(-1));
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  sockets.push(socket);
  await new Promise((resolve) => socket.once("connect", resolve));
  expect(await timed(server.close())).toBeLessThan(1_000);
});

test("the port is free afterwards", async () => {
  const { server, client } = await start(plain);
  await client.say("");
  await server.close();
  const again = await serve([EchoServicer.from(plain)], { address: server.address });
  handles.push(again);
  expect(again.address).toBe(server.address);
  // The channel connects again. The first attempt may still see the connection that was lost.
  await vi.waitFor(async () => expect(await client.say("again")).toBe("hello again"), { timeout: 5_000, interval: 100 });
});

test("a Unix socket: serves, keeps its address, and is gone afterwards", async () => {
  const directory = mkdtempSync(join(tmpdir(), "bridge-"));
  const path = join(directory, "socket");
  let peer = "";
  const { server, client } = await start(
    {
      say(request, context) {
        peer = context.peer.address;
        return request;
      },
    },
    `unix:${path}`,
  );
  expect(server.address).toBe(`unix:${path}`);
  expect(await client.say("a")).toBe("a");
  expect(peer).toBe(`unix:${path}`);
  expect(existsSync(path)).toBe(true);
  await expect(serve([], { address: `unix:${path}` })).rejects.toThrow(`unix:${path} is in use: stop what listens there, or remove the file if nothing does`);
  await server.close();
  expect(existsSync(path)).toBe(false);
  rmSync(directory, { recursive: true });
});

describe("an address", () => {
  test.each([
    ["127.0.0.1:0", /^127\.0\.0\.1:[1-9]\d+$/],
    ["localhost:0", /^localhost:[1-9]\d+$/],
    ["0.0.0.0:0", /^0\.0\.0\.0:[1-9]\d+$/],
  ])("%s", async (address, expected) => {
    const server = await serve([EchoServicer.from(plain)], { address });
    expect(server.address).toMatch(expected);
    const opened = channel(server.address.replace("0.0.0.0", "127.0.0.1"));
    handles.push(server, opened);
    expect(await new EchoClient(opened).say("you")).toBe("hello you");
  });

  test("in use: says so, and prints nothing", async () => {
    const print = [vi.spyOn(console, "error"), vi.spyOn(console, "log"), vi.spyOn(process.stderr, "write")];
    const { server } = await start(plain);
    await expect(serve([], { address: server.address })).rejects.toThrow(
      `${server.address} is in use: stop what listens there, or give another port (0 for any)`,
    );
    for (const spy of print) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test("that is not this machine's, or cannot be resolved", async () => {
    await expect(serve([], { address: "192.0.2.1:0" })).rejects.toThrow("cannot listen at 192.0.2.1:0: it is not an address of this machine (EADDRNOTAVAIL)");
    await expect(serve([], { address: "unix:/nowhere/socket" })).rejects.toThrow(/^cannot listen at unix:\/nowhere\/socket: /);
    const file = join(mkdtempSync(join(tmpdir(), "bridge-")), "file");
    writeFileSync(file, "mine");
    await expect(serve([], { address: `unix:${file}` })).rejects.toThrow("is in use");
    expect(existsSync(file)).toBe(true);
  });

  test.each([
    "",
    "127.0.0.1",
    "localhost:",
    ":50051",
    "[::1]",
    "[nonsense]:1",
    "::1:50051",
    "host:port",
    "127.0.0.1:70000",
    "http://127.0.0.1:1",
    "https://host:1",
    "unix:",
    "a b:1",
  ])('"%s" is refused', async (address) => {
    const refusal = /^".*" is no address \(.+\): give host:port, \[ipv6\]:port or unix:\/path$/;
    await expect(serve([], { address })).rejects.toThrow(refusal);
    expect(() => channel(address)).toThrow(refusal);
  });
});

describe("a channel", () => {
  test("that is closed: calls under way fail, and calls afterwards", async () => {
    const { client, channel, server } = await start(deaf);
    const thrown = [
      thrownBy(client.say("")),
      thrownBy(client.list("")),
      thrownBy(client.join(new OpenRequests("a"))),
      thrownBy(client.chat(new OpenRequests("a"))),
    ];
    await new Promise((resolve) => setTimeout(resolve, 50));
    await channel.close();
    await channel.close();
    for (const error of await Promise.all(thrown)) expect(error).toMatchObject({ code: "unavailable", message: "the channel is closed" });
    for (const call of [client.say(""), client.list(""), client.join([]), client.chat([])])
      expect(await thrownBy(call)).toMatchObject({ code: "unavailable", message: "the channel is closed" });
    expect(await timed(server.close({ drainMs: 0 }))).toBeLessThan(1_000);
  });

  test("that is closed before it was used", async () => {
    await channel("127.0.0.1:1").close();
  });

  test("to nobody: fails as unavailable", async () => {
    const opened = channel("127.0.0.1:1");
    handles.push(opened);
    const client = new EchoClient(opened);
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable" });
    expect(await thrownBy(client.chat([]))).toMatchObject({ code: "unavailable" });
  });
});
