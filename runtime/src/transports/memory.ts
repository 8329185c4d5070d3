import { CallAbort, canceledBy, channelClosed, onAbort } from "../abort.js";
import { CallContext } from "../context.js";
import { BridgeError } from "../errors.js";
import type { ServerLinkOptions } from "../link/options.js";
import type { AnyCodec } from "../message/codec.js";
import { checkMetadata, emptyMetadata, type Metadata } from "../metadata.js";
import type { CallOptions } from "../servicer/options.js";
import { type ErrorListener, type Route, routesOf, streamsRequests, streamsResponses } from "../servicer/routes.js";
import type { MethodInfo } from "../servicer/service.js";
import type { Servicer } from "../servicer/servicer.js";
import { abortable, prefetched, untilAborted } from "../streams.js";
import type { Channel, ConnectOptions } from "../transport.js";

/** Options of {@link memory}. */
export interface MemoryOptions {
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
 */
export function memory(servicers: readonly Servicer[], { onError = () => {}, links }: MemoryOptions = {}): Channel {
  return new MemoryChannel(routesOf(servicers, onError, links));
}

class MemoryChannel implements Channel {
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #open = new Set<CallAbort>();
  readonly #draining = new AbortController();

  constructor(routes: ReadonlyMap<string, Route>) {
    this.#routes = routes;
  }

  async unary(method: MethodInfo, request: unknown, options: CallOptions): Promise<unknown> {
    async function* requests(): AsyncIterable<unknown> {
      yield request;
    }
    let answer: { readonly response: unknown } | undefined;
    for await (const response of this.stream(method, requests(), options)) answer ??= { response };
    if (!answer) throw new BridgeError("internal", `${method.path}: no response`);
    return answer.response;
  }

  stream(method: MethodInfo, requests: AsyncIterable<unknown>, options: CallOptions): AsyncIterable<unknown> {
    return { [Symbol.asyncIterator]: () => this.#call(method, requests, options) };
  }

  #call(method: MethodInfo, requests: AsyncIterable<unknown>, options: CallOptions): AsyncIterator<unknown> {
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

  async *#responses(method: MethodInfo, requests: AsyncIterable<unknown>, options: CallOptions, left: AbortSignal): AsyncGenerator<unknown, void> {
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
      peer: { address: "memory" },
    });
    let failure: { readonly reason: unknown } | undefined;
    // An error of the caller's own requests, or a request that cannot be encoded, cancels the call, and is the caller's alone.
    const given = abortable(requests, abort.signal);
    async function* sent(): AsyncIterable<Uint8Array> {
      try {
        for await (const request of given) yield carried(request, method.input.encode(request));
      } catch (reason) {
        if (!abort.signal.aborted) failure = { reason };
        abort.abort(new BridgeError("canceled", "the client canceled the call"));
        throw abort.signal.reason;
      }
    }
    // A call that has its answer leaves the handler's signal alone; one that the client leaves before aborts it.
    let answered = false;
    let headerGiven = false;
    const giveHeader = (): void => {
      if (headerGiven) return;
      headerGiven = true;
      checkMetadata(context.header, "internal");
      options.onHeader?.(received(context.header));
    };
    try {
      for await (const response of answers(route, sent(), context, method.output, this.#draining.signal)) {
        giveHeader();
        yield response;
      }
      answered = true;
      giveHeader();
      checkMetadata(context.trailer, "internal");
      options.onTrailer?.(received(context.trailer));
    } catch (reason) {
      if (left.aborted) return;
      answered = true;
      if (failure) throw failure.reason;
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

/** @param output the client's codec of the response, which may be of another version of the proto */
async function* answers(
  { method, call, encode }: Route,
  requests: AsyncIterable<Uint8Array>,
  context: CallContext,
  output: AnyCodec,
  draining: AbortSignal,
): AsyncIterable<unknown> {
  const { signal } = context;
  const decoded = prefetched(decode(requests, method), buffered);
  let request: unknown = decoded;
  if (!streamsRequests(method.kind)) {
    const first = await decoded.next();
    if (first.done) throw new BridgeError("internal", `${method.path}: no request`);
    request = first.value;
  }
  const answer = call(request, context, draining);
  if (streamsResponses(method.kind)) {
    // Abortable twice: what the handler waits for, and what is on its way when the call ends.
    const responses = prefetched(abortable(answer as AsyncIterable<unknown>, signal), buffered);
    for await (const response of abortable(responses, signal)) yield output.decode(carried(response, encode(response)));
  } else {
    const response = await untilAborted(answer as Promise<unknown>, signal);
    yield output.decode(carried(response, encode(response)));
  }
}

async function* decode(requests: AsyncIterable<Uint8Array>, { input }: MethodInfo): AsyncGenerator<unknown, void> {
  for await (const request of requests) yield input.decode(request);
}

/** The bytes of a message, which are no longer the sender's: a codec may take bytes for the message, and give them as they are. */
function carried(message: unknown, bytes: Uint8Array): Uint8Array {
  return message === bytes ? new Uint8Array(bytes) : bytes;
}

function received(metadata: Metadata | undefined): Metadata {
  return Object.assign(emptyMetadata(), metadata);
}
