/** ts-proto, with oneofs as unions and integers of 64 bits as bigint. */
import type { Invoke, LoomEvent, Messages, Plain, Tool } from "../data.js";
import { load } from "../peers.js";
import { anyPrefix, anyTag, type Contender } from "./contender.js";

/** What ts-proto generates for a message. */
export interface MessageFns<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

export interface Value {
  v:
    | { $case: "s" | "json"; value: string }
    | { $case: "i64"; value: bigint }
    | { $case: "f64"; value: number }
    | { $case: "b"; value: boolean }
    | { $case: "bin"; value: Uint8Array }
    | undefined;
}
interface InvokeRequest extends Omit<Invoke, "input" | "meta"> {
  meta: Invoke["meta"] | undefined;
  input: { [key: string]: Value };
}
interface ExecuteToolRequest extends Omit<Tool, "parameters"> {
  parameters: { [key: string]: { typeUrl: string; value: Uint8Array } };
  binaryParameters: { [key: string]: Uint8Array };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The message of a value; also for calls. */
export function valueMessage(plain: Plain): Value {
  if (typeof plain === "string") return { v: { $case: "s", value: plain } };
  if (typeof plain === "number") return { v: Number.isSafeInteger(plain) ? { $case: "i64", value: BigInt(plain) } : { $case: "f64", value: plain } };
  if (typeof plain === "boolean") return { v: { $case: "b", value: plain } };
  if (plain instanceof Uint8Array) return { v: { $case: "bin", value: plain } };
  return { v: { $case: "json", value: JSON.stringify(plain) } };
}

/** The plain value that a message carries; also for calls. */
export function plainValue({ v }: Value): Plain {
  if (v === undefined) return null;
  if (v.$case === "i64") return Number(v.value);
  return v.$case === "json" ? (JSON.parse(v.value) as Plain) : v.value;
}

export function invokeMessage({ handlerName, method, correlation, meta, input }: Invoke): InvokeRequest {
  const values: Record<string, Value> = {};
  for (const key of Object.keys(input)) values[key] = valueMessage(input[key] as Plain);
  return { handlerName, method, correlation, meta, input: values };
}

export function plainInvoke({ handlerName, method, correlation, meta, input }: InvokeRequest): Invoke {
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

export async function tsProto(): Promise<Contender> {
  const { InvokeRequest } = await load<{ InvokeRequest: MessageFns<InvokeRequest> }>("ts-proto", "handler_bridge.js");
  const { ExecuteToolRequest } = await load<{ ExecuteToolRequest: MessageFns<ExecuteToolRequest> }>("ts-proto", "snakepit_bridge.js");
  const { Event } = await load<{ Event: MessageFns<Messages["event"]> }>("ts-proto", "event.js");
  return {
    name: "ts-proto",
    protobuf: true,
    codecs: {
      invoke: {
        encode: (plain) => InvokeRequest.encode(invokeMessage(plain)).finish(),
        decode: (bytes) => plainInvoke(InvokeRequest.decode(bytes)),
        bare: {
          message: invokeMessage,
          encode: (message) => InvokeRequest.encode(message as InvokeRequest).finish(),
          decode: (bytes) => InvokeRequest.decode(bytes),
        },
      },
      tool: {
        encode: (plain) => ExecuteToolRequest.encode(toolMessage(plain)).finish(),
        decode: (bytes) => plainTool(ExecuteToolRequest.decode(bytes)),
        bare: {
          message: toolMessage,
          encode: (message) => ExecuteToolRequest.encode(message as ExecuteToolRequest).finish(),
          decode: (bytes) => ExecuteToolRequest.decode(bytes),
        },
      },
      // Its message is the plain value.
      event: { encode: (plain: LoomEvent) => Event.encode(plain).finish(), decode: (bytes) => Event.decode(bytes) },
    },
  };
}
