import { type Metadata as GrpcMetadata, status } from "@grpc/grpc-js";
import { BridgeError, codeFromNumber, codes } from "../../errors.js";
import type { Metadata } from "../../metadata.js";
import { decodeDetails, encodeStatus } from "../../status.js";
import { fromGrpc, sizeOf, toGrpc } from "./metadata.js";

/** The trailer that carries the details of an error, as a `google.rpc.Status`. */
const detailsKey = "grpc-status-details-bin";

/** A status as grpc-js has it. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata: GrpcMetadata;
}

/**
 * What the trailers of a failed call may take together, so that all of it arrives: gRPC's C core, and so Python, refuses a block of more
 * than 8 KiB at random, and one of more than 16 KiB always; the call then fails with another code.
 */
const maxTrailerBytes = 8_192;
/** What is in the block beside metadata and message: ":status", "content-type", "date", and the names of "grpc-status" and "grpc-message". */
const frameBytes = 320;
/** What remains for the message, however much metadata there is. */
const minMessageBytes = 1_024;

/**
 * The status that ends a call with an error. Details that are more than a peer takes are left out, and then the message is cut.
 *
 * @throws BridgeError internal if the error's metadata or the trailer cannot be sent
 */
export function statusOf(error: BridgeError, trailer: Metadata): GrpcStatus {
  const metadata = toGrpc({ ...trailer, ...error.metadata }, "internal");
  const room = (): number => maxTrailerBytes - frameBytes - sizeOf(metadata);
  if (error.details.length > 0) {
    metadata.set(detailsKey, Buffer.from(encodeStatus(error)));
    if (room() < Math.min(encodeURI(error.message.toWellFormed()).length, minMessageBytes)) metadata.remove(detailsKey);
  }
  return { code: codes[error.code], details: sendable(error.message, Math.max(room(), minMessageBytes)), metadata };
}

/** Whether the details of an error are in the status that was made of it. */
export function hasDetails({ metadata }: GrpcStatus): boolean {
  return metadata.get(detailsKey).length > 0;
}

/** The message without unpaired surrogates, for which grpc-js would throw where nobody can catch it, and cut to what can be sent. */
function sendable(message: string, maxMessageBytes: number): string {
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
