import { Metadata as GrpcMetadata } from "@grpc/grpc-js";
import { BridgeError, type Code } from "../../errors.js";
import { checkMetadata, emptyMetadata, type Metadata, type MutableMetadata, metadataValues } from "../../metadata.js";
import { headerSize } from "../../trailers.js";

/** Headers that HTTP/2 or gRPC itself writes. Whoever sets them breaks the call, or Node throws. */
const reserved = new Set("connection content-length content-type host http2-settings keep-alive proxy-connection te transfer-encoding upgrade".split(" "));
/** Headers that HTTP/2 or gRPC itself wrote: no metadata of the peer's. */
const written = new Set(["accept-encoding", "content-type", "date", "te"]);
/** Headers that HTTP allows once. Source: kSingleValueHeaders in Node's lib/internal/http2/util.js. */
const single = new Set(
  (
    "access-control-allow-credentials access-control-max-age access-control-request-method age authorization content-encoding content-language " +
    "content-location content-md5 content-range date dnt etag expires from if-match if-modified-since if-none-match if-range if-unmodified-since " +
    "last-modified location max-forwards proxy-authorization range referer retry-after tk upgrade-insecure-requests user-agent x-content-type-options"
  ).split(" "),
);

/** What Node takes in one block of headers is 65,535 bytes. It does not refuse more, but loses the connection. */
const maxMetadataBytes = 60_000;

/**
 * Our metadata as grpc-js's.
 *
 * @throws BridgeError of the code, if a key or value is illegal, or if it is more than HTTP/2 carries
 */
export function toGrpc(metadata: Metadata, illegal: Code): GrpcMetadata {
  checkMetadata(metadata, illegal);
  const result = new GrpcMetadata();
  for (const key of Object.keys(metadata)) {
    const values = metadataValues(metadata, key);
    if (key.startsWith("grpc-") || reserved.has(key)) throw new BridgeError(illegal, `metadata ${key}: the key is reserved for gRPC itself`);
    if (values.length > 1 && single.has(key)) throw new BridgeError(illegal, `metadata ${key}: HTTP allows only one value under this key`);
    for (const value of values) result.add(key, typeof value === "string" ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  }
  const size = sizeOf(result);
  if (size > maxMetadataBytes) throw new BridgeError(illegal, `the metadata has ${size} bytes, and HTTP/2 carries ${maxMetadataBytes}`);
  return result;
}

/** The size of metadata in bytes, as HTTP/2 counts it. */
export function sizeOf(metadata: GrpcMetadata): number {
  let size = 0;
  for (const [key, values] of Object.entries(metadata.toHttp2Headers())) {
    for (const value of typeof values === "string" ? [values] : (values as string[])) size += headerSize(key, value);
  }
  return size;
}

/** grpc-js's metadata as ours, without what gRPC and HTTP wrote there for themselves. */
export function fromGrpc(metadata: GrpcMetadata): MutableMetadata {
  const result = emptyMetadata();
  for (const [key, values] of Object.entries(metadata.toJSON())) {
    if (values.length === 0 || key.startsWith("grpc-") || written.has(key)) continue;
    const plain = values.map((value) => (typeof value === "string" ? value : new Uint8Array(value)));
    result[key] = plain.length === 1 ? (plain[0] as string | Uint8Array) : plain;
  }
  return result;
}
