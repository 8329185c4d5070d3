import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { all, EchoClient, OpenRequests, thrownBy } from "../../../tests/echo.js";
import { begin, finish, framed, serveRaw } from "../../../tests/http2.js";
import type { Code } from "../../errors.js";
import { StringValue } from "../../wkt.js";
import { channel } from "./index.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const hi = Buffer.from([10, 2, 104, 105]);
const soon = (work: () => void): unknown => setTimeout(work, 10);

type Way = (stream: ServerHttp2Stream, session: ServerHttp2Session, socket: Socket) => unknown;

async function clientOf(answer: Way): Promise<EchoClient> {
  const server = await serveRaw(answer);
  const opened = channel(server.address);
  ends.push(
    () => server.close(),
    () => opened.close(),
  );
  return new EchoClient(opened);
}

/** Requests that are stuck in an await that nothing ends. */
async function* stuck(): AsyncGenerator<string, void> {
  yield "a";
  await new Promise(() => {});
}

const lost: [way: string, way: Way][] = [
  ["the connection is closed", (_stream, _session, socket) => socket.end()],
  ["the connection is closed in the midst of a message", (stream, _session, socket) => stream.write(framed(hi).subarray(0, 7), () => socket.end())],
  ["the connection breaks", (_stream, _session, socket) => socket.destroy()],
  ["the connection is reset", (_stream, _session, socket) => socket.resetAndDestroy()],
  ["GOAWAY, and the connection is closed", (_stream, session, socket) => [session.goaway(constants.NGHTTP2_NO_ERROR, 1), soon(() => socket.end())]],
  ["GOAWAY with an error", (_stream, session) => session.goaway(constants.NGHTTP2_INTERNAL_ERROR, 1)],
  ["GOAWAY that says to calm down", (_stream, session) => session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 1)],
  ["the server closes the session, and destroys it", (_stream, session) => [session.close(), soon(() => session.destroy())]],
  ["the server destroys the session", (_stream, session) => session.destroy()],
  ["the server destroys the session with a code", (_stream, session) => session.destroy(undefined, constants.NGHTTP2_CANCEL)],
];

describe.each(lost)("%s", (_way, way) => {
  test("calls fail as unavailable, after what came before; the requests that wait are left", async () => {
    let under = 0;
    const client = await clientOf((stream, session, socket) => {
      begin(stream, hi);
      if (++under === 8) soon(() => way(stream, session, socket));
    });
    const requests = Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? new OpenRequests("a") : stuck()));
    await Promise.all(
      requests.map(async (given) => {
        const responses = client.chat(given)[Symbol.asyncIterator]();
        expect(await responses.next()).toEqual({ done: false, value: "hi" });
        expect(await thrownBy(responses.next() as Promise<unknown>)).toMatchObject({ code: "unavailable" });
        expect(await responses.next()).toEqual({ done: true, value: undefined });
      }),
    );
    await vi.waitUntil(() => requests.every((given) => !(given instanceof OpenRequests) || given.returned), { interval: 5, timeout: 10_000 });
  });

  test("before anything came, too", async () => {
    const client = await clientOf((stream, session, socket) => soon(() => way(stream, session, socket)));
    const requests = new OpenRequests("a");
    expect(await thrownBy(client.chat(requests))).toMatchObject({ code: "unavailable" });
    await vi.waitUntil(() => requests.returned, { interval: 5, timeout: 10_000 });
  });
});

/** Source: "gRPC over HTTP2", Errors. */
const resets: [name: string, reset: number, code: Code][] = [
  ["NO_ERROR", constants.NGHTTP2_NO_ERROR, "internal"],
  ["PROTOCOL_ERROR", constants.NGHTTP2_PROTOCOL_ERROR, "internal"],
  ["INTERNAL_ERROR", constants.NGHTTP2_INTERNAL_ERROR, "internal"],
  ["FLOW_CONTROL_ERROR", constants.NGHTTP2_FLOW_CONTROL_ERROR, "internal"],
  ["REFUSED_STREAM", constants.NGHTTP2_REFUSED_STREAM, "unavailable"],
  ["CANCEL", constants.NGHTTP2_CANCEL, "canceled"],
  ["ENHANCE_YOUR_CALM", constants.NGHTTP2_ENHANCE_YOUR_CALM, "resource_exhausted"],
  ["INADEQUATE_SECURITY", constants.NGHTTP2_INADEQUATE_SECURITY, "permission_denied"],
];

test.each(resets)("a call that is reset with %s, on a connection that lives on", async (_name, reset, code) => {
  const client = await clientOf((stream) => {
    begin(stream, hi);
    soon(() => stream.close(reset));
  });
  const requests = new OpenRequests("a");
  const responses = client.chat(requests)[Symbol.asyncIterator]();
  expect(await responses.next()).toEqual({ done: false, value: "hi" });
  expect(await thrownBy(responses.next() as Promise<unknown>)).toMatchObject({ code });
  await vi.waitUntil(() => requests.returned, { interval: 5, timeout: 10_000 });
});

test("a server of grpc-js that is shut down by force", async () => {
  const server = new Server();
  const asBytes = (bytes: Buffer): Buffer => bytes;
  server.register("/test.Echo/Chat", (call: ServerDuplexStream<Buffer, Buffer>) => void call.resume().write(hi), asBytes, asBytes, "bidi");
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
  );
  const opened = channel(`127.0.0.1:${port}`);
  ends.push(() => opened.close());
  const calls = Array.from({ length: 8 }, () => new EchoClient(opened).chat(new OpenRequests("a"))[Symbol.asyncIterator]());
  await Promise.all(calls.map((call) => call.next()));
  server.forceShutdown();
  for (const call of calls) expect(await thrownBy(call.next() as Promise<unknown>)).toMatchObject({ code: "unavailable" });
});

test("a call that the server of a GOAWAY never saw is made again on another connection", async () => {
  const calls: ServerHttp2Session[] = [];
  const heard: Buffer[] = [];
  const client = await clientOf((stream, session) => {
    calls.push(session);
    if (calls.length === 2) return session.goaway(constants.NGHTTP2_NO_ERROR, 1);
    stream.on("data", (data: Buffer) => {
      heard.push(data);
      begin(stream, hi);
      finish(stream, 0);
    });
  });
  expect(await all(client.chat(new OpenRequests("a")))).toEqual(["hi"]);
  expect(await all(client.chat(new OpenRequests("b")))).toEqual(["hi"]);
  expect(calls.map((session) => session === calls[0])).toEqual([true, true, false]);
  expect(heard).toEqual(["a", "b"].map((text) => framed(StringValue.encode(text))));
});

describe("a server that is done before the client is", () => {
  test.each([
    ["waits", () => new OpenRequests("a")],
    ["is stuck", () => stuck()],
  ])("while the source of the requests %s", async (_what, source) => {
    const client = await clientOf((stream) => {
      begin(stream, hi);
      finish(stream, 0);
    });
    const requests = source();
    expect(await all(client.chat(requests))).toEqual(["hi"]);
    if (requests instanceof OpenRequests) await vi.waitUntil(() => requests.returned, { interval: 5, timeout: 10_000 });
  });

  test.each([
    ["OK", 0],
    ["an error", 9],
  ])("with %s, while requests are written that it does not read", async (_how, code) => {
    let made = 0;
    let left = false;
    async function* requests() {
      try {
        for (; ; made++) yield "x".repeat(10_000);
      } finally {
        left = true;
      }
    }
    let end = (): void => {};
    const client = await clientOf((stream) => {
      begin(stream, hi);
      end = () => finish(stream, code);
    });
    const responses = client.chat(requests())[Symbol.asyncIterator]();
    expect(await responses.next()).toEqual({ done: false, value: "hi" });
    let before = -1;
    // The windows and queues are full.
    await vi.waitUntil(
      () => {
        const still = made === before;
        before = made;
        return still;
      },
      { interval: 50, timeout: 10_000 },
    );
    end();
    if (code === 0) expect(await responses.next()).toEqual({ done: true, value: undefined });
    else expect(await thrownBy(responses.next() as Promise<unknown>)).toMatchObject({ code: "failed_precondition" });
    await vi.waitUntil(() => left, { interval: 5, timeout: 10_000 });
  });

  test("and resets what the client would still send, as gRPC's servers do: all that it said arrives", async () => {
    const client = await clientOf((stream) => {
      begin(stream, ...Array.from({ length: 50 }, () => hi));
      stream.once("wantTrailers", () => {
        stream.sendTrailers({ "grpc-status": "0" });
        setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
      });
      stream.end();
    });
    const requests = new OpenRequests("a");
    const heard: string[] = [];
    for await (const response of client.chat(requests)) {
      heard.push(response);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(heard).toEqual(Array(50).fill("hi"));
    await vi.waitUntil(() => requests.returned, { interval: 5, timeout: 10_000 });
  });
});
