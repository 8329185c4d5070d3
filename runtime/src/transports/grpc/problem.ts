import type { Socket } from "node:net";

/** Something that went wrong beside the calls of a server. */
export interface ServerProblem {
  /** `connection`: a client was refused, or its connection could not be made. `certificate`: a new certificate cannot be used, or one has expired. */
  readonly kind: "connection" | "certificate";
  /** The client's address, if it has one. */
  readonly peer?: string | undefined;
  /** What happened, in words. */
  readonly reason: string;
}

/** Told of problems. What it throws is thrown away. */
export type ProblemListener = (problem: ServerProblem) => void;

/** A listener that never throws. */
export function harmless(listener: ProblemListener | undefined): ProblemListener {
  return (problem) => {
    try {
      listener?.(problem);
    } catch {
      // It must not be thrown into Node's sockets.
    }
  };
}

/** The address of a client: `127.0.0.1:40112`, or undefined if it has none, as over a Unix socket. */
export function addressOf(socket: Socket): string | undefined {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined) return undefined;
  return remotePort === undefined ? remoteAddress : `${remoteAddress}:${remotePort}`;
}
