/** protobuf.js, with the code that pbjs writes, and with the code that it makes of descriptors at run time. */
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import type { Invoke, LoomEvent, Plain, Tool } from "../data.js";
import { load } from "../peers.js";
import { anyPrefix, anyTag, type Contender } from "./contender.js";

interface Type<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}
interface Types {
  readonly invoke: Type<InvokeRequest>;
  readonly tool: Type<ExecuteToolRequest>;
  readonly event: Type<Event>;
}
/** An integer of 64 bits, as protobuf.js reads it. */
interface Long {
  toNumber(): number;
  toBigInt(): bigint;
}

interface Value {
  /** Which member is set, of a message that was read. */
  v?: "s" | "i64" | "f64" | "b" | "bin" | "json";
  s?: string | null;
  i64?: number | Long | null;
  f64?: number | null;
  b?: boolean | null;
  bin?: Uint8Array | null;
  json?: string | null;
}
interface InvokeRequest extends Omit<Invoke, "input"> {
  input: { [key: string]: Value };
}
interface ExecuteToolRequest extends Omit<Tool, "parameters"> {
  /** protobuf.js brings its own Any, whose names are those of the proto. */
  parameters: { [key: string]: { type_url: string; value: Uint8Array } };
  binaryParameters: { [key: string]: Uint8Array };
}
interface Event extends Omit<LoomEvent, "timestampMs"> {
  timestampMs: number | Long;
}

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
  switch (value.v) {
    case "i64":
      return typeof value.i64 === "number" ? value.i64 : (value.i64 as Long).toNumber();
    case "json":
      return JSON.parse(value.json as string) as Plain;
    case undefined:
      return null;
    default:
      return value[value.v] as Plain;
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
  const { traceId, spanId, tenant, baggage } = meta;
  return { handlerName, method, correlation, meta: { traceId, spanId, tenant, baggage }, input: values };
}

function toolMessage({ sessionId, toolName, parameters, metadata, stream }: Tool): ExecuteToolRequest {
  const anys: ExecuteToolRequest["parameters"] = {};
  const binaryParameters: Record<string, Uint8Array> = {};
  for (const key of Object.keys(parameters)) {
    const value = parameters[key] as Plain;
    if (value instanceof Uint8Array) binaryParameters[key] = value;
    else anys[key] = { type_url: anyPrefix + anyTag(value), value: encoder.encode(JSON.stringify(value)) };
  }
  return { sessionId, toolName, parameters: anys, metadata, stream, binaryParameters };
}

function plainTool({ sessionId, toolName, parameters, metadata, stream, binaryParameters }: ExecuteToolRequest): Tool {
  const values: Record<string, Plain> = {};
  for (const key of Object.keys(parameters)) values[key] = JSON.parse(decoder.decode(parameters[key]?.value)) as Plain;
  for (const key of Object.keys(binaryParameters)) values[key] = binaryParameters[key] as Uint8Array;
  return { sessionId, toolName, parameters: values, metadata, stream };
}

function eventMessage({ id, type, timestampMs, source, metadata, payload, confidence, tags, priority }: LoomEvent): Event {
  return { id, type, timestampMs: Number(timestampMs), source, metadata, payload, confidence, tags, priority };
}

function plainEvent({ id, type, timestampMs, source, metadata, payload, confidence, tags, priority }: Event): LoomEvent {
  const milliseconds = typeof timestampMs === "number" ? BigInt(timestampMs) : timestampMs.toBigInt();
  return { id, type, timestampMs: milliseconds, source, metadata, payload, confidence, tags, priority };
}

function contender(name: string, { invoke, tool, event }: Types): Contender {
  return {
    name,
    protobuf: true,
    codecs: {
      invoke: {
        encode: (plain) => invoke.encode(invokeMessage(plain)).finish(),
        decode: (bytes) => plainInvoke(invoke.decode(bytes)),
        bare: {
          message: invokeMessage,
          encode: (message) => invoke.encode(message as InvokeRequest).finish(),
          decode: (bytes) => invoke.decode(bytes),
        },
      },
      tool: {
        encode: (plain) => tool.encode(toolMessage(plain)).finish(),
        decode: (bytes) => plainTool(tool.decode(bytes)),
        bare: {
          message: toolMessage,
          encode: (message) => tool.encode(message as ExecuteToolRequest).finish(),
          decode: (bytes) => tool.decode(bytes),
        },
      },
      event: {
        encode: (plain) => event.encode(eventMessage(plain)).finish(),
        decode: (bytes) => plainEvent(event.decode(bytes)),
        bare: {
          message: eventMessage,
          encode: (message) => event.encode(message as Event).finish(),
          decode: (bytes) => event.decode(bytes),
        },
      },
    },
  };
}

interface StaticModule {
  readonly bridge: { readonly InvokeRequest: Type<InvokeRequest> };
  readonly snakepit: { readonly bridge: { readonly ExecuteToolRequest: Type<ExecuteToolRequest> } };
  readonly loom: { readonly v1: { readonly Event: Type<Event> } };
}

export async function protobufjsStatic(): Promise<Contender> {
  const { bridge, snakepit, loom } = await load<StaticModule>("protobufjs", "static.js");
  return contender("protobuf.js static", { invoke: bridge.InvokeRequest, tool: snakepit.bridge.ExecuteToolRequest, event: loom.v1.Event });
}

export function protobufjsReflection(): Contender {
  const type = <Message>(proto: string, name: string): Type<Message> =>
    protobuf.loadSync(fileURLToPath(new URL(`../../fixtures/${proto}`, import.meta.url))).lookupType(name) as unknown as Type<Message>;
  return contender("protobuf.js reflection", {
    invoke: type("rxpress/handler_bridge.proto", "bridge.InvokeRequest"),
    tool: type("snakepit/snakepit_bridge.proto", "snakepit.bridge.ExecuteToolRequest"),
    event: type("loom/event.proto", "loom.v1.Event"),
  });
}
