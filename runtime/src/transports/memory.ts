import { CallAbort, canceledBy, channelClosed, onAbort } from "../abort.js";
import { CallContext, type Peer } from "../context.js";
import { BridgeError } from "../errors.js";
import type { InterceptorOptions } from "../interceptors/chain.js";
import { Traffic } from "../interceptors/traffic.js";
import type { ServerLinkOptions } from "../link/options.js";
import { checkMetadata, emptyMetadata, type Metadata } from "../metadata.js";
import { type ErrorListener, type Route, routesOf, type Serving, streamsRequests, streamsResponses } from "../servicer/routes.js";
import type { MethodInfo } from "../servicer/service.js";
import type { Servicer } from "../servicer/servicer.js";
import { abortable, prefetched, untilAborted } from "../streams.js";
import type { Channel, ChannelCallOptions, ConnectOptions } from "../transport.js";

/** Options of {@link memory}. */
export interface MemoryOptions extends InterceptorOptions {
  /** Told of each exception in a servicer that is no BridgeError. */
  onError?: ErrorListener | undefined;
  /** For the server's ends of links. */
  links?: ServerLinkOptions | undefined;
}

/** How many messages of a stream are on their way, as in the buffers of a connection. */
const buffered = 16;

/**
 * A channel to servicers in the same process, without a socket. Messages are encoded and decoded as on the wire, errors, deadlines and
 * cancellation are as over a network: for tests, and for parts of one process that talk as if they were two.
 *
 * Its interceptors are the servicers'; those of clients are added with `intercept`.
 */
export function memory(servicers: readonly Servicer[], { onError = () => {}, ...options }: MemoryOptions = {}): Channel {
  return new MemoryChannel(routesOf(servicers, { ...options, onError }));
}

class MemoryChannel implements Channel {
  readonly secure = true;
  readonly peer: Peer = { address: "memory" };
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #open = new Set<CallAbort>();
  readonly #draining = new AbortController();

  constructor(routes: ReadonlyMap<string, Route>) {
    this.#routes = routes;
  }

  async unary(method: MethodInfo, request: unknown, options: ChannelCallOptions): Promise<unknown> {
    async function* requests(): AsyncIterable<unknown> {
      yield request;
    }
    let answer: { readonly response: unknown } | undefined;
    for await (const response of this.stream(method, requests(), options)) answer ??= { response };
    if (!answer) throw new BridgeError("internal", `${method.path}: no response`);
    return answer.response;
  }

  stream(method: MethodInfo, requests: AsyncIterable<unknown>, options: ChannelCallOptions): AsyncIterable<unknown> {
    return { [Symbol.asyncIterator]: () => this.#call(method, requests, options) };
  }

  #call(method: MethodInfo, requests: AsyncIterable<unknown>, options: ChannelCallOptions): AsyncIterator<unknown> {
    const left = new AbortController();
    const responses = this.#responses(method, requests, options, left.signal);
    return {
      next: () => responses.next(),
      return() {
        // At once: a generator that waits returns only when that ends.
        left.abort();
        return responses.return();
      },
    };
  }

  async *#responses(method: MethodInfo, requests: AsyncIterable<unknown>, options: ChannelCallOptions, left: AbortSignal): AsyncGenerator<unknown, void> {
    if (this.#draining.signal.aborted) throw channelClosed("unavailable");
    if (options.signal?.aborted) throw canceledBy(options.signal);
    checkMetadata(options.metadata ?? {}, "invalid_argument");
    const route = this.#routes.get(method.path);
    if (!route) throw new BridgeError("unimplemented", `${method.path}: no servicer serves it`);

    const deadline = Number.isFinite(options.timeoutMs) ? Date.now() + (options.timeoutMs as number) : undefined;
    const abort = new CallAbort(deadline);
    const unwatch = onAbort(options.signal, () => abort.abort(canceledBy(options.signal as AbortSignal)));
    const unleave = onAbort(left, () => abort.abort(new BridgeError("canceled", "the client canceled the call")));
    this.#open.add(abort);
    const context = new CallContext({
      signal: abort.signal,
      deadline: deadline === undefined ? undefined : new Date(deadline),
      metadata: received(options.metadata),
      peer: this.peer,
    });
    let failure: { readonly reason: unknown } | undefined;
    // An error of the caller's own requests, or a request that cannot be encoded, cancels the call, and is the caller's alone.
    const given = abortable(requests, abort.signal);
    async function* sent(): AsyncIterable<Uint8Array> {
      try {
        for await (const request of given) {
          const bytes = carried(request, method.input.encode(request));
          options.traffic?.sent(bytes.byteLength);
          yield bytes;
        }
      } catch (reason) {
        if (!abort.signal.aborted) failure = { reason };
        abort.abort(new BridgeError("canceled", "the client canceled the call"));
        throw abort.signal.reason;
      }
    }
    // A call that has its answer leaves the handler's signal alone; one that the client leaves before aborts it.
    let answered = false;
    const traffic = new Traffic();
    let headerGiven = false;
    const giveHeader = (): void => {
      if (headerGiven) return;
      headerGiven = true;
      checkMetadata(context.header, "internal");
      options.onHeader?.(received(context.header));
    };
    try {
      for await (const response of answers(route, sent(), context, { traffic, draining: this.#draining.signal, abort: (reason) => abort.abort(reason) })) {
        giveHeader();
        options.traffic?.received(response.byteLength);
        yield method.output.decode(response);
      }
      answered = true;
      giveHeader();
      checkMetadata(context.trailer, "internal");
      options.onTrailer?.(received(context.trailer));
    } catch (reason) {
      if (left.aborted) return;
      answered = true;
      if (failure) throw failure.reason;
      traffic.end(reason);
      const error = BridgeError.from(reason);
      giveHeader();
      options.onTrailer?.(received({ ...context.trailer, ...error.metadata }));
      // As over a network: the cause stays where it happened.
      throw new BridgeError(error.code, error.message, { details: error.details, metadata: received({ ...context.trailer, ...error.metadata }) });
    } finally {
      unwatch();
      unleave();
      if (answered) abort.dispose();
      else abort.abort(new BridgeError("canceled", "the client canceled the call"));
      traffic.end(abort.signal.aborted ? abort.signal.reason : undefined);
      // Whatever of the requests was not read: their source is told.
      void given.return?.();
      this.#open.delete(abort);
    }
  }

  async connect({ signal }: ConnectOptions): Promise<void> {
    if (this.#draining.signal.aborted) throw channelClosed("canceled");
    if (signal.aborted) throw canceledBy(signal);
  }

  async close(): Promise<void> {
    const reason = channelClosed("unavailable");
    this.#draining.abort(reason);
    for (const abort of this.#open) abort.abort(reason);
  }
}

async function* answers(
  { method, call, encode }: Route,
  requests: AsyncIterable<Uint8Array>,
  context: CallContext,
  serving: Serving & { readonly traffic: Traffic },
): AsyncIterable<Uint8Array> {
  const { signal } = context;
  const { traffic } = serving;
  const decode = (bytes: Uint8Array): unknown => {
    traffic.received(bytes.byteLength);
    return method.input.decode(bytes);
  };
  const encoded = (response: unknown): Uint8Array => {
    const bytes = carried(response, encode(response));
    traffic.sent(bytes.byteLength);
    return bytes;
  };
  const arriving = prefetched(requests, buffered);
  let read = (): unknown => decoded(arriving, decode);
  if (!streamsRequests(method.kind)) {
    const first = await arriving.next();
    if (first.done) throw new BridgeError("internal", `${method.path}: no request`);
    read = () => decode(first.value);
  }
  const answer = call(read, context, serving);
  if (streamsResponses(method.kind)) {
    // Abortable twice: what the handler waits for, and what is on its way when the call ends.
    const responses = prefetched(abortable(answer as AsyncIterable<unknown>, signal), buffered);
    for await (const response of abortable(responses, signal)) yield encoded(response);
  } else yield encoded(await untilAborted(answer as Promise<unknown>, signal));
}

async function* decoded(requests: AsyncIterable<Uint8Array>, decode: (bytes: Uint8Array) => unknown): AsyncGenerator<unknown, void> {
  for await (const request of requests) yield decode(request);
}

/** The bytes of a message, which are no longer the sender's: a codec may take bytes for the message, and give them as they are. */
function carried(message: unknown, bytes: Uint8Array): Uint8Array {
  return message === bytes ? new Uint8Array(bytes) : bytes;
}

function received(metadata: Metadata | undefined): Metadata {
  return Object.assign(emptyMetadata(), metadata);
}
