/** pbf. It keeps the names of the proto, and reads integers of 64 bits as numbers. */
import { PbfReader, PbfWriter } from "pbf";
import type { Invoke, LoomEvent, Plain, Tool } from "../data.js";
import { load } from "../peers.js";
import { anyPrefix, anyTag, type Contender } from "./contender.js";

interface Value {
  v?: "s" | "i64" | "f64" | "b" | "bin" | "json";
  s?: string;
  i64?: number;
  f64?: number;
  b?: boolean;
  bin?: Uint8Array;
  json?: string;
}
interface InvokeRequest {
  handler_name: string;
  method: string;
  correlation: string;
  meta: { trace_id: string; span_id: string; tenant: string; baggage: Record<string, string> };
  input: { [key: string]: Value };
}
interface ExecuteToolRequest {
  session_id: string;
  tool_name: string;
  parameters: { [key: string]: { type_url: string; value: Uint8Array } };
  metadata: Record<string, string>;
  stream: boolean;
  binary_parameters: { [key: string]: Uint8Array };
}
interface Event extends Omit<LoomEvent, "timestampMs"> {
  timestamp_ms: number;
}

type Read<Message> = (pbf: PbfReader) => Message;
type Write<Message> = (message: Message, pbf: PbfWriter) => void;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function valueMessage(plain: Plain): Value {
  if (typeof plain === "string") return { s: plain };
  if (typeof plain === "number") return Number.isSafeInteger(plain) ? { i64: plain } : { f64: plain };
  if (typeof plain === "boolean") return { b: plain };
  if (plain instanceof Uint8Array) return { bin: plain };
  return { json: JSON.stringify(plain) };
}

function plainValue(value: Value): Plain {
  if (value.v === undefined) return null;
  return value.v === "json" ? (JSON.parse(value.json ?? "null") as Plain) : (value[value.v] as Plain);
}

function invokeMessage({ handlerName, method, correlation, meta, input }: Invoke): InvokeRequest {
  const values: Record<string, Value> = {};
  for (const key of Object.keys(input)) values[key] = valueMessage(input[key] as Plain);
  const { traceId, spanId, tenant, baggage } = meta;
  return { handler_name: handlerName, method, correlation, meta: { trace_id: traceId, span_id: spanId, tenant, baggage }, input: values };
}

function plainInvoke({ handler_name, method, correlation, meta, input }: InvokeRequest): Invoke {
  const values: Record<string, Plain> = {};
  for (const key of Object.keys(input)) values[key] = plainValue(input[key] as Value);
  const { trace_id, span_id, tenant, baggage } = meta;
  return { handlerName: handler_name, method, correlation, meta: { traceId: trace_id, spanId: span_id, tenant, baggage }, input: values };
}

function toolMessage({ sessionId, toolName, parameters, metadata, stream }: Tool): ExecuteToolRequest {
  const anys: ExecuteToolRequest["parameters"] = {};
  const binary: Record<string, Uint8Array> = {};
  for (const key of Object.keys(parameters)) {
    const value = parameters[key] as Plain;
    if (value instanceof Uint8Array) binary[key] = value;
    else anys[key] = { type_url: anyPrefix + anyTag(value), value: encoder.encode(JSON.stringify(value)) };
  }
  return { session_id: sessionId, tool_name: toolName, parameters: anys, metadata, stream, binary_parameters: binary };
}

function plainTool({ session_id, tool_name, parameters, metadata, stream, binary_parameters }: ExecuteToolRequest): Tool {
  const values: Record<string, Plain> = {};
  for (const key of Object.keys(parameters)) values[key] = JSON.parse(decoder.decode(parameters[key]?.value)) as Plain;
  for (const key of Object.keys(binary_parameters)) values[key] = binary_parameters[key] as Uint8Array;
  return { sessionId: session_id, toolName: tool_name, parameters: values, metadata, stream };
}

function eventMessage({ id, type, timestampMs, source, metadata, payload, confidence, tags, priority }: LoomEvent): Event {
  return { id, type, timestamp_ms: Number(timestampMs), source, metadata, payload, confidence, tags, priority };
}

function plainEvent({ id, type, timestamp_ms, source, metadata, payload, confidence, tags, priority }: Event): LoomEvent {
  return { id, type, timestampMs: BigInt(timestamp_ms), source, metadata, payload, confidence, tags, priority };
}

function written<Message>(write: Write<Message>, message: Message): Uint8Array {
  const pbf = new PbfWriter();
  write(message, pbf);
  return pbf.finish();
}

export async function pbf(): Promise<Contender> {
  const { readInvokeRequest, writeInvokeRequest } = await load<{ readInvokeRequest: Read<InvokeRequest>; writeInvokeRequest: Write<InvokeRequest> }>(
    "pbf",
    "handler_bridge.js",
  );
  const { readExecuteToolRequest, writeExecuteToolRequest } = await load<{
    readExecuteToolRequest: Read<ExecuteToolRequest>;
    writeExecuteToolRequest: Write<ExecuteToolRequest>;
  }>("pbf", "snakepit_bridge.js");
  const { readEvent, writeEvent } = await load<{ readEvent: Read<Event>; writeEvent: Write<Event> }>("pbf", "event.js");
  return {
    name: "pbf",
    protobuf: true,
    codecs: {
      invoke: {
        encode: (plain) => written(writeInvokeRequest, invokeMessage(plain)),
        decode: (bytes) => plainInvoke(readInvokeRequest(new PbfReader(bytes))),
        bare: {
          message: invokeMessage,
          encode: (message) => written(writeInvokeRequest, message as InvokeRequest),
          decode: (bytes) => readInvokeRequest(new PbfReader(bytes)),
        },
      },
      tool: {
        encode: (plain) => written(writeExecuteToolRequest, toolMessage(plain)),
        decode: (bytes) => plainTool(readExecuteToolRequest(new PbfReader(bytes))),
        bare: {
          message: toolMessage,
          encode: (message) => written(writeExecuteToolRequest, message as ExecuteToolRequest),
          decode: (bytes) => readExecuteToolRequest(new PbfReader(bytes)),
        },
      },
      event: {
        encode: (plain) => written(writeEvent, eventMessage(plain)),
        decode: (bytes) => plainEvent(readEvent(new PbfReader(bytes))),
        bare: {
          message: eventMessage,
          encode: (message) => written(writeEvent, message as Event),
          decode: (bytes) => readEvent(new PbfReader(bytes)),
        },
      },
    },
  };
}
