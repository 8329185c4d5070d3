/**
 * Pings of HTTP/2, by which a channel gets to know that its server is gone although nobody said so. They are sent as long as a call is under
 * way, and not at all by default: many servers, all on gRPC's C core among them, end a connection as soon as it is pinged more often than
 * every five minutes while no messages go from them to us. Each time that a server does, the interval doubles.
 */
export interface KeepaliveOptions {
  /** Milliseconds between pings, from 1 to 2,147,483,647. */
  intervalMs: number;
  /** How long an answer may take, in the same range: 20,000 by default. Then the connection is lost, and its calls fail as `unavailable`. */
  timeoutMs?: number | undefined;
}

/** What gRPC takes by default. */
const defaultTimeoutMs = 20_000;
/** What timers take. */
const longestMs = 2 ** 31 - 1;

/** The pings of a channel, over all its connections. */
export class Keepalive {
  #intervalMs: number;
  readonly #timeoutMs: number;

  /** @throws Error that names the option which is no time */
  constructor({ intervalMs, timeoutMs = defaultTimeoutMs }: KeepaliveOptions) {
    for (const [option, value] of Object.entries({ intervalMs, timeoutMs })) {
      if (typeof value !== "number" || !(value >= 1 && value <= longestMs))
        throw new Error(`keepalive.${option} must be a number of milliseconds from 1 to ${longestMs}`);
    }
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
  }

  /** The server was pinged too often: the next connections double the interval. */
  slowDown(): void {
    this.#intervalMs = Math.min(this.#intervalMs * 2, longestMs);
  }

  /** The options of grpc-js for a connection that is made now. */
  grpcOptions(): Record<string, number> {
    return { "grpc.keepalive_time_ms": this.#intervalMs, "grpc.keepalive_timeout_ms": this.#timeoutMs, "grpc.keepalive_permit_without_calls": 0 };
  }
}
