/**
 * What the trailers of a failed call may take together, in bytes, so that all of it arrives: gRPC's C core, and so Python, refuses a block
 * of more than 8 KiB at random, and one of more than 16 KiB always; the call then fails with another code.
 */
const maxTrailerBytes = 8_192;
/** What is in the block beside metadata and message: ":status", "content-type", "date", and the names of "grpc-status" and "grpc-message". */
const frameBytes = 320;
/** What remains for the message, however much metadata there is. */
const minMessageBytes = 1_024;

/** What remains in the trailers for an error's message beside so many bytes of metadata. */
export function messageRoom(metadataBytes: number): number {
  return Math.max(maxTrailerBytes - frameBytes - metadataBytes, minMessageBytes);
}

/**
 * Whether trailers of so many bytes, details included, leave room for an error's message, or for as much of it as is never cut.
 *
 * @param encode how the message is written: percent-encoded
 */
export function detailsFit(metadataBytes: number, message: string, encode: (text: string) => string): boolean {
  return maxTrailerBytes - frameBytes - metadataBytes >= Math.min(encode(message.toWellFormed()).length, minMessageBytes);
}

/** A message without unpaired surrogates, for which percent-encoding would throw where nobody can catch it, and cut to what can be sent. */
export function sendable(message: string, maxBytes: number, encode: (text: string) => string): string {
  let text = message.slice(0, maxBytes + 1).toWellFormed();
  for (let size = encode(text).length; size > maxBytes; size = encode(text).length) {
    text = `${text.slice(0, Math.floor((text.length * maxBytes) / size) - 4).toWellFormed()}...`;
  }
  return text;
}

/** The size of one header in bytes, as HTTP/2 counts it. Source: RFC 9113, 10.5.1. */
export function headerSize(key: string, value: string): number {
  return key.length + value.length + 32;
}
