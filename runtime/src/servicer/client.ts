import { BridgeError } from "../errors.js";
import type { Fault } from "../fault/fault.js";
import { readFault } from "../fault/reading.js";
import { callThrough, streamThrough } from "../interceptors/outgoing.js";
import type { LinkInfo } from "../link/info.js";
import type { Metadata } from "../metadata.js";
import type { Channel, ChannelCallOptions } from "../transport.js";
import type { CallOptions, Requests } from "./options.js";
import type { MethodInfo, ServiceInfo } from "./service.js";

/** How long a call with one response waits when neither it nor its client says. */
const defaultTimeoutMs = 30_000;

/** Makes a call over the channel. */
type Make = (request: unknown, options: ChannelCallOptions) => Promise<unknown>;

let stateOf: (client: Client) => { readonly service: ServiceInfo; readonly channel: Channel; readonly defaults: CallOptions };

/**
 * Calls one service over a channel. Generated code extends it, with one class a service.
 * It has no member that one could see, so that every RPC can keep its name.
 */
export abstract class Client {
  readonly #state: { readonly service: ServiceInfo; readonly channel: Channel; readonly defaults: CallOptions };

  /** @param defaults for all calls; what a call is given itself comes first, and both signals abort it */
  constructor(service: ServiceInfo, channel: Channel, defaults: CallOptions = {}) {
    this.#state = { service, channel, defaults };
  }

  static {
    stateOf = (client) => client.#state;
  }
}

/**
 * Makes a call with one request and one response. Called by generated code, as are the three below.
 *
 * @throws BridgeError also for a fault that the response carries; with several responses, faults are what is in the messages
 */
export async function unary<O>(client: Client, localName: string, request: unknown, options?: CallOptions): Promise<O> {
  const { channel, method, merged } = prepare(client, localName, options, defaultTimeoutMs);
  return answered(channel, method, request, merged, (request, options) => channel.unary(method, request, options)) as Promise<O>;
}

/** Makes a call with a stream of requests and one response. */
export async function clientStreaming<O>(client: Client, localName: string, requests: Requests<unknown>, options?: CallOptions): Promise<O> {
  const { channel, method, merged } = prepare(client, localName, options, defaultTimeoutMs);
  return answered(channel, method, iterate(requests), merged, async (requests, options) => {
    let answer: { readonly response: unknown } | undefined;
    // To the end: what follows the response is the status, and leaving would cancel the call.
    for await (const response of channel.stream(method, requests as AsyncIterable<unknown>, options)) answer ??= { response };
    if (!answer) throw new BridgeError("internal", `${method.path}: the server ended the call without a response`);
    return answer.response;
  }) as Promise<O>;
}

/** Makes a call with one request and a stream of responses. It starts when they are iterated; leaving the iteration cancels it. */
export function serverStreaming<O>(client: Client, localName: string, request: unknown, options?: CallOptions): AsyncIterable<O> {
  return streaming(client, localName, request, options, (given) => iterateSync([given]));
}

/** Makes a call in which both sides stream. It starts when the responses are iterated; leaving the iteration cancels it. */
export function bidiStreaming<O>(client: Client, localName: string, requests: Requests<unknown>, options?: CallOptions): AsyncIterable<O> {
  return streaming(client, localName, iterate(requests), options, (given) => given as AsyncIterable<unknown>);
}

/** @param iterated what is sent, as a stream */
function streaming<O>(
  client: Client,
  localName: string,
  request: unknown,
  options: CallOptions | undefined,
  iterated: (request: unknown) => AsyncIterable<unknown>,
): AsyncIterable<O> {
  const { channel, method, merged } = prepare(client, localName, options, Number.POSITIVE_INFINITY);
  const make = (request: unknown, options: ChannelCallOptions): AsyncIterable<unknown> => channel.stream(method, iterated(request), options);
  const { interception } = channel;
  return once((interception ? streamThrough(interception, channel, method, request, merged, make) : make(request, merged)) as AsyncIterable<O>, method);
}

/** What a link is opened with. Throws if the method is none. */
export function linkedOf(client: Client, localName: string): { channel: Channel; method: MethodInfo; link: LinkInfo; defaults: CallOptions } {
  const { service, channel, defaults } = stateOf(client);
  const method = service.methods.get(localName);
  if (!method?.link) throw new Error(`${service.typeName} has no link ${localName}: the generated code does not fit, generate it again`);
  return { channel, method, link: method.link, defaults };
}

/** The one response of a call. Throws the fault that it carries, with what the trailer tells of it. */
function answered(channel: Channel, method: MethodInfo, request: unknown, options: CallOptions, make: Make): Promise<unknown> {
  const { fault, path } = method;
  const { interception } = channel;
  const call: Make = fault ? (request, options) => withoutFault(fault, path, request, options, make) : make;
  return interception ? callThrough(interception, channel, method, request, options, call) : call(request, options);
}

async function withoutFault(fault: Fault, place: string, request: unknown, options: ChannelCallOptions, make: Make): Promise<unknown> {
  let trailer: Metadata = {};
  const response = await make(request, {
    ...options,
    onTrailer(received) {
      trailer = received;
      options.onTrailer?.(received);
    },
  });
  const error = readFault(fault, response, { place, trailer });
  if (error) throw error;
  return response;
}

/** The responses of one call: a second iteration would be another call, without its requests. */
function once<T>(responses: AsyncIterable<T>, { path }: MethodInfo): AsyncIterable<T> {
  let iterated = false;
  return {
    [Symbol.asyncIterator]() {
      if (iterated) throw new Error(`${path}: the responses of a call can be iterated once; make the call again`);
      iterated = true;
      return responses[Symbol.asyncIterator]();
    },
  };
}

function prepare(
  client: Client,
  localName: string,
  options: CallOptions = {},
  fallbackMs: number,
): { channel: Channel; method: MethodInfo; merged: CallOptions } {
  const { service, channel, defaults } = stateOf(client);
  const method = service.methods.get(localName);
  if (!method) throw new Error(`${service.typeName} has no method ${localName}: the generated code does not fit, generate it again`);
  const merged: CallOptions = { ...defaults, ...definedOnly(options) };
  merged.timeoutMs ??= fallbackMs;
  if (Number.isNaN(merged.timeoutMs) || merged.timeoutMs < 0)
    throw new BridgeError("invalid_argument", "timeoutMs must be a number of milliseconds from 0, or Infinity");
  if (defaults.signal && options.signal) merged.signal = AbortSignal.any([defaults.signal, options.signal]);
  if (defaults.metadata && options.metadata) merged.metadata = { ...defaults.metadata, ...options.metadata };
  return { channel, method, merged };
}

function definedOnly(options: CallOptions): CallOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What is async already is given on as it is: behind a generator, a source that waits could not be told to return. */
function iterate(requests: Requests<unknown>): AsyncIterable<unknown> {
  return Symbol.asyncIterator in requests ? requests : iterateSync(requests);
}

async function* iterateSync(requests: Iterable<unknown>): AsyncIterable<unknown> {
  yield* requests;
}
