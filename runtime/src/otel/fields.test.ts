import { defaultTextMapGetter, defaultTextMapSetter, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { w3c } from "../../tests/telemetry.js";
import { ContextValues } from "../context.js";
import { Call, type CallInit } from "../interceptors/call.js";
import { Traffic } from "../interceptors/traffic.js";
import { fromCarrier, toCarrier } from "./carrier.js";
import { type FieldNames, fieldCarrier } from "./fields.js";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const inside = propagation.setBaggage(
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 }),
  propagation.createBaggage({ tenant: { value: "ä, b;c" }, "a b": { value: "1" } }),
);

function callWith(message: unknown, more: Partial<CallInit> = {}): Call {
  return new Call({
    kind: "unary",
    method: { path: "/a.B/C", fault: undefined } as Call["method"],
    outgoing: true,
    values: new ContextValues(),
    metadata: {},
    signal: new AbortController().signal,
    traffic: new Traffic(),
    read: () => message,
    answer: async () => undefined,
    ...more,
  });
}

/** The call after a context was written to it. */
function written(names: FieldNames, call: Call): Call {
  const carrier = fieldCarrier(names)(call);
  if (!carrier) throw new Error("the call has no such fields");
  w3c.inject(inside, carrier, toCarrier);
  return call;
}

/** What is read of a call. */
function read(names: FieldNames, call: Call) {
  const carrier = fieldCarrier(names)(call);
  const context = carrier ? w3c.extract(ROOT_CONTEXT, carrier, fromCarrier) : ROOT_CONTEXT;
  const { isRemote: _, traceState: __, ...span } = trace.getSpanContext(context) ?? {};
  return { ...span, baggage: Object.fromEntries((propagation.getBaggage(context)?.getAllEntries() ?? []).map(([key, { value }]) => [key, value])) };
}

const all = { traceId, spanId, traceFlags: 1, baggage: { tenant: "ä, b;c", "a b": "1" } };
const ids = { traceId: "meta.traceId", spanId: "meta.spanId", baggage: "meta.baggage" } as const;

describe("ids in fields", () => {
  test("are written to the message, which is copied, and read from it", () => {
    const given = { name: "x", meta: { tenant: "acme", baggage: { run: "7" } } };
    const call = written(ids, callWith(given));
    const meta = { tenant: "acme", traceId, spanId, baggage: { run: "7", tenant: "ä, b;c", "a b": "1" } };
    expect(call.message).toEqual({ name: "x", meta });
    expect(given).toEqual({ name: "x", meta: { tenant: "acme", baggage: { run: "7" } } });
    expect(read(ids, call)).toEqual({ ...all, baggage: { ...all.baggage, run: "7" } });
  });

  test("are in the envelope of what is said over a link, which is made where there is none", () => {
    const said = callWith({ key: "x" }, { kind: "request", member: "get", envelope: {} });
    expect(written(ids, said).envelope).toEqual({ meta: { traceId, spanId, baggage: all.baggage } });
    expect(said.message).toEqual({ key: "x" });
    expect(read(ids, said)).toEqual(all);
    const inMessage = callWith({}, { kind: "request", member: "get", envelope: {} });
    expect(written({ ...ids, in: "message" }, inMessage).envelope).toEqual({});
    expect(inMessage.message).toMatchObject({ meta: { traceId } });
  });

  test("have flags and state, if there are fields for them", () => {
    const names = { traceId: ["deep", "trace.id"], spanId: "span", traceFlags: "flags", traceState: "state" } as const;
    const call = callWith({ deep: { other: 1 } });
    written(names, call);
    expect(call.message).toEqual({ deep: { other: 1, "trace.id": traceId }, span: spanId, flags: "01" });
    expect(read(names, callWith({ ...(call.message as object), flags: "00" }))).toEqual({ ...all, traceFlags: 0, baggage: {} });
    const carrier = fieldCarrier(names)(call);
    carrier?.set("tracestate", "vendor=1");
    expect([carrier?.get("tracestate"), carrier?.keys(), carrier?.get("x-other")]).toEqual(["vendor=1", ["traceparent", "tracestate"], undefined]);
  });

  test("that are missing or malformed are none", () => {
    const messages: unknown[] = [
      {},
      { meta: undefined },
      { meta: "text" },
      { meta: { traceId: "", spanId: "" } },
      { meta: { traceId } },
      { meta: { traceId: 7, spanId: {} } },
      { meta: { traceId: "g".repeat(32), spanId } },
      { meta: { traceId: "0".repeat(32), spanId } },
      { meta: { traceId: `${traceId}-`, spanId } },
      { meta: { traceId, spanId: "short", baggage: ["x"] } },
      { meta: { baggage: { a: 1, "": "x" } } },
      Object.create({ meta: { traceId, spanId } }),
    ];
    for (const message of messages) expect(read(ids, callWith(message))).toEqual({ baggage: {} });
    // Letters may be large.
    expect(read(ids, callWith({ meta: { traceId: traceId.toUpperCase(), spanId } }))).toMatchObject({ traceId });
    expect(read(ids, callWith({ meta: { baggage: { "%": "\ud800" } } }))).toEqual({ baggage: { "%": "\ufffd" } });
  });

  test("a stream, or a message that is no object, has none", () => {
    const stream = (async function* () {})();
    for (const message of [stream, undefined, null, "text", [{}]]) expect(fieldCarrier(ids)(callWith(message))).toBeUndefined();
  });

  test("a peer's names reach no prototype", () => {
    const call = callWith({ meta: {} });
    fieldCarrier(ids)(call)?.set("baggage", "__proto__=x,constructor=y");
    const { baggage } = (call.message as { meta: { baggage: Record<string, string> } }).meta;
    expect(Object.entries(baggage)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(Object.getPrototypeOf(baggage)).toBe(Object.prototype);
    expect(read(ids, callWith({ meta: { baggage: Object.create(null) } }))).toEqual({ baggage: {} });
  });
});

describe("a map", () => {
  test("has the propagator's keys", () => {
    const given = { metadata: { source: "test" } };
    const call = written({ map: "metadata" }, callWith(given));
    const expected: Record<string, string> = { source: "test" };
    w3c.inject(inside, expected, defaultTextMapSetter);
    expect(call.message).toEqual({ metadata: expected });
    expect(trace.getSpanContext(w3c.extract(ROOT_CONTEXT, expected, defaultTextMapGetter))).toMatchObject({ traceId, spanId });
    expect(read({ map: "metadata" }, call)).toEqual(all);
    expect(fieldCarrier({ map: "metadata" })(call)?.keys()).toEqual(["source", "traceparent", "baggage"]);
    expect(fieldCarrier({ map: "other" })(call)?.keys()).toEqual([]);
  });
});
