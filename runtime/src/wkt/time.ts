import type * as es from "@bufbuild/protobuf/wkt";
import type { MessageCodec } from "../message/codec.js";
import { GeneratedCodec } from "../message/generated.js";
import type { Reader } from "../message/reader.js";
import { scalars } from "../message/scalar.js";
import type { Writer } from "../message/writer.js";
import { refuse } from "../wire/path.js";

/** What both messages are made of. */
interface Span {
  readonly seconds?: number | bigint | undefined;
  readonly nanos?: number | undefined;
}

/** A message of seconds (int64, field 1) and nanoseconds (int32, field 2). */
class SpanCodec extends GeneratedCodec {
  readonly #spanOf: (init: unknown) => unknown;

  /** @param spanOf makes a span of what else one may pass */
  constructor(typeName: string, spanOf: (init: unknown) => unknown) {
    super(typeName, { 8: "seconds", 16: "nanos" }, () => ({ $typeName: typeName, seconds: 0n, nanos: 0 }), readSpan as never, writeSpan as never);
    this.#spanOf = spanOf;
  }

  override write(writer: Writer, init: unknown): void {
    super.write(writer, this.#spanOf(init));
  }
}

function readSpan(m: { seconds: bigint; nanos: number }, r: Reader, c: GeneratedCodec): void {
  for (let t = r.tag(); t > 0; t = r.tag()) {
    if (t === 8) m.seconds = r.int64();
    else if (t === 16) m.nanos = r.int32();
    else r.keep(m, c);
  }
}

function writeSpan(m: Span, w: Writer): void {
  w.scalar(8, scalars.int64, m.seconds);
  w.int32(16, m.nanos);
}

/** A point in time, as protobuf-es has it: seconds since 1970-01-01T00:00:00Z, and nanoseconds. `timestampDate()` of protobuf-es gives a Date. */
export type Timestamp = es.Timestamp;
/** A Date, or seconds since 1970-01-01T00:00:00Z and nanoseconds. */
export type TimestampInit = Date | Span;
/** The companion of `google.protobuf.Timestamp`. Source: google/protobuf/timestamp.proto. */
export const Timestamp: MessageCodec<Timestamp, TimestampInit> = /*@__PURE__*/ new SpanCodec("google.protobuf.Timestamp", (init) => {
  if (!(init instanceof Date)) return init;
  const ms = init.getTime();
  if (Number.isNaN(ms)) throw new Error("an invalid Date is no point in time");
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: (ms - seconds * 1000) * 1e6 };
}) as unknown as MessageCodec<Timestamp, TimestampInit>;

/** A span of time, as protobuf-es has it: seconds and nanoseconds of the same sign. `durationMs()` of protobuf-es gives milliseconds. */
export type Duration = es.Duration;
/** Milliseconds, or seconds and nanoseconds of the same sign. */
export type DurationInit = number | Span;
/** The companion of `google.protobuf.Duration`. Source: google/protobuf/duration.proto. */
export const Duration: MessageCodec<Duration, DurationInit> = /*@__PURE__*/ new SpanCodec("google.protobuf.Duration", (init) => {
  if (typeof init !== "number") return init;
  if (!Number.isFinite(init)) refuse("a finite number of milliseconds", init);
  const seconds = Math.trunc(init / 1000);
  const nanos = Math.round((init - seconds * 1000) * 1e6);
  // A fraction just below a second rounds to a whole one.
  return Math.abs(nanos) === 1e9 ? { seconds: seconds + Math.sign(nanos), nanos: 0 } : { seconds, nanos };
}) as unknown as MessageCodec<Duration, DurationInit>;
