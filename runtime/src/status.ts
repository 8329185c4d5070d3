import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type BridgeError, codes, type ErrorDetail } from "./errors.js";

/**
 * The bytes of a `google.rpc.Status`, which carries an error's details in the trailer `grpc-status-details-bin`.
 *
 * Source: google/rpc/status.proto (int32 code = 1, string message = 2, repeated Any details = 3).
 */
export function encodeStatus(error: BridgeError): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int32(codes[error.code]);
  writer.tag(2, WireType.LengthDelimited).string(error.message);
  for (const { type, value } of error.details) {
    writer.tag(3, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(`type.googleapis.com/${type}`);
    writer.tag(2, WireType.LengthDelimited).bytes(value);
    writer.join();
  }
  return writer.finish();
}

/** The details in the bytes of a `google.rpc.Status`; none if the bytes are malformed, since the code and the message came apart from them. */
export function decodeDetails(bytes: Uint8Array): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === 3 && wireType === WireType.LengthDelimited) details.push(decodeAny(reader.bytes()));
      else reader.skip(wireType, number);
    }
  } catch {
    return [];
  }
  return details;
}

function decodeAny(bytes: Uint8Array): ErrorDetail {
  const reader = new BinaryReader(bytes);
  let url = "";
  let value: Uint8Array = new Uint8Array(0);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1 && wireType === WireType.LengthDelimited) url = reader.string();
    else if (number === 2 && wireType === WireType.LengthDelimited) value = new Uint8Array(reader.bytes());
    else reader.skip(wireType, number);
  }
  return { type: url.slice(url.lastIndexOf("/") + 1), value };
}
