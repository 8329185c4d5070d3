import type { Http2Stream } from "node:http2";
import type { Metadata as GrpcMetadata } from "@grpc/grpc-js";

/** What takes the bytes of a stream apart: gives whole messages, each behind the five bytes of its head. */
interface Decoder {
  write(data: Buffer): Buffer[];
}

/**
 * What lies below a stream of grpc-js. To write there and to read there spares all that grpc-js does for each message by itself: some promises,
 * ticks and objects at every one of its layers, and a frame of HTTP/2 and a write to the socket.
 */
export interface Wire {
  readonly stream: Http2Stream;
  readonly decoder: Decoder;
  /** How many messages grpc-js itself has written. */
  readonly written: number;
}

/** The wire below a call of grpc-js, whose members have other names at either end; undefined if this version is made otherwise. */
export function wireOf(call: { http2Stream?: unknown; stream?: unknown; decoder?: unknown; sendMessageWithContext?: unknown } | undefined): Wire | undefined {
  const stream = (call?.http2Stream ?? call?.stream) as Http2Stream | undefined;
  const decoder = call?.decoder as Decoder | undefined;
  if (!call || typeof stream?.write !== "function" || typeof decoder?.write !== "function") return undefined;
  const wire = { stream, decoder, written: 0 };
  if (typeof call.sendMessageWithContext === "function") {
    const send = call.sendMessageWithContext.bind(call);
    call.sendMessageWithContext = (...args: unknown[]) => {
      wire.written++;
      send(...args);
    };
  }
  return wire;
}

/** Has messages given to a listener as they are taken apart, and not to grpc-js: all until the first one that is compressed. */
export function divert({ decoder }: Wire, onMessage: (message: Buffer) => void): void {
  const write = decoder.write.bind(decoder);
  let isOff = false;
  decoder.write = (data) => {
    const messages = write(data);
    if (isOff) return messages;
    for (const [i, message] of messages.entries()) {
      isOff = message[0] !== 0;
      if (isOff) return messages.slice(i);
      onMessage(message.subarray(headBytes));
    }
    return [];
  };
}

/** The bytes that gRPC puts before a message: whether it is compressed, and its length. */
export const headBytes = 5;

/** Messages as they go over the wire, each behind its head, in one piece. */
export function framed(messages: readonly Buffer[], bytes: number): Buffer {
  const frame = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const message of messages) {
    frame[at] = 0;
    frame.writeUInt32BE(message.byteLength, at + 1);
    frame.set(message, at + headBytes);
    at += headBytes + message.byteLength;
  }
  return frame;
}

const listeners = new WeakMap<object, (wire: Wire) => void>();

/** Has a listener told of the wires of the call that is made with the metadata: there are several if grpc-js tries more than once. */
export function onWire(metadata: GrpcMetadata, listener: (wire: Wire) => void): void {
  // All copies that grpc-js makes of the metadata have the same options.
  const key = {};
  metadata.setOptions(key);
  listeners.set(key, listener);
}

/** Tells who listens for the metadata's call, if anybody does. */
export function tellWire(metadata: unknown, call: object): void {
  const key = (metadata as Partial<GrpcMetadata> | undefined)?.getOptions?.();
  const listener = key && listeners.get(key);
  const wire = listener && wireOf(call);
  if (wire) listener(wire);
}
