import { constants, createServer as createHttp2Server, type Http2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import type { Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { createConnectTransport as createFetchTransport } from "@connectrpc/connect-web";
import { afterEach, describe, expect, test, vi } from "vitest";
import { echoDesc, serveConnect, startConnect, startConnectGrpc, startConnectGrpcWeb } from "../../../tests/connect.js";
import { EchoClient, EchoServicer, OpenRequests, type Start, thrownBy } from "../../../tests/echo.js";
import { BridgeError } from "../../errors.js";
import { type MethodInfo, service } from "../../servicer/service.js";
import { StringValue } from "../../wkt.js";
import { connectChannel, mount } from "./index.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const transports: [string, Start][] = [
  ["connect", startConnect],
  ["grpc", startConnectGrpc],
  ["grpc-web", startConnectGrpcWeb],
];

describe.each(transports)("over %s", (_protocol, start) => {
  const started: Start = async (...args) => {
    const served = await start(...args);
    closers.push(served.close);
    return served;
  };

  test("close() fails the calls under way, and those that come", async () => {
    let calls = 0;
    const wait = (): Promise<never> => {
      calls++;
      return new Promise(() => {});
    };
    const { channel, client } = await started({
      say: wait,
      async *list() {
        yield await wait();
      },
      join: wait,
    });
    const pending = [client.say(""), client.list(""), client.join(new OpenRequests("a"))].map((call) => thrownBy(call));
    await expect.poll(() => calls).toBe(3);
    await channel.close();
    const closed = { code: "unavailable", message: "the channel is closed" };
    expect(await Promise.all(pending)).toMatchObject([closed, closed, closed]);
    expect(await thrownBy(client.say(""))).toMatchObject(closed);
    expect(await thrownBy(client.list(""))).toMatchObject(closed);
    await channel.close();
  });

  test("return() does not wait for the response that next() waits for", async () => {
    const { client } = await started({
      async *list() {
        yield "one";
        await new Promise(() => {});
      },
    });
    const responses = client.list("")[Symbol.asyncIterator]();
    expect(await responses.next()).toEqual({ done: false, value: "one" });
    const pending = responses.next();
    await responses.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
  });

  test("a timeout with a fraction, or longer than gRPC can tell, is one nevertheless", async () => {
    const { client } = await started({ say: (_request, { deadline }) => (deadline ? "limited" : "unlimited") });
    expect(await client.say("", { timeoutMs: 5_000.5 })).toBe("limited");
    expect(await client.say("", { timeoutMs: 99_999_999 })).toBe("limited");
    // This end keeps it.
    expect(await client.say("", { timeoutMs: 100_000_000 })).toBe("unlimited");
  });

  test("a malformed response is internal, names the place, and cancels the call", async () => {
    let signal: AbortSignal | undefined;
    const { channel } = await started({
      say: () => "a",
      async *list(_request, context) {
        ({ signal } = context);
        yield "a";
        await new Promise(() => {});
      },
    });
    const refusing = {
      ...StringValue,
      typeName: StringValue.typeName,
      encode: () => new Uint8Array(),
      decode: () => {
        throw new BridgeError("invalid_argument", "google.protobuf.StringValue: value: no");
      },
    };
    for (const kind of ["unary", "server_streaming"] as const) {
      const [name, localName] = kind === "unary" ? ["Say", "say"] : ["List", "list"];
      const method = service("test.Echo", [[localName, name, kind, StringValue, refusing]]).methods.get(localName) as MethodInfo;
      const requests = (async function* () {
        yield "a";
      })();
      const thrown = await thrownBy(kind === "unary" ? channel.unary(method, "a", {}) : channel.stream(method, requests, {}));
      expect(thrown).toMatchObject({ code: "internal", message: "google.protobuf.StringValue: value: no", cause: { code: "invalid_argument" } });
    }
    await expect.poll(() => signal?.reason).toMatchObject({ code: "canceled" });
  });

  test("a server that yields endlessly waits for a slow client, and the other way round", async () => {
    const chunk = "x".repeat(10_000);
    let made = 0;
    const { client } = await started({
      async *list() {
        for (; made < 100_000; made++) yield chunk;
      },
      join: () => new Promise(() => {}),
    });
    /** Resolves with the count when it has stopped growing. */
    const settled = async (): Promise<number> => {
      let before = -1;
      await vi.waitUntil(
        () => {
          const still = made === before && made > 0;
          before = made;
          return still;
        },
        { interval: 100, timeout: 10_000 },
      );
      return made;
    };
    const responses = client.list("")[Symbol.asyncIterator]();
    await responses.next();
    // Some tens of MiB of 1,000: connect-node's window is 16 MiB, and Node buffers about as much at either end.
    expect(await settled()).toBeLessThan(10_000);
    await responses.return?.();

    made = 0;
    async function* requests() {
      for (; made < 100_000; made++) yield chunk;
    }
    const controller = new AbortController();
    const thrown = thrownBy(client.join(requests(), { signal: controller.signal }));
    expect(await settled()).toBeLessThan(100);
    controller.abort();
    expect(await thrown).toMatchObject({ code: "canceled" });
  });
});

test("a method of a service that the channel was not given", async () => {
  const other = service("test.Other", [["say", "Say", "unary", StringValue, StringValue]]).methods.get("say") as MethodInfo;
  const opened = connectChannel(createFetchTransport({ baseUrl: "http://127.0.0.1:1" }), [echoDesc]);
  const error = { code: "unimplemented", message: "/test.Other/Say: connectChannel was given no descriptor that has it; add the service to its list" };
  expect(await thrownBy(opened.unary(other, "", {}))).toMatchObject(error);
  expect(await thrownBy(opened.stream({ ...other, kind: "bidi_streaming" }, new OpenRequests(), {}))).toMatchObject(error);
});

test("a limit that the transport has by default does not count: the call says", async () => {
  const servicer = EchoServicer.from({ say: () => new Promise((resolve) => setTimeout(() => resolve("late"), 100)) });
  const server = await serveConnect((router) => mount(router, echoDesc, servicer));
  closers.push(server.close);
  const opened = connectChannel(createGrpcTransport({ baseUrl: server.baseUrl, defaultTimeoutMs: 20 }), [echoDesc]);
  closers.push(() => opened.close());
  expect(await new EchoClient(opened).say("", { timeoutMs: Number.POSITIVE_INFINITY })).toBe("late");
});

describe.each<[string, (baseUrl: string) => Transport]>([
  ["fetch", (baseUrl) => createFetchTransport({ baseUrl })],
  ["HTTP/1.1", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" })],
  ["HTTP/2", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" })],
  ["gRPC", (baseUrl) => createGrpcTransport({ baseUrl })],
  ["gRPC-Web", (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })],
])("a connection that fails is unavailable, over %s", (_name, open) => {
  test("nobody listens", async () => {
    const client = new EchoClient(connectChannel(open("http://127.0.0.1:1"), [echoDesc]));
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable" });
    expect(await thrownBy(client.list(""))).toMatchObject({ code: "unavailable" });
  });

  test("it is lost before the answer", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => server.close());
    const client = new EchoClient(connectChannel(open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), [echoDesc]));
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable" });
    expect(await thrownBy(client.list(""))).toMatchObject({ code: "unavailable" });
  });

  test("it is lost amid a stream", async () => {
    const servicer = EchoServicer.from({
      async *list() {
        yield "one";
        await new Promise(() => {});
      },
    });
    const server = await serveConnect((router) => mount(router, echoDesc, servicer), ["HTTP/2", "gRPC"].includes(_name) ? "2" : "1.1");
    const client = new EchoClient(connectChannel(open(server.baseUrl), [echoDesc]));
    const responses = client.list("")[Symbol.asyncIterator]();
    expect(await responses.next()).toEqual({ done: false, value: "one" });
    const next = thrownBy(responses.next() as Promise<unknown>);
    await server.close();
    expect(await next).toMatchObject({ code: "unavailable" });
  });
});

test("an error of the same code that a server tells keeps it", async () => {
  for (const code of ["canceled", "aborted", "internal", "unknown"] as const) {
    const served = await startConnectGrpc({ say: () => Promise.reject(new BridgeError(code, "so it is")) });
    expect(await thrownBy(served.client.say(""))).toMatchObject({ code, message: "so it is" });
    await served.close();
  }
});

test("a call that is canceled, or runs out of time, resets its stream as CANCEL", async () => {
  const codes: number[] = [];
  const server = createHttp2Server();
  const sessions: Http2Session[] = [];
  server.on("session", (session) => sessions.push(session));
  let arrived = 0;
  server.on("stream", (stream) => {
    arrived++;
    stream.on("error", () => {}).on("close", () => codes.push(stream.rstCode));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new EchoClient(connectChannel(createGrpcTransport({ baseUrl }), [echoDesc]));
  const controller = new AbortController();
  const thrown = [thrownBy(client.say("", { signal: controller.signal })), thrownBy(client.chat(new OpenRequests("a"), { signal: controller.signal }))];
  await expect.poll(() => arrived).toBe(2);
  controller.abort();
  expect(await Promise.all(thrown)).toMatchObject([{ code: "canceled" }, { code: "canceled" }]);
  expect(await thrownBy(client.say("", { timeoutMs: 50 }))).toMatchObject({ code: "deadline_exceeded" });
  await expect.poll(() => codes).toEqual([constants.NGHTTP2_CANCEL, constants.NGHTTP2_CANCEL, constants.NGHTTP2_CANCEL]);
});
