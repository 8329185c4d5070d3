import { BridgeError } from "../../errors.js";
import type { MethodInfo } from "../../servicer/service.js";
import type { ChannelCallOptions } from "../../transport.js";

/** What grpc-js is given to encode and decode with: messages cross as bytes. */
export function asBytes(bytes: Buffer): Buffer {
  return bytes;
}

/**
 * An encoded message as grpc-js takes it.
 *
 * @throws BridgeError resource_exhausted if it is larger than the limit
 */
export function parcel(bytes: Uint8Array, maxBytes: number): Buffer {
  if (bytes.byteLength > maxBytes) throw new BridgeError("resource_exhausted", `the message has ${bytes.byteLength} bytes, and maxSendBytes is ${maxBytes}`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * A response, decoded.
 *
 * @throws BridgeError internal if it is malformed
 */
export function openResponse(method: MethodInfo, bytes: Buffer, { traffic }: ChannelCallOptions): unknown {
  traffic?.received(bytes.byteLength);
  try {
    return method.output.decode(bytes);
  } catch (reason) {
    throw new BridgeError("internal", BridgeError.from(reason).message, { cause: reason });
  }
}
