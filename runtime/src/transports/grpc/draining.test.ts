import { Client, credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import { afterEach, expect, test, vi } from "vitest";
import { echo } from "../../../tests/echo.js";
import type { CallContext } from "../../context.js";
import type { Route } from "../../servicer/routes.js";
import type { MethodInfo } from "../../servicer/service.js";
import { register } from "./answer.js";
import { Calls } from "./calls.js";

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const asBytes = (bytes: Buffer): Buffer => bytes;

test("the signal of a server that begins to close is one for all calls, and comes before those of the calls", async () => {
  const seen: { context: CallContext; draining: AbortSignal | undefined }[] = [];
  const route = (localName: string, answer: (signal: AbortSignal) => Promise<unknown> | AsyncIterable<unknown>): Route => ({
    method: echo.methods.get(localName) as MethodInfo,
    call(_read, context, serving) {
      seen.push({ context, draining: serving?.draining });
      return answer(context.signal);
    },
    encode: () => new Uint8Array(),
  });
  const never = new Promise<never>(() => {});
  const calls = new Calls({ maxSendBytes: 1_000, onError() {}, anonymousPeer: "" });
  const server = new Server();
  register(
    server,
    route("say", () => never),
    calls,
  );
  register(
    server,
    route("chat", async function* () {
      yield await never;
    }),
    calls,
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  ends.push(
    () => server.forceShutdown(),
    () => client.close(),
  );
  client.makeUnaryRequest("/test.Echo/Say", asBytes, asBytes, Buffer.alloc(0), () => {});
  const stream = client.makeBidiStreamRequest("/test.Echo/Chat", asBytes, asBytes);
  const status = new Promise<unknown>((resolve) => stream.on("error", resolve));
  await vi.waitUntil(() => seen.length === 2, { interval: 5, timeout: 10_000 });
  const states = (): unknown => seen.map(({ context, draining }) => [draining?.aborted, context.signal.aborted]);
  expect(seen[0]?.draining).toBe(seen[1]?.draining);
  expect(states()).toEqual([
    [false, false],
    [false, false],
  ]);

  const idle = calls.refuse();
  expect(states()).toEqual([
    [true, false],
    [true, false],
  ]);
  expect(seen[0]?.draining?.reason).toMatchObject({ code: "unavailable", message: "the server is shutting down" });

  calls.abort();
  await idle;
  expect(states()).toEqual([
    [true, true],
    [true, true],
  ]);
  expect(await status).toMatchObject({ code: 14, details: "the server is shutting down" });
});
