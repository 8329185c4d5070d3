import type { Code } from "../errors.js";

/** Properties from the face of a message to a place in it. Every step but the last is a message, which may be absent. */
export type FaultPath = readonly [string, ...string[]];

/** What a place says, and the code that it stands for. The first that matches counts, in each direction. */
export type CodeTable<T> = readonly (readonly [T, Code])[];

/** Where a message carries a fault, in the properties of its face: what {@link fault} takes. Either `success` or `code` decides. */
export interface FaultShape {
  /** The property of a boolean that is false for a fault. Its code is `unknown`, unless another part tells more. */
  readonly success?: string | undefined;
  /** An integer or enum. */
  readonly code?:
    | {
        readonly path: FaultPath;
        /** The numbers that are no fault. The first is sent where nothing is said. */
        readonly ok: readonly [number, ...number[]];
        /** "grpc" if the numbers are gRPC's. A number that is not in the table is read as `unknown`. */
        readonly codes: "grpc" | CodeTable<number>;
        /** Sent for a code that is not in the table. gRPC's numbers need none. */
        readonly other?: number | undefined;
      }
    | undefined;
  /** A code in letters. Where it is in the table it says more than `code`. */
  readonly reason?:
    | {
        readonly path: FaultPath;
        readonly codes: CodeTable<string>;
        /** Sent for a code that is not in the table. */
        readonly other: string;
      }
    | undefined;
  /** The text of the error. */
  readonly message: FaultPath;
  /**
   * Where details are, and what they are: a `map<string, string>` is the metadata of a `google.rpc.ErrorInfo`; "status" are bytes with a
   * `google.rpc.Status`, which tells the code, too; "any" is a list of `google.protobuf.Any`.
   */
  readonly details?: { readonly path: FaultPath; readonly as: "map" | "status" | "any" } | undefined;
  /** The codes that a servicer tells as a status, not inside the response. */
  readonly statuses?: readonly Code[] | undefined;
}

/** Where a message carries a fault. */
export interface Fault extends FaultShape {
  readonly statuses: readonly Code[];
}

/**
 * Describes where a message carries a fault. Called by generated code.
 *
 * @throws Error if the shape does not say how to tell a fault, or what to send for one
 */
export function fault(shape: FaultShape): Fault {
  const { success, code, message, statuses } = shape;
  const refuse = (why: string): never => {
    throw new Error(`a fault with its message in ${message.join(".")} ${why}: generate the code again`);
  };
  if ((success === undefined) === (code === undefined)) refuse("is told by either success or code");
  if (code && code.codes !== "grpc" && code.other === undefined) refuse("has a table of codes, and no number for other codes");
  return { ...shape, statuses: statuses ?? [] };
}
