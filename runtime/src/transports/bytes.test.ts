/** Messages that are bytes for the transports' two ends: a codec that passes them on as they are. */

import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test } from "vitest";
import { echoDesc, serveConnect } from "../../tests/connect.js";
import { all, thrownBy } from "../../tests/echo.js";
import { type MethodInfo, service } from "../servicer/service.js";
import { Servicer } from "../servicer/servicer.js";
import type { Channel } from "../transport.js";
import { StringValue } from "../wkt.js";
import { connectChannel, mount } from "./connect/index.js";
import { channel, serve } from "./grpc/index.js";
import { memory } from "./memory.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const asBytes = { typeName: "google.protobuf.StringValue", encode: (bytes: Uint8Array) => bytes, decode: (bytes: Uint8Array) => bytes };
const info = service("test.Echo", [["chat", "Chat", "bidi_streaming", asBytes, asBytes]]);
const chat = info.methods.get("chat") as MethodInfo;

/** Gives back what it gets, once `hold` messages came. What it got it keeps until then. */
class Echo extends Servicer {
  readonly #hold: number;
  constructor(hold: number) {
    super(info);
    this.#hold = hold;
  }
  async *chat(requests: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const kept: Uint8Array[] = [];
    for await (const request of requests) {
      kept.push(request);
      if (kept.length >= this.#hold) yield* kept.splice(0);
    }
    yield* kept;
  }
}

const transports: [string, (servicer: Servicer) => Promise<Channel>][] = [
  [
    "grpc",
    async (servicer) => {
      const server = await serve([servicer], { address: "127.0.0.1:0" });
      ends.push(() => server.close({ drainMs: 0 }));
      return channel(server.address);
    },
  ],
  ["memory", async (servicer) => memory([servicer])],
  ["connect", (servicer) => overConnect(servicer, (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }))],
  ["grpc on a Connect router", (servicer) => overConnect(servicer, (baseUrl) => createGrpcTransport({ baseUrl }))],
];

async function overConnect(servicer: Servicer, transport: (baseUrl: string) => Parameters<typeof connectChannel>[0]): Promise<Channel> {
  const server = await serveConnect((router) => mount(router, echoDesc, servicer));
  ends.push(() => server.close());
  return connectChannel(transport(server.baseUrl), [echoDesc]);
}

async function* sent(messages: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* messages;
}

async function opened(open: (servicer: Servicer) => Promise<Channel>, hold: number): Promise<Channel> {
  const result = await open(new Echo(hold));
  ends.push(() => result.close());
  return result;
}

/** Messages of many sizes: empty, smaller and larger than what Node keeps in one pool, larger than a frame and a window of HTTP/2. */
const messages = [0, 1, 2, 100, 0, 3_000, 5_000, 20_000, 100_000, 0].map((size, i) => StringValue.encode(String(i).repeat(size)));

describe.each(transports)("over %s", (transport, open) => {
  test("bytes arrive as they are, and stay so", async () => {
    const channel = await opened(open, 10);
    const many = Array.from({ length: 20 }, () => messages).flat();
    const got = (await all(channel.stream(chat, sent(many), {}))) as Uint8Array[];
    expect(got.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(many.map((bytes) => Buffer.from(bytes).toString("hex")));
  });

  test("an empty message is one", async () => {
    const channel = await opened(open, 1);
    const got = (await all(channel.stream(chat, sent([new Uint8Array(), new Uint8Array()]), {}))) as Uint8Array[];
    expect(got.map(({ byteLength }) => byteLength)).toEqual([0, 0]);
  });

  test("who gets them may write into them: they are no longer the sender's", async () => {
    const channel = await opened(open, 1);
    const before = messages.map((bytes) => Buffer.from(bytes));
    for await (const bytes of channel.stream(chat, sent(messages), {}) as AsyncIterable<Uint8Array>) bytes.fill(255);
    expect(messages.map((bytes) => Buffer.from(bytes))).toEqual(before);
  });

  test("bytes that are no message", async () => {
    const channel = await opened(open, 1);
    const malformed = new Uint8Array([10, 5, 104]);
    const responses = channel.stream(chat, sent([malformed]), {});
    if (transport === "grpc" || transport === "memory") expect(await all(responses)).toEqual([expect.objectContaining({ byteLength: 3 })]);
    else expect(await thrownBy(responses)).toMatchObject({ code: "invalid_argument", message: expect.stringMatching(/^google\.protobuf\.StringValue: /) });
  });
});
