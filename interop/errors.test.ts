/** Errors of every code, with their details and metadata, both ways: as a status, and inside of the response. */
import { BridgeError, type Code, codes, errorDetail } from "@protobridge/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvokerClient, InvokerServicer } from "../fixtures/gen/handler_bridge_bridge.js";
import {
  type BidiRequest,
  type BidiResponseInit,
  Item,
  KindsClient,
  KindsServicer,
  type ServerStreamResponseInit,
} from "../fixtures/gen/kinds/v1/kinds_bridge.js";
import { caught, untilError } from "./caught.js";
import { ErrorInfo } from "./error-info.js";
import { type FromPython, fromPython, type TowardsPython, towardsPython } from "./peers.js";

const all = Object.keys(codes) as Code[];
const nameInPython = (code: Code): string => (code === "canceled" ? "CANCELLED" : code.toUpperCase());
/** What has to be escaped in a header. */
const awkward = "süß: 100 %\n\t\u{1f600} %41";

describe("our client, a Python server", () => {
  let peers: TowardsPython;
  let client: InvokerClient;
  let kinds: KindsClient;
  beforeAll(async () => {
    peers = await towardsPython();
    client = new InvokerClient(peers.connection);
    kinds = new KindsClient(peers.connection);
  });
  afterAll(() => peers?.end());

  it.each(all)("context.abort with %s", async (code) => {
    const metadata = { "t-retry": ["1", "2"], "t-data-bin": new Uint8Array([0, 255]) };
    const error = await caught(client.invoke({ handlerName: "abort", input: { code: nameInPython(code), details: awkward } }, { metadata }));
    expect([error.code, error.message, { ...error.metadata }, error.details]).toEqual([code, awkward, metadata, []]);
  });

  it.each(all)("a google.rpc.Status with %s", async (code) => {
    const error = await caught(
      client.invoke({ handlerName: "abort_richly", input: { code: nameInPython(code), details: awkward } }, { metadata: { "t-key": "v", "h-key": "w" } }),
    );
    expect([error.code, error.message, { ...error.metadata }]).toEqual([code, awkward, { "t-key": "v" }]);
    expect(error.details.map(({ type }) => type)).toEqual(["google.rpc.ErrorInfo", "kinds.v1.Item"]);
    expect(error.findDetail(ErrorInfo)).toEqual({ reason: "GONE", domain: "interop.test" });
    expect(error.findDetail(Item)).toEqual({ text: "pear", count: 2n ** 60n });
  });

  it("an error without a message", async () => {
    expect(await caught(client.invoke({ handlerName: "abort", input: { code: "ABORTED", details: "" } }))).toMatchObject({ code: "aborted", message: "" });
  });

  it("an exception in Python", async () => {
    const error = await caught(client.invoke({ handlerName: "raise" }));
    expect([error.code, error.message]).toEqual(["unknown", "Exception calling application: a bug in a handler"]);
  });

  it("an error amid a stream comes after the messages before it", async () => {
    for (let round = 0; round < 20; round++) {
      const { items, error } = await untilError(kinds.serverStream({ text: "abort", count: 20 }));
      expect([items.length, error.code, error.message]).toEqual([20, "failed_precondition", "aborted amid the stream"]);
    }
    const bidi = await untilError(kinds.bidi([{ text: "a" }, { text: "raise" }, { text: "never" }]));
    expect(bidi.items.map(({ text }) => text)).toEqual(["A", "RAISE"]);
    expect(bidi.error).toMatchObject({ code: "unknown", message: "Exception iterating responses: a bug amid the stream" });
    expect(await caught(kinds.clientStream([{ text: "a" }, { text: "abort" }]))).toMatchObject({ code: "failed_precondition" });
  });

  it("messages past a limit, ours and Python's", async () => {
    const length = 5_000_000;
    expect(await caught(client.invoke({ handlerName: "fill", input: { length } }))).toMatchObject({ code: "resource_exhausted" });
    expect(await caught(kinds.unary({ text: "x".repeat(length) }))).toMatchObject({ code: "resource_exhausted" });
  });
});

class Kinds extends KindsServicer {
  override unary(): never {
    throw new TypeError("password is hunter2");
  }
  override async *serverStream(): AsyncIterable<ServerStreamResponseInit> {
    for (let count = 0; count < 20; count++) yield { count };
    throw new BridgeError("data_loss", "amid the stream");
  }
  override async *bidi(requests: AsyncIterable<BidiRequest>): AsyncIterable<BidiResponseInit> {
    for await (const { text } of requests) {
      if (text === "fail") throw new TypeError("password is hunter2");
      yield { text };
    }
  }
}

describe("a Python client, our server", () => {
  let peers: FromPython;
  const details = [errorDetail(ErrorInfo, { reason: "GONE", domain: "interop.test" }), errorDetail(Item, { text: "pear", count: 2n ** 60n })];
  /** The same as Python has them. */
  const described = [
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "GONE", domain: "interop.test" },
    { "@type": "type.googleapis.com/kinds.v1.Item", text: "pear", count: `${2n ** 60n}` },
  ];
  beforeAll(async () => {
    const invoker = InvokerServicer.from({
      invoke({ handlerName, method, input }, { header, trailer }) {
        header["h-key"] = "header";
        trailer["t-key"] = "trailer";
        if (handlerName === "bug") throw new TypeError("password is hunter2");
        if (handlerName === "long details")
          throw new BridgeError("not_found", "no room", { inBand: false, details: [errorDetail(Item, { text: "d".repeat(input["length"] as number) })] });
        if (handlerName === "fill") return { output: { text: "x".repeat(5_000_000) } };
        throw new BridgeError(handlerName as Code, method, {
          ...("inside" in input ? {} : { inBand: false }),
          details: "rich" in input ? details : [],
          metadata: { "t-retry": ["1", "2"], "t-data-bin": new Uint8Array([0, 255]) },
        });
      },
    });
    peers = await fromPython([invoker, new Kinds()]);
  });
  afterAll(() => peers?.end());

  const metadata = [
    ["t-data-bin", "base64:AP8="],
    ["t-key", "trailer"],
    ["t-retry", "1"],
    ["t-retry", "2"],
  ];

  it.each(all)("a BridgeError with %s", async (code) => {
    const report = await peers.client.call({ method: "Invoker.Invoke", requests: [{ handlerName: code, method: awkward }] });
    expect(report).toMatchObject({ code: nameInPython(code), details: awkward, status: null });
    expect(report.header).toContainEqual(["h-key", "header"]);
    expect(report.trailer.filter(([key]) => key.startsWith("t-")).toSorted()).toEqual(metadata);
  });

  it.each(all)("a BridgeError with %s and details, which Python reads as google.rpc.Status", async (code) => {
    const report = await peers.client.call({ method: "Invoker.Invoke", requests: [{ handlerName: code, method: awkward, input: { rich: { b: true } } }] });
    expect(report).toMatchObject({ code: nameInPython(code), details: awkward });
    expect(report.failure).toBeUndefined();
    expect(report.status).toEqual({
      code: codes[code],
      message: awkward,
      details: described,
    });
    expect(report.trailer.filter(([key]) => key.startsWith("t-")).toSorted()).toEqual(metadata);
  });

  it("an exception that is no BridgeError, of which nothing is told", async () => {
    const before = peers.errors.length;
    const unary = await peers.client.call({ method: "Kinds.Unary", requests: [{}] });
    expect(unary).toMatchObject({ code: "INTERNAL", details: "internal error", status: null });
    const bidi = await peers.client.call({ method: "Kinds.Bidi", requests: [{ text: "a" }, { text: "fail" }], keep_open: true });
    expect(bidi).toMatchObject({ code: "INTERNAL", details: "internal error", responses: [{ text: "a" }] });
    expect(peers.errors.slice(before)).toEqual([expect.any(TypeError), expect.any(TypeError)]);
    expect(JSON.stringify([unary, bidi])).not.toContain("hunter2");
  });

  it("an exception where the response has a place for it: its message, without its stack", async () => {
    const before = peers.errors.length;
    const report = await peers.client.call({ method: "Invoker.Invoke", requests: [{ handlerName: "bug" }] });
    expect(report).toMatchObject({ code: "OK", statuses: [{ code: 1, message: "password is hunter2" }], fault: null, status: null });
    expect(report.trailer).toContainEqual(["t-key", "trailer"]);
    expect(peers.errors.slice(before)).toEqual([expect.any(TypeError)]);
    expect(JSON.stringify(report)).not.toContain("errors.test");
  });

  it.each(all)("a BridgeError with %s inside of the response, and its code in the trailer", async (code) => {
    const inside = { handlerName: code, method: awkward, input: { inside: { b: true } } };
    const report = await peers.client.call({ method: "Invoker.Invoke", requests: [inside] });
    expect(report).toMatchObject({ code: "OK", statuses: [{ code: 1, message: awkward }], status: null });
    expect(report.fault).toEqual(code === "unknown" ? null : { code: codes[code] });
    expect(report.failure).toBeUndefined();
    expect(report.trailer.filter(([key]) => key.startsWith("t-")).toSorted()).toEqual(metadata);
  });

  it("details inside of the response are a google.rpc.Status", async () => {
    const inside = { handlerName: "aborted", method: "no", input: { inside: { b: true }, rich: { b: true } } };
    const report = await peers.client.call({ method: "Invoker.Invoke", requests: [inside] });
    expect([report.code, report.fault]).toEqual(["OK", null]);
    expect(report.statuses).toEqual([{ code: 1, message: "no", details: { code: codes.aborted, details: described } }]);
  });

  it("a message inside of the response arrives whole", async () => {
    const message = "ü".repeat(50_000);
    const report = await peers.client.call({ method: "Invoker.Invoke", requests: [{ handlerName: "aborted", method: message, input: { inside: {} } }] });
    expect([report.code, (report.statuses[0] as { message: string }).message === message, report.fault]).toEqual(["OK", true, { code: codes.aborted }]);
  });

  it("an error amid a stream comes after the messages before it", async () => {
    const { code, details: message, responses } = await peers.client.call({ method: "Kinds.ServerStream", requests: [{}] });
    expect([code, message, responses.length]).toEqual(["DATA_LOSS", "amid the stream", 20]);
  });

  it("messages past a limit, ours and Python's", async () => {
    expect(await peers.client.call({ method: "Kinds.Unary", requests: [{}], fill: 5_000_000 })).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(await peers.client.call({ method: "Invoker.Invoke", requests: [{ handlerName: "fill" }] })).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });

  it("details of some kilobytes", async () => {
    const report = await peers.client.call({ method: "Invoker.Invoke", requests: [{ handlerName: "long details", input: { length: { i64: 3_000 } } }] });
    const [detail] = (report.status as { details: { text: string }[] } | null)?.details ?? [];
    expect([report.code, detail?.text.length]).toEqual(["NOT_FOUND", 3_000]);
  });

  it("what is more than Python takes as trailers: the code survives, and the error's own metadata", async () => {
    const details = await peers.client.call({ method: "Invoker.Invoke", requests: [{ handlerName: "long details", input: { length: { i64: 20_000 } } }] });
    expect([details.code, details.details]).toEqual(["NOT_FOUND", "no room"]);
    expect(details.trailer).toContainEqual(["t-key", "trailer"]);
    const message = await peers.client.call({
      method: "Invoker.Invoke",
      requests: [{ handlerName: "aborted", method: "ü".repeat(50_000), input: { rich: { b: true } } }],
    });
    expect(message.code).toBe("ABORTED");
    expect(message.details).toMatch(/^ü{500,}\.\.\.$/);
    expect(message.trailer).toContainEqual(["t-key", "trailer"]);
  });

  it("trailers stay below the size from which Python refuses some of them at random", async () => {
    const calls = Array.from({ length: 200 }, () =>
      peers.client.call({ method: "Invoker.Invoke", requests: [{ handlerName: "aborted", method: "x".repeat(20_000) }] }),
    );
    const seen = new Set((await Promise.all(calls)).map(({ code }) => code));
    expect([...seen]).toEqual(["ABORTED"]);
  });
});
