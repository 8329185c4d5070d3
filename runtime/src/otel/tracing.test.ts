import { AsyncLocalStorage } from "node:async_hooks";
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startConnectGrpc } from "../../tests/connect.js";
import { aborted, all, type EchoMethods, plain, type Served, type Start, startGrpc, startMemory, thrownBy } from "../../tests/echo.js";
import { Spans, w3c, withContexts } from "../../tests/telemetry.js";
import { BridgeError } from "../errors.js";
import type { Interceptor } from "../interceptors/chain.js";
import { tracing } from "./tracing.js";

let endContexts: () => void;
beforeAll(() => {
  endContexts = withContexts();
});
afterAll(() => endContexts());

const ends: (() => unknown)[] = [];
let spans: Spans;
let traced: Interceptor;
beforeEach(() => {
  spans = new Spans();
  traced = tracing({ tracerProvider: spans.tracerProvider, propagator: w3c });
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const nameOfParent = (span: ReadableSpan, all: readonly ReadableSpan[]): string | undefined =>
  all.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId)?.name;

/** Makes a span inside of the one that is active. */
function inner(name: string): Span {
  const span = spans.tracerProvider.getTracer("test").startSpan(name);
  span.end();
  return span;
}

const activeId = (): string => trace.getSpanContext(context.active())?.spanId ?? "none";

describe.each<[string, Start]>([
  ["grpc", startGrpc],
  ["memory", startMemory],
  ["connect", startConnectGrpc],
])("over %s", (name, start) => {
  const open = async (methods: Partial<EchoMethods>, near: readonly Interceptor[] = [traced], far: readonly Interceptor[] = [traced]): Promise<Served> => {
    const served = await start(methods, { interceptors: far }, { interceptors: near });
    ends.push(() => served.close());
    return served;
  };

  test("each call is a span at either end, the server's inside of the client's", async () => {
    const { client, channel } = await open(plain);
    await client.say("Ada");
    await all(client.list("a b"));
    await client.join(["x", "y"]);
    await all(client.chat(["x", "y"]));
    const found = await spans.take(8);
    const [port] = /[0-9]+$/.exec(channel.peer?.address ?? "") ?? [];
    for (const [index, method] of ["Say", "List", "Join", "Chat"].entries()) {
      const [near, far] = found.slice(index * 2, index * 2 + 2) as [ReadableSpan, ReadableSpan];
      expect([near.name, near.kind, near.status, near.parentSpanContext]).toEqual([`test.Echo/${method}`, SpanKind.CLIENT, { code: 0 }, undefined]);
      expect([far.name, far.kind, far.status]).toEqual([`test.Echo/${method}`, SpanKind.SERVER, { code: 0 }]);
      const { traceId, spanId } = near.spanContext();
      expect(far.parentSpanContext).toMatchObject({ traceId, spanId, isRemote: true });
      const common = { "rpc.system.name": "grpc", "rpc.method": `test.Echo/${method}`, "rpc.status_code": "OK" };
      if (name === "grpc") {
        expect(near.attributes).toEqual({ ...common, "server.address": "127.0.0.1", "server.port": Number(port) });
        expect(far.attributes).toEqual({
          ...common,
          "client.address": "127.0.0.1",
          "client.port": expect.any(Number),
          "network.peer.address": "127.0.0.1",
          "network.peer.port": far.attributes["client.port"],
        });
      } else expect([near.attributes, far.attributes]).toEqual([expect.objectContaining(common), expect.objectContaining(common)]);
    }
  });

  test("a caller's span is the parent, and its baggage arrives", async () => {
    const heard: unknown[] = [];
    const { client } = await open({
      say(request) {
        heard.push(propagation.getBaggage(context.active())?.getAllEntries());
        inner("work");
        return request;
      },
    });
    const outer = spans.tracerProvider.getTracer("test").startSpan("outer");
    const baggage = propagation.createBaggage({ tenant: { value: "ä, b" } });
    await context.with(propagation.setBaggage(trace.setSpan(context.active(), outer), baggage), () => client.say("x"));
    outer.end();
    const found = await spans.take(4);
    expect(found.map((span) => [span.name, span.kind, nameOfParent(span, found)])).toEqual([
      ["outer", SpanKind.INTERNAL, undefined],
      ["test.Echo/Say", SpanKind.CLIENT, "outer"],
      ["test.Echo/Say", SpanKind.SERVER, "test.Echo/Say"],
      ["work", SpanKind.INTERNAL, "test.Echo/Say"],
    ]);
    expect(new Set(found.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(heard).toEqual([[["tenant", { value: "ä, b" }]]]);
  });

  test("code of streams runs with the span active, at both ends, also after each yield", async () => {
    const storage = new AsyncLocalStorage<string>();
    const places: Record<string, string[]> = { client: [], server: [] };
    const { client } = await open({
      async *chat(requests) {
        places["server"]?.push(activeId());
        for await (const request of requests) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          places["server"]?.push(activeId());
          yield `${request} ${storage.getStore()}`;
          places["server"]?.push(activeId());
        }
      },
    });
    const source = async function* (): AsyncIterable<string> {
      for (const request of ["x", "y"]) {
        places["client"]?.push(activeId());
        await new Promise((resolve) => setTimeout(resolve, 1));
        places["client"]?.push(activeId());
        yield request;
      }
      places["client"]?.push(activeId());
    };
    await storage.run("outside", async () => {
      for await (const _ of client.chat(source())) expect(activeId()).toBe("none");
    });
    const [near, far] = await spans.take(2);
    expect(places).toEqual({ client: Array(5).fill(near?.spanContext().spanId), server: Array(5).fill(far?.spanContext().spanId) });
  });

  test("errors: the client takes all codes for one, the server those it is to blame for, and tells what it threw", async () => {
    const { client } = await open({
      say(request, { signal }) {
        if (request === "wait") return aborted(signal);
        throw request === "lost" ? new BridgeError("not_found", "it is lost") : new TypeError("broken inside");
      },
      async *list() {
        yield "one";
        throw new BridgeError("data_loss", "no more");
      },
    });
    const outcomes = async (): Promise<unknown[]> =>
      (await spans.take(2)).map(({ attributes, status, events }) => [
        attributes["rpc.status_code"],
        attributes["error.type"],
        status.code === SpanStatusCode.ERROR ? status.message : status.code,
        events.map((event) => [event.attributes?.["exception.type"], event.attributes?.["exception.message"]]),
      ]);
    await thrownBy(client.say("lost"));
    expect(await outcomes()).toEqual([
      ["NOT_FOUND", "NOT_FOUND", "it is lost", []],
      ["NOT_FOUND", undefined, SpanStatusCode.UNSET, []],
    ]);
    await thrownBy(client.say("broken"));
    expect(await outcomes()).toEqual([
      ["INTERNAL", "INTERNAL", "internal error", []],
      ["INTERNAL", "INTERNAL", "internal error", [["TypeError", "broken inside"]]],
    ]);
    await thrownBy(client.list(""));
    expect(await outcomes()).toEqual([
      ["DATA_LOSS", "DATA_LOSS", "no more", []],
      ["DATA_LOSS", "DATA_LOSS", "no more", [["BridgeError", "no more"]]],
    ]);
    await thrownBy(client.say("wait", { timeoutMs: 500 }));
    expect(await outcomes()).toEqual(Array(2).fill(["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED", expect.stringMatching(/deadline/i), []]));
    const leave = new AbortController();
    setTimeout(() => leave.abort(), 60);
    await thrownBy(client.say("wait", { signal: leave.signal }));
    expect(await outcomes()).toEqual([
      ["CANCELLED", "CANCELLED", "the call was canceled", []],
      ["CANCELLED", undefined, SpanStatusCode.UNSET, []],
    ]);
  });

  test("who leaves a stream ends its spans", async () => {
    const { client } = await open({
      async *list(_request, { signal }) {
        yield "one";
        await aborted(signal);
      },
    });
    for await (const item of client.list("")) {
      expect(item).toBe("one");
      break;
    }
    expect((await spans.take(2)).map(({ attributes }) => attributes["rpc.status_code"])).toEqual(["CANCELLED", "CANCELLED"]);
  });

  test("what came malformed is as if it had not come", async () => {
    const { client } = await open(plain, []);
    const [trueId, trueSpan] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    const malformed = [
      "",
      "00",
      "nonsense",
      `00-${"0".repeat(32)}-${trueSpan}-01`,
      `00-${trueId}-${"g".repeat(16)}-01`,
      `ff-${trueId}-${trueSpan}-01`,
      "x".repeat(5_000),
    ];
    for (const traceparent of malformed) {
      expect(await client.say("x", { metadata: { traceparent, tracestate: ",,=;", baggage: "%%%,=,;" } })).toBe("hello x");
      const [span] = await spans.take(1);
      expect(span?.parentSpanContext).toBeUndefined();
      expect(span?.spanContext().traceId).not.toBe(trueId);
    }
    await client.say("x", { metadata: { traceparent: `00-${trueId}-${trueSpan}-01` } });
    expect((await spans.take(1))[0]?.parentSpanContext).toMatchObject({ traceId: trueId, spanId: trueSpan });
  });
});

test("each attempt of a call is a span, if tracing is inside of what tries again", async () => {
  let count = 0;
  const again: Interceptor = (next) => async (call) => next(call).catch(() => next(call));
  const served = await startMemory(
    {
      say(request) {
        if (count++ === 0) throw new BridgeError("unavailable", "later");
        return request;
      },
    },
    {},
    { interceptors: [again, traced] },
  );
  ends.push(() => served.close());
  expect(await served.client.say("x")).toBe("x");
  expect((await spans.take(2)).map(({ attributes }) => attributes["rpc.status_code"])).toEqual(["UNAVAILABLE", "OK"]);
});

test("options: more attributes, the name of the system, and a sampler's decision crosses the wire", async () => {
  const flags: number[] = [];
  const interceptor = tracing({ propagator: w3c, system: "connectrpc", attributes: ({ kind }) => ({ kind }), tracerProvider: spans.tracerProvider });
  const served = await startMemory(
    {
      say(request) {
        flags.push(trace.getSpanContext(context.active())?.traceFlags ?? -1);
        return request;
      },
    },
    { interceptors: [interceptor] },
    { interceptors: [interceptor] },
  );
  ends.push(() => served.close());
  const unsampled = trace.setSpanContext(context.active(), { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 0 });
  await context.with(unsampled, () => served.client.say("x"));
  await served.client.say("x");
  expect((await spans.take(2)).map(({ attributes }) => [attributes["rpc.system.name"], attributes["kind"]])).toEqual(Array(2).fill(["connectrpc", "unary"]));
  expect(flags).toEqual([0, 1]);
});

test("a propagator or carrier that throws, or says what metadata cannot carry, fails no call", async () => {
  const failing = (): never => {
    throw new Error("the propagator is broken");
  };
  const odd: Interceptor[] = [
    tracing({ propagator: { inject: failing, extract: failing } }),
    tracing({ propagator: w3c, carrier: failing }),
    tracing({ propagator: { inject: (_, metadata, setter) => setter?.set(metadata, "X-Odd", "ä\n"), extract: (given) => given } }),
  ];
  const say = vi.fn((request: string) => request);
  const served = await startGrpc({ say }, { interceptors: odd }, { interceptors: odd });
  ends.push(() => served.close());
  expect(await served.client.say("x")).toBe("x");
  expect(say.mock.calls).toHaveLength(1);
});
