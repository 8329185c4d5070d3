import { afterEach, describe, expect, test, vi } from "vitest";
import { startConnect, startConnectGrpc } from "../../../tests/connect.js";
import { all, EchoClient, echo, type Served, type Start, startGrpc, startMemory, thrownBy } from "../../../tests/echo.js";
import { BridgeError, type Code, codes, errorDetail } from "../../errors.js";
import { service } from "../../servicer/service.js";
import { Int64Value, StringValue } from "../../wkt.js";
import { channel } from "./index.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const transports: [string, Start][] = [
  ["grpc", startGrpc],
  ["memory", startMemory],
  ["connect", startConnect],
  ["grpc on a Connect router", startConnectGrpc],
];

describe.each(transports)("over %s", (_transport, start) => {
  const started: Start = async (...args) => {
    const served = await start(...args);
    closers.push(served.close);
    return served;
  };
  async function* callsOf({ client }: Served): AsyncIterable<[string, unknown]> {
    yield ["say", await thrownBy(client.say(""))];
    yield ["list", await thrownBy(client.list(""))];
    yield ["join", await thrownBy(client.join(["a"]))];
    yield ["chat", await thrownBy(client.chat(["a"]))];
  }
  /** Throws the same in all four methods. */
  const throwing = (reason: () => unknown) => ({
    say() {
      throw reason();
    },
    // biome-ignore lint/correctness/useYield: throws at once
    async *list() {
      throw reason();
    },
    async join() {
      throw reason();
    },
    // biome-ignore lint/correctness/useYield: throws at once
    async *chat() {
      throw reason();
    },
  });

  test("a BridgeError reaches the client whole", async () => {
    const details = [errorDetail(StringValue, "one"), errorDetail(Int64Value, 2n)];
    const metadata = { "retry-after-ms": "20", "proof-bin": new Uint8Array([0, 255]) };
    const served = await started(
      throwing(() => new BridgeError("failed_precondition", "nicht möglich: 100%\n\u{1F600}", { details, metadata, cause: new Error("secret") })),
    );
    for await (const [name, thrown] of callsOf(served)) {
      const error = thrown as BridgeError;
      expect(error, name).toBeInstanceOf(BridgeError);
      expect(error.code, name).toBe("failed_precondition");
      expect(error.message, name).toBe("nicht möglich: 100%\n\u{1F600}");
      expect(error.details, name).toEqual(details);
      expect(error.findDetail(Int64Value), name).toBe(2n);
      expect({ ...error.metadata }, name).toEqual(metadata);
      expect(error.cause, name).toBeUndefined();
    }
  });

  test("every code", async () => {
    let code: Code = "unknown";
    const served = await started(throwing(() => new BridgeError(code, `it is ${code}`)));
    for (code of Object.keys(codes) as Code[]) expect(await thrownBy(served.client.say(""))).toMatchObject({ code, message: `it is ${code}`, details: [] });
  });

  test("an exception that is no BridgeError is hidden, and onError is told", async () => {
    const secret = new TypeError("password is hunter2");
    const onError = vi.fn();
    const served = await started(
      throwing(() => secret),
      { onError },
    );
    for await (const [localName, thrown] of callsOf(served)) {
      const error = thrown as BridgeError;
      expect(error).toMatchObject({ code: "internal", message: "internal error", details: [] });
      expect(JSON.stringify([error, { ...error.metadata }])).not.toContain("hunter2");
      expect(onError).toHaveBeenCalledExactlyOnceWith(secret, echo.methods.get(localName));
      onError.mockClear();
    }
  });

  test("a listener that fails changes nothing", async () => {
    const onError = (): never => {
      throw new Error("listener");
    };
    const served = await started(
      throwing(() => new Error("handler")),
      { onError },
    );
    for await (const [, thrown] of callsOf(served)) expect(thrown).toMatchObject({ code: "internal", message: "internal error" });
  });

  test("what a servicer leaves out is unimplemented", async () => {
    for await (const [, thrown] of callsOf(await started({})))
      expect(thrown).toMatchObject({ code: "unimplemented", message: expect.stringMatching(/^test\.Echo\.\w+ is not implemented$/) });
  });

  test("a service that nobody serves is unimplemented", async () => {
    const other = service("test.Other", [["say", "Say", "unary", StringValue, StringValue]]);
    const { channel } = await started({});
    const method = other.methods.get("say");
    if (!method) throw new Error();
    expect(await thrownBy(channel.unary(method, "", {}))).toMatchObject({ code: "unimplemented" });
  });

  test("what was sent before the error arrives before it", async () => {
    const served = await started({
      async *list(request) {
        for (let i = 0; i < Number(request); i++) yield `${i}`;
        throw new BridgeError("data_loss", "no more");
      },
    });
    for (const count of [1, 2, 15, 100, 3_000]) {
      const responses = served.client.list(`${count}`)[Symbol.asyncIterator]();
      for (let i = 0; i < count; i++) {
        expect(await responses.next()).toEqual({ done: false, value: `${i}` });
        // A reader that is slower than the error.
        if (i === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await thrownBy(responses.next() as Promise<unknown>)).toMatchObject({ code: "data_loss" });
    }
  });

  test("a response that cannot be encoded is internal, and onError is told", async () => {
    const onError = vi.fn();
    const served = await started(
      {
        say: () => 5 as unknown as string,
        async *list() {
          yield 5 as unknown as string;
        },
      },
      { onError },
    );
    for (const thrown of [thrownBy(served.client.say("")), thrownBy(served.client.list(""))]) {
      expect(await thrown).toMatchObject({
        code: "internal",
        message: expect.stringContaining("google.protobuf.StringValue: value: expected a string, got a number"),
      });
    }
    expect(onError).toHaveBeenCalledTimes(2);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining("expected a string") }), echo.methods.get("say"));
  });

  test("a request that cannot be encoded is invalid_argument, and no call is made", async () => {
    const say = vi.fn(() => "");
    const served = await started({ say });
    expect(await thrownBy(served.client.say(5 as unknown as string))).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("expected a string"),
    });
    expect(say).not.toHaveBeenCalled();
  });

  test("a request in a stream that cannot be encoded cancels the call", async () => {
    let signal: AbortSignal | undefined;
    const served = await started({
      async *chat(requests, context) {
        ({ signal } = context);
        yield* requests;
      },
    });
    async function* requests() {
      yield "a";
      await vi.waitUntil(() => signal, { interval: 1 });
      yield 5 as unknown as string;
    }
    expect(await thrownBy(served.client.chat(requests()))).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("expected a string") });
    await vi.waitUntil(() => signal?.aborted, { interval: 1 });
  });
});

test("a malformed request is invalid_argument, and names the place", async () => {
  const served = await startGrpc({
    say: () => "",
    async *list() {},
    join: async (requests) => `${(await all(requests)).length}`,
    chat: (requests) => requests,
  });
  closers.push(served.close);
  const broken = { typeName: "test.Broken", encode: () => new Uint8Array([10, 5, 104]), decode: () => "" };
  for (const { localName, name, kind } of echo.methods.values()) {
    const method = service("test.Echo", [[localName, name, kind, broken, StringValue]]).methods.get(localName);
    if (!method) throw new Error();
    const requests = (async function* () {
      yield "";
    })();
    const thrown = kind === "unary" ? thrownBy(served.channel.unary(method, "", {})) : thrownBy(served.channel.stream(method, requests, {}));
    expect(await thrown, localName).toMatchObject({ code: "invalid_argument", message: expect.stringMatching(/^google\.protobuf\.StringValue: value: /) });
  }
});

test("a message with an unpaired surrogate, or a very long one, ends the call and not the process", async () => {
  let message = "half \uD83D";
  const served = await startGrpc({
    say() {
      throw new BridgeError("aborted", message);
    },
    async *list() {
      yield "one";
      throw new BridgeError("aborted", message);
    },
  });
  closers.push(served.close);
  expect(await thrownBy(served.client.say(""))).toMatchObject({ code: "aborted", message: "half \uFFFD" });
  expect(await thrownBy(served.client.list(""))).toMatchObject({ code: "aborted", message: "half \uFFFD" });
  message = "long ".repeat(100_000);
  for (const thrown of [thrownBy(served.client.say("")), thrownBy(served.client.list(""))]) {
    const error = (await thrown) as BridgeError;
    expect(error.code).toBe("aborted");
    expect(error.message).toMatch(/^(long )+.*\.\.\.$/);
  }
  message = "short";
  expect(await thrownBy(served.client.say(""))).toMatchObject({ code: "aborted", message });
});

test("nobody listens at the address", async () => {
  const client = new EchoClient(channel("127.0.0.1:1"));
  expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable" });
  expect(await thrownBy(client.chat([]))).toMatchObject({ code: "unavailable" });
});

test("details that are more than trailers carry are left out, and onError is told", async () => {
  const onError = vi.fn();
  const error = new BridgeError("aborted", "why", { details: [errorDetail(StringValue, "x".repeat(20_000))] });
  const served = await startGrpc({ say: () => Promise.reject(error) }, { onError });
  closers.push(served.close);
  expect(await thrownBy(served.client.say(""))).toMatchObject({ code: "aborted", message: "why", details: [] });
  expect(onError.mock.calls.map(([reported]) => String(reported))).toEqual(["Error: the details of an error are more than trailers carry, and were left out"]);
});
