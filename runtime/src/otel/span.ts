import { type Span, SpanStatusCode } from "@opentelemetry/api";
import { BridgeError, textOf } from "../errors.js";
import type { Call } from "../interceptors/call.js";
import { isAsyncIterable } from "../interceptors/chain.js";
import type { CallEnd } from "../interceptors/traffic.js";
import { isFailure, outcomeOf } from "./semantics.js";

/** The span of one call, until the call is over. */
export class CallSpan {
  readonly #call: Call;
  readonly #span: Span;
  /** What this end threw, and when, in milliseconds since 1970. */
  #thrown: { readonly reason: unknown; readonly at: number } | undefined;
  #isOver = false;

  constructor(call: Call, span: Span) {
    this.#call = call;
    this.#span = span;
    call.onEnd((end) => this.#end(end));
  }

  /** Does the work of the call. What it throws is noted, also later, by the source of a stream. */
  async around(work: () => Promise<unknown>): Promise<unknown> {
    try {
      const result = await work();
      return isAsyncIterable(result) ? this.#watching(result) : result;
    } catch (reason) {
      this.#threw(reason);
      throw reason;
    }
  }

  #watching(responses: AsyncIterable<unknown>): AsyncIterable<unknown> {
    return {
      [Symbol.asyncIterator]: () => {
        const source = responses[Symbol.asyncIterator]();
        return {
          next: async () => {
            try {
              return await source.next();
            } catch (reason) {
              this.#threw(reason);
              throw reason;
            }
          },
          async return() {
            await source.return?.();
            return { done: true, value: undefined };
          },
        };
      },
    };
  }

  /** The call failed. At the end that makes it, what is thrown is its end, for this attempt; at the other one, what becomes of it shows later. */
  #threw(reason: unknown): void {
    const { outgoing, signal } = this.#call;
    if (outgoing) {
      const error = BridgeError.from(reason);
      this.#end({ error, inBand: error.response !== undefined });
      // That nobody waits any more was not thrown here.
    } else if (!signal.aborted || reason !== signal.reason) this.#thrown ??= { reason, at: Date.now() };
  }

  #end(end: CallEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { error } = end;
    this.#span.setAttributes(outcomeOf(this.#call, end));
    if (error && isFailure(this.#call, end)) {
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      if (this.#thrown) this.#span.recordException(exceptionOf(this.#thrown.reason), this.#thrown.at);
    }
    this.#span.end();
  }
}

/** What a span tells of an exception: nothing of what it carries. */
function exceptionOf(reason: unknown): { name: string; message: string; stack?: string } {
  if (!(reason instanceof Error)) return { name: typeof reason, message: textOf(reason) };
  const { name, stack } = reason;
  return { name, message: textOf(reason), ...(stack === undefined ? {} : { stack }) };
}
