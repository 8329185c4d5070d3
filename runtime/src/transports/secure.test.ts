import { createConnectTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { echoDesc } from "../../tests/connect.js";
import { EchoClient } from "../../tests/echo.js";
import { intercept } from "../interceptors/intercept.js";
import type { Channel } from "../transport.js";
import { connectChannel } from "./connect/index.js";
import { type ChannelOptions, channel } from "./grpc/index.js";
import { memory } from "./memory.js";

/** What an interceptor is told, too. */
async function told(opened: Channel): Promise<boolean | undefined> {
  let secure: unknown = "nothing";
  const watched = intercept(opened, {
    interceptors: [
      () => async (call) => {
        secure = call.secure;
        return "";
      },
    ],
  });
  await new EchoClient(watched).say("");
  expect([watched.secure, secure]).toEqual([opened.secure, opened.secure]);
  await opened.close();
  return opened.secure;
}

describe("a channel tells whether others can read along", () => {
  test.each<[address: string, secure: boolean, options?: ChannelOptions]>([
    ["127.0.0.1:50051", true],
    ["127.8.9.10:50051", true],
    ["localhost:50051", true],
    ["[::1]:50051", true],
    ["unix:/run/bridge.sock", true],
    ["192.0.2.1:50051", false],
    ["bridge.example:50051", false],
    ["127.example.com:50051", false],
    ["localhost.example.com:50051", false],
    ["dns:///bridge.example:50051", false],
    ["bridge.example:50051", true, { tls: true }],
    ["bridge.example:50051", true, { tls: {} }],
    ["bridge.example:50051", false, { tls: false as never }],
  ])("grpc, %s: %s", async (address, secure, options) => {
    expect(await told(channel(address, options))).toBe(secure);
  });

  test("memory", async () => {
    expect(await told(memory([]))).toBe(true);
  });

  test("connect, as it is told itself", async () => {
    const transport = createConnectTransport({ baseUrl: "https://bridge.example", httpVersion: "2" });
    expect(await told(connectChannel(transport, [echoDesc]))).toBeUndefined();
    expect(await told(connectChannel(transport, [echoDesc], { secure: true }))).toBe(true);
  });
});
