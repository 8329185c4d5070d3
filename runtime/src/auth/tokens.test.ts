import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { thrownBy } from "../../tests/echo.js";
import { BridgeError } from "../errors.js";
import { type TokenRequest, type TokenSource, Tokens } from "./tokens.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

/** A source of t1, t2, ..., each of which lives for a time. */
function counting(livesMs?: number): { readonly source: TokenSource; readonly asked: TokenRequest[] } {
  const asked: TokenRequest[] = [];
  return {
    asked,
    source(request) {
      asked.push(request);
      const token = `t${asked.length}`;
      return livesMs === undefined ? token : { token, expiresAt: new Date(Date.now() + livesMs) };
    },
  };
}

async function text(tokens: Tokens, signal: AbortSignal = never): Promise<string> {
  return (await tokens.get(signal)).token.text;
}

test("a token is kept until shortly before it expires", async () => {
  const { source, asked } = counting(100_000);
  const tokens = new Tokens(source, 30_000, 10_000);
  expect(await tokens.get(never)).toMatchObject({ token: { text: "t1" }, isCached: false });
  vi.advanceTimersByTime(69_999);
  expect(await tokens.get(never)).toMatchObject({ token: { text: "t1" }, isCached: true });
  vi.advanceTimersByTime(1);
  expect(await tokens.get(never)).toMatchObject({ token: { text: "t2" }, isCached: false });
  expect(asked.map(({ refused }) => refused)).toEqual([undefined, undefined]);
});

test("a short-lived one is used for half of its life", async () => {
  const { source } = counting(20_000);
  const tokens = new Tokens(source, 30_000, 10_000);
  await text(tokens);
  vi.advanceTimersByTime(9_999);
  expect(await text(tokens)).toBe("t1");
  vi.advanceTimersByTime(1);
  expect(await text(tokens)).toBe("t2");
});

test("one without an end is kept for ever, until it is refused, which the source is told once", async () => {
  const { source, asked } = counting();
  const tokens = new Tokens(source, 30_000, 10_000);
  const first = await tokens.get(never);
  vi.advanceTimersByTime(10 ** 12);
  expect(await text(tokens)).toBe("t1");
  tokens.refuse(first.token);
  expect(tokens.isCurrent(first.token)).toBe(false);
  const second = await tokens.get(never);
  expect(second.token.text).toBe("t2");
  // Who was slow has the one before: it is no matter any more.
  tokens.refuse(first.token);
  expect(await text(tokens)).toBe("t2");
  tokens.refuse(second.token);
  expect(await text(tokens)).toBe("t3");
  expect(asked.map(({ refused }) => refused)).toEqual([undefined, "t1", "t2"]);
});

test("what was refused is no matter any more when there was another one since", async () => {
  const { source, asked } = counting(100_000);
  const tokens = new Tokens(source, 30_000, 10_000);
  tokens.refuse((await tokens.get(never)).token);
  expect(await text(tokens)).toBe("t2");
  vi.advanceTimersByTime(70_000);
  expect(await text(tokens)).toBe("t3");
  expect(asked.map(({ refused }) => refused)).toEqual([undefined, "t1", undefined]);
});

test("a constant one is never said to be cached: there is no other", async () => {
  const tokens = new Tokens("constant", 30_000, 10_000);
  expect(await tokens.get(never)).toMatchObject({ token: { text: "constant" }, isCached: false });
  expect(await tokens.get(never)).toMatchObject({ token: { text: "constant" }, isCached: false });
});

test("all who wait share one question, and who gives up does not take it from the others", async () => {
  const asked: TokenRequest[] = [];
  let give: (token: string) => void = () => {};
  const tokens = new Tokens(
    (request) => {
      asked.push(request);
      return new Promise((resolve) => {
        give = resolve;
      });
    },
    0,
    10_000,
  );
  const leaving = new AbortController();
  const waiting = [text(tokens), text(tokens, leaving.signal), text(tokens)];
  const left = thrownBy(waiting[1] as Promise<string>);
  leaving.abort(new BridgeError("canceled", "enough"));
  expect(await left).toMatchObject({ code: "canceled", message: "enough" });
  expect([asked.length, asked[0]?.signal.aborted]).toEqual([1, false]);
  give("shared");
  expect(await Promise.all([waiting[0], waiting[2]])).toEqual(["shared", "shared"]);
});

test("when the last one gives up, the source is told, and the next one asks again", async () => {
  const asked: TokenRequest[] = [];
  const tokens = new Tokens(
    (request) => {
      asked.push(request);
      return asked.length === 1 ? new Promise<never>(() => {}) : "second";
    },
    0,
    10_000,
  );
  const leaving = new AbortController();
  const left = thrownBy(text(tokens, leaving.signal));
  leaving.abort(new BridgeError("canceled", "enough"));
  await left;
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(await text(tokens)).toBe("second");
});

test("a failure is told to all who wait, and not kept", async () => {
  let asked = 0;
  const tokens = new Tokens(
    () => {
      asked++;
      if (asked === 1) throw new Error("connect ECONNREFUSED, password hunter2");
      if (asked === 2) throw new BridgeError("unauthenticated", "log in again");
      return "third";
    },
    0,
    10_000,
  );
  const failures = await Promise.all([thrownBy(text(tokens)), thrownBy(text(tokens))]);
  expect(failures[0]).toBe(failures[1]);
  expect(failures[0]).toMatchObject({ code: "unavailable", message: "no token could be had", cause: { message: /hunter2/ } });
  expect(await thrownBy(text(tokens))).toMatchObject({ code: "unauthenticated", message: "log in again" });
  expect(await text(tokens)).toBe("third");
});

test("one that is soon too old is used if there is no other, and not when it is too old, or refused", async () => {
  let isDown = false;
  const tokens = new Tokens(
    () => {
      if (isDown) throw new Error("down");
      return { token: "t1", expiresAt: new Date(Date.now() + 100_000) };
    },
    30_000,
    10_000,
  );
  await text(tokens);
  isDown = true;
  vi.advanceTimersByTime(80_000);
  const { token } = await tokens.get(never);
  expect(token.text).toBe("t1");
  vi.advanceTimersByTime(20_000);
  expect(await thrownBy(text(tokens))).toMatchObject({ code: "unavailable" });
  isDown = false;
  await text(tokens);
  isDown = true;
  vi.advanceTimersByTime(80_000);
  tokens.refuse(token);
  expect(await thrownBy(text(tokens))).toMatchObject({ code: "unavailable" });
});

test("a source that hangs is given up", async () => {
  const asked: TokenRequest[] = [];
  const tokens = new Tokens(
    (request) => {
      asked.push(request);
      return new Promise<never>(() => {});
    },
    0,
    500,
  );
  const failure = thrownBy(text(tokens));
  await vi.advanceTimersByTimeAsync(500);
  expect(await failure).toMatchObject({ code: "unavailable", message: "no token could be had within 500 ms" });
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["an empty text", ""],
  ["a text with a new line", "hunter2\n"],
  ["an object without a token", {}],
  ["a time that is a number", { token: "hunter2", expiresAt: 5 }],
  ["a time that is none", { token: "hunter2", expiresAt: new Date("never") }],
])("a source that gives %s gives no token", async (_what, given) => {
  const failure = await thrownBy(text(new Tokens(() => given as string, 0, 500)));
  expect(failure).toMatchObject({ code: "internal" });
  expect(String(failure)).not.toContain("hunter2");
});
