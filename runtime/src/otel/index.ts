/** Traces and metrics of calls and links, by OpenTelemetry. What imports this needs the optional peer `@opentelemetry/api`; nothing else loads it. */
export type { Carrier } from "./carrier.js";
export { type FieldNames, type FieldPath, fieldCarrier } from "./fields.js";
export { type MetricsOptions, metrics } from "./metrics.js";
export { type TracingOptions, tracing } from "./tracing.js";
