import { getEventListeners } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { Client, credentials } from "@grpc/grpc-js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startConnect, startConnectGrpc } from "../../../tests/connect.js";
import {
  aborted,
  all,
  EchoClient,
  type EchoMethods,
  EchoServicer,
  OpenRequests,
  type Served,
  type Start,
  startGrpc,
  startMemory,
  thrownBy,
} from "../../../tests/echo.js";
import type { CallContext } from "../../context.js";
import { BridgeError } from "../../errors.js";
import type { CallOptions } from "../../servicer/options.js";
import { channel, serve } from "./index.js";

/** What the handlers saw of the one call. */
interface Seen {
  signal?: AbortSignal;
  /** The handler waits for requests. */
  reading?: boolean;
  /** What ended the iteration of the requests. */
  requests?: unknown;
  /** The handler's finally ran. */
  left: boolean;
}

function handlers(seen: Seen): EchoMethods {
  const begin = ({ signal }: CallContext): void => {
    seen.signal = signal;
  };
  const read = async (requests: AsyncIterable<string>): Promise<void> => {
    try {
      seen.reading = true;
      await all(requests);
      seen.requests = "no error";
    } catch (reason) {
      seen.requests = reason;
      throw reason;
    }
  };
  return {
    // Never looks at the signal.
    say(_request, context) {
      begin(context);
      seen.left = true;
      return new Promise(() => {});
    },
    async *list(_request, context) {
      begin(context);
      try {
        yield "one";
        await aborted(context.signal);
      } finally {
        seen.left = true;
      }
    },
    async join(requests, context) {
      begin(context);
      try {
        await read(requests);
        return "joined";
      } finally {
        seen.left = true;
      }
    },
    async *chat(requests, context) {
      begin(context);
      try {
        yield "one";
        await read(requests);
      } finally {
        seen.left = true;
      }
    },
  };
}

type Call = (served: Served, options: CallOptions, requests: OpenRequests) => Promise<unknown> | AsyncIterable<unknown>;

const kinds: [kind: string, streamsRequests: boolean, call: Call][] = [
  ["unary", false, ({ client }, options) => client.say("a", options)],
  ["server streaming", false, ({ client }, options) => client.list("a", options)],
  ["client streaming", true, ({ client }, options, requests) => client.join(requests, options)],
  ["bidi streaming", true, ({ client }, options, requests) => client.chat(requests, options)],
];

const causes: [
  cause: string,
  atServer: string,
  atClient: string,
  options: (controller: AbortController) => CallOptions,
  cause: (served: Served, controller: AbortController) => unknown,
][] = [
  ["the client aborts", "canceled", "canceled", ({ signal }) => ({ signal }), (_, controller) => controller.abort()],
  ["the deadline passes", "deadline_exceeded", "deadline_exceeded", () => ({ timeoutMs: 400 }), () => {}],
  ["the server shuts down", "unavailable", "unavailable", () => ({}), (served) => served.shutdown()],
];

const transports: [string, Start][] = [
  ["grpc", startGrpc],
  ["memory", startMemory],
  ["connect", startConnect],
  ["grpc on a Connect router", startConnectGrpc],
];

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

describe.each(transports)("over %s", (_transport, start) => {
  describe.each(causes)("%s", (_cause, atServer, atClient, options, cause) => {
    test.each(kinds)("%s", async (_kind, streamsRequests, call) => {
      const seen: Seen = { left: false };
      const controller = new AbortController();
      const requests = new OpenRequests("a");
      served = await start(handlers(seen));
      const thrown = thrownBy(call(served, options(controller), requests));
      await vi.waitUntil(() => (streamsRequests ? seen.reading : seen.signal), { interval: 5, timeout: 10_000 });
      cause(served, controller);

      const error = await thrown;
      expect(error).toBeInstanceOf(BridgeError);
      expect(error).toMatchObject({ code: atClient });
      await vi.waitUntil(() => seen.signal?.aborted && seen.left, { interval: 5, timeout: 10_000 });
      expect(seen.signal?.reason).toBeInstanceOf(BridgeError);
      expect(seen.signal?.reason).toMatchObject({ code: atServer });
      if (streamsRequests) {
        expect(seen.requests).toBe(seen.signal?.reason);
        await vi.waitUntil(() => requests.returned, { interval: 5, timeout: 10_000 });
      }
    });
  });

  test("a handler's generator that waits at a yield is returned", async () => {
    let left = false;
    const controller = new AbortController();
    served = await start({
      async *list() {
        try {
          for (;;) yield "again";
        } finally {
          left = true;
        }
      },
    });
    const responses = served.client.list("", { signal: controller.signal })[Symbol.asyncIterator]();
    await responses.next();
    controller.abort();
    await expect(responses.next()).rejects.toMatchObject({ code: "canceled" });
    await vi.waitUntil(() => left, { interval: 5, timeout: 10_000 });
  });

  test("a handler's own iterator that waits is returned", async () => {
    const source = new OpenRequests("one");
    const controller = new AbortController();
    served = await start({ list: () => source });
    const responses = served.client.list("", { signal: controller.signal })[Symbol.asyncIterator]();
    await responses.next();
    const next = thrownBy(responses.next() as Promise<unknown>);
    controller.abort();
    expect(await next).toMatchObject({ code: "canceled" });
    await vi.waitUntil(() => source.returned, { interval: 5, timeout: 10_000 });
  });

  test("responses that are left while one is awaited", async () => {
    const seen: Seen = { left: false };
    served = await start(handlers(seen));
    const requests = new OpenRequests("a");
    const responses = served.client.chat(requests)[Symbol.asyncIterator]();
    expect(await responses.next()).toEqual({ done: false, value: "one" });
    const next = responses.next();
    await vi.waitUntil(() => seen.reading, { interval: 5, timeout: 10_000 });
    expect(await responses.return?.()).toEqual({ done: true, value: undefined });
    expect(await next).toEqual({ done: true, value: undefined });
    await vi.waitUntil(() => requests.returned && seen.left, { interval: 5, timeout: 10_000 });
    expect(seen.signal?.reason).toMatchObject({ code: "canceled" });
  });

  test("what a handler waits for with the signal of its call is no failure", async () => {
    const onError = vi.fn();
    const wait = async ({ signal }: CallContext): Promise<never> => {
      await setTimeout(60_000, undefined, { signal }); // rejects with an AbortError
      throw new Error("not reached");
    };
    served = await start(
      {
        say: (_request, context) => wait(context),
        async *list(_request, context) {
          yield await wait(context);
        },
      },
      { onError },
    );
    for (const call of [served.client.say("", { timeoutMs: 50 }), served.client.list("", { timeoutMs: 50 })]) {
      expect(await thrownBy(call as Promise<unknown>)).toMatchObject({ code: "deadline_exceeded" });
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(onError).not.toHaveBeenCalled();
  });

  test("a deadline that has passed before the call", async () => {
    served = await start({ say: () => "too late" });
    expect(await thrownBy(served.client.say("", { timeoutMs: 0 }))).toMatchObject({ code: "deadline_exceeded" });
    expect(await thrownBy(served.client.say("", { timeoutMs: -1 }))).toMatchObject({ code: "invalid_argument" });
  });

  test("responses that are iterated twice", async () => {
    served = await start({
      async *list() {
        yield "one";
      },
    });
    const responses = served.client.list("");
    expect(await all(responses)).toEqual(["one"]);
    expect(() => responses[Symbol.asyncIterator]()).toThrowError("/test.Echo/List: the responses of a call can be iterated once; make the call again");
  });

  test("a signal that is aborted before the call: nothing is sent", async () => {
    const say = vi.fn(() => "");
    served = await start({ say });
    expect(await thrownBy(served.client.say("", { signal: AbortSignal.abort() }))).toMatchObject({ code: "canceled" });
    expect(await thrownBy(served.client.chat([], { signal: AbortSignal.abort() }))).toMatchObject({ code: "canceled" });
    expect(say).not.toHaveBeenCalled();
  });

  test("the reason of the abort", async () => {
    served = await start(handlers({ left: false }));
    const mine = new BridgeError("aborted", "changed my mind");
    expect(await thrownBy(served.client.say("", { signal: AbortSignal.abort(mine) }))).toBe(mine);
    expect(await thrownBy(served.client.say("", { signal: AbortSignal.timeout(20) }))).toMatchObject({ code: "deadline_exceeded" });
  });

  test("one signal for many calls: no warning, and no listener is left", async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): number => warnings.push(warning);
    process.on("warning", warn);
    const { signal } = new AbortController();
    served = await start({ say: (request) => request });
    const { client } = served;
    await Promise.all(Array.from({ length: 50 }, () => client.say("", { signal })));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", warn);
    expect(warnings).toEqual([]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("responses that are left when the call is over leave the handler's signal alone", async () => {
    let signal: AbortSignal | undefined;
    served = await start({
      async *list(_request, context) {
        ({ signal } = context);
        yield "one";
      },
    });
    const responses = served.client.list("")[Symbol.asyncIterator]();
    while (!(await responses.next()).done);
    expect(await responses.return?.()).toEqual({ done: true, value: undefined });
    expect(signal?.aborted).toBe(false);
  });

  test("a call that is over leaves the handler's signal alone", async () => {
    let signal: AbortSignal | undefined;
    served = await start({
      say(_request, context) {
        ({ signal } = context);
        return "";
      },
    });
    await served.client.say("", { timeoutMs: 300 });
    await setTimeout(350);
    expect(signal?.aborted).toBe(false);
  });
});

test("a client on grpc-js that cancels, and so ends its requests first, is not taken for one that is done", async () => {
  const seen: Seen = { left: false };
  const server = await serve([EchoServicer.from(handlers(seen))], { address: "127.0.0.1:0" });
  const client = new Client(server.address, credentials.createInsecure());
  const call = client.makeClientStreamRequest(
    "/test.Echo/Join",
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => bytes,
    () => {},
  );
  call.write(Buffer.from([10, 1, 97]));
  await vi.waitUntil(() => seen.signal, { interval: 5, timeout: 10_000 });
  call.cancel();
  await vi.waitUntil(() => seen.left, { interval: 5, timeout: 10_000 });
  expect(seen.requests).toMatchObject({ code: "canceled" });
  client.close();
  await server.close({ drainMs: 0 });
});

test("a client that cancels does not end its requests on the wire", async () => {
  const seen: Seen = { left: false };
  const server = await serve([EchoServicer.from(handlers(seen))], { address: "127.0.0.1:0" });
  const sent: Buffer[] = [];
  const proxy = createServer((socket) => {
    socket.on("data", (data) => sent.push(data));
    socket.pipe(connect(Number(server.address.split(":")[1]), "127.0.0.1")).pipe(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const opened = channel(`127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const controller = new AbortController();
  const thrown = thrownBy(new EchoClient(opened).join(new OpenRequests("a"), { signal: controller.signal }));
  await vi.waitUntil(() => seen.reading, { interval: 5, timeout: 10_000 });
  controller.abort();
  expect(await thrown).toMatchObject({ code: "canceled" });
  await vi.waitUntil(() => seen.left, { interval: 5, timeout: 10_000 });
  const frames = framesIn(Buffer.concat(sent).subarray("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length));
  expect(frames.filter(([, , stream]) => stream === 1).map(([type, ended]) => [type, ended])).toEqual([
    ["HEADERS", false],
    ["DATA", false],
    ["RST_STREAM", false],
  ]);
  await opened.close();
  await server.close({ drainMs: 0 });
  proxy.close();
});

/** The frames of HTTP/2: type, whether it ends the stream, and the stream. Source: RFC 9113, 4.1. */
function framesIn(bytes: Buffer): [type: string, ended: boolean, stream: number][] {
  const types = ["DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE"];
  const frames: [string, boolean, number][] = [];
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    const type = types[bytes.readUInt8(at + 3)] ?? "unknown";
    frames.push([type, (type === "DATA" || type === "HEADERS") && (bytes.readUInt8(at + 4) & 1) === 1, bytes.readUInt32BE(at + 5)]);
  }
  return frames;
}
