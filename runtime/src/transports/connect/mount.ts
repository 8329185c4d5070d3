import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { InterceptorOptions } from "../../interceptors/chain.js";
import type { ServerLinkOptions } from "../../link/options.js";
import { type ErrorListener, type Route, routesOf, streamsRequests, streamsResponses } from "../../servicer/routes.js";
import { type Servicer, serviceInfo } from "../../servicer/servicer.js";
import { abortable, untilAborted } from "../../streams.js";
import { ServerCall } from "./call.js";

/** Options of {@link mount}. */
export interface MountOptions extends InterceptorOptions {
  /** Told of each exception in a servicer that is no BridgeError, and of each response that could not be sent. By default nobody is: nothing is printed. */
  onError?: ErrorListener | undefined;
  /** For the server's ends of links. */
  links?: ServerLinkOptions | undefined;
}

type Requests = Message | AsyncIterable<Message>;

/**
 * Serves a servicer on a Connect router: `routes: (router) => mount(router, Invoker, new Handlers())`, where `Invoker` is protobuf-es's
 * descriptor of the service, from its `_pb` module. Returns the router.
 *
 * @throws Error if the descriptor is not that of the servicer's service, or if the router serves the service already
 */
export function mount(router: ConnectRouter, desc: DescService, servicer: Servicer, { onError = () => {}, ...options }: MountOptions = {}): ConnectRouter {
  const { typeName } = serviceInfo(servicer);
  if (desc.typeName !== typeName) throw new Error(`the descriptor is of ${desc.typeName}, and the servicer serves ${typeName}: mount each with its own`);
  if (router.handlers.some(({ service }) => service.typeName === typeName)) throw new Error(`the router serves ${typeName} already`);
  const implementation = Object.create(null) as Record<string, unknown>;
  for (const route of routesOf([servicer], { ...options, onError }).values()) {
    const method = methodOf(desc, route);
    const answer = streamsResponses(route.method.kind) ? answerMany : answerOne;
    implementation[method.localName] = (requests: Requests, handler: HandlerContext) =>
      answer(route, requests, new ServerCall(route, method, handler, onError));
  }
  return router.service(desc, implementation as Partial<ServiceImpl<DescService>>);
}

function methodOf(desc: DescService, { method: { name, kind, input, output } }: Route): DescMethod {
  const method = desc.methods.find((candidate) => candidate.name === name);
  if (!method || method.methodKind !== kind || method.input.typeName !== input.typeName || method.output.typeName !== output.typeName)
    throw new Error(`the descriptor of ${desc.typeName} and the servicer do not agree on ${name}: generate the code of both again`);
  return method;
}

async function answerOne(route: Route, messages: Requests, call: ServerCall): Promise<Message> {
  const { request, leave } = requestOf(route, messages, call);
  try {
    const { signal } = call.context;
    const response = call.encode(await untilAborted(route.call(request, call.context, call) as Promise<unknown>, signal));
    call.sendHeader();
    call.sendTrailer();
    return response;
  } catch (reason) {
    throw call.errorFor(reason);
  } finally {
    call.finish();
    leave();
  }
}

async function* answerMany(route: Route, messages: Requests, call: ServerCall): AsyncGenerator<Message, void> {
  const { request, leave } = requestOf(route, messages, call);
  try {
    for await (const response of abortable(route.call(request, call.context, call) as AsyncIterable<unknown>, call.context.signal)) {
      const message = call.encode(response);
      call.sendHeader();
      yield message;
    }
    call.sendHeader();
    call.sendTrailer();
  } catch (reason) {
    throw call.errorFor(reason);
  } finally {
    call.finish();
    leave();
  }
}

/** What the servicer gets: the request, decoded when it is asked for, or the stream of them; and how to leave the stream. */
function requestOf({ method }: Route, messages: Requests, call: ServerCall): { request: () => unknown; leave: () => void } {
  if (!streamsRequests(method.kind)) return { request: () => call.decode(messages as Message), leave() {} };
  const requests = abortable(call.requests(messages as AsyncIterable<Message>), call.context.signal);
  return {
    request: () => requests,
    // Whoever still reads the requests gets no more of them.
    leave: () => void requests.return?.(),
  };
}
