import { metrics as globalMetrics } from "@opentelemetry/api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { all, plain, type Served, startMemory, thrownBy } from "../../tests/echo.js";
import { Meters } from "../../tests/telemetry.js";
import { BridgeError } from "../errors.js";
import type { Interceptor } from "../interceptors/chain.js";
import { metrics } from "./metrics.js";

let meters: Meters;
const ends: (() => unknown)[] = [];
beforeEach(() => {
  meters = new Meters();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await meters.close();
});

async function open(methods: Parameters<typeof startMemory>[0], ...interceptors: Interceptor[]): Promise<Served> {
  const served = await startMemory(methods, { interceptors }, { interceptors });
  ends.push(() => served.close());
  return served;
}

test("names, units and attributes", async () => {
  const { client } = await open(plain, metrics({ meterProvider: meters.meterProvider, system: "connectrpc" }));
  await client.say("Ada");
  await all(client.list("a bc"));
  const collected = await meters.collect();
  const attributes = (method: string) => ({ "rpc.system.name": "connectrpc", "rpc.method": `test.Echo/${method}` });
  const ok = (method: string) => ({ ...attributes(method), "rpc.status_code": "OK" });
  for (const end of ["client", "server"]) {
    const seconds = collected.get(`rpc.${end}.call.duration`) ?? [];
    expect(seconds.map(({ attributes, count }) => [attributes, count])).toEqual([
      [ok("Say"), 1],
      [ok("List"), 1],
    ]);
    for (const { value } of seconds) expect(value).toBeGreaterThan(0);
    expect(collected.get(`protobridge.${end}.active_calls`)).toEqual([
      { attributes: attributes("Say"), value: 0, count: 1 },
      { attributes: attributes("List"), value: 0, count: 1 },
    ]);
    expect(collected.get(`protobridge.${end}.request.size`)?.map(({ value }) => value)).toEqual([5, 6]);
    expect(collected.get(`protobridge.${end}.response.size`)?.map(({ value }) => value)).toEqual([11, 7]);
    expect(collected.get(`protobridge.${end}.request.messages`)).toEqual([{ attributes: ok("List"), value: 1, count: 1 }]);
    expect(collected.get(`protobridge.${end}.response.messages`)).toEqual([{ attributes: ok("List"), value: 2, count: 1 }]);
  }
});

test("what is under way is counted until it is over", async () => {
  let answer = (_: string): void => {};
  const { client } = await open({ say: () => new Promise<string>((resolve) => (answer = resolve)) }, metrics({ meterProvider: meters.meterProvider }));
  const active = async () => [...(await meters.collect())].filter(([name]) => name.endsWith("active_calls")).map(([, [point]]) => point?.value);
  const said = client.say("x");
  await expect.poll(active).toEqual([1, 1]);
  answer("done");
  expect(await said).toBe("done");
  await expect.poll(active).toEqual([0, 0]);
});

test("errors are told apart by their codes, and a call that is made again counts once", async () => {
  let count = 0;
  const again: Interceptor = (next) => async (call) => next(call).catch(() => next(call));
  const { client } = await open(
    {
      say(request) {
        if (request === "lost" || count++ === 0) throw new BridgeError(request === "lost" ? "not_found" : "unavailable", "no");
        return request;
      },
    },
    again,
    metrics({ meterProvider: meters.meterProvider }),
  );
  await thrownBy(client.say("lost"));
  expect(await client.say("x")).toBe("x");
  const duration = (await meters.collect()).get("rpc.client.call.duration");
  expect(duration?.map(({ attributes, count }) => [attributes["rpc.status_code"], attributes["error.type"], count])).toEqual([
    ["NOT_FOUND", "NOT_FOUND", 1],
    ["OK", undefined, 1],
  ]);
});

test("without an SDK nothing is measured; one that is registered later is used from then on", async () => {
  const { client } = await open(plain, metrics());
  expect(await client.say("a")).toBe("hello a");
  globalMetrics.setGlobalMeterProvider(meters.meterProvider);
  ends.push(() => globalMetrics.disable());
  await client.say("b");
  expect((await meters.collect()).get("rpc.server.call.duration")?.map(({ count }) => count)).toEqual([1]);
});
