import { connect as connectHttp2 } from "node:http2";
import { afterEach, describe, expect, test, vi } from "vitest";
import { echoDesc, serveConnect, startConnect, startConnectGrpc, startConnectGrpcWeb } from "../../../tests/connect.js";
import { all, EchoServicer, type Served, type Start, thrownBy } from "../../../tests/echo.js";
import { BridgeError } from "../../errors.js";
import type { Metadata } from "../../metadata.js";
import type { CallOptions } from "../../servicer/options.js";
import { mount } from "./index.js";

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

const sent: Metadata = {
  text: "a, b; {c: 1}",
  repeated: ["1", "2, 3", "4"],
  "one-bin": new Uint8Array([0, 1, 255]),
  "many-bin": [new Uint8Array([1]), new Uint8Array([]), new Uint8Array([2, 3])],
  constructor: "not Object",
  "to.string_-9": "",
};
/** HTTP joins the values of a key. Text cannot be taken apart again. */
const arrived: Metadata = { ...sent, repeated: "1, 2, 3, 4" };

function expectArrived(received: Metadata | undefined): void {
  expect(received && Object.getPrototypeOf(received)).toBeNull();
  const { "user-agent": _, ...rest } = received ?? {};
  expect(rest).toEqual(arrived);
}

describe.each<[string, Start]>([
  ["connect", async (...args) => (served = await startConnect(...args))],
  ["grpc", async (...args) => (served = await startConnectGrpc(...args))],
  ["grpc-web", async (...args) => (served = await startConnectGrpcWeb(...args))],
])("over %s", (_protocol, start) => {
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
    await client.say("", { metadata: sent, timeoutMs: 5_000 });
    await all(client.chat([], { metadata: sent }));
    expect(seen.length).toBe(2);
    for (const metadata of seen) expectArrived(metadata);
    expect((seen[0] as Metadata)["one-bin"]?.constructor).toBe(Uint8Array);
  });

  test("header and trailer", async () => {
    const { client } = await start({
      say(_request, { header, trailer }) {
        Object.assign(trailer, sent);
        Object.assign(header, sent);
        return "";
      },
      async *chat(_requests, { header, trailer }) {
        Object.assign(header, sent);
        yield "one";
        Object.assign(trailer, sent);
      },
      async join(_requests, { header, trailer }) {
        Object.assign(header, sent);
        Object.assign(trailer, sent);
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
    for (const metadata of Object.values(received)) expectArrived(metadata);
  });

  test("header and trailer of a call that fails are in one, and the error's own come first", async () => {
    const fail = ({ header, trailer }: { header: Record<string, unknown>; trailer: Record<string, unknown> }): never => {
      header["h"] = "header";
      trailer["t"] = "trailer";
      trailer["more"] = "of the trailer";
      throw new BridgeError("aborted", "no", { metadata: { more: "of the error", "e-bin": [new Uint8Array([1]), new Uint8Array([2])] } });
    };
    const { client } = await start({
      say: (_request, context) => fail(context),
      async *list(_request, context) {
        yield fail(context);
      },
    });
    for (const call of [(options: CallOptions) => client.say("", options), (options: CallOptions) => client.list("", options)]) {
      const onTrailer = vi.fn();
      const error = (await thrownBy(call({ onTrailer }))) as BridgeError;
      const expected = { h: "header", t: "trailer", more: "of the error", "e-bin": [new Uint8Array([1]), new Uint8Array([2])] };
      expect({ ...error.metadata }).toEqual(expected);
      expect({ ...onTrailer.mock.calls[0]?.[0] }).toEqual(expected);
      expect(onTrailer).toHaveBeenCalledTimes(1);
    }
  });

  const illegal: [why: string, metadata: Metadata, message: string][] = [
    ["an upper case key", { Upper: "a" }, 'metadata "Upper": a key is made of lower case letters, digits, _ - and .'],
    ["a key of gRPC's", { "grpc-status": "0" }, "metadata grpc-status: the key is reserved for HTTP and Connect themselves"],
    ["a key of Connect's", { "connect-timeout-ms": "0" }, "metadata connect-timeout-ms: the key is reserved for HTTP and Connect themselves"],
    ["a key that would be taken for a trailer", { "trailer-x": "a" }, "metadata trailer-x: the key is reserved for HTTP and Connect themselves"],
    ["a key of HTTP's", { "content-length": "1" }, "metadata content-length: the key is reserved for HTTP and Connect themselves"],
    ["text with a line end", { key: "a\nb" }, 'metadata "key": a value is printable ASCII text; bytes go under a key that ends in -bin'],
    ["text under a key of bytes", { "key-bin": "a" }, 'metadata "key-bin": a key that ends in -bin has bytes (Uint8Array)'],
    ["more than HTTP/2 carries", { key: "a".repeat(70_000) }, "the metadata has 70035 bytes, and HTTP/2 carries 60000"],
  ];

  test.each(illegal)("%s is invalid_argument from the client", async (_why, metadata, message) => {
    const { client } = await start({ say: () => "fine" });
    for (const thrown of [thrownBy(client.say("", { metadata })), thrownBy(client.chat([], { metadata }))])
      expect(await thrown).toMatchObject({ code: "invalid_argument", message });
    expect(await client.say("")).toBe("fine");
  });

  test.each(illegal)("%s is internal from the server", async (_why, metadata, message) => {
    const onError = vi.fn();
    let at = "";
    const set = (context: { header: object; trailer: object }): void => {
      if (at === "error") throw new BridgeError("aborted", "no", { metadata });
      if (at !== "fine") Object.assign(at === "header" ? context.header : context.trailer, metadata);
    };
    const { client } = await start(
      {
        say(_request, context) {
          set(context);
          return "fine";
        },
        async *list(_request, context) {
          set(context);
          yield "fine";
        },
      },
      { onError },
    );
    for (at of ["header", "trailer", "error"]) {
      for (const call of [() => client.say(""), () => client.list("")]) expect(await thrownBy(call()), at).toMatchObject({ code: "internal", message });
    }
    expect(onError).toHaveBeenCalledTimes(6);
    at = "fine";
    expect(await client.say("")).toBe("fine");
  });

  test("a listener of headers that throws fails the call with what it threw", async () => {
    const { client } = await start({
      say: () => "",
      async *list() {
        yield "one";
      },
      join: () => Promise.reject(new BridgeError("aborted", "no")),
    });
    const mine = new Error("mine");
    const fail = (): never => {
      throw mine;
    };
    expect(await thrownBy(client.say("", { onHeader: fail }))).toBe(mine);
    expect(await thrownBy(client.list("", { onHeader: fail }))).toBe(mine);
    expect(await thrownBy(client.say("", { onTrailer: fail }))).toBe(mine);
    expect(await thrownBy(client.list("", { onTrailer: fail }))).toBe(mine);
    expect(await thrownBy(client.join([], { onTrailer: fail }))).toBe(mine);
  });
});

test("what a client sends beyond the rules, and what belongs to the protocol, is left out", async () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  let seen: Metadata = {};
  const servicer = EchoServicer.from({
    say(_request, { metadata }) {
      seen = metadata;
      return "";
    },
  });
  const server = await serveConnect((router) => mount(router, echoDesc, servicer));
  const session = connectHttp2(server.baseUrl);
  const stream = session.request({
    ":method": "POST",
    ":path": "/test.Echo/Say",
    "content-type": "application/json",
    "content-length": "2",
    accept: "*/*",
    "accept-encoding": "br",
    "connect-protocol-version": "1",
    "connect-timeout-ms": "5000",
    te: "trailers",
    "x-grpc-web": "1",
    "user-agent": "Mozilla/5.0 (like Gecko, or not)",
    "latin-1": "caf\u00e9",
    "odd!key": "a",
    "broken-bin": "AQ, *",
    "fine-bin": "AQ==,Ag",
    fine: ["a", "b"],
  });
  stream.end('""');
  stream.resume();
  await new Promise((resolve) => stream.on("close", resolve));
  session.destroy();
  await server.close();
  expect({ ...seen }).toEqual({ fine: "a, b", "fine-bin": [new Uint8Array([1]), new Uint8Array([2])], "user-agent": "Mozilla/5.0 (like Gecko, or not)" });
  expect(print).not.toHaveBeenCalled();
  print.mockRestore();
});
