import { longestDelay } from "./within.js";

/** What a server takes at most, beside the size of messages. Infinity for no limit. */
export interface ServerLimits {
  /** Calls under way at once, 20,000 by default. One more is answered `resource_exhausted`. */
  maxCalls?: number | undefined;
  /** Calls under way at once on one connection, 10,000 by default. One more is answered `resource_exhausted`. */
  maxCallsPerConnection?: number | undefined;
  /** Size of a call's headers in bytes, as HTTP/2 counts it, 65,536 by default. A call with more is answered `resource_exhausted`. */
  maxMetadataBytes?: number | undefined;
  /** Connections at once, 10,000 by default. One more is closed. */
  maxConnections?: number | undefined;
  /**
   * Connections that are taken in a second, without limit by default. As many more wait until they may come in; what is beyond that is
   * closed.
   */
  connectionsPerSecond?: number | undefined;
  /** Milliseconds after which a connection without calls is ended, without limit by default. */
  idleMs?: number | undefined;
  /** Milliseconds after which a connection takes no more calls, 10% more or less, without limit by default: so clients spread anew over several servers. */
  maxAgeMs?: number | undefined;
  /** Milliseconds that calls have after `maxAgeMs` before their connection is closed, without limit by default. */
  maxAgeGraceMs?: number | undefined;
  /** Pings of HTTP/2, by which the server gets to know that a client is gone although nobody said so. */
  keepalive?: ServerKeepalive | undefined;
}

/** How a server asks whether its clients are still there. */
export interface ServerKeepalive {
  /** Milliseconds between pings, 7,200,000 (two hours) by default, as in gRPC's own servers; Infinity for none. */
  intervalMs?: number | undefined;
  /** How long an answer may take in milliseconds, 20,000 by default. Then the connection is closed. */
  timeoutMs?: number | undefined;
}

/** The limits, with their defaults. */
export interface ServerBounds {
  readonly maxCalls: number;
  readonly maxCallsPerConnection: number;
  readonly maxMetadataBytes: number;
  readonly maxConnections: number;
  readonly connectionsPerSecond: number;
  /** The options of grpc-js for those that it keeps itself. */
  readonly grpcOptions: Readonly<Record<string, number>>;
}

/**
 * What clients are told that they may have at once is more than they may, by this much: who is told waits in silence, and who is answered
 * knows why.
 */
const headroom = 100;

const counts = { maxCalls: 20_000, maxCallsPerConnection: 10_000, maxMetadataBytes: 65_536, maxConnections: 10_000, connectionsPerSecond: Infinity };
const delays = { idleMs: Infinity, maxAgeMs: Infinity, maxAgeGraceMs: Infinity };
const pings = { intervalMs: 7_200_000, timeoutMs: 20_000 };

/** @throws Error that names the limit which is none */
export function boundsOf({ keepalive, ...limits }: ServerLimits = {}): ServerBounds {
  const bounds = filled(counts, limits, "limits.", "a number from 1 on, or Infinity", (value) => Number.isSafeInteger(value) && value >= 1);
  const between = `a number of milliseconds from 1 to ${longestDelay}, or Infinity`;
  const isDelay = (value: number): boolean => value >= 1 && value <= longestDelay;
  const { idleMs, maxAgeMs, maxAgeGraceMs } = filled(delays, limits, "limits.", between, isDelay);
  const { intervalMs, timeoutMs } = filled(pings, keepalive ?? {}, "limits.keepalive.", between, isDelay);
  const grpcOptions = {
    "grpc.max_concurrent_streams": bounds.maxCallsPerConnection + headroom,
    "grpc.max_connection_idle_ms": idleMs,
    "grpc.max_connection_age_ms": maxAgeMs,
    "grpc.max_connection_age_grace_ms": maxAgeGraceMs,
    "grpc.keepalive_time_ms": intervalMs,
    "grpc.keepalive_timeout_ms": timeoutMs,
  };
  return { ...bounds, grpcOptions: Object.fromEntries(Object.entries(grpcOptions).filter(([, value]) => value < 2 ** 32)) };
}

function filled<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
  given: { readonly [name in NoInfer<Name>]?: number | undefined },
  prefix: string,
  what: string,
  allowed: (value: number) => boolean,
): Record<Name, number> {
  const result: Record<Name, number> = { ...defaults };
  for (const name of Object.keys(defaults) as Name[]) {
    const value = given[name];
    if (value === undefined) continue;
    if (value !== Number.POSITIVE_INFINITY && !(typeof value === "number" && allowed(value))) throw new Error(`${prefix}${name} must be ${what}`);
    result[name] = value;
  }
  return result;
}
