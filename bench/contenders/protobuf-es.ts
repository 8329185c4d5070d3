/** protobuf-es, with messages made by `create` and read by hand. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Event, EventSchema } from "../../fixtures/gen/event_pb.js";
import { type InvokeRequest, InvokeRequestSchema, type Value } from "../../fixtures/gen/handler_bridge_pb.js";
import { type ExecuteToolRequest, ExecuteToolRequestSchema } from "../../fixtures/gen/snakepit_bridge_pb.js";
import type { Invoke, LoomEvent, Plain, Tool } from "../data.js";
import { anyPrefix, anyTag, type Contender } from "./contender.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The member of a value's oneof; also for calls. */
export function valueInit(plain: Plain): { v: Value["v"] } {
  if (typeof plain === "string") return { v: { case: "s", value: plain } };
  if (typeof plain === "number") return { v: Number.isSafeInteger(plain) ? { case: "i64", value: BigInt(plain) } : { case: "f64", value: plain } };
  if (typeof plain === "boolean") return { v: { case: "b", value: plain } };
  if (plain instanceof Uint8Array) return { v: { case: "bin", value: plain as Uint8Array<ArrayBuffer> } };
  return { v: { case: "json", value: JSON.stringify(plain) } };
}

/** The plain value that a message carries; also for calls. */
export function plainValue({ v }: Value): Plain {
  switch (v.case) {
    case "i64":
      return Number(v.value);
    case "json":
      return JSON.parse(v.value) as Plain;
    case undefined:
      return null;
    default:
      return v.value;
  }
}

export function invokeInit(plain: Invoke) {
  const input: Record<string, { v: Value["v"] }> = {};
  for (const key of Object.keys(plain.input)) input[key] = valueInit(plain.input[key] as Plain);
  return { handlerName: plain.handlerName, method: plain.method, correlation: plain.correlation, meta: plain.meta, input };
}

function invokeMessage(plain: Invoke): InvokeRequest {
  return create(InvokeRequestSchema, invokeInit(plain));
}

export function plainInvoke({ handlerName, method, correlation, meta, input }: InvokeRequest): Invoke {
  const values: Record<string, Plain> = {};
  for (const key of Object.keys(input)) values[key] = plainValue(input[key] as Value);
  const { traceId = "", spanId = "", tenant = "", baggage = {} } = meta ?? {};
  return { handlerName, method, correlation, meta: { traceId, spanId, tenant, baggage }, input: values };
}

function toolMessage({ sessionId, toolName, parameters, metadata, stream }: Tool): ExecuteToolRequest {
  const anys: Record<string, { typeUrl: string; value: Uint8Array<ArrayBuffer> }> = {};
  const binaryParameters: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const key of Object.keys(parameters)) {
    const value = parameters[key] as Plain;
    if (value instanceof Uint8Array) binaryParameters[key] = value as Uint8Array<ArrayBuffer>;
    else anys[key] = { typeUrl: anyPrefix + anyTag(value), value: encoder.encode(JSON.stringify(value)) };
  }
  return create(ExecuteToolRequestSchema, { sessionId, toolName, parameters: anys, metadata, stream, binaryParameters });
}

function plainTool({ sessionId, toolName, parameters, metadata, stream, binaryParameters }: ExecuteToolRequest): Tool {
  const values: Record<string, Plain> = {};
  for (const key of Object.keys(parameters)) values[key] = JSON.parse(decoder.decode(parameters[key]?.value)) as Plain;
  for (const key of Object.keys(binaryParameters)) values[key] = binaryParameters[key] as Uint8Array;
  return { sessionId, toolName, parameters: values, metadata, stream };
}

function eventMessage(plain: LoomEvent): Event {
  return create(EventSchema, plain as LoomEvent & { payload: Uint8Array<ArrayBuffer> });
}

function plainEvent({ id, type, timestampMs, source, metadata, payload, confidence, tags, priority }: Event): LoomEvent {
  return { id, type, timestampMs, source, metadata, payload, confidence, tags, priority };
}

export function protobufEs(): Contender {
  return {
    name: "protobuf-es",
    protobuf: true,
    codecs: {
      invoke: {
        encode: (plain) => toBinary(InvokeRequestSchema, invokeMessage(plain)),
        decode: (bytes) => plainInvoke(fromBinary(InvokeRequestSchema, bytes)),
        bare: {
          message: invokeMessage,
          encode: (message) => toBinary(InvokeRequestSchema, message as InvokeRequest),
          decode: (bytes) => fromBinary(InvokeRequestSchema, bytes),
        },
      },
      tool: {
        encode: (plain) => toBinary(ExecuteToolRequestSchema, toolMessage(plain)),
        decode: (bytes) => plainTool(fromBinary(ExecuteToolRequestSchema, bytes)),
        bare: {
          message: toolMessage,
          encode: (message) => toBinary(ExecuteToolRequestSchema, message as ExecuteToolRequest),
          decode: (bytes) => fromBinary(ExecuteToolRequestSchema, bytes),
        },
      },
      event: {
        encode: (plain) => toBinary(EventSchema, eventMessage(plain)),
        decode: (bytes) => plainEvent(fromBinary(EventSchema, bytes)),
        bare: {
          message: eventMessage,
          encode: (message) => toBinary(EventSchema, message as Event),
          decode: (bytes) => fromBinary(EventSchema, bytes),
        },
      },
    },
  };
}
