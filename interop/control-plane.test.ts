/** The control plane of rxpress: one stream that carries many exchanges, and values inside of envelopes. */
import { afterEach, expect, it } from "vitest";
import { type Control, type ControlInit, ControlPlaneClient, ControlPlaneServicer, type Value } from "../fixtures/gen/handler_bridge_bridge.js";
import { collect } from "./collect.js";
import { fromPython, towardsPython } from "./peers.js";

let end: (() => Promise<void>) | undefined;
afterEach(() => end?.());

const ok = { code: 0, message: "", details: new Uint8Array(0) };

it("our client, a Python server", async () => {
  const peers = await towardsPython();
  end = peers.end;
  const value = { nested: [1, "two", null, 2n ** 60n] };
  const messages: ControlInit[] = [
    { correlation: "1", oneofMsg: { case: "log", value: { level: "info", msg: "hello", fields: { n: 1, f: 0.5, list: [1] } } } },
    { correlation: "2", oneofMsg: { case: "kvPut", value: { bucket: "b", key: "k", value } } },
    { correlation: "3", oneofMsg: { case: "kvGet", value: { bucket: "b", key: "k" } } },
    { correlation: "4", oneofMsg: { case: "kvDel", value: { bucket: "b", key: "k" } } },
    { correlation: "5", oneofMsg: { case: "kvGet", value: { bucket: "b", key: "k" } } },
    { correlation: "6", oneofMsg: { case: "emit", value: { topic: "t", data: { bytes: new Uint8Array([1]) } } } },
    { correlation: "7", oneofMsg: { case: "heartbeat", value: { unixMs: Date.now() } } },
  ];
  expect(await collect(new ControlPlaneClient(peers.connection).connect(messages))).toEqual([
    { correlation: "2", oneofMsg: { case: "kvCommonRes", value: { status: ok } } },
    { correlation: "3", oneofMsg: { case: "kvGetRes", value: { status: ok, value } } },
    { correlation: "4", oneofMsg: { case: "kvCommonRes", value: { status: ok } } },
    { correlation: "5", oneofMsg: { case: "kvGetRes", value: { status: ok, value: null } } },
    { correlation: "6", oneofMsg: { case: undefined } },
  ]);
  expect(await peers.server.event("log", "hello")).toMatchObject({ level: "info", fields: { n: 1, f: 0.5, list: [1] } });
});

it("a Python client, our server", async () => {
  const store = new Map<string, Value>();
  const seen: Control[] = [];
  const servicer = ControlPlaneServicer.from({
    async *connect(requests) {
      for await (const request of requests) {
        const { correlation, oneofMsg: message } = request;
        seen.push(request);
        if (message.case === "kvPut") {
          store.set(message.value.key, message.value.value ?? null);
          yield { correlation, oneofMsg: { case: "kvCommonRes", value: { status: {} } } };
        } else if (message.case === "kvGet") {
          yield { correlation, oneofMsg: { case: "kvGetRes", value: { status: {}, value: store.get(message.value.key) ?? null } } };
        }
      }
    },
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
  expect(seen[0]).toEqual({
    correlation: "1",
    meta: { traceId: "", spanId: "", tenant: "t", baggage: { run_id: "r" } },
    oneofMsg: { case: "log", value: { level: "warn", msg: "hi", fields: { n: 1 } } },
  });
  expect(seen[1]?.oneofMsg).toMatchObject({ case: "kvPut", value: { ttlSec: 60n } });
});
