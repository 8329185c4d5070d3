import { BridgeError, type Code, codeFromNumber, codes, grpcNameOf } from "../errors.js";
import { valueAt } from "../fault/reading.js";
import type { FaultContent } from "../fault/writing.js";
import type { ErrorShape } from "./shape.js";

/** The error that a message of the envelope's error member tells. @param place what failed, for an error without a text */
export function readError({ code, message }: ErrorShape, face: unknown, place: string): BridgeError {
  const text = valueAt(face, [message]);
  const told = code && valueAt(face, [code[0]]);
  const known = typeof told === "string" && code?.[1] === "name" ? codeOf(told) : codeFromNumber(Number(told ?? 2));
  return new BridgeError(known, typeof text === "string" && text !== "" ? text : `${place} failed, and the other end does not say why`, { response: face });
}

/** What the envelope's error member says of an error. */
export function errorMessage({ code, message }: ErrorShape, error: FaultContent): unknown {
  const told = code && { [code[0]]: code[1] === "name" ? grpcNameOf(error.code) : codes[error.code] };
  return { ...told, [message]: error.message.toWellFormed() };
}

function codeOf(name: string): Code {
  const lower = name.toLowerCase();
  if (lower === "cancelled") return "canceled";
  return Object.hasOwn(codes, lower) ? (lower as Code) : "unknown";
}
