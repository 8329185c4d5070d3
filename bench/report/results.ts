/** The results that are committed: one JSON file a suite and version of Node; sizes are the same on all. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Measurement, Result, SuiteName } from "../suites/suite.js";

/** Writes a result, with numbers of four digits: more would tell the runs apart, not the contenders. */
export function saveResult(folder: string, result: Result): void {
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify(
    result,
    (_key, value: unknown) => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value),
    2,
  );
  const name = result.suite === "size" ? "size" : `${result.suite}-node${major(result)}`;
  // One line a measurement, so that a diff can be read.
  writeFileSync(join(folder, `${name}.json`), `${text.replaceAll(/\n {6}(?=")|\n {4}(?=\})/g, " ")}\n`);
}

/** All results of a folder, the newest Node first. */
export function readResults(folder: string): Result[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Result)
    .toSorted((a, b) => major(b) - major(a));
}

/** The major version of the Node that gave a result. */
export function major({ node }: Result): number {
  return Number(/\d+/.exec(node)?.[0]);
}

/** The results of one suite, and how its numbers are asked for. */
export class Numbers {
  readonly result: Result;
  readonly cases: readonly string[];
  readonly #values: Map<string, Measurement> = new Map();

  constructor(result: Result) {
    this.result = result;
    this.cases = [...new Set(result.measurements.map((each) => each.case))];
    for (const each of result.measurements) this.#values.set(JSON.stringify([each.case, each.contender, each.measure]), each);
  }

  /** Of the newest Node; undefined if the suite was not run. */
  static newest(results: readonly Result[], suite: SuiteName): Numbers | undefined {
    const found = results.find((each) => each.suite === suite);
    return found && new Numbers(found);
  }

  measurement(name: string, contender: string, measure: string): Measurement | undefined {
    return this.#values.get(JSON.stringify([name, contender, measure]));
  }

  /** The sum of some measures; undefined if one is not there. */
  sum(name: string, contender: string, ...measures: readonly string[]): number | undefined {
    let sum = 0;
    for (const measure of measures) {
      const value = this.measurement(name, contender, measure)?.value ?? undefined;
      if (value === undefined) return undefined;
      sum += value;
    }
    return sum;
  }

  /** Who has a measure in any of the cases, in the order in which they were run. */
  contenders(measure: string): string[] {
    return [...new Set(this.result.measurements.filter((each) => each.measure === measure).map(({ contender }) => contender))];
  }
}
