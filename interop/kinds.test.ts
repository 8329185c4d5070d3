/** The four kinds of RPC, with a Python server and with a Python client. */
import type { CallContext } from "@protobridge/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvokerClient } from "../fixtures/gen/handler_bridge_bridge.js";
import {
  AwkwardClient,
  type BidiRequest,
  type BidiResponseInit,
  type ClientStreamRequest,
  KindsClient,
  KindsServicer,
  type ServerStreamRequest,
  type ServerStreamResponseInit,
  type UnaryRequest,
} from "../fixtures/gen/kinds/v1/kinds_bridge.js";
import { collect } from "./collect.js";
import { type FromPython, fromPython, type TowardsPython, towardsPython } from "./peers.js";

describe("our client, a Python server", () => {
  let peers: TowardsPython;
  let client: KindsClient;
  beforeAll(async () => {
    peers = await towardsPython();
    client = new KindsClient(peers.connection);
  });
  afterAll(() => peers?.end());

  it("unary", async () => {
    expect(await client.unary({ text: "säße \u{1f600}", count: 2n ** 60n })).toEqual({ text: "säße \u{1f600}", count: 2n ** 60n });
  });

  it("server streaming", async () => {
    expect(await collect(client.serverStream({ text: "a", count: 3 }))).toEqual([1n, 2n, 3n].map((count) => ({ text: "a", count })));
    expect(await collect(client.serverStream({ count: 0 }))).toEqual([]);
  });

  it("client streaming", async () => {
    const requests = [
      { text: "a", count: 1 },
      { text: "b", count: 2 },
    ];
    expect(await client.clientStream(requests)).toEqual({ text: "ab", count: 3n });
    expect(await client.clientStream([])).toEqual({ text: "", count: 0n });
  });

  it("bidi streaming, message by message", async () => {
    let answered = (): void => {};
    async function* requests() {
      for (const text of ["a", "b", "c"]) {
        const answer = new Promise<void>((resolve) => {
          answered = resolve;
        });
        yield { text };
        await answer;
      }
    }
    const texts: string[] = [];
    for await (const { text } of client.bidi(requests())) {
      texts.push(text);
      answered();
    }
    expect(texts).toEqual(["A", "B", "C"]);
    expect(await collect(client.bidi([]))).toEqual([]);
  });

  it("many messages in order, in both directions", async () => {
    const texts = Array.from({ length: 2_000 }, (_, i) => `M${i}`);
    expect((await collect(client.bidi(texts.map((text) => ({ text }))))).map(({ text }) => text)).toEqual(texts);
  });

  it("messages of some megabytes", async () => {
    const text = "säße".repeat(500_000);
    expect((await client.unary({ text })).text === text).toBe(true);
  });

  it("messages that Python compresses", async () => {
    const { output } = await new InvokerClient(peers.connection).invoke({ handlerName: "zip" });
    expect(output["text"]).toBe("zip ".repeat(10_000));
  });

  it("methods and services that Python does not serve", async () => {
    await expect(client.echoRetired({})).rejects.toMatchObject({ code: "unimplemented", message: "Method not implemented!" });
    await expect(new AwkwardClient(peers.connection).with$({})).rejects.toMatchObject({ code: "unimplemented", message: "Method not found!" });
  });
});

class Kinds extends KindsServicer {
  override unary = ({ text, count }: UnaryRequest) => ({ text, count });
  override async *serverStream({ text, count }: ServerStreamRequest): AsyncIterable<ServerStreamResponseInit> {
    for (let i = 1n; i <= count; i++) yield { text, count: i };
  }
  override async clientStream(requests: AsyncIterable<ClientStreamRequest>) {
    let [text, count] = ["", 0n];
    for await (const request of requests) [text, count] = [text + request.text, count + request.count];
    return { text, count };
  }
  override async *bidi(requests: AsyncIterable<BidiRequest>, context: CallContext): AsyncIterable<BidiResponseInit> {
    for await (const { text, count } of requests) yield { text: `${text.toUpperCase()} ${context.peer.address.split(":")[0]}`, count };
  }
}

describe("a Python client, our server", () => {
  let peers: FromPython;
  beforeAll(async () => {
    peers = await fromPython([new Kinds()]);
  });
  afterAll(() => peers?.end());

  it("unary", async () => {
    const request = { text: "säße \u{1f600}", count: `${2n ** 60n}` };
    expect(await peers.client.call({ method: "Kinds.Unary", requests: [request] })).toMatchObject({ code: "OK", responses: [request] });
  });

  it("server streaming", async () => {
    const three = await peers.client.call({ method: "Kinds.ServerStream", requests: [{ text: "a", count: 3 }] });
    expect(three).toMatchObject({ code: "OK", responses: ["1", "2", "3"].map((count) => ({ text: "a", count })) });
    expect(await peers.client.call({ method: "Kinds.ServerStream", requests: [{}] })).toMatchObject({ code: "OK", responses: [] });
  });

  it("client streaming", async () => {
    const requests = [
      { text: "a", count: 1 },
      { text: "b", count: 2 },
    ];
    expect(await peers.client.call({ method: "Kinds.ClientStream", requests })).toMatchObject({ code: "OK", responses: [{ text: "ab", count: "3" }] });
    expect(await peers.client.call({ method: "Kinds.ClientStream" })).toMatchObject({ code: "OK", responses: [{}] });
  });

  it("bidi streaming", async () => {
    const { code, responses } = await peers.client.call({ method: "Kinds.Bidi", requests: [{ text: "a" }, { text: "b" }] });
    expect([code, responses]).toEqual(["OK", [{ text: "A 127.0.0.1" }, { text: "B 127.0.0.1" }]]);
    expect(await peers.client.call({ method: "Kinds.Bidi" })).toMatchObject({ code: "OK", responses: [] });
  });

  it("many messages in order, in both directions", async () => {
    const texts = Array.from({ length: 2_000 }, (_, i) => `M${i}`);
    const { responses } = await peers.client.call({ method: "Kinds.Bidi", requests: texts.map((text) => ({ text })) });
    expect(responses).toEqual(texts.map((text) => ({ text: `${text} 127.0.0.1` })));
  });

  it.each([false, true])("messages of some megabytes, compressed: %s", async (gzip) => {
    const { code, responses } = await peers.client.call({ method: "Kinds.Unary", requests: [{}], fill: 3_000_000, gzip });
    expect(code).toBe("OK");
    expect((responses[0] as { text: string }).text === "x".repeat(3_000_000)).toBe(true);
  });

  it("methods and services that we do not serve", async () => {
    const method = await peers.client.call({ method: "Kinds.EchoTree", requests: [{}] });
    expect(method).toMatchObject({ code: "UNIMPLEMENTED", details: "kinds.v1.Kinds.EchoTree is not implemented" });
    expect(await peers.client.call({ method: "Awkward.With", requests: [{}] })).toMatchObject({ code: "UNIMPLEMENTED" });
  });
});
