/** What every suite gives, and how it is asked. */
import { cpus } from "node:os";

export type SuiteName = "codec" | "calls" | "plugin" | "size";
export const suiteNames: readonly SuiteName[] = ["codec", "calls", "plugin", "size"];

/** One number. */
export interface Measurement {
  /** The row: what was done, with what data. */
  readonly case: string;
  /** Who did it. */
  readonly contender: string;
  /** What was measured, such as `encode`. */
  readonly measure: string;
  /** A median, for what was timed; null if it failed. */
  readonly value: number | null;
  readonly unit: "ns" | "ms" | "bytes" | "MiB" | "yes or no";
  /** Why there is no value, such as `out of memory`. */
  readonly failure?: string;
}

/** All numbers of a suite on one version of Node. */
export interface Result {
  readonly suite: SuiteName;
  readonly node: string;
  /** Processor and number of cores: absolute times are theirs. */
  readonly machine: string;
  /** Rounds that each median is of. */
  readonly rounds: number;
  readonly measurements: readonly Measurement[];
}

/** How a suite is run. */
export interface SuiteOptions {
  /** Whether all contenders agree, with a round or so of each: nothing to compare by. */
  readonly quick: boolean;
}

export function result(suite: SuiteName, rounds: number, measurements: readonly Measurement[]): Result {
  const machine = `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores`;
  return { suite, node: process.version, machine, rounds, measurements };
}
