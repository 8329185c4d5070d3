/** Servers and clients that end while streams are open. */
import type { BridgeError, CallContext } from "@protobridge/runtime";
import { channel } from "@protobridge/runtime/grpc";
import { afterEach, expect, it } from "vitest";
import { InvokerClient } from "../fixtures/gen/handler_bridge_bridge.js";
import { type BidiRequest, type BidiResponseInit, KindsClient, KindsServicer, type ServerStreamResponseInit } from "../fixtures/gen/kinds/v1/kinds_bridge.js";
import { caught, untilError } from "./caught.js";
import { Deferred } from "./deferred.js";
import { fromPython, towardsPython } from "./peers.js";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function opened<Peers extends { end(): Promise<void> }>(start: Promise<Peers>): Promise<Peers> {
  const peers = await start;
  ends.push(() => peers.end());
  return peers;
}

/** Streams that stay open. */
class Kinds extends KindsServicer {
  readonly open = new Deferred();
  readonly aborted = new Deferred<BridgeError>();

  override async *serverStream(_request: unknown, context: CallContext): AsyncIterable<ServerStreamResponseInit> {
    context.signal.addEventListener("abort", () => this.aborted.resolve(context.signal.reason as BridgeError));
    yield { count: 1 };
    this.open.resolve();
    await new Promise(() => {});
  }
  override async *bidi(requests: AsyncIterable<BidiRequest>, context: CallContext): AsyncIterable<BidiResponseInit> {
    context.signal.addEventListener("abort", () => this.aborted.resolve(context.signal.reason as BridgeError));
    for await (const { text } of requests) {
      yield { text };
      this.open.resolve();
    }
  }
}

it.each(["Kinds.ServerStream", "Kinds.Bidi"])("our server closes: Python sees %s end as UNAVAILABLE", async (method) => {
  const kinds = new Kinds();
  const { client, shutdown } = await opened(fromPython([kinds]));
  const call = client.call({ method, requests: [{}], keep_open: true });
  await kinds.open.promise;
  const before = Date.now();
  await shutdown();
  expect(Date.now() - before).toBeLessThan(1_500);
  expect(await call).toMatchObject({ code: "UNAVAILABLE", details: "the server is shutting down", responses: [expect.anything()] });
  expect((await kinds.aborted.promise).code).toBe("unavailable");
  expect(await client.call({ method, requests: [{}] })).toMatchObject({ code: "UNAVAILABLE" });
});

it.each(["Kinds.ServerStream", "Kinds.Bidi"])("Python's client is killed: the signal of %s is aborted", async (method) => {
  const kinds = new Kinds();
  const { client } = await opened(fromPython([kinds]));
  client.start({ method, requests: [{}], keep_open: true }).report.catch(() => {});
  await kinds.open.promise;
  await client.process.kill();
  expect((await kinds.aborted.promise).code).toBe("canceled");
});

it("Python's server is killed: calls fail as unavailable, and nothing hangs", async () => {
  const { server, connection } = await opened(towardsPython());
  const kinds = new KindsClient(connection);
  const stream = untilError(kinds.serverStream({ text: "wait stream", count: 3 }));
  const returned = new Deferred();
  async function* requests() {
    try {
      yield { text: "wait bidi" };
      // More requests than may wait to be sent.
      for (;;) yield { text: "x".repeat(100_000) };
    } finally {
      returned.resolve();
    }
  }
  const bidi = untilError(kinds.bidi(requests()));
  const unary = caught(new InvokerClient(connection).invoke({ handlerName: "wait", correlation: "unary" }));
  await Promise.all([server.event("waiting", "wait stream"), server.event("waiting", "wait bidi"), server.event("waiting", "unary")]);
  await server.process.kill();
  const { items, error } = await stream;
  expect([items.length, error.code]).toEqual([3, "unavailable"]);
  expect((await bidi).error.code).toBe("unavailable");
  expect((await unary).code).toBe("unavailable");
  await returned.promise;
  expect((await caught(kinds.unary({}))).code).toBe("unavailable");
});

it("Python's server ends by SIGTERM: calls fail as unavailable on every connection", async () => {
  const { server } = await opened(towardsPython());
  // Python tells some connections of its end with an error of HTTP/2, and not always the same ones.
  const names = Array.from({ length: 12 }, (_, i) => `wait ${i}`);
  const streams = names.map((text) => {
    const connection = channel(server.address);
    ends.push(() => connection.close());
    return untilError(new KindsClient(connection).serverStream({ text, count: 1 }));
  });
  await Promise.all(names.map((name) => server.event("waiting", name)));
  expect(await server.process.end("SIGTERM")).toBe(0);
  const failures = await Promise.all(streams);
  expect(failures.map(({ items, error }) => `${items.length} ${error.code}`)).toEqual(names.map(() => "1 unavailable"));
});
