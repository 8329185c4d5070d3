import { create, toBinary } from "@bufbuild/protobuf";
import { Code as ConnectCode, ConnectError } from "@connectrpc/connect";
import { BridgeError, type Code, codeFromNumber, codes, type ErrorDetail } from "../../errors.js";
import { encodeStatus } from "../../status.js";
import { detailsFit, headerSize, messageRoom, sendable } from "../../trailers.js";
import { fromHeaders } from "./metadata.js";

/** Our error as Connect's. The numbers of the codes are gRPC's in both. */
export function toConnectError(error: BridgeError, metadata: Headers): ConnectError {
  // For an unpaired surrogate, Connect's gRPC would fail where nobody can catch it.
  const result = new ConnectError(error.message.toWellFormed(), codes[error.code] as ConnectCode, metadata, undefined, error);
  result.details = error.details.map(({ type, value }) => ({ type, value }));
  return result;
}

/**
 * An error that travels in gRPC's trailers, as a peer takes it there: details that are more than that are left out, and then the message
 * is cut.
 *
 * @param metadataBytes what other metadata takes in the trailers
 */
export function fitTrailers(error: BridgeError, metadataBytes: number): BridgeError {
  const { code, message, metadata, cause } = error;
  const detailsBytes = error.details.length === 0 ? 0 : headerSize("grpc-status-details-bin", "") + Math.ceil(encodeStatus(error).length / 3) * 4;
  const fit = detailsBytes === 0 || detailsFit(metadataBytes + detailsBytes, message, encodeURIComponent);
  const room = messageRoom(metadataBytes + (fit ? detailsBytes : 0));
  return new BridgeError(code, sendable(message, room, encodeURIComponent), { details: fit ? error.details : [], metadata, cause });
}

/** What Connect makes of the answer of its own routers to a bidirectional stream over HTTP/1. */
const http505 = "HTTP 505";
const noHttp1 = "the server takes no such stream over HTTP/1.1: it needs HTTP/2 (HTTP 505)";

/** Connect's error as ours. Connect has the headers and the trailers of a failed call in one, and so have we then. */
export function fromConnectError(error: ConnectError): BridgeError {
  const isHttp1 = error.rawMessage === http505;
  return new BridgeError(isHttp1 || hasNoStreams(error) ? "unimplemented" : codeOf(error), isHttp1 ? noHttp1 : error.rawMessage, {
    details: error.details.map(detailOf),
    metadata: fromHeaders(error.metadata),
    // What a peer told has none.
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  });
}

function detailOf(detail: ConnectError["details"][number]): ErrorDetail {
  if ("desc" in detail) return { type: detail.desc.typeName, value: toBinary(detail.desc, create(detail.desc, detail.value)) };
  return { type: detail.type, value: detail.value };
}

/** Whether a transport over fetch refuses a stream of requests. It throws a text, for which Connect has `unknown`. */
function hasNoStreams({ code, cause, rawMessage }: ConnectError): boolean {
  return code === ConnectCode.Unknown && typeof cause === "string" && rawMessage.includes("streaming request");
}

/**
 * The code, which for a connection that failed is `unavailable`, as over gRPC. Connect has `unknown` for what fetch throws, a TypeError;
 * `aborted` or `internal` for the errors of Node's sockets, which have a code of their own; and `canceled` for a stream of HTTP/2 whose
 * connection is gone.
 */
function codeOf({ code, cause, rawMessage }: ConnectError): Code {
  const failed =
    (code === ConnectCode.Unknown && cause instanceof TypeError) ||
    ((code === ConnectCode.Aborted || code === ConnectCode.Internal) && cause instanceof Error && "code" in cause) ||
    (code === ConnectCode.Canceled && rawMessage.startsWith("http/2 stream closed"));
  return failed ? "unavailable" : codeFromNumber(code);
}
