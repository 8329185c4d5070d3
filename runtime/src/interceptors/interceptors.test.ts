import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startConnectGrpc } from "../../tests/connect.js";
import { aborted, all, type EchoMethods, OpenRequests, plain, type Served, type Start, startGrpc, startMemory, thrownBy } from "../../tests/echo.js";
import { CallContext, ContextValues, createContextKey } from "../context.js";
import { BridgeError } from "../errors.js";
import { Call } from "./call.js";
import { boundTo, Chain, type Interceptor } from "./chain.js";
import { Traffic } from "./traffic.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What a call was, when it is over. */
interface Seen {
  readonly name: string;
  readonly kind: string;
  readonly code: string;
  readonly inBand: boolean;
  readonly sent: readonly [messages: number, bytes: number];
  readonly received: readonly [messages: number, bytes: number];
}

function watching(seen: Seen[]): Interceptor {
  return (next) => async (call) => {
    call.onEnd(({ error, inBand }) => {
      const { sentMessages, sentBytes, receivedMessages, receivedBytes } = call.traffic;
      seen.push({
        name: call.name,
        kind: call.kind,
        code: error?.code ?? "ok",
        inBand,
        sent: [sentMessages, sentBytes],
        received: [receivedMessages, receivedBytes],
      });
    });
    return next(call);
  };
}

const user = createContextKey("nobody", "user");

describe.each<[string, Start]>([
  ["grpc", startGrpc],
  ["memory", startMemory],
  ["connect", startConnectGrpc],
])("over %s", (_name, start) => {
  const open = async (methods: Partial<EchoMethods>, ...options: [Parameters<Start>[1]?, Parameters<Start>[2]?]): Promise<Served> => {
    const served = await start(methods, ...options);
    ends.push(() => served.close());
    return served;
  };

  test("both ends see each kind of call, and agree on its end, its messages and its bytes", async () => {
    const [asked, answered]: [Seen[], Seen[]] = [[], []];
    const { client } = await open(plain, { interceptors: [watching(answered)] }, { interceptors: [watching(asked)] });
    expect(await client.say("Ada")).toBe("hello Ada");
    expect(await all(client.list("a bc def"))).toEqual(["a", "bc", "def"]);
    expect(await client.join(["x", "yz"])).toBe("x+yz");
    expect(await all(client.chat(["x", "yz"]))).toEqual(["X", "YZ"]);
    await vi.waitUntil(() => answered.length === 4, { timeout: 10_000 });
    expect(asked.map(({ name, kind, code, sent, received }) => [name, kind, code, sent, received])).toEqual([
      ["test.Echo/Say", "unary", "ok", [1, 5], [1, 11]],
      ["test.Echo/List", "server_streaming", "ok", [1, 10], [3, 12]],
      ["test.Echo/Join", "client_streaming", "ok", [2, 7], [1, 6]],
      ["test.Echo/Chat", "bidi_streaming", "ok", [2, 7], [2, 7]],
    ]);
    expect(answered.map((one) => ({ ...one, sent: one.received, received: one.sent }))).toEqual(asked);
  });

  test("both ends agree on how calls fail", async () => {
    const [asked, answered]: [Seen[], Seen[]] = [[], []];
    const methods: Partial<EchoMethods> = {
      say(request, { signal }) {
        if (request === "wait") return aborted(signal);
        throw request === "lost" ? new BridgeError("not_found", "lost") : new Error("broken");
      },
      async *list() {
        yield "one";
        throw new BridgeError("data_loss", "no more");
      },
    };
    const { client } = await open(methods, { interceptors: [watching(answered)] }, { interceptors: [watching(asked)] });
    await thrownBy(client.say("lost"));
    await thrownBy(client.say("broken"));
    await thrownBy(client.list(""));
    await thrownBy(client.join([]));
    await thrownBy(client.say("wait", { timeoutMs: 500 }));
    const leave = new AbortController();
    setTimeout(() => leave.abort(), 30);
    await thrownBy(client.say("wait", { signal: leave.signal }));
    await vi.waitUntil(() => answered.length === 6, { timeout: 5_000 });
    const codes = ["not_found", "internal", "data_loss", "unimplemented", "deadline_exceeded", "canceled"];
    expect(asked.map(({ code }) => code)).toEqual(codes);
    expect(answered.map(({ code }) => code)).toEqual(codes);
  });

  test("who leaves a stream has canceled it", async () => {
    const [asked, answered]: [Seen[], Seen[]] = [[], []];
    const methods: Partial<EchoMethods> = {
      async *list(_request, { signal }) {
        yield "one";
        await aborted(signal);
      },
    };
    const { client } = await open(methods, { interceptors: [watching(answered)] }, { interceptors: [watching(asked)] });
    for await (const item of client.list("")) {
      expect(item).toBe("one");
      break;
    }
    await vi.waitUntil(() => answered.length === 1, { timeout: 10_000 });
    expect([asked[0]?.code, answered[0]?.code]).toEqual(["canceled", "canceled"]);
  });

  test("the first interceptor is the outermost, and what they set reaches the other end and the handler", async () => {
    const order: string[] = [];
    const named =
      (label: string): Interceptor =>
      (next) =>
      async (call) => {
        order.push(`${label} in`);
        if (call.outgoing) call.metadata["x-label"] = label;
        else call.values.set(user, `${String(call.metadata["x-label"])} ${label}`);
        const response = await next(call);
        order.push(`${label} out`);
        return response;
      };
    const { client } = await open(
      { say: (request, { values }) => `${request} ${values.get(user)}` },
      { interceptors: [named("c"), named("d")] },
      { interceptors: [named("a"), named("b")] },
    );
    expect(await client.say("from")).toBe("from b d");
    expect(order).toEqual(["a in", "b in", "c in", "d in", "d out", "c out", "b out", "a out"]);
  });

  test("messages can be replaced in both directions, at both ends, single ones and those of streams", async () => {
    const tagging =
      (tag: string): Interceptor =>
      (next) =>
      async (call) => {
        const marked = (message: unknown): unknown => (typeof message === "string" ? `${message}${tag}` : boundTo(each(message, tag), (work) => work()));
        call.message = marked(call.message);
        return marked(await next(call));
      };
    const each = async function* (messages: unknown, tag: string): AsyncIterable<unknown> {
      for await (const message of messages as AsyncIterable<unknown>) yield `${String(message)}${tag}`;
    };
    const { client } = await open(plain, { interceptors: [tagging("2")] }, { interceptors: [tagging("1")] });
    expect(await client.say("x")).toBe("hello x1221");
    expect(await all(client.chat(["x", "y"]))).toEqual(["X1221", "Y1221"]);
    expect(await client.join(["x", "y"])).toBe("x12+y1221");
  });

  test("an interceptor may answer in the place of the other end, at either", async () => {
    const answering: Interceptor = () => async (call) => (call.kind === "unary" ? `${call.name} here` : undefined);
    const say = vi.fn(() => "not asked");
    const near = await open({ say }, {}, { interceptors: [answering] });
    expect(await near.client.say("x")).toBe("test.Echo/Say here");
    const far = await open({ say }, { interceptors: [answering] });
    expect(await far.client.say("x")).toBe("test.Echo/Say here");
    expect(say).not.toHaveBeenCalled();
    // What is no stream is an error, and no crash.
    expect(await thrownBy(far.client.list("x"))).toMatchObject({ code: "internal" });
    expect(await thrownBy(near.client.list("x"))).toMatchObject({ message: "/test.Echo/List: an interceptor gave no async iterable of responses" });
  });

  test("an interceptor may refuse: the servicer does not hear of it, the request is not decoded, the client gets its error", async () => {
    const refusing: Interceptor = () => async () => {
      throw new BridgeError("unauthenticated", "who are you?", { metadata: { "x-realm": "tests" } });
    };
    const say = vi.fn(() => "");
    const { client } = await open({ say, list: plain.list }, { interceptors: [refusing] });
    expect(await thrownBy(client.say("x"))).toMatchObject({ code: "unauthenticated", message: "who are you?" });
    expect(await thrownBy(client.list("x"))).toMatchObject({ code: "unauthenticated" });
    expect(await thrownBy(client.chat(new OpenRequests("x")))).toMatchObject({ code: "unauthenticated" });
    expect(say).not.toHaveBeenCalled();
  });

  test("an exception of an interceptor is as one of the servicer: hidden, and told to onError", async () => {
    const errors: unknown[] = [];
    const failing: Interceptor = () => () => {
      throw new TypeError("in the interceptor");
    };
    const { client } = await open(plain, { interceptors: [failing], onError: (error) => errors.push(error) });
    expect(await thrownBy(client.say("x"))).toMatchObject({ code: "internal", message: "internal error" });
    expect(errors).toEqual([expect.objectContaining({ message: "in the interceptor" })]);
  });

  test("a client's interceptor may try again", async () => {
    let count = 0;
    const again: Interceptor = (next) => async (call) => {
      for (;;) {
        try {
          return await next(call);
        } catch (reason) {
          if (++count === 3 || !(reason instanceof BridgeError) || reason.code !== "unavailable") throw reason;
        }
      }
    };
    const seen: Seen[] = [];
    const methods: Partial<EchoMethods> = {
      say(request) {
        if (count < 2) throw new BridgeError("unavailable", "later");
        return request;
      },
    };
    const { client } = await open(methods, {}, { interceptors: [watching(seen), again] });
    expect(await client.say("x")).toBe("x");
    expect(seen).toMatchObject([{ code: "ok", sent: [3, 9], received: [1, 3] }]);
  });

  test("a client waits for its interceptors no longer than its deadline, or its signal", async () => {
    const hanging: Interceptor = () => () => new Promise(() => {});
    const { client } = await open(plain, {}, { interceptors: [hanging] });
    expect(await thrownBy(client.say("x", { timeoutMs: 30 }))).toMatchObject({ code: "deadline_exceeded" });
    expect(await thrownBy(client.list("x", { timeoutMs: 30 }))).toMatchObject({ code: "deadline_exceeded" });
    expect(await thrownBy(client.say("x", { signal: AbortSignal.abort() }))).toMatchObject({ code: "canceled" });
    const left = client.chat(new OpenRequests())[Symbol.asyncIterator]();
    const waiting = left.next();
    await left.return?.();
    expect(await waiting).toMatchObject({ done: true });
  });

  test("a server's deadline ends a call whose interceptor hangs", async () => {
    const hanging: Interceptor = () => () => new Promise(() => {});
    const seen: Seen[] = [];
    const { client } = await open(plain, { interceptors: [watching(seen), hanging] });
    expect(await thrownBy(client.say("x", { timeoutMs: 500 }))).toMatchObject({ code: "deadline_exceeded" });
    await vi.waitUntil(() => seen.length === 1, { timeout: 10_000 });
    expect(seen[0]?.code).toBe("deadline_exceeded");
  });

  test("headers and trailers of both ends", async () => {
    const seen: unknown[] = [];
    const looking: Interceptor = (next) => async (call) => {
      if (!call.outgoing) {
        call.header["x-server"] = "head";
        call.trailer["x-end"] = "tail";
      }
      const response = await next(call);
      if (call.outgoing) seen.push(call.header["x-server"], call.trailer["x-end"], call.trailer["x-more"]);
      return response;
    };
    const { client } = await open(
      {
        say(request, { trailer }) {
          trailer["x-more"] = "from the servicer";
          return request;
        },
      },
      { interceptors: [looking] },
      { interceptors: [looking] },
    );
    const given: unknown[] = [];
    await client.say("x", { onHeader: (header) => given.push(header["x-server"]), onTrailer: (trailer) => given.push(trailer["x-end"]) });
    expect(given).toEqual(["head", "tail"]);
    expect(seen).toEqual(["head", "tail", "from the servicer"]);
  });

  test("a scope holds for interceptors, servicers and the sources of streams, also after each yield", async () => {
    const storage = new AsyncLocalStorage<string>();
    const scope =
      (label: string) =>
      (call: Call) =>
      <T>(work: () => T): T =>
        storage.run(`${label} ${call.method.name}`, work);
    const places: (string | undefined)[] = [];
    const looking: Interceptor = (next) => async (call) => {
      places.push(storage.getStore());
      return next(call);
    };
    const methods: Partial<EchoMethods> = {
      say: () => storage.getStore() ?? "",
      async *list() {
        yield storage.getStore() ?? "";
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield storage.getStore() ?? "";
      },
      async *chat(requests) {
        for await (const request of requests) yield `${request} in ${storage.getStore()}`;
      },
    };
    const { client } = await open(methods, { scope: scope("server"), interceptors: [looking] }, { scope: scope("client"), interceptors: [looking] });
    const source = async function* (): AsyncIterable<string> {
      yield storage.getStore() ?? "";
      await new Promise((resolve) => setTimeout(resolve, 1));
      yield storage.getStore() ?? "";
    };
    expect(await client.say("")).toBe("server Say");
    expect(await storage.run("outside", () => all(client.list("")))).toEqual(["server List", "server List"]);
    expect(await all(client.chat(source()))).toEqual(Array(2).fill("client Chat in server Chat"));
    expect(places).toEqual(["client Say", "server Say", "client List", "server List", "client Chat", "server Chat"]);
    expect(storage.getStore()).toBeUndefined();
  });
});

describe("a chain", () => {
  const method = { path: "/a.B/C", fault: undefined, kind: "unary" } as Call["method"];
  const callWith = (answer: (call: Call) => Promise<unknown>): Call => {
    const { signal, metadata, values } = new CallContext();
    return new Call({
      kind: "unary",
      method,
      outgoing: false,
      values,
      metadata: { ...metadata },
      signal,
      traffic: new Traffic(),
      read: () => "message",
      answer,
    });
  };

  test("is none without interceptors and scope", () => {
    expect(Chain.of({})).toBeUndefined();
    expect(Chain.of({ interceptors: [] })).toBeUndefined();
  });

  test("goes around an inner one, scopes too", async () => {
    const order: string[] = [];
    const step =
      (label: string): Interceptor =>
      (next) =>
      (call) => {
        order.push(label);
        return next(call);
      };
    const scope =
      (label: string) =>
      () =>
      <T>(work: () => T): T => {
        order.push(label);
        return work();
      };
    const inner = Chain.of({ interceptors: [step("3"), step("4")], scope: scope("inner") });
    const chain = Chain.of({ interceptors: [step("1"), step("2")], scope: scope("outer") }, inner);
    expect(await chain?.run(callWith(async ({ message }) => message))).toBe("message");
    expect(order).toEqual(["outer", "inner", "1", "2", "3", "4"]);
  });

  test("calls read the message once, and only if somebody looks", async () => {
    const read = vi.fn(() => "lazy");
    const { signal, values } = new CallContext();
    const call = new Call({ kind: "unary", method, outgoing: false, values, metadata: {}, signal, traffic: new Traffic(), read, answer: async () => "x" });
    await Chain.of({ interceptors: [(next) => next] })?.run(call);
    expect(read).not.toHaveBeenCalled();
    expect([call.message, call.message]).toEqual(["lazy", "lazy"]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test("values of what is said over a link are those of the link, and its own", () => {
    const outer = new ContextValues().set(user, "of the link");
    const inner = new ContextValues(outer);
    expect(inner.get(user)).toBe("of the link");
    expect(inner.set(user, "of the exchange").get(user)).toBe("of the exchange");
    expect(outer.get(user)).toBe("of the link");
  });

  test("traffic ends once, tells those who ask later, and bears listeners that throw", () => {
    const traffic = new Traffic();
    const told: unknown[] = [];
    traffic.onEnd(() => {
      throw new Error("a listener");
    });
    traffic.onEnd((end) => told.push(end));
    traffic.carriesFault(new BridgeError("not_found", "inside"));
    traffic.end();
    traffic.end(new BridgeError("internal", "too late"));
    traffic.onEnd((end) => told.push(end));
    expect(told).toEqual(Array(2).fill({ error: expect.objectContaining({ code: "not_found" }), inBand: true }));
  });
});
