import { type BridgeError, codes, type ErrorDetail } from "../errors.js";
import { isRecord, overlaid } from "../own.js";
import { encodeStatus, typeUrlOf } from "../status.js";
import { ErrorInfo } from "./errorInfo.js";
import type { CodeTable, Fault, FaultPath } from "./fault.js";

/** What a fault is written from. */
export type FaultContent = Pick<BridgeError, "code" | "message" | "details">;

/** What a method gave as its response, which says that all is well where it says nothing. */
export function withOk({ success, code }: Fault, init: unknown): unknown {
  if (success !== undefined) return filled(init, [success], true);
  return code ? filled(init, code.path, code.ok[0]) : init;
}

/** The init of a response that carries the error, as far as it has places for it. */
export function faultResponse({ success, code, reason, message, details }: Fault, error: FaultContent): unknown {
  const response: Record<string, unknown> = {};
  const info = errorInfoOf(error.details);
  if (success !== undefined) response[success] = false;
  if (code) put(response, code.path, code.codes === "grpc" ? codes[error.code] : entryOf(code.codes, error.code, code.other));
  if (reason) put(response, reason.path, info?.reason || entryOf(reason.codes, error.code, reason.other));
  // A peer reads strings as UTF-8, in which an unpaired surrogate cannot be written.
  put(response, message, error.message.toWellFormed());
  if (details?.as === "map" && info) put(response, details.path, info.metadata);
  if (details?.as === "any") put(response, details.path, error.details.map(anyOf));
  if (details?.as === "status" && error.details.length > 0)
    put(response, details.path, encodeStatus({ code: error.code, message: "", details: error.details }));
  return response;
}

/** The init with the value at the end of the path, unless something is there. @param from the steps before this one are done */
function filled(init: unknown, path: FaultPath, value: unknown, from = 0): unknown {
  if (!isRecord(init)) return init;
  const step = path[from] as string;
  const there = init[step];
  const isLast = from === path.length - 1;
  const now = isLast ? (there === undefined ? value : there) : filled(there === undefined ? {} : there, path, value, from + 1);
  return now === there ? init : overlaid(init, { [step]: now });
}

function put(init: Record<string, unknown>, path: FaultPath, value: unknown): void {
  let message = init;
  for (const step of path.slice(0, -1)) {
    message[step] ??= {};
    message = message[step] as Record<string, unknown>;
  }
  message[path.at(-1) as string] = value;
}

function entryOf<T>(table: CodeTable<T>, code: BridgeError["code"], other: T): T {
  const [entry] = table.find(([, it]) => it === code) ?? [other];
  return entry;
}

function errorInfoOf(details: readonly ErrorDetail[]): ErrorInfo | undefined {
  const detail = details.find(({ type }) => type === ErrorInfo.typeName);
  try {
    return detail && ErrorInfo.decode(detail.value);
  } catch {
    // Malformed: there is nothing in it that a place could take.
    return undefined;
  }
}

function anyOf({ type, value }: ErrorDetail): { typeUrl: string; value: Uint8Array } {
  return { typeUrl: typeUrlOf(type), value };
}
