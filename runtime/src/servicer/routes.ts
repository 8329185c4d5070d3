import type { CallContext } from "../context.js";
import { BridgeError, hiddenMessage } from "../errors.js";
import type { MethodInfo, MethodKind } from "./service.js";
import { type Servicer, serviceInfo } from "./servicer.js";

/** A method of a servicer that is being served: what a transport calls. */
export interface Route {
  readonly method: MethodInfo;
  /**
   * Answers one call. Takes one request, or the stream of them; gives a promise of one response, or the stream of them.
   * Throws, at once or later, only BridgeErrors: an exception of any other kind was given to `onError` and hidden.
   */
  call(request: unknown, context: CallContext): Promise<unknown> | AsyncIterable<unknown>;
}

/** Told of each exception in a servicer that is no BridgeError: the peer gets to know nothing of it but the code `internal`. */
export type ErrorListener = (error: unknown, method: MethodInfo) => void;

type Method = (request: unknown, context: CallContext) => unknown;

/**
 * What a transport serves: the routes of some servicers, by path.
 *
 * @throws Error if two of them serve the same service
 */
export function routesOf(servicers: readonly Servicer[], onError: ErrorListener): ReadonlyMap<string, Route> {
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
      routes.set(method.path, { method, call: caller(method, implementation.bind(servicer), onError) });
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

function caller(method: MethodInfo, implementation: Method, onError: ErrorListener): Route["call"] {
  const hide = (reason: unknown): BridgeError => {
    if (reason instanceof BridgeError) return reason;
    try {
      onError(reason, method);
    } catch {
      // A listener that fails must not change what the peer gets.
    }
    return new BridgeError("internal", hiddenMessage, { cause: reason });
  };
  if (!streamsResponses(method.kind)) {
    return async (request, context) => {
      try {
        return await implementation(request, context);
      } catch (reason) {
        throw hide(reason);
      }
    };
  }
  return async function* (request, context) {
    try {
      const responses = implementation(request, context);
      if (!isAsyncIterable(responses))
        throw new TypeError(`${method.path.slice(1)} must give an async iterable, for example as "async *${method.localName}()"`);
      yield* responses;
    } catch (reason) {
      throw hide(reason);
    }
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
