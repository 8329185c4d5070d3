import { ContextValues } from "../context.js";
import { BridgeError } from "../errors.js";
import { emptyMetadata } from "../metadata.js";
import type { CallOptions } from "../servicer/options.js";
import type { MethodInfo } from "../servicer/service.js";
import { untilAborted } from "../streams.js";
import type { Channel, ChannelCallOptions } from "../transport.js";
import { Call } from "./call.js";
import { boundTo, type Chain, isAsyncIterable, type Scope } from "./chain.js";
import { Patience } from "./patience.js";
import { Traffic } from "./traffic.js";

/** Makes a call, when the last interceptor goes on with it. */
type Make = (message: unknown, options: ChannelCallOptions) => Promise<unknown>;

/** One call of a client on its way through interceptors: they cannot make it wait for longer than its deadline, or for a signal that is aborted. */
class Outgoing {
  readonly traffic = new Traffic();
  readonly #chain: Chain;
  readonly #patience: Patience;
  readonly #call: Call;
  readonly #scope: Scope;

  constructor(chain: Chain, { secure, peer }: Channel, method: MethodInfo, request: unknown, options: CallOptions, make: Make) {
    const { signal, timeoutMs = Number.POSITIVE_INFINITY } = options;
    const patience = new Patience(signal, timeoutMs);
    this.#chain = chain;
    this.#patience = patience;
    this.#call = new Call({
      kind: method.kind,
      method,
      outgoing: true,
      secure,
      values: options.values ?? new ContextValues(),
      metadata: Object.assign(emptyMetadata(), options.metadata),
      signal: patience.signal,
      deadline: patience.deadline,
      traffic: this.traffic,
      peer,
      read: () => (isAsyncIterable(request) ? boundTo(request, this.#scope) : request),
      answer: ({ message, metadata, header, trailer }) =>
        make(message, {
          ...options,
          metadata,
          signal: patience.signal,
          timeoutMs: patience.leftMs,
          traffic: this.traffic,
          onHeader(received) {
            Object.assign(header, received);
            options.onHeader?.(received);
          },
          onTrailer(received) {
            Object.assign(trailer, received);
            options.onTrailer?.(received);
          },
        }),
    });
    this.#scope = chain.scopeOf(this.#call);
  }

  run(): Promise<unknown> {
    return untilAborted(this.#chain.run(this.#call, this.#scope), this.#patience.signal);
  }

  /** The caller has what it gets: a response, the last of many, or an error. */
  end(reason?: unknown): void {
    this.#patience.dispose();
    this.traffic.end(reason);
  }

  /** The caller wants no more. */
  leave(): void {
    const reason = new BridgeError("canceled", "the call was canceled");
    this.#patience.lose(reason);
    this.end(reason);
  }
}

/** Makes a call with one response through interceptors. */
export async function callThrough(chain: Chain, channel: Channel, method: MethodInfo, request: unknown, options: CallOptions, make: Make): Promise<unknown> {
  const call = new Outgoing(chain, channel, method, request, options, make);
  try {
    const response = await call.run();
    call.end();
    return response;
  } catch (reason) {
    call.end(reason);
    throw reason;
  }
}

/** The same for a stream of responses. The call starts with the first `next()`; `return()` cancels it. */
export function streamThrough(
  chain: Chain,
  channel: Channel,
  method: MethodInfo,
  request: unknown,
  options: CallOptions,
  make: (message: unknown, options: ChannelCallOptions) => AsyncIterable<unknown>,
): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]: () => new Responses(new Outgoing(chain, channel, method, request, options, async (message, given) => make(message, given)), method),
  };
}

class Responses implements AsyncIterableIterator<unknown> {
  readonly #call: Outgoing;
  readonly #method: MethodInfo;
  #source: Promise<AsyncIterator<unknown>> | undefined;
  #isOver = false;

  constructor(call: Outgoing, method: MethodInfo) {
    this.#call = call;
    this.#method = method;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#isOver) return { done: true, value: undefined };
    try {
      this.#source ??= this.#start();
      const result = await (await this.#source).next();
      if (!result.done) return result;
      this.#isOver = true;
      this.#call.end();
      return { done: true, value: undefined };
    } catch (reason) {
      // Who left wants to hear no more of it.
      if (this.#isOver) return { done: true, value: undefined };
      this.#isOver = true;
      this.#call.end(reason);
      throw reason;
    }
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#call.leave();
      const source = await this.#source?.catch(() => undefined);
      await source?.return?.();
    }
    return { done: true, value: undefined };
  }

  async #start(): Promise<AsyncIterator<unknown>> {
    const responses = await this.#call.run();
    if (!isAsyncIterable(responses)) throw new TypeError(`${this.#method.path}: an interceptor gave no async iterable of responses`);
    return responses[Symbol.asyncIterator]();
  }
}
