/** Deadlines and cancellation, seen from both ends. */
import type { BridgeError, CallContext } from "@protobridge/runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { InvokerClient } from "../fixtures/gen/handler_bridge_bridge.js";
import {
  type BidiRequest,
  type BidiResponseInit,
  KindsClient,
  KindsServicer,
  type ServerStreamResponseInit,
  type UnaryResponseInit,
} from "../fixtures/gen/kinds/v1/kinds_bridge.js";
import { caught, untilError } from "./caught.js";
import { Deferred } from "./deferred.js";
import { type FromPython, fromPython, type TowardsPython, towardsPython } from "./peers.js";

describe("our client, a Python server", () => {
  let peers: TowardsPython;
  let invoker: InvokerClient;
  let kinds: KindsClient;
  beforeAll(async () => {
    peers = await towardsPython();
    invoker = new InvokerClient(peers.connection);
    kinds = new KindsClient(peers.connection);
  });
  afterAll(() => peers?.end());

  /** Requests that go on until they are told to return; the first makes the Python method wait. */
  class OpenRequests implements AsyncIterableIterator<{ text: string }> {
    readonly returned = new Deferred();
    readonly #end = new Deferred<IteratorResult<{ text: string }>>();
    #text: string | undefined;

    constructor(text: string) {
      this.#text = text;
    }
    [Symbol.asyncIterator](): this {
      return this;
    }
    next(): Promise<IteratorResult<{ text: string }>> {
      const text = this.#text;
      this.#text = undefined;
      return text === undefined ? this.#end.promise : Promise.resolve({ done: false, value: { text } });
    }
    async return(): Promise<IteratorResult<{ text: string }>> {
      this.returned.resolve();
      const result = { done: true, value: undefined } as const;
      this.#end.resolve(result);
      return result;
    }
  }

  it("the deadline passes while Python waits", async () => {
    const started = Date.now();
    const error = await caught(invoker.invoke({ handlerName: "wait", correlation: "slow" }, { timeoutMs: 400 }));
    expect(error.code).toBe("deadline_exceeded");
    expect(Date.now() - started).toBeGreaterThanOrEqual(390);
    const { remaining } = await peers.server.event("waiting", "slow");
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(0.4);
    expect(await peers.server.event("over", "slow")).toMatchObject({ active: false });
  });

  it("the deadline passes amid streams", async () => {
    const server = await untilError(kinds.serverStream({ text: "wait s", count: 2 }, { timeoutMs: 1000 }));
    expect([server.items.length, server.error.code]).toEqual([2, "deadline_exceeded"]);
    await peers.server.event("over", "wait s");
    const requests = new OpenRequests("wait c");
    expect((await caught(kinds.clientStream(requests, { timeoutMs: 1000 }))).code).toBe("deadline_exceeded");
    await requests.returned.promise;
    await peers.server.event("over", "wait c");
  });

  it("without a limit, Python has no deadline", async () => {
    const given = await invoker.invoke({ handlerName: "peer" }, { timeoutMs: Number.POSITIVE_INFINITY });
    // What Python says when there is none.
    expect(given.output["remaining"]).toBeGreaterThan(1e9);
    const fallback = await invoker.invoke({ handlerName: "peer", meta: { traceId: "t", baggage: { run_id: "r" } } });
    expect(fallback.output["remaining"]).toBeGreaterThan(20);
    expect(fallback.output["meta"]).toEqual({ trace_id: "t", baggage: { run_id: "r" } });
  });

  it.each(["unary", "serverStream", "clientStream", "bidi"] as const)("Python sees that a %s call is canceled by its signal", async (kind) => {
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const name = `wait ${kind}`;
    const requests = new OpenRequests(name);
    const calls = {
      unary: () => caught(invoker.invoke({ handlerName: "wait", correlation: name }, options)),
      serverStream: async () => (await untilError(kinds.serverStream({ text: name, count: 1 }, options))).error,
      clientStream: () => caught(kinds.clientStream(requests, options)),
      bidi: async () => (await untilError(kinds.bidi(requests, options))).error,
    };
    const failed = calls[kind]();
    await peers.server.event("waiting", name);
    controller.abort();
    expect((await failed).code).toBe("canceled");
    expect(await peers.server.event("over", name)).toMatchObject({ active: false });
    if (kind === "clientStream" || kind === "bidi") await requests.returned.promise;
  });

  it("Python sees that responses are left", async () => {
    for await (const { count } of kinds.serverStream({ text: "wait left", count: 100_000 })) if (count === 3n) break;
    const requests = new OpenRequests("wait left too");
    for await (const _ of kinds.bidi(requests)) {
      // A cancellation that comes before Python went on would end its generator without a word.
      await peers.server.event("waiting", "wait left too");
      break;
    }
    await requests.returned.promise;
    expect(await peers.server.event("over", "wait left too")).toMatchObject({ active: false });
    // The other never got as far as to wait.
    expect((await kinds.unary({ text: "alive" })).text).toBe("alive");
  });
});

/** Waits in every method, for ever. */
class Kinds extends KindsServicer {
  started = new Deferred<CallContext>();
  aborted = new Deferred<BridgeError>();

  reset(): void {
    this.started = new Deferred();
    this.aborted = new Deferred();
  }

  override unary = (_request: unknown, context: CallContext): Promise<UnaryResponseInit> => this.#wait(context);
  override clientStream = (_requests: unknown, context: CallContext): Promise<UnaryResponseInit> => this.#wait(context);
  override async *serverStream(_request: unknown, context: CallContext): AsyncIterable<ServerStreamResponseInit> {
    yield { count: 1 };
    yield { count: 2 };
    await this.#wait(context);
  }
  override async *bidi(requests: AsyncIterable<BidiRequest>, context: CallContext): AsyncIterable<BidiResponseInit> {
    void this.#wait(context);
    for await (const { text } of requests) yield { text };
  }

  #wait(context: CallContext): Promise<never> {
    context.signal.addEventListener("abort", () => this.aborted.resolve(context.signal.reason as BridgeError));
    this.started.resolve(context);
    return new Promise(() => {});
  }
}

describe("a Python client, our server", () => {
  let peers: FromPython;
  const kinds = new Kinds();
  beforeAll(async () => {
    peers = await fromPython([kinds]);
    // The first call connects, and no deadline should pass meanwhile.
    await peers.client.call({ method: "Kinds.Bidi" });
  });
  beforeEach(() => kinds.reset());
  afterAll(() => peers?.end());

  const started = async (): Promise<CallContext> => await kinds.started.promise;
  const reason = async (): Promise<BridgeError> => await kinds.aborted.promise;
  const methods = ["Kinds.Unary", "Kinds.ServerStream", "Kinds.ClientStream", "Kinds.Bidi"];

  it.each(methods)("Python's deadline passes while %s waits", async (method) => {
    const now = Date.now();
    const call = peers.client.call({ method, requests: [{}], timeout: 0.4, keep_open: true });
    const { deadline } = await started();
    expect(deadline?.getTime()).toBeGreaterThan(now);
    expect(deadline?.getTime()).toBeLessThan(now + 5_000);
    expect(await call).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect((await reason()).code).toBe("deadline_exceeded");
  });

  it.each(methods)("Python cancels %s", async (method) => {
    const call = peers.client.start({ method, requests: [{}], keep_open: true });
    const { signal } = await started();
    expect(signal.aborted).toBe(false);
    call.cancel();
    expect(await call.report).toMatchObject({ code: "CANCELLED" });
    expect((await reason()).code).toBe("canceled");
  });

  it("Python cancels a stream that it reads", async () => {
    const report = await peers.client.call({ method: "Kinds.ServerStream", requests: [{}], cancel_after: 2 });
    expect(report).toMatchObject({ code: "CANCELLED", responses: [{ count: "1" }, { count: "2" }] });
    expect((await reason()).code).toBe("canceled");
  });

  it("without a timeout in Python, there is no deadline", async () => {
    const call = peers.client.start({ method: "Kinds.Unary", requests: [{}], timeout: null });
    expect((await started()).deadline).toBeUndefined();
    call.cancel();
    await call.report;
  });
});
