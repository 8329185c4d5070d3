import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createContextKey as createConnectKey, createConnectRouter, createContextValues } from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { echoDesc, serveConnect, startConnect, startConnectGrpc, startConnectGrpcWeb } from "../../../tests/connect.js";
import { all, EchoClient, EchoServicer, type Start, thrownBy } from "../../../tests/echo.js";
import { CallContext } from "../../context.js";
import { BridgeError, errorDetail } from "../../errors.js";
import { service } from "../../servicer/service.js";
import { Servicer } from "../../servicer/servicer.js";
import { StringValue } from "../../wkt.js";
import { connectChannel, connectContext, mount } from "./index.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe("a servicer that does not fit", () => {
  class Other extends Servicer {
    say(): string {
      return "";
    }
  }

  test("is of another service than the descriptor", () => {
    const servicer = new Other(service("test.Other", [["say", "Say", "unary", StringValue, StringValue]]));
    const message = "the descriptor is of test.Echo, and the servicer serves test.Other: mount each with its own";
    expect(() => mount(createConnectRouter(), echoDesc, servicer)).toThrowError(new Error(message));
  });

  test("is of another version: a method is missing, of another kind or of other messages", () => {
    const other = { ...StringValue, typeName: "test.Other" };
    for (const [name, kind, input, output] of [
      ["Shout", "unary", StringValue, StringValue],
      ["Say", "server_streaming", StringValue, StringValue],
      ["Say", "unary", other, StringValue],
      ["Say", "unary", StringValue, other],
    ] as const) {
      const servicer = new Other(service("test.Echo", [["say", name, kind, input, output]]));
      const message = `the descriptor of test.Echo and the servicer do not agree on ${name}: generate the code of both again`;
      expect(() => mount(createConnectRouter(), echoDesc, servicer)).toThrowError(new Error(message));
    }
  });

  test("is the second of its service", () => {
    const router = createConnectRouter();
    expect(mount(router, echoDesc, new EchoServicer())).toBe(router);
    expect(() => mount(router, echoDesc, new EchoServicer())).toThrowError(new Error("the router serves test.Echo already"));
  });
});

test("Connect's own context, with the values that an adapter sets, is among those of the call", async () => {
  const address = createConnectKey("");
  const servicer = EchoServicer.from({
    say(_request, { values, peer }) {
      const connect = values.get(connectContext);
      return [connect?.protocolName, new URL(connect?.url ?? "").pathname, connect?.values.get(address), peer.address].join(" ");
    },
  });
  const server = createServer(
    connectNodeAdapter({
      routes: (router) => mount(router, echoDesc, servicer),
      contextValues: ({ socket }) => createContextValues().set(address, socket.remoteAddress ?? ""),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const opened = connectChannel(createConnectTransport({ baseUrl, httpVersion: "1.1" }), [echoDesc]);
  expect(await new EchoClient(opened).say("")).toBe("connect /test.Echo/Say 127.0.0.1 ");
  expect(new CallContext().values.get(connectContext)).toBeUndefined();
});

describe.each<[string, Start, inTrailers: boolean]>([
  ["connect", startConnect, false],
  ["grpc", startConnectGrpc, true],
  ["grpc-web", startConnectGrpcWeb, false],
])("over %s", (_protocol, start, inTrailers) => {
  test("an error of any size arrives, as whole as the protocol allows", async () => {
    let error = new BridgeError("aborted", "");
    const onError = vi.fn();
    const served = await start(
      {
        say: () => Promise.reject(error),
        async *list() {
          yield "one";
          throw error;
        },
      },
      { onError },
    );
    closers.push(served.close);
    const thrown = async () => [await thrownBy(served.client.say("")), await thrownBy(served.client.list(""))] as BridgeError[];

    error = new BridgeError("aborted", "half \uD83D");
    for (const got of await thrown()) expect(got).toMatchObject({ code: "aborted", message: "half \uFFFD" });

    error = new BridgeError("aborted", "long: ".repeat(100_000));
    for (const got of await thrown()) {
      expect(got.code).toBe("aborted");
      if (inTrailers) expect(got.message).toMatch(/^(long: )+.*\.\.\.$/);
      else expect(got.message).toBe(error.message);
    }
    expect(onError).not.toHaveBeenCalled();

    error = new BridgeError("aborted", "why", { details: [errorDetail(StringValue, "x".repeat(20_000))] });
    for (const got of await thrown()) expect(got).toMatchObject({ code: "aborted", message: "why", details: inTrailers ? [] : error.details });
    const reported = onError.mock.calls.map(([reason]) => String(reason));
    expect(reported).toEqual(inTrailers ? Array(2).fill("Error: the details of an error are more than trailers carry, and were left out") : []);
  });

  test("the reason of a shutdown is the signal's, and the client's", async () => {
    const seen: AbortSignal[] = [];
    const served = await start({
      say: (_request, { signal }) => {
        seen.push(signal);
        return new Promise(() => {});
      },
    });
    closers.push(served.close);
    const pending = thrownBy(served.client.say(""));
    await expect.poll(() => seen.length).toBe(1);
    await served.shutdown();
    expect(await pending).toMatchObject({ code: "unavailable", message: "the server is shutting down" });
    expect(seen[0]?.reason).toMatchObject({ code: "unavailable", message: "the server is shutting down" });
  });
});

test("requests that the router cannot read are told to the client, and to nobody else", async () => {
  const onError = vi.fn();
  const caught: unknown[] = [];
  const servicer = EchoServicer.from({
    async join(requests) {
      return all(requests).then(
        (texts) => texts.join(),
        (reason) => {
          caught.push(reason);
          throw reason;
        },
      );
    },
  });
  const server = await serveConnect((router) => mount(router, echoDesc, servicer, { onError }), "1.1");
  closers.push(server.close);
  const response = await fetch(`${server.baseUrl}/test.Echo/Join`, {
    method: "POST",
    headers: { "content-type": "application/connect+proto", "connect-protocol-version": "1" },
    body: new Uint8Array([0, 0, 0, 0, 3, 10, 5, 104]),
  });
  const end = JSON.parse((await response.text()).slice(5)) as { error: { code: string; message: string } };
  expect(end.error).toMatchObject({ code: "internal", message: expect.stringMatching(/^parse binary: /) });
  expect(caught).toEqual([expect.any(BridgeError)]);
  expect(caught[0]).toMatchObject(end.error);
  expect(onError).not.toHaveBeenCalled();
});

test("a response that protobuf-es cannot carry is internal, and names the message", async () => {
  const broken = { typeName: "google.protobuf.StringValue", encode: () => new Uint8Array([10, 5, 104]), decode: () => "" };
  class Broken extends Servicer {
    say(): string {
      return "";
    }
  }
  const servicer = new Broken(service("test.Echo", [["say", "Say", "unary", StringValue, broken]]));
  const onError = vi.fn();
  const server = await serveConnect((router) => mount(router, echoDesc, servicer, { onError }));
  closers.push(server.close);
  const opened = connectChannel(createConnectTransport({ baseUrl: server.baseUrl, httpVersion: "2" }), [echoDesc]);
  closers.push(() => opened.close());
  expect(await thrownBy(new EchoClient(opened).say(""))).toMatchObject({
    code: "internal",
    message: expect.stringMatching(/^google\.protobuf\.StringValue: /),
  });
  expect(onError).toHaveBeenCalledTimes(1);
  // What the descriptor has beyond the servicer is Connect's to answer.
  expect(await thrownBy(new EchoClient(opened).list(""))).toMatchObject({ code: "unimplemented", message: "test.Echo.List is not implemented" });
});
