import { overlaid } from "./own.js";
import type { Requests } from "./servicer/options.js";

/**
 * The same requests, each with the fields of a scope, such as its session's id. Called by generated code.
 *
 * To leave them reaches their source at once, even if it waits for the next: a generator in between would wait with it.
 */
export function stamped<T, F extends Readonly<Record<string, unknown>>>(requests: Requests<T>, fields: F): Requests<T & F> {
  const stamp = (request: T): T & F => overlaid(request, fields) as T & F;
  if (!(Symbol.asyncIterator in requests)) return stampedSync(requests, stamp);
  return {
    [Symbol.asyncIterator]() {
      const source = requests[Symbol.asyncIterator]();
      return {
        async next() {
          const result = await source.next();
          return result.done ? result : { done: false, value: stamp(result.value) };
        },
        async return() {
          await source.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function* stampedSync<T, S>(requests: Iterable<T>, stamp: (request: T) => S): Iterable<S> {
  for (const request of requests) yield stamp(request);
}
