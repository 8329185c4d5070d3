import { canceledBy, onAbort } from "../abort.js";
import { BridgeError } from "../errors.js";
import type { Awaitable } from "../servicer/servicer.js";
import { untilAborted } from "../streams.js";

const longestDelay = 2 ** 31 - 1;

/**
 * Asks code of the user, for no longer than a time, or a call, lasts.
 *
 * @param failed what is told if it does not answer: `"the credentials could not be verified"`
 * @throws BridgeError the one that the code threw; `unavailable` if it threw anything else, of which only the cause tells, or took too long; or why the
 * signal was aborted
 */
export async function ask<T>(failed: string, timeoutMs: number, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Awaitable<T>): Promise<T> {
  const limit = new AbortController();
  const unwatch = onAbort(signal, () => limit.abort(canceledBy(signal as AbortSignal)));
  if (signal?.aborted) limit.abort(canceledBy(signal));
  const late = new BridgeError("unavailable", `${failed} within ${timeoutMs} ms`);
  const timer = setTimeout(() => limit.abort(late), Math.min(timeoutMs, longestDelay));
  try {
    return await untilAborted((async () => work(limit.signal))(), limit.signal);
  } catch (reason) {
    if (limit.signal.aborted) throw limit.signal.reason;
    throw reason instanceof BridgeError ? reason : new BridgeError("unavailable", failed, { cause: reason });
  } finally {
    clearTimeout(timer);
    unwatch();
  }
}
