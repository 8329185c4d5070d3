/** The chart of the README: how long each contender takes, as a multiple of ours, on a scale of doublings. */
import type { Result } from "../suites/suite.js";
import { major, Numbers } from "./results.js";

const ours = "protobridge";
const width = 900;
const left = 230;
const right = 24;
const rowHeight = 26;
const legendHeight = 22;
const legendColumns = 4;

/** Colours that people who see some colours alike can tell apart; ours is the line at 1. */
const colours = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8a7500", "#7f7f7f"];

const style = [
  "text { font: 13px system-ui, sans-serif; fill: #1f2328 }",
  ".title { font-weight: 600; font-size: 15px }",
  ".small { font-size: 11px; fill: #59636e }",
  ".grid { stroke: #d1d9e0 }",
  ".ours { stroke: #1f2328; stroke-width: 2 }",
  "@media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .small { fill: #9198a1 } .grid { stroke: #3d444d } .ours { stroke: #f0f6fc } }",
].join("\n");

/** An SVG of the codecs and the calls of the newest Node; what was not run is left out. */
export function chart(results: readonly Result[]): string {
  const panels = [
    { numbers: Numbers.newest(results, "codec"), title: "Plain values to bytes and back", measures: ["encode", "decode"] },
    { numbers: Numbers.newest(results, "calls"), title: "Calls over loopback", measures: ["time"] },
  ];
  let top = 8;
  const parts: string[] = [];
  for (const { numbers, title, measures } of panels) {
    if (!numbers) continue;
    const { svg, height } = panel(numbers, title, measures, top);
    parts.push(svg);
    top += height;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" role="img" aria-label="Time of each library as a multiple of protobridge's">\n<style>\n${style}\n</style>\n${parts.join("\n")}\n</svg>\n`;
}

function panel(numbers: Numbers, title: string, measures: readonly string[], top: number): { readonly svg: string; readonly height: number } {
  const others = numbers.contenders(measures[0] ?? "").filter((name) => name !== ours);
  const rows = numbers.cases.map((name) => {
    const own = numbers.sum(name, ours, ...measures) ?? Number.NaN;
    return { name, dots: others.map((other) => (numbers.sum(name, other, ...measures) ?? Number.NaN) / own) };
  });
  const logs = rows.flatMap(({ dots }) => dots.filter(Number.isFinite).map(Math.log2));
  const [low, high] = [Math.floor(Math.min(-1, ...logs)), Math.ceil(Math.max(1, ...logs))];
  const x = (log: number): string => (left + ((log - low) / (high - low)) * (width - left - right)).toFixed(1);
  const legendTop = top + 44;
  const plotTop = legendTop + Math.ceil(others.length / legendColumns) * legendHeight + 22;
  const bottom = plotTop + rows.length * rowHeight;
  const out = [
    `<text class="title" x="8" y="${top + 16}">${title}, Node ${major(numbers.result)}</text>`,
    `<text class="small" x="8" y="${top + 33}">time as a multiple of protobridge's, the line at 1: to the left is faster, to the right slower</text>`,
  ];
  for (const [i, other] of others.entries()) {
    const [cx, cy] = [14 + (i % legendColumns) * 220, legendTop + 12 + Math.floor(i / legendColumns) * legendHeight];
    out.push(dot(cx, cy, i), `<text x="${cx + 11}" y="${cy + 4}">${escaped(other)}</text>`);
  }
  for (let log = low; log <= high; log++) {
    out.push(`<line class="${log === 0 ? "ours" : "grid"}" x1="${x(log)}" x2="${x(log)}" y1="${plotTop}" y2="${bottom}"/>`);
    out.push(`<text class="small" x="${x(log)}" y="${plotTop - 5}" text-anchor="middle">${log < 0 ? `1/${2 ** -log}` : 2 ** log}</text>`);
  }
  for (const [r, { name, dots }] of rows.entries()) {
    const y = plotTop + r * rowHeight + rowHeight / 2;
    out.push(`<text x="${left - 12}" y="${y + 4}" text-anchor="end">${escaped(name)}</text>`);
    for (const [i, value] of dots.entries()) if (Number.isFinite(value)) out.push(dot(Number(x(Math.log2(value))), y, i));
  }
  return { svg: out.join("\n"), height: bottom - top + 24 };
}

function dot(cx: number, cy: number, contender: number): string {
  return `<circle cx="${cx}" cy="${cy}" r="5" fill="${colours[contender % colours.length]}" fill-opacity="0.85"/>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
