import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { certificates } from "../../../tests/certificates.js";
import { startConnect } from "../../../tests/connect.js";
import { all, EchoClient, type EchoMethods, EchoServicer, plain, type Start, startGrpc, startMemory, thrownBy } from "../../../tests/echo.js";
import { type Relay, relay } from "../../../tests/relay.js";
import { BridgeError } from "../../errors.js";
import type { Channel, ServerHandle } from "../../transport.js";
import { type ChannelOptions, channel, type ServeOptions, serve } from "./index.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const never = new AbortController().signal;

async function served(methods: Partial<EchoMethods> = plain, options: Partial<ServeOptions> = {}): Promise<ServerHandle> {
  const server = await serve([EchoServicer.from(methods)], { address: "127.0.0.1:0", ...options });
  ends.push(() => server.close({ drainMs: 0 }));
  return server;
}

function opened(address: string, options: ChannelOptions = {}): Required<Channel> {
  const result = channel(address, options);
  ends.push(() => result.close());
  return result as Required<Channel>;
}

/** Takes connections, and says nothing. */
async function silent(): Promise<{ address: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {}).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

/** A server behind a relay. */
async function relayed(methods: Partial<EchoMethods> = plain): Promise<Relay> {
  const result = await relay((await served(methods)).address);
  ends.push(() => result.close());
  return result;
}

describe.each<[string, Start]>([
  ["grpc", startGrpc],
  ["memory", startMemory],
  ["connect", startConnect],
])("over %s, connect()", (_transport, start) => {
  test("resolves when calls can be made, and fails once the channel is closed", async () => {
    const { channel, client, close } = await start(plain);
    ends.push(close);
    await channel.connect?.({ signal: never });
    await channel.connect?.({ signal: never, fresh: true });
    expect(await client.say("you")).toBe("hello you");
    await channel.close();
    await expect(channel.connect?.({ signal: never })).rejects.toMatchObject({ code: "canceled", message: "the channel is closed" });
  });

  test("fails with the signal's reason", async () => {
    const { channel, close } = await start(plain);
    ends.push(close);
    const reason = new BridgeError("aborted", "changed my mind");
    await expect(channel.connect?.({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(channel.connect?.({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "canceled" });
  });
});

describe("connect()", () => {
  test("makes the one connection that calls then use, however many ask", async () => {
    const relay = await relayed();
    const channel = opened(relay.address);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => channel.connect({ signal })));
    expect(await new EchoClient(channel).say("you")).toBe("hello you");
    await channel.connect({ signal });
    expect(relay.total).toBe(1);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("names the address and the reason, makes an attempt each time, and connects as soon as somebody listens", async () => {
    const { address } = await served();
    await ends.pop()?.();
    const channel = opened(address);
    const refused = { code: "unavailable", message: `cannot connect to ${address}: connect ECONNREFUSED ${address}` };
    for (let attempt = 0; attempt < 4; attempt++) await expect(channel.connect({ signal: never })).rejects.toMatchObject(refused);
    // All who wait for one attempt get its outcome.
    const many = await Promise.allSettled(Array.from({ length: 5 }, () => channel.connect({ signal: never })));
    expect(many.map((result) => result.status)).toEqual(Array(5).fill("rejected"));
    await served(plain, { address });
    await channel.connect({ signal: never });
    expect(await new EchoClient(channel).say("you")).toBe("hello you");
  });

  test("connects again after the server was ended and came back", async () => {
    const first = await served();
    const channel = opened(first.address);
    const client = new EchoClient(channel);
    await channel.connect({ signal: never });
    expect(await client.say("1")).toBe("hello 1");
    await first.close({ drainMs: 0 });
    // The connection may seem to be there for a moment.
    await vi.waitFor(() => expect(channel.connect({ signal: never })).rejects.toMatchObject({ code: "unavailable" }), { interval: 5, timeout: 10_000 });
    await served(plain, { address: first.address });
    await channel.connect({ signal: never });
    expect(await client.say("2")).toBe("hello 2");
  });

  test("without it, calls find a server that came back at the next attempt, which is made within seconds", async () => {
    const first = await served();
    const client = new EchoClient(opened(first.address));
    expect(await client.say("1")).toBe("hello 1");
    await first.close({ drainMs: 0 });
    for (let failures = 0; failures < 20; ) {
      const error = await thrownBy(client.say("")).catch(() => undefined);
      if (error) failures++;
    }
    await served(plain, { address: first.address });
    await vi.waitFor(async () => expect(await client.say("2")).toBe("hello 2"), { interval: 20, timeout: 10_000 });
  });

  test("tells why TLS failed", async () => {
    const { ca, server: pair } = await certificates();
    const server = await served(plain, { tls: pair });
    const stranger = opened(server.address, { tls: { serverName: "bridge.test" } });
    const message = expect.stringMatching(
      new RegExp(`^cannot connect to ${server.address}: the server's certificate is of an authority that is not trusted here`),
    );
    await expect(stranger.connect({ signal: never })).rejects.toMatchObject({ code: "unavailable", message });
    await opened(server.address, { tls: { ca: ca.cert, serverName: "bridge.test" } }).connect({ signal: never });
  });

  test.each([
    ["plaintext", {}],
    ["TLS", { tls: { serverName: "bridge.test" } }],
  ])("over %s, a server that takes the connection and says nothing: who gives up gets another the next time", async (_how, options) => {
    const { address, sockets } = await silent();
    const channel = opened(address, options);
    for (let attempt = 1; attempt <= 3; attempt++) {
      const giveUp = new AbortController();
      const connecting = channel.connect({ signal: giveUp.signal });
      await vi.waitUntil(() => sockets.length === attempt, { interval: 5, timeout: 10_000 });
      giveUp.abort(new BridgeError("deadline_exceeded", `attempt ${attempt}`));
      await expect(connecting).rejects.toMatchObject({ code: "deadline_exceeded", message: `attempt ${attempt}` });
      expect(getEventListeners(giveUp.signal, "abort")).toEqual([]);
      await vi.waitUntil(() => sockets[attempt - 1]?.destroyed, { interval: 5, timeout: 10_000 });
    }
  });

  test("an attempt goes on as long as one of those who wait for it does", async () => {
    const { address, sockets } = await silent();
    const channel = opened(address);
    const giveUp = new AbortController();
    const first = channel.connect({ signal: giveUp.signal });
    const second = channel.connect({ signal: never });
    await vi.waitUntil(() => sockets.length === 1, { interval: 5, timeout: 10_000 });
    giveUp.abort();
    await expect(first).rejects.toMatchObject({ code: "canceled" });
    const third = channel.connect({ signal: never });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false]);
    await channel.close();
    for (const connecting of [second, third]) await expect(connecting).rejects.toMatchObject({ code: "canceled", message: "the channel is closed" });
    await vi.waitUntil(() => sockets[0]?.destroyed, { interval: 5, timeout: 10_000 });
  });

  test("keeps the process alive until it has its answer, and no longer", async () => {
    const { address } = await silent();
    const script = `
      import { channel } from ${JSON.stringify(fileURLToPath(new URL("index.ts", import.meta.url)))};
      const opened = channel(${JSON.stringify(address)});
      setTimeout(() => opened.close(), 300).unref();
      await opened.connect({ signal: new AbortController().signal }).catch((error) => console.log(error.code));
      const other = channel(${JSON.stringify(address)});
      other.connect({ signal: AbortSignal.timeout(100) }).catch((error) => console.log(error.code));
    `;
    const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        ["--import", "tsx", "--input-type=module", "-e", script],
        { cwd: fileURLToPath(new URL("../../../../", import.meta.url)), timeout: 20_000 },
        (error, stdout) => resolve({ code: error ? (error.code ?? error.signal) : 0, stdout }),
      );
      child.stdin?.end();
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "canceled\ndeadline_exceeded\n" });
  });
});

describe("connect({ fresh: true })", () => {
  test("gives new calls another connection; those under way stay, and the old one ends with them", async () => {
    const relay = await relayed({ ...plain, chat: (requests) => requests });
    const { open } = relay;
    const channel = opened(relay.address);
    const client = new EchoClient(channel);
    await channel.connect({ signal: never });
    let send = (_text: string | undefined): void => {};
    async function* requests() {
      for (;;) {
        const text = await new Promise<string | undefined>((resolve) => {
          send = resolve;
        });
        if (text === undefined) return;
        yield text;
      }
    }
    const responses = client.chat(requests())[Symbol.asyncIterator]();
    const next = responses.next();
    await vi.waitUntil(() => open.size === 1, { interval: 5, timeout: 10_000 });
    send("before");
    expect(await next).toEqual({ done: false, value: "before" });

    for (let i = 0; i < 10; i++) await channel.connect({ signal: never, fresh: true });
    expect(relay.total).toBe(11);
    expect(await client.say("you")).toBe("hello you");
    // The one with the call, and the newest.
    await vi.waitUntil(() => open.size === 2, { interval: 5, timeout: 10_000 });
    send("still");
    expect(await responses.next()).toEqual({ done: false, value: "still" });
    send(undefined);
    expect(await responses.next()).toEqual({ done: true, value: undefined });
    await vi.waitUntil(() => open.size === 1, { interval: 5, timeout: 10_000 });
    expect(await client.say("again")).toBe("hello again");
    expect(relay.total).toBe(11);
  });

  test("of many at once is one", async () => {
    const relay = await relayed();
    const channel = opened(relay.address);
    await channel.connect({ signal: never });
    await Promise.all(Array.from({ length: 10 }, () => channel.connect({ signal: never, fresh: true })));
    expect(relay.total).toBe(2);
  });

  test("gets away from a server that answers no more, and closing ends what is left there", async () => {
    const relay = await relayed({
      async *chat() {
        yield "one";
        await new Promise(() => {});
      },
    });
    const channel = opened(relay.address);
    const responses = new EchoClient(channel).chat([])[Symbol.asyncIterator]();
    await responses.next();
    relay.stall();
    await channel.connect({ signal: never, fresh: true });
    const waiting = thrownBy(responses.next() as Promise<unknown>);
    await channel.close();
    expect(await waiting).toMatchObject({ code: "unavailable", message: "the channel is closed" });
    await vi.waitUntil(() => relay.open.size === 0, { interval: 5, timeout: 10_000 });
  });
});

test("calls that waited for an attempt that was given up stay with it", async () => {
  const { address, sockets } = await silent();
  const channel = opened(address);
  const giveUp = new AbortController();
  const connecting = channel.connect({ signal: giveUp.signal });
  const call = thrownBy(new EchoClient(channel).say(""));
  await vi.waitUntil(() => sockets.length === 1, { interval: 5, timeout: 10_000 });
  giveUp.abort();
  await expect(connecting).rejects.toMatchObject({ code: "canceled" });
  expect(sockets[0]?.destroyed).toBe(false);
  sockets[0]?.destroy();
  expect(await call).toMatchObject({ code: "unavailable" });
  expect(await all(new EchoClient(opened((await served()).address)).list("a b"))).toEqual(["a", "b"]);
});
