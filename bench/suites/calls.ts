/** Calls over loopback: each server in a process of its own, all clients in this one. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { same } from "../agreement.js";
import { peers } from "../calls/index.js";
import type { Caller, KeyValue, Peer } from "../calls/peer.js";
import { small } from "../data.js";
import { median, type Rounds, type Task, timeEach } from "../timing.js";
import { type Measurement, type Result, result, type SuiteOptions } from "./suite.js";

/** One peer, called. */
interface Party {
  readonly name: string;
  readonly server: ChildProcess;
  readonly caller: Caller;
  readonly link: KeyValue;
}

/** One row: so many operations a round, of which so many are under way at a time. */
interface Scenario {
  readonly name: string;
  readonly operations: number;
  run(party: Party, operations: number): Promise<void>;
}

const scenarios: readonly Scenario[] = [
  ...[1, 16, 64].map((at): Scenario => ({ name: `unary, ${at} at a time`, operations: at === 1 ? 200 : 640, run: (party, n) => unary(party, n, at) })),
  { name: "server stream, each message", operations: 4000, run: stream },
  ...[1, 64, 1024].map((at): Scenario => {
    const name = `link round trip, ${at.toLocaleString("en")} in flight`;
    return { name, operations: at === 1 ? 400 : 4096, run: (party, n) => roundTrips(party, n, at) };
  }),
];
/** On a busy machine it takes several minutes. */
const longestMilliseconds = 20 * 60_000;

/** @throws Error if an answer is not what was sent, or all is not over in twenty minutes */
export async function callsSuite({ quick }: SuiteOptions): Promise<Result> {
  const rounds: Rounds = quick ? { warmUp: 0, counted: 1 } : { warmUp: 5, counted: 15 };
  const started: ChildProcess[] = [];
  const tooLong = setTimeout(() => {
    for (const server of started) server.kill();
  }, longestMilliseconds);
  const parties: Party[] = [];
  try {
    for (const peer of peers) parties.push(await join(peer, started));
    for (const party of parties) await verify(party);
    const measurements: Measurement[] = [];
    for (const { name, operations, run } of scenarios) {
      const count = quick ? 8 : operations;
      const tasks = parties.map((party): Task => ({ run: () => run(party, count) }));
      const times = await timeEach(tasks, rounds);
      for (const [i, party] of parties.entries()) {
        measurements.push({ case: name, contender: party.name, measure: "time", value: median(times[i] ?? []) / count, unit: "ns" });
      }
    }
    return result("calls", rounds.counted, measurements);
  } finally {
    clearTimeout(tooLong);
    for (const { link, caller } of parties) await link.close().finally(() => caller.close());
    for (const server of started) server.kill();
  }
}

/** Starts a peer's server, and connects. */
async function join(peer: Peer, started: ChildProcess[]): Promise<Party> {
  const script = fileURLToPath(new URL("../calls/server.ts", import.meta.url));
  const server = spawn(process.execPath, ["--import", "tsx", script, peer.name], { stdio: ["pipe", "pipe", "inherit"] });
  started.push(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.stdout?.once("data", (line: Buffer) => resolve(Number(line.toString())));
    server.once("error", reject).once("exit", (code) => reject(new Error(`the server of ${peer.name} ended with exit code ${code}`)));
  });
  const caller = await peer.connect(port);
  return { name: peer.name, server, caller, link: await caller.open() };
}

async function verify({ name, caller, link }: Party): Promise<void> {
  if (!same(await caller.invoke(small), small.input)) throw new Error(`${name}: Invoke answers something else`);
  if ((await caller.subscribe(10)) !== 10) throw new Error(`${name}: Subscribe streams something else`);
  if ((await link.get("k1234")) !== "k1234") throw new Error(`${name}: kv_get answers something else`);
}

/** Runs so many operations, so many at a time. */
async function workers(count: number, atATime: number, operation: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await operation(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, worker));
}

function unary({ caller }: Party, count: number, atATime: number): Promise<void> {
  return workers(count, atATime, () => caller.invoke(small));
}

async function stream({ name, caller }: Party, count: number): Promise<void> {
  const read = await caller.subscribe(count);
  if (read !== count) throw new Error(`${name}: ${read} of ${count} events came`);
}

function roundTrips({ link }: Party, count: number, inFlight: number): Promise<void> {
  return workers(count, inFlight, (i) => link.get(`k${i}`));
}
