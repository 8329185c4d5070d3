import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type Code, codeFromNumber, codes, type ErrorDetail } from "./errors.js";

/** What a `google.rpc.Status` says beside its message. */
export interface StatusContent {
  readonly code: Code;
  readonly details: readonly ErrorDetail[];
}

/**
 * The bytes of a `google.rpc.Status`, which carries an error's details in the trailer `grpc-status-details-bin`.
 *
 * Source: google/rpc/status.proto (int32 code = 1, string message = 2, repeated Any details = 3).
 */
export function encodeStatus({ code, message, details }: StatusContent & { readonly message: string }): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int32(codes[code]);
  if (message !== "") writer.tag(2, WireType.LengthDelimited).string(message);
  for (const { type, value } of details) {
    writer.tag(3, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(typeUrlOf(type));
    writer.tag(2, WireType.LengthDelimited).bytes(value);
    writer.join();
  }
  return writer.finish();
}

/** The code and the details in the bytes of a `google.rpc.Status`; undefined if they are malformed, or without the code of an error. */
export function decodeStatus(bytes: Uint8Array): StatusContent | undefined {
  const status = parse(bytes);
  return status && codes[codeFromNumber(status.code)] === status.code ? { code: codeFromNumber(status.code), details: status.details } : undefined;
}

/** The details in the bytes of a `google.rpc.Status`; none if the bytes are malformed, since the code and the message came apart from them. */
export function decodeDetails(bytes: Uint8Array): readonly ErrorDetail[] {
  return parse(bytes)?.details ?? [];
}

/** The URL under which a message of a type is packed in a `google.protobuf.Any`. */
export function typeUrlOf(type: string): string {
  return `type.googleapis.com/${type}`;
}

/** The type of a message that is packed in a `google.protobuf.Any`. */
export function typeOfUrl(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

function parse(bytes: Uint8Array): { code: number; details: ErrorDetail[] } | undefined {
  const details: ErrorDetail[] = [];
  let code = 0;
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === 1 && wireType === WireType.Varint) code = reader.int32();
      else if (number === 3 && wireType === WireType.LengthDelimited) details.push(decodeAny(reader.bytes()));
      else reader.skip(wireType, number);
    }
  } catch {
    return undefined;
  }
  return { code, details };
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
  return { type: typeOfUrl(url), value };
}
