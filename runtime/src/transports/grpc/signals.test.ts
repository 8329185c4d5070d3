import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { EchoClient, OpenRequests, thrownBy } from "../../../tests/echo.js";
import type { Channel } from "../../transport.js";
import { channel, serve } from "./index.js";

const program = fileURLToPath(new URL("../../../tests/signals.ts", import.meta.url));
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A process that serves. */
class Program {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly exited: Promise<number | string | null>;
  #look = (): void => {};

  constructor(drainMs: number) {
    const child = spawn(process.execPath, ["--import", "tsx", program, `${drainMs}`], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    createInterface(child.stdout).on("line", (line) => {
      this.#lines.push(line);
      this.#look();
    });
    this.exited = new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
    ends.push(() => {
      child.kill("SIGKILL");
      return this.exited;
    });
  }

  /** A line that is as wanted: the last of so many, when they are there. */
  async said(wanted: RegExp, count = 1): Promise<string> {
    for (;;) {
      const line = this.#lines.filter((said) => wanted.test(said))[count - 1];
      if (line) return line;
      await new Promise<void>((resolve) => {
        this.#look = resolve;
      });
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

async function start(drainMs: number): Promise<{ program: Program; client: EchoClient; channel: Channel }> {
  const started = new Program(drainMs);
  const opened = channel(await started.said(/^127\./));
  ends.push(() => opened.close());
  return { program: started, client: new EchoClient(opened), channel: opened };
}

describe("the first signal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s: calls under way end, later ones are refused, the process ends with 0", async (signal) => {
    const { program, client } = await start(10_000);
    const requests = [1, 2, 3].map(() => new OpenRequests("first"));
    const joined = requests.map((each) => client.join(each));
    await program.said(/^joined$/, requests.length);
    const outcomes = new Set<string>();
    const load = Array.from({ length: 10 }, async () => {
      for (;;) {
        const answer = await client.say("you").catch((reason: { code: string }) => reason.code);
        outcomes.add(answer);
        if (answer !== "hello you") break;
      }
    });
    await client.say("you");
    program.kill(signal);
    await program.said(new RegExp(`^heard ${signal}$`));
    await Promise.all(load);
    expect([...outcomes].sort()).toEqual(["hello you", "unavailable"]);
    for (const each of requests) await each.return();
    expect(await Promise.all(joined)).toEqual(requests.map(() => "joined to the end"));
    expect(await program.exited).toBe(0);
    expect(await program.said(/^closed/)).toBe(`closed by ${signal}`);
  });

  test("ends what takes longer than it may", async () => {
    const { program, client } = await start(50);
    const thrown = thrownBy(client.list(""));
    await program.said(/^listing$/);
    program.kill("SIGTERM");
    expect(await thrown).toMatchObject({ code: "unavailable" });
    expect(await program.exited).toBe(0);
  });
});

test.each([
  ["SIGTERM", "SIGTERM", 143],
  ["SIGINT", "SIGINT", 130],
  ["SIGTERM", "SIGINT", 130],
] as const)("%s, then %s: the process ends at once with %i", async (first, second, code) => {
  const { program, client } = await start(Number.POSITIVE_INFINITY);
  const thrown = thrownBy(client.list(""));
  await program.said(/^listing$/);
  program.kill(first);
  await program.said(new RegExp(`^heard ${first}$`));
  program.kill(second);
  expect(await program.exited).toBe(code);
  expect(await thrown).toMatchObject({ code: "unavailable" });
});

describe("in this process", () => {
  const listeners = (): number[] => (["SIGTERM", "SIGINT", "SIGHUP"] as const).map((signal) => process.listenerCount(signal));

  test("close() from elsewhere ends the wait, and nobody listens any more", async () => {
    const before = listeners();
    const server = await serve([], { address: "127.0.0.1:0" });
    const waits = [server.untilSignal(), server.untilSignal({ signals: ["SIGHUP"] })];
    expect(listeners()).toEqual(before.map((count) => count + 1));
    await server.close();
    expect(await Promise.all(waits)).toEqual([undefined, undefined]);
    expect(listeners()).toEqual(before);
    expect(await server.untilSignal()).toBe(undefined);
    expect(listeners()).toEqual(before);
  });

  test("a signal closes all servers that wait for it", async () => {
    const before = listeners();
    const servers = await Promise.all([1, 2].map(() => serve([], { address: "127.0.0.1:0" })));
    const waits = servers.map((server) => server.untilSignal({ signals: ["SIGHUP"] }));
    process.kill(process.pid, "SIGHUP");
    expect(await Promise.all(waits)).toEqual(["SIGHUP", "SIGHUP"]);
    expect(listeners()).toEqual(before);
  });
});
