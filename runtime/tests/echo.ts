/** A service with all four kinds of RPC, whose messages are strings: for the tests of transports. */
import type { CallContext } from "../src/context.js";
import { intercept } from "../src/interceptors/intercept.js";
import { bidiStreaming, Client, clientStreaming, serverStreaming, unary } from "../src/servicer/client.js";
import type { CallOptions, Requests } from "../src/servicer/options.js";
import { type ServiceInfo, service } from "../src/servicer/service.js";
import { type Awaitable, Servicer, servicerFrom, unimplemented } from "../src/servicer/servicer.js";
import type { Channel } from "../src/transport.js";
import { type ChannelOptions, channel, type ServeOptions, serve } from "../src/transports/grpc/index.js";
import { memory } from "../src/transports/memory.js";
import { StringValue } from "../src/wkt.js";

export const echo: ServiceInfo = service("test.Echo", [
  ["say", "Say", "unary", StringValue, StringValue],
  ["list", "List", "server_streaming", StringValue, StringValue],
  ["join", "Join", "client_streaming", StringValue, StringValue],
  ["chat", "Chat", "bidi_streaming", StringValue, StringValue],
]);

export interface EchoMethods {
  say(request: string, context: CallContext): Awaitable<string>;
  list(request: string, context: CallContext): AsyncIterable<string>;
  join(requests: AsyncIterable<string>, context: CallContext): Awaitable<string>;
  chat(requests: AsyncIterable<string>, context: CallContext): AsyncIterable<string>;
}

export class EchoServicer extends Servicer implements EchoMethods {
  constructor() {
    super(echo);
  }
  static from(methods: Partial<EchoMethods>): EchoServicer {
    return servicerFrom(new EchoServicer(), methods);
  }
  say(_request: string, _context: CallContext): Awaitable<string> {
    unimplemented(echo, "say");
  }
  // biome-ignore lint/correctness/useYield: answers unimplemented
  async *list(_request: string, _context: CallContext): AsyncIterable<string> {
    unimplemented(echo, "list");
  }
  join(_requests: AsyncIterable<string>, _context: CallContext): Awaitable<string> {
    unimplemented(echo, "join");
  }
  // biome-ignore lint/correctness/useYield: answers unimplemented
  async *chat(_requests: AsyncIterable<string>, _context: CallContext): AsyncIterable<string> {
    unimplemented(echo, "chat");
  }
}

export class EchoClient extends Client {
  constructor(channel: Channel, defaults?: CallOptions) {
    super(echo, channel, defaults);
  }
  say(request: string, options?: CallOptions): Promise<string> {
    return unary(this, "say", request, options);
  }
  list(request: string, options?: CallOptions): AsyncIterable<string> {
    return serverStreaming(this, "list", request, options);
  }
  join(requests: Requests<string>, options?: CallOptions): Promise<string> {
    return clientStreaming(this, "join", requests, options);
  }
  chat(requests: Requests<string>, options?: CallOptions): AsyncIterable<string> {
    return bidiStreaming(this, "chat", requests, options);
  }
}

/** Answers each kind in the plainest way. */
export const plain: EchoMethods = {
  say: (request) => `hello ${request}`,
  async *list(request) {
    for (const part of request.split(" ")) yield part;
  },
  async join(requests) {
    return (await all(requests)).join("+");
  },
  async *chat(requests) {
    for await (const request of requests) yield request.toUpperCase();
  },
};

/** A servicer that is served, and a channel to it. */
export interface Served {
  readonly channel: Channel;
  readonly client: EchoClient;
  /** Where the server listens. */
  readonly address: string;
  /** The server's shutdown; a channel in memory is its own server. */
  shutdown(): Promise<void>;
  close(): Promise<void>;
}

export type Start = (methods: Partial<EchoMethods>, serveOptions?: Partial<ServeOptions>, channelOptions?: ChannelOptions) => Promise<Served>;

export const startGrpc: Start = async (methods, serveOptions = {}, channelOptions = {}) => {
  const server = await serve([EchoServicer.from(methods)], { address: "127.0.0.1:0", ...serveOptions });
  const opened = channel(server.address, channelOptions);
  return {
    channel: opened,
    client: new EchoClient(opened),
    address: server.address,
    shutdown: () => server.close({ drainMs: 0 }),
    async close() {
      await opened.close();
      await server.close({ drainMs: 0 });
    },
  };
};

export const startMemory: Start = async (methods, serveOptions = {}, channelOptions = {}) => {
  const opened = intercept(memory([EchoServicer.from(methods)], serveOptions), channelOptions);
  return { channel: opened, client: new EchoClient(opened), address: "memory", shutdown: () => opened.close(), close: () => opened.close() };
};

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}

/** What is thrown, by a promise or by an iteration to the end. */
export async function thrownBy(work: Promise<unknown> | AsyncIterable<unknown>): Promise<unknown> {
  try {
    if (work instanceof Promise) await work;
    else await all(work);
  } catch (reason) {
    return reason;
  }
  throw new Error("nothing was thrown");
}

/** Requests that never end by themselves. */
export class OpenRequests implements AsyncIterableIterator<string> {
  readonly #first: string[];
  #end = (): void => {};
  returned = false;

  constructor(...first: string[]) {
    this.#first = first;
  }
  [Symbol.asyncIterator](): this {
    return this;
  }
  next(): Promise<IteratorResult<string>> {
    const value = this.#first.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    return new Promise((resolve) => {
      this.#end = () => resolve({ done: true, value: undefined });
    });
  }
  return(): Promise<IteratorResult<string>> {
    this.returned = true;
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }
}

/** A promise that rejects when the signal is aborted, as what a handler awaits usually does. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
