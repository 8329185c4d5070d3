import type { LinkLimits } from "./options.js";

/** The bounds and times of one end, all of them decided. */
export interface Limits {
  readonly requestTimeoutMs: number;
  readonly sendTimeoutMs: number;
  readonly queueMessages: number;
  readonly queueBytes: number;
  readonly whenFull: "wait" | "drop";
  readonly inboxMessages: number;
  readonly inboxBytes: number;
  readonly maxPending: number;
  readonly maxMessageBytes: number;
  readonly probe: false | { readonly intervalMs: number; readonly timeoutMs: number; readonly send: ((signal: AbortSignal) => Promise<unknown>) | undefined };
}

const mebi = 2 ** 20;

/** @throws TypeError that names the option which is no number in its range */
export function limitsOf({ queue = {}, inbox = {}, probe = {}, ...options }: LinkLimits): Limits {
  return {
    requestTimeoutMs: atLeast("requestTimeoutMs", options.requestTimeoutMs ?? 5_000, 0),
    sendTimeoutMs: atLeast("sendTimeoutMs", options.sendTimeoutMs ?? 30_000, 0),
    queueMessages: atLeast("queue.messages", queue.messages ?? 1_024, 1),
    queueBytes: atLeast("queue.bytes", queue.bytes ?? 4 * mebi, 1),
    whenFull: queue.whenFull ?? "wait",
    inboxMessages: atLeast("inbox.messages", inbox.messages ?? 16_384, 1),
    inboxBytes: atLeast("inbox.bytes", inbox.bytes ?? 16 * mebi, 1),
    maxPending: atLeast("maxPending", options.maxPending ?? 65_536, 1),
    maxMessageBytes: atLeast("maxMessageBytes", options.maxMessageBytes ?? 4 * mebi, 0),
    probe: probe && {
      intervalMs: atLeast("probe.intervalMs", probe.intervalMs ?? 30_000, 1),
      timeoutMs: atLeast("probe.timeoutMs", probe.timeoutMs ?? 10_000, 1),
      send: probe.send,
    },
  };
}

/** @throws TypeError unless the value is a number from the least on; Infinity counts */
export function atLeast(option: string, value: number, least: number): number {
  if (typeof value !== "number" || !(value >= least)) throw new TypeError(`${option} must be a number from ${least}, or Infinity`);
  return value;
}
