/** The tables of the pages, between markers, written by nobody else. */
import type { Result } from "../suites/suite.js";
import { major, Numbers } from "./results.js";
import { duration, ratio, table, whole } from "./table.js";

const ours = "protobridge";
const limit = "bare HTTP/2";
const begin = "<!-- bench:begin -->";
const end = "<!-- bench:end -->";

/** A page with what stands between its markers replaced. @throws Error if they are not there */
export function withTables(page: string, tables: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`there is no ${begin} before ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${tables.trim()}\n\n${page.slice(to)}`;
}

/** What the README of the repository shows: the newest Node, and ratios to ours. */
export function summary(results: readonly Result[]): string {
  const parts: string[] = [];
  const codec = Numbers.newest(results, "codec");
  if (codec) {
    parts.push(
      `**Codecs**: a message from plain values to bytes and back, Node ${major(codec.result)}. Ours in time, the others as multiples of it: above 1 they take longer. With the others this includes the conversion between values and messages that one writes by hand.`,
      toOurs(codec, "to bytes and back", ["encode", "decode"]),
    );
  }
  const calls = Numbers.newest(results, "calls");
  if (calls) {
    parts.push(
      `**Calls** over loopback, a client and a server in a process each, Node ${major(calls.result)}: time for each call, message or round trip; \`${limit}\` carries the same bytes without messages, and is the limit.`,
      toOurs(calls, "call", ["time"]),
    );
  }
  const size = Numbers.newest(results, "size");
  if (size)
    parts.push(
      "**Size** in bytes, minified and gzipped, of what encodes and decodes one message in a browser's bundle:",
      bundles(size, ["minified", "gzipped"]),
    );
  parts.push("How this is measured, and all numbers: [Benchmarks](bench/README.md).");
  return parts.join("\n\n");
}

/** What the page of the benchmarks shows: all. */
export function details(results: readonly Result[]): string {
  const parts: string[] = [];
  for (const result of results.filter(({ suite }) => suite === "codec")) {
    const numbers = new Numbers(result);
    parts.push(`### Codec, Node ${major(result)}`, ran(result));
    for (const measure of ["encode", "decode"])
      parts.push(`${measure === "encode" ? "Plain values to bytes" : "Bytes to plain values"}:`, toOurs(numbers, measure, [measure]));
    parts.push(
      "Message object to bytes and back, without conversion, to ours with all that it does:",
      toOurs(numbers, "without conversion", ["encode", "decode"], ["bare encode", "bare decode"]),
    );
    if (result === results.find(({ suite }) => suite === "codec")) parts.push("Bytes:", absolute(numbers, "bytes", "size", whole));
  }
  for (const result of results.filter(({ suite }) => suite === "calls")) {
    const numbers = new Numbers(result);
    parts.push(`### Calls, Node ${major(result)}`, ran(result), absolute(numbers, "time", "time", duration));
    parts.push("How far each is from the limit:", toLimit(numbers));
  }
  for (const result of results.filter(({ suite }) => suite === "plugin"))
    parts.push(`### Plugin, Node ${major(result)}`, ran(result), plugins(new Numbers(result)));
  const size = Numbers.newest(results, "size");
  if (size) {
    parts.push("### Size", "What is generated for `snakepit_bridge.proto`:", generated(size));
    parts.push(
      "A bundle that encodes and decodes one message, in bytes:",
      bundles(size, ["minified", "gzipped", "runtime, minified", "runtime, gzipped", "_pb in the bundle"]),
    );
  }
  return parts.join("\n\n");
}

function ran({ suite, node, machine, rounds }: Result): string {
  // The plugin's requests have as many runs as their sizes allow: the page tells how many.
  return `Node ${node}, ${machine}${suite === "plugin" ? "" : `; medians of ${rounds} rounds`}.`;
}

/** Ours in time, the others as multiples: of the same measures, or of those of `theirs`. */
function toOurs(numbers: Numbers, what: string, measures: readonly string[], theirs: readonly string[] = measures): string {
  const others = numbers.contenders(theirs[0] ?? "").filter((name) => name !== ours);
  const rows = numbers.cases.map((name) => {
    const own = numbers.sum(name, ours, ...measures);
    if (own === undefined) return [name];
    const cells = others.map((other) => {
      const value = numbers.sum(name, other, ...theirs);
      return value === undefined ? "-" : ratio(value / own);
    });
    return [name, duration(own), ...cells];
  });
  return table([what, ours, ...others], rows);
}

function absolute(numbers: Numbers, what: string, measure: string, text: (value: number) => string): string {
  const contenders = numbers.contenders(measure);
  const cell = (name: string, contender: string): string => {
    const value = numbers.sum(name, contender, measure);
    return value === undefined ? "-" : text(value);
  };
  return table(
    [what, ...contenders],
    numbers.cases.map((name) => [name, ...contenders.map((contender) => cell(name, contender))]),
  );
}

function toLimit(numbers: Numbers): string {
  const contenders = numbers.contenders("time").filter((name) => name !== limit);
  const rows = numbers.cases.map((name) => {
    const bare = numbers.sum(name, limit, "time") ?? Number.NaN;
    return [name, ...contenders.map((contender) => ratio((numbers.sum(name, contender, "time") ?? Number.NaN) / bare))];
  });
  return table([`time to that of ${limit}`, ...contenders], rows);
}

function plugins(numbers: Numbers): string {
  const bridge = "protoc-gen-bridge";
  const rows = numbers.cases.flatMap((name) =>
    numbers.contenders("time").flatMap((contender) => {
      const found = numbers.measurement(name, contender, "time");
      if (!found) return [];
      const [own, peak] = [numbers.sum(name, bridge, "time"), numbers.sum(name, contender, "peak")];
      const compared = contender === bridge || own === undefined || found.value === null ? "-" : ratio(found.value / own);
      return [
        [
          `${name}, ${contender}`,
          found.value === null ? (found.failure ?? "-") : `${whole(found.value)} ms`,
          compared,
          peak === undefined ? "-" : `${whole(peak)} MiB`,
        ],
      ];
    }),
  );
  return table(["request, plugin", "median", "to ours", "peak"], rows);
}

function generated(numbers: Numbers): string {
  const measures = ["generated", "generated, minified", "tsc"];
  const rows = numbers.contenders("generated").map((contender) => [
    contender,
    ...measures.map((measure) => {
      const found = numbers.cases.map((name) => numbers.measurement(name, contender, measure)).find((each) => each !== undefined);
      return found?.value == null ? "-" : `${whole(found.value)}${found.unit === "ms" ? " ms" : ""}`;
    }),
  ]);
  return table(["generator", "bytes", "bytes, minified", "tsc"], rows);
}

function bundles(numbers: Numbers, measures: readonly string[]): string {
  const rows = numbers.cases.flatMap((name) =>
    numbers.contenders("minified").flatMap((contender) => {
      if (!numbers.measurement(name, contender, "minified")) return [];
      const cells = measures.map((measure) => {
        const found = numbers.measurement(name, contender, measure);
        if (found?.value == null) return "-";
        return found.unit === "yes or no" ? (found.value === 1 ? "yes" : "no") : whole(found.value);
      });
      return [[`${name}, ${contender}`, ...cells]];
    }),
  );
  return table(["message, generator", ...measures], rows);
}
