import { type AddressInfo, connect, createServer } from "node:net";
import { Metadata, Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { all, EchoClient, echo, thrownBy } from "../../../tests/echo.js";
import { BridgeError, type Code, codes } from "../../errors.js";
import { channel } from "./index.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe("a client of another kind of server", () => {
  /** A server of plain grpc-js, which answers with what `answer` does. */
  async function rawServer(answer: (call: ServerDuplexStream<Buffer, Buffer>) => void, portOf = async (port: number) => port): Promise<EchoClient> {
    const server = new Server();
    const bytes = (value: Buffer): Buffer => value;
    for (const { path } of echo.methods.values())
      server.register(path, (call: ServerDuplexStream<Buffer, Buffer>) => answer(call.resume()), bytes, bytes, "bidi");
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
    );
    const opened = channel(`127.0.0.1:${await portOf(port)}`);
    closers.push(
      () => server.forceShutdown(),
      () => opened.close(),
    );
    return new EchoClient(opened);
  }
  const hi = Buffer.from([10, 2, 104, 105]);

  test("gets each status, and one that gRPC does not define as unknown", async () => {
    let code = 0;
    const client = await rawServer((call) => call.emit("error", { code, details: `status ${code}` }));
    const expected: [number, Code][] = [
      ...Object.entries(codes).map(([name, number]): [number, Code] => [number, name as Code]),
      [17, "unknown"],
      [99, "unknown"],
    ];
    for (const [number, name] of expected) {
      code = number;
      expect(await thrownBy(client.say(""))).toMatchObject({ code: name, message: `status ${number}` });
      expect(await thrownBy(client.chat([]))).toMatchObject({ code: name, message: `status ${number}` });
    }
  });

  test("takes malformed details for none", async () => {
    const metadata = new Metadata();
    metadata.set("grpc-status-details-bin", Buffer.from([255, 255, 255]));
    const client = await rawServer((call) => call.emit("error", { code: 5, details: "gone", metadata }));
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "not_found", message: "gone", details: [], metadata: {} });
  });

  test("gets all messages before a failure", async () => {
    const client = await rawServer((call) => {
      for (let i = 0; i < 50; i++) call.write(hi);
      call.emit("error", { code: 15, details: "no more" });
    });
    const heard: string[] = [];
    const error = await thrownBy(
      (async () => {
        for await (const response of client.list("")) {
          heard.push(response);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })(),
    );
    expect(error).toMatchObject({ code: "data_loss" });
    expect(heard.length).toBe(50);
    // A response and a failure: the failure counts.
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "data_loss" });
  });

  test("takes a malformed response for internal, and names the place", async () => {
    const client = await rawServer((call) => {
      call.write(Buffer.from([10, 5, 104]));
      call.end();
    });
    for (const thrown of [thrownBy(client.say("")), thrownBy(client.list("")), thrownBy(client.join([])), thrownBy(client.chat([]))]) {
      const error = (await thrown) as BridgeError;
      expect(error).toMatchObject({ code: "internal", message: expect.stringMatching(/^google\.protobuf\.StringValue: value: /) });
      expect(error.cause).toMatchObject({ code: "invalid_argument" });
    }
  });

  test("fails if a call with one response gets none", async () => {
    const client = await rawServer((call) => call.end());
    expect(await thrownBy(client.say(""))).toBeInstanceOf(BridgeError);
    expect(await thrownBy(client.join([]))).toBeInstanceOf(BridgeError);
    expect(await all(client.list(""))).toEqual([]);
  });

  test("fails as unavailable if the connection is lost", async () => {
    let lose = (): void => {};
    const proxy = createServer((socket) => {
      const through = connect(port);
      socket.pipe(through).pipe(socket);
      lose = () => socket.destroy();
      for (const end of [socket, through]) end.on("error", () => {});
    });
    let port = 0;
    const client = await rawServer(
      () => lose(),
      (real) => {
        port = real;
        return new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve((proxy.address() as AddressInfo).port)));
      },
    );
    closers.push(() => proxy.close());
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable" });
    expect(await thrownBy(client.chat(["a"]))).toMatchObject({ code: "unavailable" });
  });
});
