import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  type Link as SpanLink,
  type TextMapPropagator,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { Call } from "../interceptors/call.js";
import { boundTo, type Interceptor, isAsyncIterable, type Next, type Scope } from "../interceptors/chain.js";
import type { Link } from "../link/link.js";
import { type Carrier, fromCarrier, fromMetadata, toCarrier, toMetadata } from "./carrier.js";
import { attributesOf, defaultSystem, peerAttributesOf, scopeName } from "./semantics.js";
import { CallSpan } from "./span.js";

/** Options of {@link tracing}. */
export interface TracingOptions {
  /** What makes the spans: the one that is registered globally by default. */
  tracerProvider?: TracerProvider | undefined;
  /** How the context is written and read: the one that is registered globally by default. */
  propagator?: Pick<TextMapPropagator, "inject" | "extract"> | undefined;
  /**
   * Where a protocol carries the context itself, beside the metadata: for what is said over links, which has no metadata of its own, this is the only
   * way over the wire. Asked for each call but a link's stream; undefined where there is none. What it reads comes before the metadata.
   */
  carrier?: ((call: Call) => Carrier | undefined) | undefined;
  /** More attributes of each span, known at its beginning. */
  attributes?: ((call: Call) => Attributes) | undefined;
  /** What `rpc.system.name` says: `grpc` by default; `connectrpc` for that. */
  system?: string | undefined;
}

/**
 * An interceptor for either end that makes a span of each call: each RPC, each stream of a link, and each request and notification in it. The context
 * of the trace crosses the wire in metadata, and in fields of messages and envelopes where `carrier` knows them. Servicers and handlers run
 * with the span active, and so do the sources of streams, also after a `yield`.
 */
export function tracing(options: TracingOptions = {}): Interceptor {
  const tracing = new Tracing(options);
  return (next) => (call) => tracing.run(call, next);
}

class Tracing {
  readonly #options: TracingOptions;
  readonly #tracer: Tracer;
  readonly #propagator: Pick<TextMapPropagator, "inject" | "extract">;
  readonly #system: string;
  /** The contexts of the links' streams, for what is said over them. */
  readonly #streams = new WeakMap<Link, Context>();

  constructor(options: TracingOptions) {
    const { tracerProvider = trace, propagator = propagation, system = defaultSystem } = options;
    this.#options = options;
    this.#tracer = tracerProvider.getTracer(scopeName);
    this.#propagator = propagator;
    this.#system = system;
  }

  async run(call: Call, next: Next): Promise<unknown> {
    const { outgoing } = call;
    const carrier = this.#carrierOf(call);
    const stream = call.link && call.kind !== "link" ? this.#streams.get(call.link) : undefined;
    const parent = outgoing ? callerOf(stream) : this.#sender(call, carrier, stream);
    const span = this.#tracer.startSpan(call.name, { kind: kindOf(call), attributes: this.#attributesOf(call), links: linksOf(parent, stream) }, parent);
    const inside = trace.setSpan(parent, span);
    if (outgoing) this.#inject(call, carrier, inside);
    if (call.kind === "link") this.#remember(call, inside);
    const scope: Scope = (work) => context.with(inside, work);
    if (outgoing && call.kind !== "unary" && isAsyncIterable(call.message)) call.message = boundTo(call.message, scope);
    // The context goes on, also if nobody looks at the span.
    const result = await (span.isRecording() ? new CallSpan(call, span).around(() => scope(() => next(call))) : scope(() => next(call)));
    return isAsyncIterable(result) ? boundTo(result, scope) : result;
  }

  /** As long as the stream is there, what is said over it belongs to its span. */
  #remember(call: Call, inside: Context): void {
    const link = call.link as Link;
    this.#streams.set(link, inside);
    call.onEnd(() => {
      if (this.#streams.get(link) === inside) this.#streams.delete(link);
    });
  }

  /** The context that came with a call. What is not as it should be is as if it had not come. */
  #sender(call: Call, carrier: Carrier | undefined, stream: Context | undefined): Context {
    let sender = stream ?? ROOT_CONTEXT;
    try {
      if (call.member === undefined) sender = this.#propagator.extract(sender, call.metadata, fromMetadata);
      if (carrier) sender = this.#propagator.extract(sender, carrier, fromCarrier);
    } catch {}
    return sender;
  }

  #inject(call: Call, carrier: Carrier | undefined, inside: Context): void {
    try {
      if (call.member === undefined) this.#propagator.inject(inside, call.metadata, toMetadata);
      if (carrier) this.#propagator.inject(inside, carrier, toCarrier);
    } catch {}
  }

  #carrierOf(call: Call): Carrier | undefined {
    if (call.kind === "link") return undefined;
    try {
      return this.#options.carrier?.(call);
    } catch {
      // A message that is malformed fails the call by itself.
      return undefined;
    }
  }

  #attributesOf(call: Call): Attributes {
    return { ...attributesOf(call, this.#system), ...peerAttributesOf(call), ...this.#options.attributes?.(call) };
  }
}

/** The context of who makes a call: a span that is active there, or else the stream's. */
function callerOf(stream: Context | undefined): Context {
  const active = context.active();
  const span = stream && !trace.getSpan(active) ? trace.getSpan(stream) : undefined;
  return span ? trace.setSpan(active, span) : active;
}

/** What is said over a link for somebody else is no part of the stream's span, and refers to it. */
function linksOf(parent: Context, stream: Context | undefined): SpanLink[] {
  const streamSpan = stream && trace.getSpanContext(stream);
  if (!streamSpan || trace.getSpanContext(parent)?.spanId === streamSpan.spanId) return [];
  return [{ context: streamSpan }];
}

function kindOf({ kind, outgoing }: Call): SpanKind {
  if (kind === "notification") return outgoing ? SpanKind.PRODUCER : SpanKind.CONSUMER;
  return outgoing ? SpanKind.CLIENT : SpanKind.SERVER;
}
