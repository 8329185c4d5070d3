import { Client, type ClientDuplexStream, credentials } from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import { EchoServicer, echo, type Served, startGrpc, thrownBy } from "../../../tests/echo.js";
import { serve } from "./index.js";
import { divert, framed, type Wire } from "./wire.js";

/** The flag of a message that is not compressed, in the place of an encoding: as grpc-js wants it. */
const plainly = 2 as unknown as BufferEncoding;

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** What a decoder gives for bytes: here, whole messages. */
function wireOf(...messages: number[][]): Wire {
  return { decoder: { write: () => messages.map((bytes) => Buffer.from(bytes)) } } as unknown as Wire;
}

test("messages are diverted without their heads, until one is compressed", () => {
  const wire = wireOf([0, 0, 0, 0, 1, 7], [1, 0, 0, 0, 1, 8], [0, 0, 0, 0, 1, 9]);
  const diverted: number[][] = [];
  divert(wire, (message) => diverted.push([...message]));
  expect(wire.decoder.write(Buffer.alloc(0)).map((message) => message[5])).toEqual([8, 9]);
  // grpc-js takes its time with what is compressed: nothing may overtake it.
  expect(wire.decoder.write(Buffer.alloc(0)).map((message) => message[5])).toEqual([7, 8, 9]);
  expect(diverted).toEqual([[7]]);
});

test("messages are framed one behind the other", () => {
  expect([...framed([Buffer.from([1, 2]), Buffer.alloc(0), Buffer.from([3])], 18)]).toEqual([0, 0, 0, 0, 2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3]);
});

test("messages of which some are compressed arrive whole and in order", async () => {
  const server = await serve([EchoServicer.from({ chat: (requests) => requests })], { address: "127.0.0.1:0" });
  const client = new Client(server.address, credentials.createInsecure(), { "grpc.default_compression_algorithm": 2 });
  const bytes = (value: Buffer): Buffer => value;
  const { path } = echo.methods.get("chat") as { path: string };
  const call: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(path, bytes, bytes);
  for (let i = 0; i < 60; i++) call.write(Buffer.from([10, 1, 32 + i]), i % 20 < 7 ? plainly : undefined);
  call.end();
  const heard: number[] = [];
  for await (const message of call) heard.push((message as Buffer)[2] as number);
  client.close();
  await server.close();
  expect(heard).toEqual(Array.from({ length: 60 }, (_, i) => 32 + i));
});

test("what was yielded before a failure arrives, although both come in one turn", async () => {
  served = await startGrpc({
    async *list() {
      yield "a";
      yield "b";
      throw new Error("no more");
    },
  });
  const heard: string[] = [];
  const read = async (): Promise<void> => {
    for await (const text of (served as Served).client.list("")) heard.push(text);
  };
  expect(await thrownBy(read())).toMatchObject({ code: "internal" });
  expect(heard).toEqual(["a", "b"]);
});
