import type { Call } from "../interceptors/call.js";
import { isRecord, overlaid, setOwn } from "../own.js";
import type { Carrier } from "./carrier.js";

/** Properties, one in the other: `meta.traceId`, or as a list, for keys that have dots: `["event", "metadata", "trace.id"]`. */
export type FieldPath = string | readonly string[];

/** Where the fields of a protocol carry the context of a trace. */
export interface FieldNames {
  /** What has the fields: by default, the envelope of what is said over a link, and the message of any other call. */
  readonly in?: "message" | "envelope" | undefined;
  /** A string of 32 hexadecimal digits. */
  readonly traceId?: FieldPath | undefined;
  /** A string of 16 hexadecimal digits. */
  readonly spanId?: FieldPath | undefined;
  /** A string of two hexadecimal digits: "01" if the trace is recorded. What says nothing is taken for that. */
  readonly traceFlags?: FieldPath | undefined;
  /** A string: the `tracestate` of W3C. */
  readonly traceState?: FieldPath | undefined;
  /** A map of strings: each entry of the baggage is one of its. Others that are there stay. */
  readonly baggage?: FieldPath | undefined;
  /** A map of strings that has the keys of the propagator themselves, such as `traceparent`: in place of all other fields. */
  readonly map?: FieldPath | undefined;
}

/**
 * Makes the option `carrier` for a protocol that has fields for the context of a trace. Messages and envelopes above the fields are made where they are
 * missing. What is given to a call is not changed, but copied. A stream of messages has no such fields.
 */
export function fieldCarrier({ in: place, map, ...names }: FieldNames): (call: Call) => Carrier | undefined {
  return (call) => {
    const isEnvelope = (place ?? (call.member === undefined ? "message" : "envelope")) === "envelope";
    const fields = isEnvelope ? new EnvelopeFields(call) : MessageFields.of(call);
    return fields && (map === undefined ? new IdCarrier(fields, names) : new MapCarrier(fields, stepsOf(map)));
  };
}

/** What has the fields. */
interface Fields {
  read(path: readonly string[]): unknown;
  write(path: readonly string[], value: unknown): void;
}

class EnvelopeFields implements Fields {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  read(path: readonly string[]): unknown {
    return at(this.#call.envelope, path);
  }

  write([first, ...rest]: readonly string[], value: unknown): void {
    if (first !== undefined) setOwn(this.#call.envelope, first, placed(own(this.#call.envelope, first), rest, value));
  }
}

class MessageFields implements Fields {
  readonly #call: Call;

  private constructor(call: Call) {
    this.#call = call;
  }

  /** Undefined if there are none: a stream, or a message that is no object. */
  static of(call: Call): MessageFields | undefined {
    const { message } = call;
    return isRecord(message) && !(Symbol.asyncIterator in message) ? new MessageFields(call) : undefined;
  }

  read(path: readonly string[]): unknown {
    return at(this.#call.message, path);
  }

  write(path: readonly string[], value: unknown): void {
    this.#call.message = placed(this.#call.message, path, value);
  }
}

/** The propagator's keys in a map. */
class MapCarrier implements Carrier {
  readonly #fields: Fields;
  readonly #path: readonly string[];

  constructor(fields: Fields, path: readonly string[]) {
    this.#fields = fields;
    this.#path = path;
  }

  get(key: string): string | undefined {
    return textAt(this.#fields, [...this.#path, key]);
  }

  set(key: string, value: string): void {
    this.#fields.write([...this.#path, key], value);
  }

  keys(): string[] {
    const entries = this.#fields.read(this.#path);
    return isRecord(entries) ? Object.keys(entries) : [];
  }
}

type IdNames = Omit<FieldNames, "in" | "map">;

/** Ids in fields of their own, from and to what W3C's propagators read and write. */
class IdCarrier implements Carrier {
  readonly #fields: Fields;
  readonly #names: IdNames;

  constructor(fields: Fields, names: IdNames) {
    this.#fields = fields;
    this.#names = names;
  }

  get(key: string): string | undefined {
    if (key === "traceparent") return this.#traceParent();
    if (key === "tracestate") return this.#text("traceState");
    return key === "baggage" ? this.#baggage() : undefined;
  }

  set(key: string, value: string): void {
    if (key === "traceparent") {
      const [, traceId, spanId, flags] = value.split("-");
      this.#write("traceId", traceId);
      this.#write("spanId", spanId);
      this.#write("traceFlags", flags);
    } else if (key === "tracestate") this.#write("traceState", value);
    else if (key === "baggage") this.#writeBaggage(value);
  }

  keys(): string[] {
    return ["traceparent", "tracestate", "baggage"].filter((key) => this.get(key) !== undefined);
  }

  #traceParent(): string | undefined {
    const [traceId, spanId] = [this.#text("traceId"), this.#text("spanId")];
    if (traceId === undefined || spanId === undefined) return undefined;
    return `00-${traceId}-${spanId}-${this.#text("traceFlags") ?? "01"}`.toLowerCase();
  }

  #baggage(): string | undefined {
    const { baggage } = this.#names;
    const entries = baggage && this.#fields.read(stepsOf(baggage));
    if (!isRecord(entries)) return undefined;
    const said = Object.entries(entries).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    return said.length === 0 ? undefined : said.map(([key, value]) => `${encoded(key)}=${encoded(value)}`).join(",");
  }

  #writeBaggage(value: string): void {
    const { baggage } = this.#names;
    if (!baggage) return;
    for (const entry of value.split(",")) {
      // What is behind the semicolon says something of the entry, for which a map has no place.
      const [key = "", text = ""] = (entry.split(";")[0] ?? "").split(/=(.*)/s);
      if (key.trim() !== "") this.#fields.write([...stepsOf(baggage), decoded(key.trim())], decoded(text.trim()));
    }
  }

  #text(name: keyof IdNames): string | undefined {
    const path = this.#names[name];
    return path && textAt(this.#fields, stepsOf(path));
  }

  #write(name: keyof IdNames, value: string | undefined): void {
    const path = this.#names[name];
    if (path && value !== undefined) this.#fields.write(stepsOf(path), value);
  }
}

function stepsOf(path: FieldPath): readonly string[] {
  return typeof path === "string" ? path.split(".") : path;
}

/** A string that says something. */
function textAt(fields: Fields, path: readonly string[]): string | undefined {
  const value = fields.read(path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function own(object: unknown, key: string): unknown {
  return isRecord(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}

function at(object: unknown, path: readonly string[]): unknown {
  return path.reduce(own, object);
}

/** A copy with another value at a place. */
function placed(object: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  fields[first] = placed(own(object, first), rest, value);
  return overlaid(isRecord(object) ? object : {}, fields);
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
