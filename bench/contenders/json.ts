/** JSON, with bytes in base64: what one would do without protos. */
import type { Invoke, LoomEvent, Plain, Tool } from "../data.js";
import type { Contender } from "./contender.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes within JSON: an object with one key, of base64. */
interface Base64 {
  readonly $base64: string;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function jsonValues(values: Record<string, Plain>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(values)) {
    const value = values[key];
    result[key] = value instanceof Uint8Array ? { $base64: toBase64(value) } : value;
  }
  return result;
}

/** In place: the values are nobody else's. */
function plainValues(values: Record<string, Plain>): Record<string, Plain> {
  for (const key of Object.keys(values)) {
    const text = (values[key] as Base64 | null)?.$base64;
    if (text !== undefined) values[key] = Buffer.from(text, "base64");
  }
  return values;
}

/** JSON in UTF-8, bytes in base64. */
export function json(): Contender {
  return {
    name: "JSON",
    protobuf: false,
    codecs: {
      invoke: {
        encode: (plain) => encoder.encode(JSON.stringify({ ...plain, input: jsonValues(plain.input) })),
        decode: (bytes) => {
          const read = JSON.parse(decoder.decode(bytes)) as Invoke;
          plainValues(read.input);
          return read;
        },
      },
      tool: {
        encode: (plain) => encoder.encode(JSON.stringify({ ...plain, parameters: jsonValues(plain.parameters) })),
        decode: (bytes) => {
          const read = JSON.parse(decoder.decode(bytes)) as Tool;
          plainValues(read.parameters);
          return read;
        },
      },
      event: {
        encode: (plain) => encoder.encode(JSON.stringify({ ...plain, timestampMs: Number(plain.timestampMs), payload: toBase64(plain.payload) })),
        decode: (bytes) => {
          const read = JSON.parse(decoder.decode(bytes)) as Omit<LoomEvent, "timestampMs" | "payload"> & { timestampMs: number; payload: string };
          return { ...read, timestampMs: BigInt(read.timestampMs), payload: Buffer.from(read.payload, "base64") };
        },
      },
    },
  };
}
