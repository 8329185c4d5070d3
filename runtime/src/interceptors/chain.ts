import { answer, type Call } from "./call.js";

/** What an interceptor goes on with. Gives the response, an async iterable of responses where the other end streams, and nothing for a notification or a link. */
export type Next = (call: Call) => Promise<unknown>;

/**
 * Stands around calls of every kind, at either end: `(next) => async (call) => { ...; return next(call); }`. It may look at the call, change it,
 * answer in the place of `next`, call `next` again, throw, and look at what comes back: the response before it is encoded, the error that the servicer threw.
 */
export type Interceptor = (next: Next) => Next;

/** Runs work in a place that asynchronous work keeps, for example `(work) => storage.run(store, work)` of an AsyncLocalStorage. */
export type Scope = <T>(work: () => T) => T;

/** Interceptors, and what is around them. */
export interface InterceptorOptions {
  /** The first one is the outermost. */
  interceptors?: readonly Interceptor[] | undefined;
  /**
   * Gives each call a scope, in which all code of its interceptors, its servicer or handler, and the streams of both is run: also what comes after a
   * `yield`, which else would run in the scope of whoever asks for the next message.
   */
  scope?: ((call: Call) => Scope) | undefined;
}

/** The interceptors of one end, one in the other. */
export class Chain {
  readonly #options: readonly InterceptorOptions[];
  readonly #next: Next;
  readonly #scopes: readonly ((call: Call) => Scope)[];

  private constructor(options: readonly InterceptorOptions[]) {
    const all = options.flatMap(({ interceptors = [] }) => interceptors);
    this.#options = options;
    this.#scopes = options.flatMap(({ scope }) => scope ?? []);
    this.#next = all.reduceRight<Next>((next, interceptor) => interceptor(next), answer);
  }

  /** Those of the options, around those of an inner chain. Undefined if there are none: calls then take the short way. */
  static of(options: InterceptorOptions, inner?: Chain): Chain | undefined {
    const { interceptors = [], scope } = options;
    if (interceptors.length === 0 && !scope) return inner;
    return new Chain(inner ? [options, ...inner.#options] : [options]);
  }

  /** Runs a call through all of them. */
  async run(call: Call, scope: Scope = this.scopeOf(call)): Promise<unknown> {
    const result = await scope(async () => this.#next(call));
    return isAsyncIterable(result) ? boundTo(result, scope) : result;
  }

  /** Where the code of a call is run. */
  scopeOf(call: Call): Scope {
    return this.#scopes.reduceRight<Scope>((inner, hook) => {
      const outer = hook(call);
      return (work) => outer(() => inner(work));
    }, direct);
  }
}

const direct: Scope = (work) => work();

/** The same messages, each of them asked for within a scope: so their source, if it is a generator, runs in it to its end. */
export function boundTo<T>(messages: AsyncIterable<T>, scope: Scope): AsyncIterableIterator<T> {
  const iterator = scope(() => messages[Symbol.asyncIterator]());
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => scope(() => iterator.next()),
    async return() {
      await scope(() => iterator.return?.());
      return { done: true, value: undefined };
    },
  };
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
