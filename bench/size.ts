/** `npm run size`: how many bytes the codecs take, and whether that is within the limits that limits.json sets. */
import { readFileSync } from "node:fs";
import { generatePeers } from "./peers.js";
import { details } from "./report/pages.js";
import { Numbers } from "./report/results.js";
import { whole } from "./report/table.js";
import { sizeSuite } from "./suites/size.js";

/** The most that a measurement may be; 0 for what must not be there. */
interface Limit {
  readonly case: string;
  readonly contender: string;
  readonly measure: string;
  readonly most: number;
}

await generatePeers();
const result = await sizeSuite({ quick: true });
process.stdout.write(`${details([result])}\n\n`);
const numbers = new Numbers(result);
const limits = JSON.parse(readFileSync(new URL("limits.json", import.meta.url), "utf8")) as Limit[];
for (const { case: name, contender, measure, most } of limits) {
  const what = `${name}, ${contender}, ${measure}`;
  const value = numbers.sum(name, contender, measure);
  if (value === undefined) throw new Error(`limits.json: there is no ${what}`);
  if (value > most) process.exitCode = 1;
  process.stdout.write(`${value > most ? "TOO LARGE" : "within   "}  ${what}: ${whole(value)} of ${whole(most)}\n`);
}
