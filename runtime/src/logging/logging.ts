import { scrubber } from "../auth/secrets.js";
import type { BridgeError, Code } from "../errors.js";
import type { Call } from "../interceptors/call.js";
import type { Interceptor } from "../interceptors/chain.js";
import type { CallEnd } from "../interceptors/traffic.js";
import type { Link } from "../link/link.js";
import { LogEntry, type LogEvent, type LogFields, type Logger, type LogLevel } from "./logger.js";

/** What is logged of calls. */
export interface LogOptions {
  /** Whether calls that end well have a line, too: at level debug. Off by default. */
  successes?: boolean | undefined;
  /**
   * What is logged of the message of a call: for example a field that is no secret. Nothing by default. It is not asked for calls whose messages
   * are a stream. What it throws is logged in its place.
   */
  describe?: ((message: unknown, call: Call) => LogFields) | undefined;
}

/** Codes that mean that something is broken. */
const broken: ReadonlySet<Code> = new Set(["unknown", "internal", "data_loss"]);
/** Codes that may pass, and matter if they are many. */
const passing: ReadonlySet<Code> = new Set(["unavailable", "deadline_exceeded", "resource_exhausted", "unimplemented", "unauthenticated", "permission_denied"]);

/**
 * Logs how calls and links go: one line for each failure, and for each connection of a link that is made or lost. An error that was made for nobody
 * else, the exception behind `internal`, has its stack here and nowhere else.
 */
export function logging(logger: Logger, { successes = false, describe }: LogOptions = {}): Interceptor {
  const watched = new WeakSet<Link>();
  return (next) => async (call) => {
    const started = performance.now();
    call.onEnd((end) => {
      if (!end.error && !successes) return;
      const level = end.error ? levelOf(end.error.code) : "debug";
      const scrub = scrubber(call.metadata);
      log(logger, level, end.error ? "call.failed" : "call.ended", scrub(textOf(call, end)), {
        ...fieldsOf(call),
        ...described(call, describe),
        ...(end.error && errorFields(end, scrub)),
        durationMs: Math.round((performance.now() - started) * 1000) / 1000,
        sentMessages: call.traffic.sentMessages,
        sentBytes: call.traffic.sentBytes,
        receivedMessages: call.traffic.receivedMessages,
        receivedBytes: call.traffic.receivedBytes,
      });
    });
    if (call.kind === "link" && call.link && !watched.has(call.link)) {
      watched.add(call.link);
      watch(logger, call, call.link);
    }
    return next(call);
  };
}

/** Writes a line. A logger that throws must not change what happens. */
export function log(logger: Logger, level: LogLevel, event: LogEvent, message: string, fields?: LogFields): void {
  try {
    logger[level](new LogEntry(event, message, fields));
  } catch {}
}

/** A client's link has many streams, each a call; its events are its own. */
function watch(logger: Logger, call: Call, link: Link): void {
  const name = call.name;
  const side = call.outgoing ? "client" : "server";
  const fields = { call: name, side, peer: call.peer.address || undefined };
  link.on("open", ({ connection }) => log(logger, "info", "link.open", `${name}: connected`, { ...fields, connection }));
  link.on("waiting", ({ error, failures, delayMs }) =>
    log(logger, "warn", "link.waiting", `${name}: ${error.message}; connects again in ${Math.round(delayMs)} ms`, {
      ...fields,
      code: error.code,
      failures,
      delayMs: Math.round(delayMs),
    }),
  );
  link.on("closed", ({ error, unsent }) =>
    log(logger, error ? "error" : "info", "link.closed", error ? `${name}: closed: ${error.message}` : `${name}: closed`, {
      ...fields,
      code: error?.code,
      unsent: unsent.length,
    }),
  );
  link.on("unknown", ({ notifications, more }) =>
    log(logger, "warn", "link.unknown", `${name}: nobody knows whether ${notifications.length + more} notifications arrived`, {
      ...fields,
      count: notifications.length + more,
    }),
  );
  link.on("problem", ({ kind, member, error }) =>
    log(logger, kind === "handler" || kind === "undelivered" ? "error" : "warn", "link.problem", `${name}: ${error.message}`, {
      ...fields,
      problem: kind,
      member,
      code: error.code,
      stack: stackOf(error),
    }),
  );
}

function levelOf(code: Code): LogLevel {
  return broken.has(code) ? "error" : passing.has(code) ? "warn" : "info";
}

function textOf({ name, outgoing }: Call, { error, inBand }: CallEnd): string {
  if (!error) return outgoing ? `${name}: answered` : `${name}: done`;
  return `${name}: ${error.code}${inBand ? " in the response" : ""}: ${error.message}`;
}

function fieldsOf({ name, kind, outgoing, peer }: Call): LogFields {
  return { call: name, kind, side: outgoing ? "client" : "server", peer: peer.address || undefined };
}

function errorFields({ error, inBand }: CallEnd, scrub: (text: string) => string): LogFields {
  const { code, message } = error as BridgeError;
  const stack = stackOf(error as BridgeError);
  return { code, inBand, error: scrub(message), stack: stack && scrub(stack) };
}

/** Where the exception was thrown that the error stands for. Of any other error, who made it has said what is to be known of its cause. */
function stackOf({ code, cause }: BridgeError): string | undefined {
  return broken.has(code) && cause instanceof Error && cause.name !== "BridgeError" ? cause.stack : undefined;
}

function described(call: Call, describe: LogOptions["describe"]): LogFields {
  if (!describe || call.kind === "link" || call.kind === "client_streaming" || call.kind === "bidi_streaming") return {};
  try {
    return describe(call.message, call);
  } catch (reason) {
    return { describe: reason instanceof Error ? reason.message : String(reason) };
  }
}
