import type { TextMapGetter, TextMapSetter } from "@opentelemetry/api";
import { type Metadata, type MutableMetadata, metadataValues } from "../metadata.js";

/** Where a call carries the context of its trace, under the keys of the propagator: for W3C, `traceparent`, `tracestate` and `baggage`. */
export interface Carrier {
  /** What is there; undefined if nothing is. */
  get(key: string): string | undefined;
  /** Puts it there, to be sent. A key for which there is no place is left out. */
  set(key: string, value: string): void;
  /** The keys for which something is there. */
  keys(): string[];
}

export const fromCarrier: TextMapGetter<Carrier> = {
  get: (carrier, key) => carrier.get(key),
  keys: (carrier) => carrier.keys(),
};

export const toCarrier: TextMapSetter<Carrier> = {
  set: (carrier, key, value) => carrier.set(key, value),
};

export const fromMetadata: TextMapGetter<Metadata> = {
  get: (metadata, key) => metadataValues(metadata, key.toLowerCase()).filter((value) => typeof value === "string"),
  keys: (metadata) => Object.keys(metadata),
};

export const toMetadata: TextMapSetter<MutableMetadata> = {
  set(metadata, key, value) {
    // Anything else would fail the call.
    if (/^[ -~]*$/.test(value)) metadata[key.toLowerCase()] = value;
  },
};
