import { emptyMetadata, type Metadata, type MutableMetadata, metadataValues } from "../metadata.js";
import { decodeStatus, encodeStatus, type StatusContent } from "../status.js";

/**
 * The trailer in which a servicer tells its client what the response has no place for: a `google.rpc.Status` with code and details, and
 * without the message, which the response has.
 */
export const faultKey = "bridge-fault-bin";

/** What the trailer may take, in characters as it is sent: the C core, and so Python, takes 8 KiB of trailers, which it shares with others. */
const maxTrailerChars = 6_144;

/** What the trailer says; undefined if there is none, or if it is malformed. */
export function readFaultTrailer(trailer: Metadata): StatusContent | undefined {
  const [bytes] = metadataValues(trailer, faultKey);
  return bytes instanceof Uint8Array ? decodeStatus(bytes) : undefined;
}

/** Fills in the trailer. False if the details were left out, since they are more than it takes. */
export function writeFaultTrailer(trailer: MutableMetadata, { code, details }: StatusContent): boolean {
  const bytes = encodeStatus({ code, message: "", details });
  const fits = Math.ceil(bytes.length / 3) * 4 <= maxTrailerChars;
  trailer[faultKey] = fits ? bytes : encodeStatus({ code, message: "", details: [] });
  return fits;
}

/** Metadata without the trailer: what one call was told must not be taken for what another is. */
export function withoutFaultTrailer(metadata: Metadata): MutableMetadata {
  const rest = Object.assign(emptyMetadata(), metadata);
  delete rest[faultKey];
  return rest;
}
