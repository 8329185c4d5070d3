import { canceledBy } from "../abort.js";
import type { CallContext } from "../context.js";
import { BridgeError, hiddenMessage } from "../errors.js";
import { faultAnswer } from "../fault/answer.js";
import type { Fault } from "../fault/fault.js";
import { withOk } from "../fault/writing.js";
import { withBytes } from "../link/bytes.js";
import { type LinkInfo, perspectivesOf } from "../link/info.js";
import type { ServerLinkOptions } from "../link/options.js";
import { serveLink } from "../link/server.js";
import type { MethodInfo, MethodKind } from "./service.js";
import { type Servicer, serviceInfo } from "./servicer.js";

/** A method of a servicer that is being served: what a transport calls. */
export interface Route {
  readonly method: MethodInfo;
  /**
   * Answers one call. Takes one request, or the stream of them; gives a promise of one response, or the stream of them.
   * A response may carry what the servicer threw, and then the trailer of the context is filled in. Throws, at once or later, only BridgeErrors: an exception of any other kind was given to `onError` and hidden.
   *
   * @param draining aborted when the server begins to close, before it waits for the calls under way; the signal of the context is aborted
   * when it waits no longer. One signal for all calls of a server: watch it with `onAbort`. Without it, nothing is known of that
   */
  call(request: unknown, context: CallContext, draining?: AbortSignal): Promise<unknown> | AsyncIterable<unknown>;
  /**
   * Encodes a response.
   *
   * @throws BridgeError internal if the message cannot carry what the servicer gave; `onError` was told
   */
  encode(response: unknown): Uint8Array;
}

/**
 * Told of each exception in a servicer that is no BridgeError, of which the peer gets to know nothing but the code `internal`, or the
 * message where the response has a place for faults; and of each response, or part of an error, that cannot be sent.
 */
export type ErrorListener = (error: unknown, method: MethodInfo) => void;

/** A method of a servicer. That of a link takes the link in place of requests. */
type Method = (request: unknown, context: CallContext) => unknown;

/**
 * What a transport serves: the routes of some servicers, by path.
 *
 * @param links for the server's ends of links
 * @throws Error if two of them serve the same service
 */
export function routesOf(servicers: readonly Servicer[], onError: ErrorListener, links: ServerLinkOptions = {}): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>();
  const served = new Set<string>();
  for (const servicer of servicers) {
    const { typeName, methods } = serviceInfo(servicer);
    if (served.has(typeName))
      throw new Error(`two servicers serve ${typeName}: give one of them, or make one of the two with ${typeName.split(".").at(-1)}Servicer.from()`);
    served.add(typeName);
    for (const method of methods.values()) {
      const implementation = (servicer as unknown as Record<string, Method>)[method.localName];
      if (typeof implementation !== "function")
        throw new Error(`the servicer of ${typeName} has no method ${method.localName}: its generated code does not fit, generate it again`);
      const answers = implementation.bind(servicer);
      routes.set(method.path, method.link ? linkRoute(method, method.link, answers, onError, links) : routeOf(method, answers, onError));
    }
  }
  return routes;
}

/** Whether the server answers with a stream. */
export function streamsResponses(kind: MethodKind): boolean {
  return kind === "server_streaming" || kind === "bidi_streaming";
}

/** Whether the client sends a stream. */
export function streamsRequests(kind: MethodKind): boolean {
  return kind === "client_streaming" || kind === "bidi_streaming";
}

/** Tells a listener. One that fails must not change what the peer gets. */
export function report(onError: ErrorListener, reason: unknown, method: MethodInfo): void {
  try {
    onError(reason, method);
  } catch {}
}

function routeOf(method: MethodInfo, implementation: Method, onError: ErrorListener): Route {
  return { method, call: caller(method, implementation, onError), encode: encoder(method, onError) };
}

/** A link reads and writes the messages of its stream itself. */
function linkRoute(method: MethodInfo, link: LinkInfo, implementation: Method, onError: ErrorListener, options: ServerLinkOptions): Route {
  const { server: perspective } = perspectivesOf(link, method.input, method.output);
  const hide = hider(method, onError);
  const onException = (reason: unknown): void => report(onError, reason, method);
  return {
    method: withBytes(method),
    call: (messages, context, draining) =>
      serveLink(messages as AsyncIterable<unknown>, { perspective, options, context, draining, implementation, hide, onException }),
    encode: (bytes) => bytes as Uint8Array,
  };
}

function encoder(method: MethodInfo, onError: ErrorListener): Route["encode"] {
  return (response) => {
    try {
      return method.output.encode(response);
    } catch (reason) {
      report(onError, reason, method);
      throw new BridgeError("internal", BridgeError.from(reason).message, { cause: reason });
    }
  };
}

/** Makes what a client is told of an exception. */
function hider(method: MethodInfo, onError: ErrorListener): (reason: unknown, context: CallContext) => BridgeError {
  return (reason, { signal }) => {
    if (reason instanceof BridgeError) return reason;
    // What a method waited for with the signal of its call ends with the call: nothing failed.
    if (signal.aborted && reason instanceof Error && reason.name === "AbortError") return canceledBy(signal);
    report(onError, reason, method);
    return new BridgeError("internal", hiddenMessage, { cause: reason });
  };
}

function caller(method: MethodInfo, implementation: Method, onError: ErrorListener): Route["call"] {
  const hide = hider(method, onError);
  if (!streamsResponses(method.kind)) {
    if (method.fault) return faultCaller(method, method.fault, implementation, hide, onError);
    return async (request, context) => {
      try {
        return await implementation(request, context);
      } catch (reason) {
        throw hide(reason, context);
      }
    };
  }
  return (request, context) => {
    const start = (): AsyncIterator<unknown> => {
      const responses = implementation(request, context);
      if (!isAsyncIterable(responses))
        throw new TypeError(`${method.path.slice(1)} must give an async iterable, for example as "async *${method.localName}()"`);
      return responses[Symbol.asyncIterator]();
    };
    return guarded(start, (reason) => hide(reason, context));
  };
}

/** Answers calls whose response has a place for what the method throws. */
function faultCaller(
  method: MethodInfo,
  fault: Fault,
  implementation: Method,
  hide: (reason: unknown, context: CallContext) => BridgeError,
  onError: ErrorListener,
): Route["call"] {
  return async (request, context) => {
    // What the requests throw is the transport's, and a status, although it comes through the method.
    const foreign = new Set<unknown>();
    const watch = (reason: unknown): unknown => {
      foreign.add(reason);
      return reason;
    };
    const given = streamsRequests(method.kind) ? guarded(() => (request as AsyncIterable<unknown>)[Symbol.asyncIterator](), watch) : request;
    try {
      return withOk(fault, await implementation(given, context));
    } catch (reason) {
      const inBand = !context.signal.aborted && !foreign.has(reason);
      const response = inBand ? faultAnswer(fault, reason, method, context, (problem) => report(onError, problem, method)) : undefined;
      if (response === undefined) throw hide(reason, context);
      return response;
    }
  };
}

/**
 * An iteration that starts with the first `next()`, and throws what `hide` makes of what it throws. No generator: a source that waits
 * could not be told to return.
 */
function guarded(start: () => AsyncIterator<unknown>, hide: (reason: unknown) => unknown): AsyncIterableIterator<unknown> {
  let source: AsyncIterator<unknown> | undefined;
  let over = false;
  const done = { done: true, value: undefined } as const;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (over) return done;
      try {
        source ??= start();
        const result = await source.next();
        if (result.done) over = true;
        return result;
      } catch (reason) {
        over = true;
        throw hide(reason);
      }
    },
    async return() {
      over = true;
      await source?.return?.();
      return done;
    },
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
