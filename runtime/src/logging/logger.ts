/**
 * Where log lines go: pino's and winston's loggers are such, and the console. Each line is one object, whose `message` is for people and whose other
 * properties are for machines.
 */
export interface Logger {
  debug(entry: LogEntry): unknown;
  info(entry: LogEntry): unknown;
  warn(entry: LogEntry): unknown;
  error(entry: LogEntry): unknown;
}

/** How much a line matters. */
export type LogLevel = keyof Logger;

/** What happened:
 *
 * - `call.failed`: a call, or an exchange on a link, ended with an error; `call.ended`: it ended well;
 * - `link.open`, `link.waiting`, `link.closed`: a link connected, lost its connection, was closed;
 * - `link.problem`: something in the stream of a link was not as it should be; `link.unknown`: nobody knows whether notifications arrived;
 * - `server.started`, `server.draining`, `server.stopped`: what a server does; `server.problem`: a connection that it does not take, a certificate that
 *   it cannot use.
 */
export type LogEvent =
  | "call.failed"
  | "call.ended"
  | "link.open"
  | "link.waiting"
  | "link.closed"
  | "link.problem"
  | "link.unknown"
  | "server.started"
  | "server.draining"
  | "server.stopped"
  | "server.problem";

/** The facts of a line, by name. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** One line. What it says of a call never has metadata, and no messages unless that was asked for. */
export class LogEntry {
  readonly message: string;
  readonly event: LogEvent;
  readonly [field: string]: unknown;

  /** @param fields what is undefined is left out */
  constructor(event: LogEvent, message: string, fields: LogFields = {}) {
    this.message = message;
    this.event = event;
    Object.assign(this, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
  }

  toString(): string {
    return JSON.stringify(this);
  }

  static {
    // What the console of Node.js prints: one line.
    const inspect = function (this: LogEntry): string {
      return this.toString();
    };
    Object.defineProperty(LogEntry.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: inspect });
  }
}
