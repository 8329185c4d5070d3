import { type Metadata as GrpcMetadata, status } from "@grpc/grpc-js";
import { BridgeError, codeFromNumber, codes } from "../../errors.js";
import type { Metadata } from "../../metadata.js";
import { decodeDetails, encodeStatus } from "../../status.js";
import { detailsFit, messageRoom, sendable } from "../../trailers.js";
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
 * The status that ends a call with an error. Details that are more than a peer takes are left out, and then the message is cut.
 *
 * @throws BridgeError internal if the error's metadata or the trailer cannot be sent
 */
export function statusOf(error: BridgeError, trailer: Metadata): GrpcStatus {
  const metadata = toGrpc({ ...trailer, ...error.metadata }, "internal");
  if (error.details.length > 0) {
    metadata.set(detailsKey, Buffer.from(encodeStatus(error)));
    if (!detailsFit(sizeOf(metadata), error.message, encodeURI)) metadata.remove(detailsKey);
  }
  return { code: codes[error.code], details: sendable(error.message, messageRoom(sizeOf(metadata)), encodeURI), metadata };
}

/** Whether the details of an error are in the status that was made of it. */
export function hasDetails({ metadata }: GrpcStatus): boolean {
  return metadata.get(detailsKey).length > 0;
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
