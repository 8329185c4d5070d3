/** OpenTelemetry's SDK in memory: for the tests of spans and metrics. */
import { type Attributes, context, type TextMapPropagator } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { AggregationTemporality, type Histogram, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, type ReadableSpan, type Span } from "@opentelemetry/sdk-trace-base";
import { vi } from "vitest";

/** What W3C says. */
export const w3c: TextMapPropagator = new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] });

/** Contexts follow asynchronous work from here on. Gives what ends that. */
export function withContexts(): () => void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return () => context.disable();
}

/** Spans, when they have ended. */
export class Spans {
  readonly #started: Span[] = [];
  readonly tracerProvider: BasicTracerProvider = new BasicTracerProvider({
    spanProcessors: [
      {
        onStart: (span) => void this.#started.push(span),
        onEnd: () => {},
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });

  /** So many spans, as soon as they have ended, in the order in which they began; fails if there are more. */
  async take(count: number): Promise<ReadableSpan[]> {
    await vi.waitUntil(() => this.#started.filter(({ ended }) => ended).length >= count, { timeout: 5_000 });
    await new Promise((resolve) => setImmediate(resolve));
    const spans = this.#started.splice(0);
    if (spans.length > count) throw new Error(`${spans.length} spans in place of ${count}: ${spans.map(({ name }) => name).join(", ")}`);
    return spans;
  }
}

/** One value of a metric, or the sum of a histogram. */
export interface Point {
  readonly attributes: Attributes;
  readonly value: number;
  /** How often a histogram was recorded. */
  readonly count: number;
}

/** Metrics, whenever somebody asks. */
export class Meters {
  readonly #exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #reader = new PeriodicExportingMetricReader({ exporter: this.#exporter, exportIntervalMillis: 2 ** 30 });
  readonly meterProvider: MeterProvider = new MeterProvider({ readers: [this.#reader] });

  /** The points of all metrics, by name. */
  async collect(): Promise<ReadonlyMap<string, Point[]>> {
    const { resourceMetrics, errors } = await this.#reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, "metrics could not be collected");
    const found = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    return new Map(
      found.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes, value }): Point => {
          const { sum = 0, count } = typeof value === "number" ? { sum: value, count: 1 } : (value as Histogram);
          return { attributes, value: sum, count };
        }),
      ]),
    );
  }

  close(): Promise<void> {
    return this.meterProvider.shutdown();
  }
}
