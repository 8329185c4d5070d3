import type { Histogram, Meter, UpDownCounter } from "@opentelemetry/api";

/** What is measured of the calls of one end. */
export interface Instruments {
  /** Seconds from a call's beginning to its end. */
  readonly duration: Histogram;
  /** Calls under way. */
  readonly active: UpDownCounter;
  /** Bytes of all requests of a call, and of all its responses. */
  readonly requestSize: Histogram;
  readonly responseSize: Histogram;
  /** Their numbers, of a call with a stream. */
  readonly requests: Histogram;
  readonly responses: Histogram;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const bytes = Array.from({ length: 10 }, (_, power) => 64 * 4 ** power);
const messages = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000];

/** The instruments of an end: duration is named by the conventions, which have no names for the others. */
export function instrumentsOf(meter: Meter, end: "client" | "server"): Instruments {
  const histogram = (name: string, unit: string, explicitBucketBoundaries: number[], description: string): Histogram =>
    meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries } });
  const own = `protobridge.${end}`;
  const calls = end === "client" ? "outgoing calls" : "incoming calls";
  return {
    duration: histogram(`rpc.${end}.call.duration`, "s", seconds, `Duration of ${calls}.`),
    active: meter.createUpDownCounter(`${own}.active_calls`, { unit: "{call}", description: `Number of ${calls} under way.` }),
    requestSize: histogram(`${own}.request.size`, "By", bytes, `Size of all requests of ${calls}.`),
    responseSize: histogram(`${own}.response.size`, "By", bytes, `Size of all responses of ${calls}.`),
    requests: histogram(`${own}.request.messages`, "{message}", messages, `Number of requests of ${calls} with a stream.`),
    responses: histogram(`${own}.response.messages`, "{message}", messages, `Number of responses of ${calls} with a stream.`),
  };
}
