import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aborted, all, EchoClient, type EchoMethods, EchoServicer, OpenRequests, plain, thrownBy } from "../../../tests/echo.js";
import { relay } from "../../../tests/relay.js";
import type { CallContext } from "../../context.js";
import { channel, type ServerLimits, type ServerProblem, serve } from "./index.js";

const ends: (() => Promise<void> | void)[] = [];
let problems: ServerProblem[];
let address: string;
beforeEach(() => {
  problems = [];
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(limits: ServerLimits, methods: Partial<EchoMethods> = plain): Promise<void> {
  const server = await serve([EchoServicer.from(methods)], { address: "127.0.0.1:0", limits, onProblem: (problem) => problems.push(problem) });
  ends.push(() => server.close({ drainMs: 0 }));
  address = server.address;
}

/** A client with a connection of its own. */
function client(at: string = address): EchoClient {
  const opened = channel(at);
  ends.push(() => opened.close());
  return new EchoClient(opened);
}

/** A call that stays open until it is ended. */
async function open(on: EchoClient): Promise<() => Promise<void>> {
  const requests = new OpenRequests("a");
  const responses = on.chat(requests)[Symbol.asyncIterator]();
  expect(await responses.next()).toEqual({ done: false, value: "A" });
  return async () => {
    await requests.return();
    expect(await responses.next()).toMatchObject({ done: true });
  };
}

function session(): ClientHttp2Session {
  const opened = connectHttp2(`http://${address}`, { maxSendHeaderBlockLength: Number.MAX_SAFE_INTEGER });
  opened.on("error", () => {});
  ends.push(() => opened.destroy());
  return opened;
}

const exhausted = (message: string): object => ({ code: "resource_exhausted", message });
const served = async (by: EchoClient): Promise<void> => expect(await by.say("you")).toBe("hello you");

test("maxCalls refuses the next call of any client, until one is over", async () => {
  const refusal = exhausted("the server has too many calls under way: limits.maxCalls is 2");
  await start({ maxCalls: 2 });
  const [first, second] = [client(), client()];
  const end = await open(first);
  const other = await open(second);
  expect(await thrownBy(first.say(""))).toMatchObject(refusal);
  expect(await thrownBy(second.chat(["a", "b"]))).toMatchObject(refusal);
  await end();
  await served(second);
  await other();
  expect(problems).toEqual([]);
});

test("maxCallsPerConnection refuses the next call of that connection, and serves others", async () => {
  await start({ maxCallsPerConnection: 2 });
  const [greedy, other] = [client(), client()];
  const opened = [await open(greedy), await open(greedy)];
  const refusal = exhausted("the connection has too many calls under way: limits.maxCallsPerConnection is 2");
  expect(await thrownBy(greedy.say(""))).toMatchObject(refusal);
  const more = await Promise.all(Array.from({ length: 300 }, () => thrownBy(greedy.say(""))));
  for (const reason of more) expect(reason).toMatchObject(refusal);
  await served(other);
  for (const end of opened) await end();
  await served(greedy);
});

describe("maxMetadataBytes", () => {
  test("refuses the call with a status; its connection stays", async () => {
    await start({ maxMetadataBytes: 2_000 });
    const [first, second] = [client(), client()];
    const metadata = { big: "x".repeat(2_000) };
    const message = expect.stringMatching(/^the headers of the call have 2\d\d\d bytes, and limits\.maxMetadataBytes is 2000$/);
    expect(await thrownBy(first.say("", { metadata }))).toMatchObject({ code: "resource_exhausted", message });
    expect(await thrownBy(first.join(["a"], { metadata }))).toMatchObject({ code: "resource_exhausted", message });
    await served(second);
    await served(first);
  });

  test("is 65,536 by default, which is more than a channel sends", async () => {
    await start({});
    const caller = client();
    expect(await caller.say("you", { metadata: { big: "x".repeat(59_900) } })).toBe("hello you");
    const raw = session();
    const headers: Record<string, string> = { ":method": "POST", ":path": "/test.Echo/Say", "content-type": "application/grpc" };
    for (let i = 0; i < 35; i++) headers[`key-${i}`] = "x".repeat(2_000);
    const status = await new Promise((resolve) => raw.request(headers).on("response", (header) => resolve(header["grpc-status"])));
    expect(status).toBe("8");
    await served(caller);
  });
});

describe("maxConnections", () => {
  test("closes the next connection, until one is closed", async () => {
    await start({ maxConnections: 2 });
    const [first, third] = [client(), client()];
    await served(first);
    const raw = session();
    await new Promise((resolve) => raw.once("remoteSettings", resolve));
    expect(await thrownBy(third.say(""))).toMatchObject({ code: "unavailable" });
    expect(problems[0]).toEqual({
      kind: "connection",
      peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      reason: "too many connections: limits.maxConnections is 2",
    });
    await served(first);
    raw.destroy();
    await vi.waitFor(() => served(third), { interval: 50, timeout: 10_000 });
  });
});

test("connectionsPerSecond has as many wait, closes what is more, and serves those that came before", async () => {
  await start({ connectionsPerSecond: 3 });
  const before = client();
  await served(before);
  const crowd = Array.from({ length: 30 }, () => {
    const socket: Socket = connect(Number(address.split(":")[1]), "127.0.0.1");
    const settled = new Promise<string>((resolve) => {
      // The server's side of HTTP/2 begins with its settings.
      socket.once("data", () => resolve("served")).once("close", () => resolve("closed"));
    });
    socket.on("error", () => {});
    ends.push(() => void socket.destroy());
    return settled;
  });
  await served(before);
  const results = await Promise.all(crowd);
  const closed = results.filter((result) => result === "closed").length;
  expect(closed).toBeGreaterThan(0);
  expect(30 - closed).toBeGreaterThanOrEqual(5);
  expect(problems).toHaveLength(closed);
  expect(problems[0]?.reason).toBe("too many connections: limits.connectionsPerSecond is 3, and as many wait already");
  await vi.waitFor(() => served(client()), { interval: 500, timeout: 10_000 });
});

test("those that wait to come in are closed with the server", async () => {
  const server = await serve([], { address: "127.0.0.1:0", limits: { connectionsPerSecond: 1 } });
  const sockets = [1, 2].map(() => connect(Number(server.address.split(":")[1]), "127.0.0.1"));
  const closed = sockets.map((socket) => new Promise((resolve) => socket.on("error", () => {}).once("close", resolve)));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
  await server.close({ drainMs: 0 });
  for (const socket of sockets) socket.resume();
  await Promise.all(closed);
});

test("idleMs ends connections without calls, and no others", async () => {
  await start({ idleMs: 50 });
  const caller = client();
  const end = await open(caller);
  const idle = session();
  await new Promise((resolve) => idle.once("close", resolve));
  await served(client());
  await end();
});

describe("maxAgeMs", () => {
  test("has new calls use another connection; those under way may end", async () => {
    await start({ maxAgeMs: 50 });
    const through = await relay(address);
    ends.push(() => through.close());
    const caller = client(through.address);
    const end = await open(caller);
    await vi.waitFor(async () => {
      await served(caller);
      expect(through.total).toBeGreaterThan(1);
    });
    await served(client());
    await end();
  });

  test("with maxAgeGraceMs ends those that take longer", async () => {
    await start({ maxAgeMs: 50, maxAgeGraceMs: 50 });
    const stream = client().chat(new OpenRequests("a"));
    expect(await thrownBy(stream)).toMatchObject({ code: "unavailable" });
    await served(client());
  });
});

test("keepalive finds out that a client is gone without a word, and serves others", async () => {
  let given: AbortSignal | undefined;
  async function* list(_request: string, { signal }: CallContext): AsyncGenerator<string> {
    given = signal;
    yield "one";
    await aborted(signal);
  }
  await start({ keepalive: { intervalMs: 100, timeoutMs: 100 } }, { ...plain, list });
  const through = await relay(address);
  ends.push(() => through.close());
  const responses = client(through.address).list("")[Symbol.asyncIterator]();
  await responses.next();
  through.stall();
  await vi.waitUntil(() => given?.aborted, { interval: 10, timeout: 10_000 });
  expect(given?.reason).toMatchObject({ code: "canceled" });
  await served(client());
});

describe("floods of HTTP/2, which Node itself ends", () => {
  test("a client that begins calls and resets them at once", async () => {
    let begun = 0;
    await start({}, { ...plain, say: () => `${++begun}` });
    const flood = session();
    const closed = new Promise((resolve) => flood.once("close", resolve));
    for (let i = 0; i < 5_000 && !flood.destroyed; i++) {
      const stream = flood.request({ ":method": "POST", ":path": "/test.Echo/Say", "content-type": "application/grpc" });
      stream.on("error", () => {});
      setImmediate(() => stream.close(8));
      if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await closed;
    expect(await client().say("")).toBe("1");
  });

  test("a client whose headers do not end", async () => {
    await start({});
    const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
    ends.push(() => void socket.destroy());
    socket.on("error", () => {}).resume();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const frame = (type: number, payload: Buffer, stream: number): Buffer => {
      const head = Buffer.alloc(9);
      head.writeUIntBE(payload.length, 0, 3);
      head[3] = type;
      head.writeUInt32BE(stream, 5);
      return Buffer.concat([head, payload]);
    };
    socket.write(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, Buffer.alloc(0), 0), frame(1, Buffer.alloc(0), 1)]));
    const flood = setInterval(() => socket.write(frame(9, Buffer.alloc(0), 1)), 1);
    ends.push(() => clearInterval(flood));
    await closed;
    await served(client());
  });

  test("a client that asks for answers faster than they can be sent", async () => {
    await start({});
    const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
    ends.push(() => void socket.destroy());
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {}).resume();
    const ping = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    socket.write(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings, ...Array.from({ length: 200_000 }, () => ping)]));
    await closed;
    await served(client());
  });
});

test("limits that are none are refused", async () => {
  const refusal = async (limits: ServerLimits): Promise<string> => ((await thrownBy(serve([], { address: "127.0.0.1:0", limits }))) as Error).message;
  for (const name of ["maxCalls", "maxCallsPerConnection", "maxMetadataBytes", "maxConnections", "connectionsPerSecond"] as const) {
    for (const value of [0, -1, 1.5, Number.NaN, "1" as unknown as number])
      expect(await refusal({ [name]: value })).toBe(`limits.${name} must be a number from 1 on, or Infinity`);
  }
  for (const value of [0, -1, Number.NaN, 2 ** 31]) {
    for (const name of ["idleMs", "maxAgeMs", "maxAgeGraceMs"] as const)
      expect(await refusal({ [name]: value })).toBe(`limits.${name} must be a number of milliseconds from 1 to 2147483647, or Infinity`);
    expect(await refusal({ keepalive: { timeoutMs: value } })).toBe(
      "limits.keepalive.timeoutMs must be a number of milliseconds from 1 to 2147483647, or Infinity",
    );
  }
});

test("Infinity is no limit", async () => {
  const limits = { maxCalls: Infinity, maxCallsPerConnection: Infinity, maxMetadataBytes: Infinity, maxConnections: Infinity, connectionsPerSecond: Infinity };
  await start({ ...limits, idleMs: Infinity, maxAgeMs: Infinity, maxAgeGraceMs: Infinity, keepalive: { intervalMs: Infinity } });
  const caller = client();
  const many = await Promise.all(Array.from({ length: 1_500 }, () => caller.say("you")));
  expect(many).toEqual(many.map(() => "hello you"));
  expect(await all(caller.list("a b"))).toEqual(["a", "b"]);
});
