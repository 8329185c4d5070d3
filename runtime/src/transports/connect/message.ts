import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { BridgeError, type Code } from "../../errors.js";
import type { Traffic } from "../../interceptors/traffic.js";
import type { AnyCodec, MessageCodec } from "../../message/codec.js";

/**
 * What one may pass for a message, as protobuf-es's message: `toMessage(InvokeRequestSchema, InvokeRequest, { handlerName: "greet" })`.
 * Nothing is lost: fields that this version of the proto does not know become the message's unknown fields.
 *
 * @throws BridgeError invalid_argument, with the path of the value that the message cannot carry
 * @throws TypeError if schema and companion are of two messages
 */
export function toMessage<Desc extends DescMessage, Init>(
  schema: Desc,
  codec: Pick<MessageCodec<unknown, Init>, "typeName" | "encode">,
  init: Init,
): MessageShape<Desc> {
  checkSame(schema, codec);
  const bytes = codec.encode(init);
  return failingAs("invalid_argument", schema, () => fromBinary(schema, bytes));
}

/**
 * protobuf-es's message, as the face that one receives: `fromMessage(InvokeRequestSchema, InvokeRequest, message)`. Nothing is lost:
 * the message's unknown fields become the face's `$unknown`.
 *
 * @throws BridgeError invalid_argument, if a field of the message has what its type does not allow
 * @throws TypeError if schema and companion are of two messages
 */
export function fromMessage<Desc extends DescMessage, Face>(
  schema: Desc,
  codec: Pick<MessageCodec<Face, never>, "typeName" | "decode">,
  message: MessageShape<Desc>,
): Face {
  checkSame(schema, codec);
  return codec.decode(failingAs("invalid_argument", schema, () => toBinary(schema, message)));
}

/** A companion that counts what it encodes as sent, and what it decodes as received: in the size that it has as bytes, whatever Connect makes of it. */
export function counted(codec: AnyCodec, traffic: Traffic | undefined): AnyCodec {
  if (!traffic) return codec;
  return {
    typeName: codec.typeName,
    encode(init: unknown) {
      const bytes = codec.encode(init);
      traffic.sent(bytes.byteLength);
      return bytes;
    },
    decode(bytes: Uint8Array): unknown {
      traffic.received(bytes.byteLength);
      return codec.decode(bytes);
    },
  };
}

/** Runs what protobuf-es does, and tells its errors, which name the field, as a BridgeError. */
export function failingAs<T>(code: Code, { typeName }: DescMessage, work: () => T): T {
  try {
    return work();
  } catch (reason) {
    throw new BridgeError(code, `${typeName}: ${reason instanceof Error ? reason.message : String(reason)}`, { cause: reason });
  }
}

function checkSame(schema: DescMessage, codec: { readonly typeName: string }): void {
  if (schema.typeName !== codec.typeName) throw new TypeError(`the schema is of ${schema.typeName}, and the companion of ${codec.typeName}`);
}
