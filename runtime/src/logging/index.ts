/** Log lines of calls, links and servers, for any logger. */
export { LogEntry, type LogEvent, type LogFields, type Logger, type LogLevel } from "./logger.js";
export { type LogOptions, logging } from "./logging.js";
