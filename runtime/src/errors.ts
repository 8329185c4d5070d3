import type { Metadata } from "./metadata.js";

/**
 * The gRPC status codes other than OK, by name and number.
 *
 * Source: the gRPC core's "Status codes and their use in gRPC". `canceled` is spelled as in Connect.
 */
export const codes = {
  canceled: 1,
  unknown: 2,
  invalid_argument: 3,
  deadline_exceeded: 4,
  not_found: 5,
  already_exists: 6,
  permission_denied: 7,
  resource_exhausted: 8,
  failed_precondition: 9,
  aborted: 10,
  out_of_range: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  data_loss: 15,
  unauthenticated: 16,
} as const;

/** The name of a gRPC status code other than OK. */
export type Code = keyof typeof codes;

const names: readonly (Code | undefined)[] = Object.entries(codes).reduce<(Code | undefined)[]>((all, [name, number]) => {
  all[number] = name as Code;
  return all;
}, []);

/** The name of a numeric gRPC status code. A number that gRPC does not define is `unknown`, as gRPC asks of its clients. */
export function codeFromNumber(number: number): Code {
  return names[number] ?? "unknown";
}

/** The name of a status code as gRPC spells it: `NOT_FOUND`, and `CANCELLED`, which has one L here. */
export function grpcNameOf(code: Code): string {
  return code === "canceled" ? "CANCELLED" : code.toUpperCase();
}

/** A typed detail of an error: a message of any type, as bytes. It travels as a `google.protobuf.Any` inside `google.rpc.Status`. */
export interface ErrorDetail {
  /** Fully qualified name of the message, for example `google.rpc.ErrorInfo`. */
  readonly type: string;
  /** The encoded message. */
  readonly value: Uint8Array;
}

/** What a {@link BridgeError} can carry beside its code and message. */
export interface BridgeErrorInit {
  /** Typed details, sent to the peer. */
  details?: readonly ErrorDetail[] | undefined;
  /** Sent to the peer as trailers; what arrived as trailers, on the receiving end. */
  metadata?: Metadata | undefined;
  /** What led to this error. Never sent to the peer. */
  cause?: unknown;
  /**
   * Thrown in a servicer whose response has a place for faults: true sends the error inside the response, false as a status. If it is not
   * given, the error goes into the response, unless the method tells this code as a status.
   */
  inBand?: boolean | undefined;
  /** The response that carried the error, on the receiving end. */
  response?: unknown;
}

/** What a status tells of an exception that is no BridgeError: nothing of what it says or where it happened. */
export const hiddenMessage = "internal error";

/**
 * A gRPC status, thrown and caught, or a fault that travels inside a response.
 *
 * Thrown in a servicer, it reaches the client whole: code, message, details and metadata. Whatever else is thrown there
 * reaches the client as `internal` with the message "internal error"; or, where the response has a place for faults, as `unknown` with its
 * own message.
 */
export class BridgeError extends Error {
  override readonly name: string = "BridgeError";
  readonly code: Code;
  readonly details: readonly ErrorDetail[];
  readonly metadata: Metadata;
  /** Whether a servicer that throws it wants it inside its response (true) or as a status (false); undefined leaves it to the method. */
  declare readonly inBand: boolean | undefined;
  /** The face of the response that carried the error; undefined if it came as a status. */
  declare readonly response: unknown;

  constructor(code: Code, message: string, init: BridgeErrorInit = {}) {
    super(message, "cause" in init ? { cause: init.cause } : undefined);
    this.code = code;
    this.details = init.details ?? [];
    this.metadata = init.metadata ?? {};
    // Most errors have neither, and whoever logs one should not have to read that.
    if (init.inBand !== undefined) this.inBand = init.inBand;
    if (init.response !== undefined) this.response = init.response;
  }

  /**
   * The first detail of the message type of `codec`, decoded; undefined if there is none.
   *
   * @throws BridgeError invalid_argument if the detail is there and malformed
   */
  findDetail<Face>(codec: { readonly typeName: string; decode(bytes: Uint8Array): Face }): Face | undefined {
    const detail = this.details.find(({ type }) => type === codec.typeName);
    return detail && codec.decode(detail.value);
  }

  /**
   * Any thrown value as a BridgeError: one is returned as it is; an abort is `canceled`, a timeout `deadline_exceeded`
   * (the DOMExceptions of AbortController and `AbortSignal.timeout`), anything else `unknown` with its message, and the value as the cause.
   */
  static from(reason: unknown): BridgeError {
    if (reason instanceof BridgeError) return reason;
    if (reason instanceof Error) {
      const code = reason.name === "AbortError" ? "canceled" : reason.name === "TimeoutError" ? "deadline_exceeded" : "unknown";
      return new BridgeError(code, reason.message, { cause: reason });
    }
    return new BridgeError("unknown", textOf(reason), { cause: reason });
  }
}

/** The message of an exception. What cannot be made a string has none. */
export function textOf(reason: unknown): string {
  try {
    return String(reason instanceof Error ? reason.message : reason);
  } catch {
    return hiddenMessage;
  }
}

/** Packs a message as a detail of an error: `new BridgeError("not_found", "no user", { details: [errorDetail(ErrorInfo, { reason: "GONE" })] })`. */
export function errorDetail<Init>(codec: { readonly typeName: string; encode(init: Init): Uint8Array }, init: Init): ErrorDetail {
  return { type: codec.typeName, value: codec.encode(init) };
}
