import { CallAbort, canceledBy } from "../abort.js";
import { CallContext } from "../context.js";
import { BridgeError } from "../errors.js";
import { emptyMetadata, type Metadata } from "../metadata.js";
import type { CallOptions } from "../servicer/client.js";
import { type ErrorListener, type Route, routesOf, streamsRequests, streamsResponses } from "../servicer/routes.js";
import type { MethodInfo } from "../servicer/service.js";
import type { Servicer } from "../servicer/servicer.js";
import { abortable, untilAborted } from "../streams.js";
import type { Channel } from "../transport.js";

/** Options of {@link memory}. */
export interface MemoryOptions {
  /** Told of each exception in a servicer that is no BridgeError. */
  onError?: ErrorListener | undefined;
}

/**
 * A channel to servicers in the same process, without a socket. Messages are encoded and decoded as on the wire, errors, deadlines and
 * cancellation are as over a network: for tests, and for parts of one process that talk as if they were two.
 */
export function memory(servicers: readonly Servicer[], { onError = () => {} }: MemoryOptions = {}): Channel {
  return new MemoryChannel(routesOf(servicers, onError));
}

class MemoryChannel implements Channel {
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #open = new Set<CallAbort>();
  #closed = false;

  constructor(routes: ReadonlyMap<string, Route>) {
    this.#routes = routes;
  }

  async unary(method: MethodInfo, request: unknown, options: CallOptions): Promise<unknown> {
    async function* requests(): AsyncIterable<unknown> {
      yield request;
    }
    for await (const response of this.stream(method, requests(), options)) return response;
    throw new BridgeError("internal", `${method.path}: no response`);
  }

  async *stream(method: MethodInfo, requests: AsyncIterable<unknown>, options: CallOptions): AsyncIterable<unknown> {
    if (this.#closed) throw new BridgeError("unavailable", "the channel is closed");
    if (options.signal?.aborted) throw canceledBy(options.signal);
    const route = this.#routes.get(method.path);
    if (!route) throw new BridgeError("unimplemented", `${method.path}: no servicer serves it`);

    const deadline = Number.isFinite(options.timeoutMs) ? Date.now() + (options.timeoutMs as number) : undefined;
    const abort = new CallAbort(deadline);
    const onAbort = (): void => abort.abort(canceledBy(options.signal as AbortSignal));
    options.signal?.addEventListener("abort", onAbort, { once: true });
    this.#open.add(abort);
    const context = new CallContext({
      signal: abort.signal,
      deadline: deadline === undefined ? undefined : new Date(deadline),
      metadata: received(options.metadata),
      peer: { address: "memory" },
    });
    let headerGiven = false;
    const giveHeader = (): void => {
      if (!headerGiven) options.onHeader?.(received(context.header));
      headerGiven = true;
    };
    try {
      for await (const response of answers(route, requests, context)) {
        giveHeader();
        yield response;
      }
      giveHeader();
      options.onTrailer?.(received(context.trailer));
    } catch (reason) {
      const error = BridgeError.from(reason);
      giveHeader();
      options.onTrailer?.(received({ ...context.trailer, ...error.metadata }));
      // As over a network: the cause stays where it happened.
      throw new BridgeError(error.code, error.message, { details: error.details, metadata: received({ ...context.trailer, ...error.metadata }) });
    } finally {
      options.signal?.removeEventListener("abort", onAbort);
      abort.abort(new BridgeError("canceled", "the call is over"));
      this.#open.delete(abort);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const abort of this.#open) abort.abort(new BridgeError("unavailable", "the channel is closed"));
  }
}

async function* answers({ method, call }: Route, requests: AsyncIterable<unknown>, context: CallContext): AsyncIterable<unknown> {
  const { signal } = context;
  const decoded = abortable(crossing(requests, method.input), signal);
  let request: unknown = decoded;
  if (!streamsRequests(method.kind)) {
    const first = await decoded.next();
    if (first.done) throw new BridgeError("internal", `${method.path}: no request`);
    request = first.value;
  }
  const answer = call(request, context);
  if (streamsResponses(method.kind)) yield* crossing(abortable(answer as AsyncIterable<unknown>, signal), method.output);
  else yield* crossing([await untilAborted(answer as Promise<unknown>, signal)], method.output);
}

/** Encodes and decodes each message, as a network would have it. */
async function* crossing(messages: AsyncIterable<unknown> | Iterable<unknown>, codec: MethodInfo["input"]): AsyncIterable<unknown> {
  for await (const message of messages) yield codec.decode(codec.encode(message));
}

function received(metadata: Metadata | undefined): Metadata {
  return Object.assign(emptyMetadata(), metadata);
}
