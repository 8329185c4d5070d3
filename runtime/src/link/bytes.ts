import type { AnyCodec } from "../message/codec.js";
import type { MethodInfo } from "../servicer/service.js";

/** The method with messages that cross as bytes: a link reads and writes them itself, so that a malformed one is no end of the stream. */
export function withBytes(method: MethodInfo): MethodInfo {
  return { ...method, input: bytesOf(method.input), output: bytesOf(method.output) };
}

function bytesOf({ typeName }: AnyCodec): AnyCodec {
  return { typeName, encode: (bytes: Uint8Array) => bytes, decode: (bytes: Uint8Array) => bytes };
}
