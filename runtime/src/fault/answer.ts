import type { CallContext } from "../context.js";
import { BridgeError, type ErrorDetail, textOf } from "../errors.js";
import type { MethodInfo } from "../servicer/service.js";
import type { Fault } from "./fault.js";
import { readFault } from "./reading.js";
import { faultKey, writeFaultTrailer } from "./trailer.js";
import { faultResponse } from "./writing.js";

/**
 * The response that tells what a method threw; undefined if a status must tell it. The trailer gets what the response has no place for.
 *
 * @param report told of an exception that is no BridgeError, and of details that cannot be sent
 */
export function faultAnswer(fault: Fault, reason: unknown, method: MethodInfo, { trailer }: CallContext, report: (reason: unknown) => void): unknown {
  const thrown = reason instanceof BridgeError ? reason : undefined;
  const error = thrown ?? new BridgeError("unknown", textOf(reason), { cause: reason });
  const asStatus = thrown ? fault.statuses.includes(thrown.code) : fault.statuses.some((code) => code === "unknown" || code === "internal");
  if (!(error.inBand ?? !asStatus)) return undefined;
  const response = faultResponse(fault, error);
  const read = readBack(fault, response, method);
  if (!read) return undefined;
  if (!thrown) report(reason);
  Object.assign(trailer, error.metadata);
  // It may be there from a call that the method made itself.
  delete trailer[faultKey];
  if (read.code === error.code && (error.details.length === 0 || equal(read.details, error.details))) return response;
  if (!writeFaultTrailer(trailer, error))
    report(new Error("the details of an error are more than a trailer of a response carries, and were left out", { cause: error }));
  return response;
}

/** What a client reads of the response; undefined if it takes it for a success, or if the message cannot carry it. */
function readBack(fault: Fault, response: unknown, { output }: MethodInfo): BridgeError | undefined {
  try {
    return readFault(fault, output.decode(output.encode(response)));
  } catch {
    return undefined;
  }
}

function equal(left: readonly ErrorDetail[], right: readonly ErrorDetail[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ type, value }, i) => {
      const other = right[i] as ErrorDetail;
      return type === other.type && value.length === other.value.length && value.every((byte, at) => byte === other.value[at]);
    })
  );
}
