import { type Metadata as GrpcMetadata, status } from "@grpc/grpc-js";
import { BridgeError, codeFromNumber, codes } from "../../errors.js";
import type { Metadata } from "../../metadata.js";
import { decodeDetails, encodeStatus } from "../../status.js";
import { fromGrpc, maxMetadataBytes, sizeOf, toGrpc } from "./metadata.js";

/** The trailer that carries the details of an error, as a `google.rpc.Status`. */
const detailsKey = "grpc-status-details-bin";

/** A status as grpc-js has it. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata: GrpcMetadata;
}

/** A message that takes more bytes on the wire is cut: gRPC's C core, and so Python, loses all trailers if there are more than 16 KiB. */
const maxMessageBytes = 8_192;

/**
 * The status that ends a call with an error. Details that are more than HTTP/2 carries are left out.
 *
 * @throws BridgeError internal if the error's metadata or the trailer cannot be sent
 */
export function statusOf(error: BridgeError, trailer: Metadata): GrpcStatus {
  const metadata = toGrpc({ ...trailer, ...error.metadata }, "internal");
  if (error.details.length > 0) {
    metadata.set(detailsKey, Buffer.from(encodeStatus(error)));
    if (sizeOf(metadata) > maxMetadataBytes - maxMessageBytes) metadata.remove(detailsKey);
  }
  return { code: codes[error.code], details: sendable(error.message), metadata };
}

/** The message without unpaired surrogates, for which grpc-js would throw where nobody can catch it, and cut to what can be sent. */
function sendable(message: string): string {
  let text = message.slice(0, maxMessageBytes + 1).toWellFormed();
  for (let size = encodeURI(text).length; size > maxMessageBytes; size = encodeURI(text).length) {
    text = `${text.slice(0, Math.floor((text.length * maxMessageBytes) / size) - 4).toWellFormed()}...`;
  }
  return text;
}

/** The error that a status tells, or undefined for OK. */
export function errorOf({ code, details, metadata }: GrpcStatus): BridgeError | undefined {
  if (code === status.OK) return undefined;
  const bytes = metadata.get(detailsKey)[0];
  return new BridgeError(codeFromNumber(code), details, {
    details: bytes instanceof Uint8Array ? decodeDetails(bytes) : [],
    metadata: fromGrpc(metadata),
  });
}
