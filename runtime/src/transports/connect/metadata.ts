import { decodeBinaryHeader, encodeBinaryHeader } from "@connectrpc/connect";
import { BridgeError, type Code } from "../../errors.js";
import { appendMetadata, checkMetadata, emptyMetadata, type Metadata, type MutableMetadata, metadataValues } from "../../metadata.js";
import { headerSize } from "../../trailers.js";

/** Headers that HTTP, Connect or gRPC-Web write for themselves. */
const reserved = new Set(
  (
    "accept accept-encoding connection content-encoding content-length content-type date host http2-settings keep-alive proxy-connection te trailer " +
    "transfer-encoding upgrade x-grpc-web x-user-agent"
  ).split(" "),
);
/** The same, by their beginning. In a response to a unary call, Connect tells a trailer `x` as the header `trailer-x`. */
const reservedPrefixes = ["connect-", "grpc-", "trailer-"];

/** What Node takes in one block of headers over HTTP/2 is 65,535 bytes; over HTTP/1.1, where it takes less, it says so itself. */
const maxMetadataBytes = 60_000;

/**
 * Our metadata as the headers of HTTP.
 *
 * @throws BridgeError of the code, if a key or value is illegal, or if it is more than HTTP/2 carries
 */
export function toHeaders(metadata: Metadata, illegal: Code): Headers {
  checkMetadata(metadata, illegal);
  const headers = new Headers();
  for (const key of Object.keys(metadata)) {
    if (isReserved(key)) throw new BridgeError(illegal, `metadata ${key}: the key is reserved for HTTP and Connect themselves`);
    for (const value of metadataValues(metadata, key)) headers.append(key, typeof value === "string" ? value : encodeBinaryHeader(value));
  }
  const size = sizeOf(headers);
  if (size > maxMetadataBytes) throw new BridgeError(illegal, `the metadata has ${size} bytes, and HTTP/2 carries ${maxMetadataBytes}`);
  return headers;
}

/** The size of headers in bytes, as HTTP/2 counts it. */
export function sizeOf(headers: Headers): number {
  let size = 0;
  headers.forEach((value, key) => {
    size += headerSize(key, value);
  });
  return size;
}

/**
 * Headers of HTTP as our metadata, without what HTTP and Connect wrote there for themselves, and without what gRPC does not allow.
 *
 * HTTP joins the values of a repeated key with commas. In base64 there are none, so that bytes are taken apart again; text stays as it
 * is, since a comma may well be part of it.
 */
export function fromHeaders(headers: Headers): MutableMetadata {
  const metadata = emptyMetadata();
  headers.forEach((value, key) => {
    if (!/^[0-9a-z_.-]+$/.test(key) || isReserved(key)) return;
    if (!key.endsWith("-bin")) {
      if (/^[ -~]*$/.test(value)) appendMetadata(metadata, key, value);
    } else for (const bytes of decode(value)) appendMetadata(metadata, key, bytes);
  });
  return metadata;
}

/** Bytes that are no base64 are left out, all of the key: with one value of several, nobody could tell which is missing. */
function decode(text: string): readonly Uint8Array[] {
  try {
    return text.split(",").map((part) => decodeBinaryHeader(part.trim()));
  } catch {
    return [];
  }
}

function isReserved(key: string): boolean {
  return reserved.has(key) || reservedPrefixes.some((prefix) => key.startsWith(prefix));
}
