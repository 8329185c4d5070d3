import { canceledBy } from "../abort.js";
import type { CallContext } from "../context.js";
import { BridgeError, hiddenMessage } from "../errors.js";
import { faultAnswer } from "../fault/answer.js";
import type { Fault } from "../fault/fault.js";
import { readFault } from "../fault/reading.js";
import { withOk } from "../fault/writing.js";
import { Chain, type InterceptorOptions, isAsyncIterable } from "../interceptors/chain.js";
import { intercepted } from "../interceptors/incoming.js";
import { Traffic } from "../interceptors/traffic.js";
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
   * Answers one call. Gives a promise of one response, or the stream of them.
   * A response may carry what the servicer threw, and then the trailer of the context is filled in. Throws, at once or later, only BridgeErrors: an exception of any other kind was given to `onError` and hidden.
   *
   * @param read gives the request, or the stream of them. What it throws, as for one that is malformed, is a status
   */
  call(read: () => unknown, context: CallContext, serving?: Serving): Promise<unknown> | AsyncIterable<unknown>;
  /**
   * Encodes a response.
   *
   * @throws BridgeError internal if the message cannot carry what the servicer gave; `onError` was told
   */
  encode(response: unknown): Uint8Array;
}

/** What a transport tells of a call beside its context. */
export interface Serving {
  /**
   * Aborted when the server begins to close, before it waits for the calls under way; the signal of the context is aborted
   * when it waits no longer. One signal for all calls of a server: watch it with `onAbort`. Without it, nothing is known of that.
   */
  readonly draining?: AbortSignal | undefined;
  /** Where the transport counts what comes and goes, and tells the end of the call. Without it, interceptors do not get to know that. */
  readonly traffic?: Traffic | undefined;
  /** Aborts the signal of the context: the call ends with the reason. Without it, interceptors cannot end a call that runs. */
  readonly abort?: ((reason: BridgeError) => void) | undefined;
}

/**
 * Told of each exception in a servicer that is no BridgeError, of which the peer gets to know nothing but the code `internal`, or the
 * message where the response has a place for faults; and of each response, or part of an error, that cannot be sent.
 */
export type ErrorListener = (error: unknown, method: MethodInfo) => void;

/** What all servicers of a server share. */
export interface RouteOptions extends InterceptorOptions {
  readonly onError: ErrorListener;
  /** For the server's ends of links. */
  readonly links?: ServerLinkOptions | undefined;
}

/** A method of a servicer. That of a link takes the link in place of requests. */
type Method = (request: unknown, context: CallContext) => unknown;
/** The same, with all that stands around it. */
type Answer = (read: () => unknown, context: CallContext, serving: Serving) => unknown;

/**
 * What a transport serves: the routes of some servicers, by path.
 *
 * @throws Error if two of them serve the same service
 */
export function routesOf(servicers: readonly Servicer[], options: RouteOptions): ReadonlyMap<string, Route> {
  const chain = Chain.of(options);
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
      routes.set(method.path, method.link ? linkRoute(method, method.link, answers, options, chain) : routeOf(method, answers, options.onError, chain));
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

function routeOf(method: MethodInfo, implementation: Method, onError: ErrorListener, chain: Chain | undefined): Route {
  const start = starter(method, implementation);
  const answer: Answer = chain ? intercepted(chain, method, start) : (read, context) => start(read(), context);
  return { method, call: caller(method, answer, onError), encode: encoder(method, onError) };
}

/** A link reads and writes the messages of its stream itself. */
function linkRoute(method: MethodInfo, link: LinkInfo, implementation: Method, { onError, links = {} }: RouteOptions, chain: Chain | undefined): Route {
  const { server: perspective } = perspectivesOf(link, method.input, method.output);
  const hide = hider(method, onError);
  const onException = (reason: unknown): void => report(onError, reason, method);
  return {
    method: withBytes(method),
    call: (read, context, { draining, traffic = new Traffic(), abort } = {}) =>
      serveLink(read() as AsyncIterable<unknown>, {
        method,
        perspective,
        options: links,
        context,
        draining,
        traffic,
        abort,
        chain,
        implementation,
        hide,
        onException,
      }),
    encode: (bytes) => bytes as Uint8Array,
  };
}

/** Calls the servicer's method, and looks at what it gives. */
function starter(method: MethodInfo, implementation: Method): Method {
  if (!streamsResponses(method.kind)) return implementation;
  return (request, context) => {
    const responses = implementation(request, context);
    if (!isAsyncIterable(responses)) throw new TypeError(`${method.path.slice(1)} must give an async iterable, for example as "async *${method.localName}()"`);
    return responses;
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

function caller(method: MethodInfo, answer: Answer, onError: ErrorListener): Route["call"] {
  const hide = hider(method, onError);
  if (!streamsResponses(method.kind)) {
    if (method.fault) return faultCaller(method, method.fault, answer, hide, onError);
    return async (read, context, serving = {}) => {
      try {
        return await answer(read, context, serving);
      } catch (reason) {
        throw hide(reason, context);
      }
    };
  }
  return (read, context, serving = {}) => {
    const start = async (): Promise<AsyncIterator<unknown>> => ((await answer(read, context, serving)) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return guarded(start, (reason) => hide(reason, context));
  };
}

/** Answers calls whose response has a place for what the method throws. */
function faultCaller(
  method: MethodInfo,
  fault: Fault,
  answer: Answer,
  hide: (reason: unknown, context: CallContext) => BridgeError,
  onError: ErrorListener,
): Route["call"] {
  return async (read, context, serving = {}) => {
    // What the requests throw is the transport's, and a status, although it comes through the method.
    const foreign = new Set<unknown>();
    const watch = (reason: unknown): unknown => {
      foreign.add(reason);
      return reason;
    };
    const given = (): unknown => {
      try {
        const request = read();
        return streamsRequests(method.kind) ? guarded(async () => (request as AsyncIterable<unknown>)[Symbol.asyncIterator](), watch) : request;
      } catch (reason) {
        throw watch(reason);
      }
    };
    try {
      const response = withOk(fault, await answer(given, context, serving));
      const told = serving.traffic && readFault(fault, response, { place: method.path });
      if (told) serving.traffic?.carriesFault(told);
      return response;
    } catch (reason) {
      const inBand = !context.signal.aborted && !foreign.has(reason);
      const response = inBand ? faultAnswer(fault, reason, method, context, (problem) => report(onError, problem, method)) : undefined;
      if (response === undefined) throw hide(reason, context);
      serving.traffic?.carriesFault(BridgeError.from(reason));
      return response;
    }
  };
}

/**
 * An iteration that starts with the first `next()`, and throws what `hide` makes of what it throws. No generator: a source that waits
 * could not be told to return.
 */
function guarded(start: () => Promise<AsyncIterator<unknown>>, hide: (reason: unknown) => unknown): AsyncIterableIterator<unknown> {
  let starting: Promise<AsyncIterator<unknown>> | undefined;
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
        if (!source) {
          starting ??= start();
          source = await starting;
        }
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
      const begun = source ?? (await starting?.catch(() => undefined));
      await begun?.return?.();
      return done;
    },
  };
}
