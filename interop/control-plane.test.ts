/** The control plane of rxpress: one stream that carries many exchanges, and values inside of envelopes. */
import { afterEach, expect, it } from "vitest";
import { ControlPlaneClient, ControlPlaneServicer, type Value } from "../fixtures/gen/handler_bridge_bridge.js";
import { fromPython, towardsPython } from "./peers.js";

let end: (() => Promise<void>) | undefined;
afterEach(() => end?.());

const ok = { code: 0, message: "", details: new Uint8Array(0) };

it("our client, a Python server", async () => {
  const peers = await towardsPython();
  end = peers.end;
  const value = { nested: [1, "two", null, 2n ** 60n] };
  const link = new ControlPlaneClient(peers.connection).connect();
  await link.log({ level: "info", msg: "hello", fields: { n: 1, f: 0.5, list: [1] } });
  expect(await link.kv.put({ bucket: "b", key: "k", value })).toEqual({ status: ok });
  expect(await link.kv.get({ bucket: "b", key: "k" })).toEqual({ status: ok, value });
  expect(await link.kv.del({ bucket: "b", key: "k" })).toEqual({ status: ok });
  expect(await link.kv.get({ bucket: "b", key: "k" })).toEqual({ status: ok, value: null });
  // Answered by an envelope with nothing but the correlation.
  expect(await link.emit({ topic: "t", data: { bytes: new Uint8Array([1]) } })).toEqual({});
  // Nobody answers it, and nobody has to.
  await link.heartbeat({ unixMs: Date.now() });
  expect(await peers.server.event("log", "hello")).toMatchObject({ level: "info", fields: { n: 1, f: 0.5, list: [1] } });
  await link.close();
  expect(link.stats).toMatchObject({ sent: 7, received: 5, pending: 0, unconfirmed: 0, reconnects: 0 });
});

it("a Python client, our server", async () => {
  const store = new Map<string, Value>();
  const seen: unknown[] = [];
  const servicer = ControlPlaneServicer.from({
    connect: () => ({
      log: (message, envelope, { correlation }) => void seen.push({ correlation, envelope, message }),
      kvPut: ({ key, value, ttlSec }) => {
        seen.push(ttlSec);
        store.set(key, value ?? null);
      },
      kvGet: ({ key }) => ({ value: store.get(key) ?? null }),
    }),
  });
  const peers = await fromPython([servicer]);
  end = peers.end;
  const requests = [
    { correlation: "1", meta: { tenant: "t", baggage: { run_id: "r" } }, log: { level: "warn", msg: "hi", fields: { n: { i64: "1" } } } },
    { correlation: "2", kvPut: { bucket: "b", key: "k", value: { json: '{"a": [1, NaN]}' }, ttlSec: "60" } },
    { correlation: "3", kvGet: { bucket: "b", key: "k" } },
    { correlation: "4", kvPut: { key: "f", value: { f64: 0.5 } } },
    { correlation: "5", kvGet: { key: "f" } },
    { correlation: "6", kvGet: { key: "absent" } },
  ];
  const report = await peers.client.call({ method: "ControlPlane.Connect", requests });
  expect(report.code).toBe("OK");
  expect(report.responses).toEqual([
    { correlation: "2", kvCommonRes: { status: {} } },
    { correlation: "3", kvGetRes: { status: {}, value: { json: '{"a": [1, NaN]}' } } },
    { correlation: "4", kvCommonRes: { status: {} } },
    { correlation: "5", kvGetRes: { status: {}, value: { f64: 0.5 } } },
    { correlation: "6", kvGetRes: { status: {}, value: { json: "null" } } },
  ]);
  expect(seen).toEqual([
    {
      correlation: "1",
      envelope: { meta: { traceId: "", spanId: "", tenant: "t", baggage: { run_id: "r" } } },
      message: { level: "warn", msg: "hi", fields: { n: 1 } },
    },
    60n,
    0n,
  ]);
});
