import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { at } from "./expiry.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const day = 24 * 60 * 60 * 1000;

test.each([0, -5, 1, 1000, 24 * day, 25 * day, 60 * day])("tells in %d ms, and not before", (ms) => {
  const told = vi.fn();
  at(new Date(Date.now() + ms), told);
  if (ms > 0) {
    vi.advanceTimersByTime(ms - 1);
    expect(told).not.toHaveBeenCalled();
  }
  vi.advanceTimersByTime(1);
  expect(told).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([0, 10 * day, 70 * day])("tells nothing if it is called off after %d ms, and keeps no timer", (ms) => {
  const told = vi.fn();
  const stop = at(new Date(Date.now() + 80 * day), told);
  vi.advanceTimersByTime(ms);
  stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(100 * day);
  expect(told).not.toHaveBeenCalled();
});

test("a clock that was set back is waited for", () => {
  const told = vi.fn();
  const time = Date.now() + 1000;
  at(new Date(time), told);
  vi.setSystemTime(Date.now() - 5000);
  vi.advanceTimersByTime(1000);
  expect(told).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5000);
  expect(told).toHaveBeenCalledTimes(1);
});
