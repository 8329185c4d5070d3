import { constants } from "node:os";

/** When a server closes because its process is told to end. */
export interface SignalOptions {
  /** How long calls under way have, in milliseconds, as for `close`: 5,000 by default. */
  drainMs?: number | undefined;
  /** The signals that are heeded, SIGTERM and SIGINT by default. */
  signals?: readonly NodeJS.Signals[] | undefined;
}

/** What is closed. */
export interface Closing {
  /** Ends it. */
  close(options: { drainMs?: number }): Promise<void>;
  /** Resolves when it is closed, by whom ever. */
  readonly closed: Promise<void>;
}

/**
 * Closes at the first signal, and resolves with it when that is done; with undefined if it was closed otherwise. A second signal ends the
 * process at once, with the exit code 128 + its number, as a shell tells it of a process that a signal ended.
 */
export async function closeAtSignal(
  { close, closed }: Closing,
  { drainMs, signals = ["SIGTERM", "SIGINT"] }: SignalOptions,
): Promise<NodeJS.Signals | undefined> {
  let first: NodeJS.Signals | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    if (first) process.exit(128 + constants.signals[signal]);
    first = signal;
    void close(drainMs === undefined ? {} : { drainMs });
  };
  for (const signal of signals) process.on(signal, hear);
  await closed;
  for (const signal of signals) process.off(signal, hear);
  return first;
}
