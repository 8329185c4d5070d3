/** protobuf-ts, optimised for speed, which is its default. */
import type { Invoke, LoomEvent, Plain, Tool } from "../data.js";
import { load } from "../peers.js";
import { anyPrefix, anyTag, type Contender } from "./contender.js";

interface MessageType<Message> {
  toBinary(message: Message): Uint8Array;
  fromBinary(bytes: Uint8Array): Message;
}

interface Value {
  v:
    | { oneofKind: "s"; s: string }
    | { oneofKind: "i64"; i64: bigint }
    | { oneofKind: "f64"; f64: number }
    | { oneofKind: "b"; b: boolean }
    | { oneofKind: "bin"; bin: Uint8Array }
    | { oneofKind: "json"; json: string }
    | { oneofKind: undefined };
}
interface InvokeRequest extends Omit<Invoke, "input" | "meta"> {
  meta?: Invoke["meta"];
  input: { [key: string]: Value };
}
interface ExecuteToolRequest extends Omit<Tool, "parameters"> {
  parameters: { [key: string]: { typeUrl: string; value: Uint8Array } };
  binaryParameters: { [key: string]: Uint8Array };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function valueMessage(plain: Plain): Value {
  if (typeof plain === "string") return { v: { oneofKind: "s", s: plain } };
  if (typeof plain === "number") return { v: Number.isSafeInteger(plain) ? { oneofKind: "i64", i64: BigInt(plain) } : { oneofKind: "f64", f64: plain } };
  if (typeof plain === "boolean") return { v: { oneofKind: "b", b: plain } };
  if (plain instanceof Uint8Array) return { v: { oneofKind: "bin", bin: plain } };
  return { v: { oneofKind: "json", json: JSON.stringify(plain) } };
}

function plainValue({ v }: Value): Plain {
  switch (v.oneofKind) {
    case "s":
      return v.s;
    case "i64":
      return Number(v.i64);
    case "f64":
      return v.f64;
    case "b":
      return v.b;
    case "bin":
      return v.bin;
    case "json":
      return JSON.parse(v.json) as Plain;
    default:
      return null;
  }
}

function invokeMessage({ handlerName, method, correlation, meta, input }: Invoke): InvokeRequest {
  const values: Record<string, Value> = {};
  for (const key of Object.keys(input)) values[key] = valueMessage(input[key] as Plain);
  return { handlerName, method, correlation, meta, input: values };
}

function plainInvoke({ handlerName, method, correlation, meta, input }: InvokeRequest): Invoke {
  const values: Record<string, Plain> = {};
  for (const key of Object.keys(input)) values[key] = plainValue(input[key] as Value);
  return { handlerName, method, correlation, meta: meta as Invoke["meta"], input: values };
}

function toolMessage({ sessionId, toolName, parameters, metadata, stream }: Tool): ExecuteToolRequest {
  const anys: ExecuteToolRequest["parameters"] = {};
  const binaryParameters: Record<string, Uint8Array> = {};
  for (const key of Object.keys(parameters)) {
    const value = parameters[key] as Plain;
    if (value instanceof Uint8Array) binaryParameters[key] = value;
    else anys[key] = { typeUrl: anyPrefix + anyTag(value), value: encoder.encode(JSON.stringify(value)) };
  }
  return { sessionId, toolName, parameters: anys, metadata, stream, binaryParameters };
}

function plainTool({ sessionId, toolName, parameters, metadata, stream, binaryParameters }: ExecuteToolRequest): Tool {
  const values: Record<string, Plain> = {};
  for (const key of Object.keys(parameters)) values[key] = JSON.parse(decoder.decode(parameters[key]?.value)) as Plain;
  for (const key of Object.keys(binaryParameters)) values[key] = binaryParameters[key] as Uint8Array;
  return { sessionId, toolName, parameters: values, metadata, stream };
}

export async function protobufTs(): Promise<Contender> {
  const { InvokeRequest } = await load<{ InvokeRequest: MessageType<InvokeRequest> }>("protobuf-ts", "handler_bridge.js");
  const { ExecuteToolRequest } = await load<{ ExecuteToolRequest: MessageType<ExecuteToolRequest> }>("protobuf-ts", "snakepit_bridge.js");
  const { Event } = await load<{ Event: MessageType<LoomEvent> }>("protobuf-ts", "event.js");
  return {
    name: "protobuf-ts",
    protobuf: true,
    codecs: {
      invoke: {
        encode: (plain) => InvokeRequest.toBinary(invokeMessage(plain)),
        decode: (bytes) => plainInvoke(InvokeRequest.fromBinary(bytes)),
        bare: {
          message: invokeMessage,
          encode: (message) => InvokeRequest.toBinary(message as InvokeRequest),
          decode: (bytes) => InvokeRequest.fromBinary(bytes),
        },
      },
      tool: {
        encode: (plain) => ExecuteToolRequest.toBinary(toolMessage(plain)),
        decode: (bytes) => plainTool(ExecuteToolRequest.fromBinary(bytes)),
        bare: {
          message: toolMessage,
          encode: (message) => ExecuteToolRequest.toBinary(message as ExecuteToolRequest),
          decode: (bytes) => ExecuteToolRequest.fromBinary(bytes),
        },
      },
      // Its message is the plain value.
      event: { encode: (plain) => Event.toBinary(plain), decode: (bytes) => Event.fromBinary(bytes) },
    },
  };
}
