/** Who waits at a terminal is told what takes long; nobody else is. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { withProgress } from "../src/command/progress.js";

const before = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  if (before) Object.defineProperty(process.stderr, "isTTY", before);
  else Reflect.deleteProperty(process.stderr, "isTTY");
});

it.each([
  ["a terminal, long work", true, 1001, ["buf generate ..."]],
  ["a terminal, short work", true, 999, []],
  ["no terminal", false, 5000, []],
])("%s", async (_what, isTerminal, ms, told) => {
  Object.defineProperty(process.stderr, "isTTY", { value: isTerminal, configurable: true });
  const lines: string[] = [];
  const output = { print: () => {}, tell: (line: string) => void lines.push(line) };
  const done = withProgress("buf generate", output, () => new Promise((resolve) => setTimeout(() => resolve("done"), ms)));
  await vi.advanceTimersByTimeAsync(5000);
  expect(await done).toBe("done");
  expect(lines).toEqual(told);
});
