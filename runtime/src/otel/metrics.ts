import { type Attributes, type Context, context, createNoopMeter, metrics as globalMetrics, type MeterProvider } from "@opentelemetry/api";
import type { Call, CallKind } from "../interceptors/call.js";
import type { Interceptor } from "../interceptors/chain.js";
import type { CallEnd } from "../interceptors/traffic.js";
import { type Instruments, instrumentsOf } from "./instruments.js";
import { LinkGauges } from "./links.js";
import { attributesOf, defaultSystem, outcomeOf, scopeName } from "./semantics.js";

/** Options of {@link metrics}. */
export interface MetricsOptions {
  /** What makes the instruments: the one that is registered globally by default. */
  meterProvider?: MeterProvider | undefined;
  /** What `rpc.system.name` says: `grpc` by default; `connectrpc` for that. */
  system?: string | undefined;
}

/**
 * An interceptor for either end that measures each call, and each link for as long as it lives. Its attributes are few: the method and the code, never an id.
 */
export function metrics(options: MetricsOptions = {}): Interceptor {
  const metrics = new Metrics(options);
  return (next) => (call) => {
    metrics.measure(call);
    return next(call);
  };
}

type Provider = Pick<MeterProvider, "getMeter">;

/** What is measured with one provider. */
interface Measures {
  readonly client: Instruments;
  readonly server: Instruments;
  readonly links: LinkGauges;
}

/** The kinds of calls with one message at most each way. */
const single: ReadonlySet<CallKind> = new Set(["unary", "request", "notification"]);

class Metrics {
  readonly #provider: Provider | undefined;
  readonly #system: string;
  /** Of calls that an interceptor makes again, only the whole counts. */
  readonly #measured = new WeakSet<Call>();
  #last: { readonly provider: Provider; readonly measures: Measures | undefined } | undefined;

  constructor({ meterProvider, system = defaultSystem }: MetricsOptions) {
    this.#provider = meterProvider;
    this.#system = system;
  }

  measure(call: Call): void {
    const measures = this.#measures();
    if (!measures || this.#measured.has(call)) return;
    this.#measured.add(call);
    const { client, server, links } = measures;
    const instruments = call.outgoing ? client : server;
    const attributes = attributesOf(call, this.#system);
    const around = context.active();
    const started = performance.now();
    instruments.active.add(1, attributes, around);
    if (call.kind === "link") links.add(call, attributes);
    call.onEnd((end) => {
      instruments.active.add(-1, attributes, around);
      record(call, end, (performance.now() - started) / 1_000, instruments, attributes, around);
    });
  }

  /** Others if another provider is registered: none before that, since what the API gives then does nothing. */
  #measures(): Measures | undefined {
    const provider = this.#provider ?? globalMetrics.getMeterProvider();
    if (this.#last?.provider !== provider) this.#last = { provider, measures: measuresOf(provider) };
    return this.#last.measures;
  }
}

/** Those of one provider: of links there may be only one sum, however many interceptors see them. */
const known = new WeakMap<Provider, Measures>();

function measuresOf(provider: Provider): Measures | undefined {
  const meter = provider.getMeter(scopeName);
  if (meter === createNoopMeter()) return undefined;
  const measures = known.get(provider) ?? { client: instrumentsOf(meter, "client"), server: instrumentsOf(meter, "server"), links: new LinkGauges(meter) };
  known.set(provider, measures);
  return measures;
}

function record(call: Call, end: CallEnd, seconds: number, instruments: Instruments, attributes: Attributes, around: Context): void {
  const ended = { ...attributes, ...outcomeOf(call, end) };
  const { sentMessages, sentBytes, receivedMessages, receivedBytes } = call.traffic;
  const [requests, requestBytes] = call.outgoing ? [sentMessages, sentBytes] : [receivedMessages, receivedBytes];
  const [responses, responseBytes] = call.outgoing ? [receivedMessages, receivedBytes] : [sentMessages, sentBytes];
  instruments.duration.record(seconds, ended, around);
  if (requests > 0) instruments.requestSize.record(requestBytes, ended, around);
  if (responses > 0) instruments.responseSize.record(responseBytes, ended, around);
  if (single.has(call.kind)) return;
  instruments.requests.record(requests, ended, around);
  instruments.responses.record(responses, ended, around);
}
