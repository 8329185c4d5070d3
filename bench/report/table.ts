/** Tables in Markdown. */

/** A table with a head, and rows of as many cells; all but the first column are numbers, and stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(3, ...all.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** Nanoseconds, as a person reads them. */
export function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${significant(nanoseconds)} ns`;
  return nanoseconds < 1e6 ? `${significant(nanoseconds / 1e3)} µs` : `${significant(nanoseconds / 1e6)} ms`;
}

/** A ratio with as many digits as mean something. */
export function ratio(value: number): string {
  return `${value < 0.1 ? value.toFixed(3) : value < 10 ? value.toFixed(2) : value.toFixed(1)}×`;
}

/** A whole number, with its thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function significant(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
