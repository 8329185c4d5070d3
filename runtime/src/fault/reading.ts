import { BridgeError, type Code, codeFromNumber, type ErrorDetail, errorDetail } from "../errors.js";
import type { Metadata } from "../metadata.js";
import { isRecord } from "../own.js";
import { decodeStatus, type StatusContent, typeOfUrl } from "../status.js";
import { ErrorInfo } from "./errorInfo.js";
import type { Fault, FaultPath } from "./fault.js";
import { readFaultTrailer, withoutFaultTrailer } from "./trailer.js";

/** Where a face comes from. */
export interface FaultSource {
  /** What failed, for the message of a fault that has none. */
  readonly place?: string;
  /** The trailers of the call. They tell what the face has no place for. */
  readonly trailer?: Metadata;
}

/** The error that a face carries; undefined if it carries none. */
export function readFault(fault: Fault, face: unknown, { place = "the call", trailer = {} }: FaultSource = {}): BridgeError | undefined {
  if (isOk(fault, face)) return undefined;
  const inside = contentOf(fault, face);
  const told = readFaultTrailer(trailer);
  const text = valueAt(face, fault.message);
  return new BridgeError(
    told?.code ?? inside.code,
    typeof text === "string" && text !== "" ? text : `${place} failed, and the response does not say why`,
    // Details that were too large for the trailer may be in the face.
    { details: told && told.details.length > 0 ? told.details : inside.details, metadata: withoutFaultTrailer(trailer), response: face },
  );
}

/** What is at a place of a face; undefined if it, or a message above it, is absent. */
export function valueAt(face: unknown, path: FaultPath): unknown {
  let value = face;
  for (const step of path) {
    if (!isRecord(value)) return undefined;
    value = value[step];
  }
  return value;
}

function isOk({ success, code }: Fault, face: unknown): boolean {
  if (success !== undefined) return valueAt(face, [success]) !== false;
  if (!code) return true;
  const value = valueAt(face, code.path);
  return value === undefined || code.ok.includes(numberOf(value));
}

function contentOf(fault: Fault, face: unknown): StatusContent {
  const { reason, details } = fault;
  const text = reason && valueAt(face, reason.path);
  const facts = details && valueAt(face, details.path);
  const code = reason?.codes.find(([name]) => name === text)?.[1] ?? codeOf(fault, face);
  const status = details?.as === "status" && facts instanceof Uint8Array ? decodeStatus(facts) : undefined;
  if (status) return status;
  const packed = details?.as === "any" && Array.isArray(facts) ? facts.flatMap(detailOf) : [];
  return { code, details: packed.length > 0 ? packed : infoOf(text, details?.as === "map" ? facts : {}) };
}

function codeOf({ code }: Fault, face: unknown): Code {
  if (!code) return "unknown";
  const number = numberOf(valueAt(face, code.path));
  return code.codes === "grpc" ? codeFromNumber(number) : (code.codes.find(([it]) => it === number)?.[1] ?? "unknown");
}

/** A reason, and facts about it, as a detail; none if nothing is said. */
function infoOf(reason: unknown, metadata: unknown): ErrorDetail[] {
  const said = { reason: typeof reason === "string" ? reason : "", metadata: isRecord(metadata) ? (metadata as Record<string, string>) : {} };
  return said.reason === "" && Object.keys(said.metadata).length === 0 ? [] : [errorDetail(ErrorInfo, said)];
}

function detailOf(any: unknown): ErrorDetail[] {
  if (!isRecord(any) || typeof any["typeUrl"] !== "string" || !(any["value"] instanceof Uint8Array)) return [];
  return [{ type: typeOfUrl(any["typeUrl"]), value: any["value"] }];
}

/** An integer or enum in any of its faces; NaN for what is none. */
function numberOf(value: unknown): number {
  return typeof value === "string" && !/^-?[0-9]+$/.test(value) ? Number.NaN : Number(value);
}
