import { connect, constants } from "node:http2";
import { Client, credentials, type Metadata as GrpcMetadata } from "@grpc/grpc-js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { all, EchoServicer, type Served, type Start, startGrpc, startMemory, thrownBy } from "../../../tests/echo.js";
import { BridgeError } from "../../errors.js";
import type { Metadata } from "../../metadata.js";
import type { CallOptions } from "../../servicer/options.js";
import { serve } from "./index.js";

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});
const started: Start = async (...args) => (served = await startGrpc(...args));

const sent: Metadata = {
  text: "a, b; {c: 1}",
  repeated: ["1", "2, 3", "4"],
  "one-bin": new Uint8Array([0, 1, 255]),
  "many-bin": [new Uint8Array([1]), new Uint8Array([]), new Uint8Array([2, 3])],
  constructor: "not Object",
  "to.string_-9": "",
};

function expectSent(received: Metadata | undefined): void {
  expect(received).toBeDefined();
  if (!received) return;
  expect(Object.getPrototypeOf(received)).toBeNull();
  for (const key of Object.keys(sent)) expect(received[key], key).toEqual(sent[key]);
  for (const key of Object.keys(received)) expect(key in sent || key === "user-agent", key).toBe(true);
}

describe.each<[string, Start]>([
  ["grpc", started],
  ["memory", async (...args) => (served = await startMemory(...args))],
])("over %s", (_transport, start) => {
  test("what the client sends", async () => {
    const seen: Metadata[] = [];
    const { client } = await start({
      say(_request, { metadata }) {
        seen.push(metadata);
        return "";
      },
      async *chat(requests, { metadata }) {
        seen.push(metadata);
        yield* requests;
      },
    });
    await client.say("", { metadata: sent });
    await all(client.chat([], { metadata: sent }));
    expect(seen.length).toBe(2);
    for (const metadata of seen) expectSent(metadata);
    expect((seen[0] as Metadata)["one-bin"]?.constructor).toBe(Uint8Array);
  });

  test("header and trailer", async () => {
    const { client } = await start({
      say(_request, { header, trailer }) {
        Object.assign(trailer, own(sent));
        Object.assign(header, own(sent));
        return "";
      },
      async *chat(_requests, { header, trailer }) {
        Object.assign(header, own(sent));
        yield "one";
        Object.assign(trailer, own(sent));
      },
      async join(_requests, { header, trailer }) {
        Object.assign(header, own(sent));
        Object.assign(trailer, own(sent));
        return "";
      },
    });
    const received: Record<string, Metadata> = {};
    const listen = (name: string): CallOptions => ({
      onHeader(header) {
        received[`${name} header`] = header;
      },
      onTrailer(trailer) {
        received[`${name} trailer`] = trailer;
      },
    });
    await client.say("", listen("say"));
    await all(client.chat([], listen("chat")));
    await client.join([], listen("join"));
    expect(Object.keys(received).sort()).toEqual(["chat header", "chat trailer", "join header", "join trailer", "say header", "say trailer"]);
    for (const metadata of Object.values(received)) expectSent(metadata);
  });

  test("header and trailer of a call that fails: the error has the trailers", async () => {
    const { client } = await start({
      say(_request, { header, trailer }) {
        header["where"] = "header";
        trailer["where"] = "trailer";
        throw new BridgeError("aborted", "no", { metadata: { more: "yes" } });
      },
    });
    const onHeader = vi.fn();
    const onTrailer = vi.fn();
    const error = (await thrownBy(client.say("", { onHeader, onTrailer }))) as BridgeError;
    expect({ ...onHeader.mock.calls[0]?.[0] }).toEqual({ where: "header" });
    expect({ ...onTrailer.mock.calls[0]?.[0] }).toEqual({ where: "trailer", more: "yes" });
    expect({ ...error.metadata }).toEqual({ where: "trailer", more: "yes" });
  });
});

function own(metadata: Metadata): Metadata {
  return Object.assign(Object.create(null), metadata);
}

test("the header of a stream of responses comes before the first of them", async () => {
  let answer = (): void => {};
  const { client } = await started({
    async *chat(_requests, { header }) {
      header["early"] = "yes";
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      yield "one";
    },
  });
  const onHeader = vi.fn();
  const responses = client.chat([], { onHeader })[Symbol.asyncIterator]();
  const first = responses.next();
  await vi.waitUntil(() => onHeader.mock.calls.length > 0, { interval: 5, timeout: 10_000 });
  expect({ ...onHeader.mock.calls[0]?.[0] }).toEqual({ early: "yes" });
  answer();
  expect(await first).toEqual({ done: false, value: "one" });
  await responses.return?.();
});

test("the header of a stream of responses goes to any client at once, though nothing is said", async () => {
  const servicer = EchoServicer.from({
    async *chat(requests, { header }) {
      header["early"] = "yes";
      yield* requests;
    },
  });
  const server = await serve([servicer], { address: "127.0.0.1:0" });
  const client = new Client(server.address, credentials.createInsecure());
  const asBytes = (bytes: Buffer): Buffer => bytes;
  const call = client.makeBidiStreamRequest("/test.Echo/Chat", asBytes, asBytes);
  const header = await new Promise<GrpcMetadata>((resolve) => call.once("metadata", resolve));
  expect(header.get("early")).toEqual(["yes"]);
  const response = new Promise<Buffer>((resolve) => call.once("data", resolve));
  const status = new Promise<unknown>((resolve) => call.once("status", resolve));
  call.write(Buffer.from([10, 1, 97]));
  expect(await response).toEqual(Buffer.from([10, 1, 97]));
  call.end();
  expect(await status).toMatchObject({ code: 0 });
  client.close();
  await server.close({ drainMs: 0 });
});

const illegal: [why: string, metadata: Metadata][] = [
  ["an upper case key", { Upper: "a" }],
  ["a key with a space", { "a b": "a" }],
  ["an empty key", { "": "a" }],
  ["a pseudo header", { ":status": "200" }],
  ["a key of gRPC's", { "grpc-status": "0" }],
  ["a key of HTTP's", { connection: "close" }],
  ["text that is not ASCII", { key: "ä" }],
  ["text with a line end", { key: "a\nb" }],
  ["bytes under a key of text", { key: new Uint8Array(1) }],
  ["text under a key of bytes", { "key-bin": "a" }],
  ["a number", { key: 1 as unknown as string }],
  ["undefined", { key: undefined as unknown as string }],
  ["two values where HTTP has one", { authorization: ["a", "b"] }],
  ["more than HTTP/2 carries", { key: "a".repeat(70_000) }],
];

describe("illegal metadata", () => {
  test.each(illegal)("from the client is invalid_argument: %s", async (_why, metadata) => {
    const { client } = await started({ say: () => "fine" });
    for (const thrown of [thrownBy(client.say("", { metadata })), thrownBy(client.chat([], { metadata }))]) {
      expect(await thrown).toMatchObject({ code: "invalid_argument", message: expect.stringMatching(/metadata/) });
    }
    expect(await client.say("")).toBe("fine");
  });

  test.each(illegal)("from the server is internal: %s", async (_why, metadata) => {
    const onError = vi.fn();
    let at = "";
    const set = (context: { header: object; trailer: object }): void => {
      if (at === "fine") return;
      if (at === "error") throw new BridgeError("aborted", "no", { metadata });
      Object.assign(at === "header" ? context.header : context.trailer, metadata);
    };
    const { client } = await started(
      {
        say(_request, context) {
          set(context);
          return "fine";
        },
        async *list(_request, context) {
          set(context);
          yield "fine";
        },
        async *chat(_requests, context) {
          set(context);
          await new Promise((resolve) => setTimeout(resolve, 10));
        },
      },
      { onError },
    );
    for (at of ["header", "trailer", "error"]) {
      for (const call of [() => client.say(""), () => client.list(""), () => client.chat([])]) {
        expect(await thrownBy(call()), at).toMatchObject({ code: "internal", message: expect.stringMatching(/metadata/) });
      }
    }
    expect(onError.mock.calls.length).toBeGreaterThanOrEqual(9);
    at = "fine";
    expect(await client.say("")).toBe("fine");
  });
});

test("what a client sends beyond the rules is left out, and nothing is printed", async () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  let seen: Metadata = {};
  const server = await serve(
    [
      EchoServicer.from({
        say(_request, { metadata }) {
          seen = metadata;
          return "";
        },
      }),
    ],
    { address: "127.0.0.1:0" },
  );
  const session = connect(`http://${server.address}`);
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: "/test.Echo/Say",
    "content-type": "application/grpc",
    te: "trailers",
    "latin-1": "caf\u00e9",
    "odd!key": "a",
    fine: ["a", "b"],
  });
  stream.end(Buffer.from([0, 0, 0, 0, 0]));
  stream.resume();
  await new Promise((resolve) => stream.on("trailers", resolve));
  session.destroy();
  await server.close({ drainMs: 0 });
  expect({ ...seen }).toEqual({ fine: ["a", "b"] });
  expect(print).not.toHaveBeenCalled();
  print.mockRestore();
});

test("a listener of headers that throws fails the call with what it threw", async () => {
  const { client } = await started({
    say: () => "",
    async *list() {
      yield "one";
    },
  });
  const mine = new Error("mine");
  const fail = (): never => {
    throw mine;
  };
  expect(await thrownBy(client.say("", { onHeader: fail }))).toBe(mine);
  expect(await thrownBy(client.list("", { onHeader: fail }))).toBe(mine);
  expect(await thrownBy(client.say("", { onTrailer: fail }))).toBe(mine);
  expect(await thrownBy(client.list("", { onTrailer: fail }))).toBe(mine);
});
