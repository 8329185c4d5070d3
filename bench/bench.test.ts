/** The benchmarks work, and compare like with like. How fast anything is is no matter here. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { same } from "./agreement.js";
import { Frames, frame } from "./calls/frames.js";
import { generatePeers } from "./peers.js";
import { chart } from "./report/chart.js";
import { details, summary, withTables } from "./report/pages.js";
import { table } from "./report/table.js";
import { callsSuite } from "./suites/calls.js";
import { codecSuite } from "./suites/codec.js";
import { sizeSuite } from "./suites/size.js";
import type { Result } from "./suites/suite.js";
import { median, timeCalls } from "./timing.js";

const quick = { quick: true };

describe("the suites", () => {
  const results: Result[] = [];

  beforeAll(async () => {
    await generatePeers();
  }, 120_000);

  it("find that all codecs agree, and have every number", async () => {
    const result = await codecSuite(quick);
    results.push(result);
    const of = (measure: string): number => new Set(result.measurements.filter((each) => each.measure === measure).map(({ contender }) => contender)).size;
    expect([of("encode"), of("decode"), of("size"), of("bare encode")]).toEqual([9, 9, 9, 6]);
    expect(result.measurements.every(({ value }) => value !== null && value > 0)).toBe(true);
  }, 120_000);

  it("find that all calls agree, and have every number", async () => {
    const result = await callsSuite(quick);
    results.push(result);
    expect(result.measurements).toHaveLength(7 * 5);
    expect(result.measurements.every(({ value }) => value !== null && value > 0)).toBe(true);
  }, 120_000);

  it("find the same sizes again, and those of the limits", async () => {
    const result = await sizeSuite(quick);
    results.push(result);
    expect((await sizeSuite(quick)).measurements).toEqual(result.measurements);
    const limits = JSON.parse(readFileSync(new URL("limits.json", import.meta.url), "utf8")) as { case: string; contender: string; measure: string }[];
    for (const { case: name, contender, measure } of limits)
      expect(result.measurements).toContainEqual(expect.objectContaining({ case: name, contender, measure }));
  }, 120_000);

  it("give tables that are written the same way twice, and a chart with all contenders", () => {
    const page = "# Page\n\n<!-- bench:begin -->\nold\n<!-- bench:end -->\n\nafter\n";
    for (const tables of [summary(results), details(results)]) {
      const once = withTables(page, tables);
      expect(withTables(once, tables)).toBe(once);
      expect(once).toContain("msgpackr");
      expect(once.endsWith("<!-- bench:end -->\n\nafter\n")).toBe(true);
      expect(once).not.toContain("old");
      expect(once).not.toMatch(/NaN|undefined|Infinity/);
    }
    const svg = chart(results);
    for (const name of ["protobuf-es", "ts-proto", "pbf", "nice-grpc", "bare HTTP/2"]) expect(svg).toContain(name);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("what the suites stand on", () => {
  it("refuses a page without markers", () => {
    expect(() => withTables("# Page\n", "| a |")).toThrow("bench:begin");
  });

  it("aligns tables", () => {
    expect(table(["name", "n"], [["a", "1.00×"]])).toBe("| name |     n |\n| ---- | ----: |\n| a    | 1.00× |");
  });

  it("tells values that differ from values that do not", () => {
    expect(same({ a: [1, Buffer.of(1)] }, { a: [1, Uint8Array.of(1)] })).toBe(true);
    for (const [a, b] of [
      [1, 1n],
      [[], {}],
      [{ a: undefined }, {}],
      [{ a: 1 }, { b: 1 }],
      [Uint8Array.of(1), Uint8Array.of(2)],
      [Uint8Array.of(1), [1]],
      [null, {}],
    ]) {
      expect(same(a, b)).toBe(false);
      expect(same(b, a)).toBe(false);
    }
  });

  it("runs every task as often as every other, and another one first in each round", () => {
    const order: string[] = [];
    const tasks = ["a", "b", "c"].map((name) => ({ run: () => order.push(name) }));
    const times = timeCalls(tasks, 2, { warmUp: 1, counted: 2 });
    expect(order.join("")).toBe("aabbccbbccaaccaabb");
    expect(times.map((each) => each.length)).toEqual([2, 2, 2]);
  });

  it("takes the middle", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 2, Number.NaN]);
  });

  it("counts frames wherever chunks are cut", () => {
    const bytes = Buffer.concat([frame(Uint8Array.of(1, 2, 3)), frame(Uint8Array.of()), frame(new Uint8Array(300))]);
    for (let size = 1; size <= bytes.length; size++) {
      const frames = new Frames();
      let count = 0;
      for (let at = 0; at < bytes.length; at += size) count += frames.ended(bytes.subarray(at, at + size));
      expect(count).toBe(3);
    }
  });
});
