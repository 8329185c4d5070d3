import { canceledBy, onAbort } from "../abort.js";
import type { CallContext } from "../context.js";
import { BridgeError } from "../errors.js";
import { Call } from "../interceptors/call.js";
import type { Chain } from "../interceptors/chain.js";
import { incoming } from "../interceptors/incoming.js";
import type { Traffic } from "../interceptors/traffic.js";
import type { MethodInfo } from "../servicer/service.js";
import { Connection } from "./connection.js";
import { End } from "./end.js";
import { Exchanges } from "./exchanges.js";
import { faceOf } from "./face.js";
import type { Perspective } from "./info.js";
import { atLeast, limitsOf } from "./limits.js";
import type { Link } from "./link.js";
import type { ServerLinkOptions } from "./options.js";

/** What a server's end is made of. */
export interface ServerEndInit {
  readonly method: MethodInfo;
  readonly perspective: Perspective;
  readonly options: ServerLinkOptions;
  readonly context: CallContext;
  /** Aborted when the server begins to close. */
  readonly draining: AbortSignal | undefined;
  /** What is counted of the call. */
  readonly traffic: Traffic;
  /** Aborts the signal of the context. */
  readonly abort: ((reason: BridgeError) => void) | undefined;
  readonly chain: Chain | undefined;
  /** The servicer's method: takes the link, and gives its handlers. */
  readonly implementation: (link: unknown, context: CallContext) => unknown;
  /** What is told to the client of what was thrown. */
  readonly hide: (reason: unknown, context: CallContext) => BridgeError;
  readonly onException: (reason: unknown) => void;
}

/** Answers a link: takes the messages of its stream, and gives those that are sent. */
export function serveLink(messages: AsyncIterable<unknown>, init: ServerEndInit): AsyncIterable<unknown> {
  return new ServerEnd(init).serve(messages);
}

/** The server's end: it lives as long as its one stream. */
class ServerEnd extends End {
  readonly #init: ServerEndInit;
  readonly #openingTimeoutMs: number;
  readonly #connection: Connection;

  constructor(init: ServerEndInit) {
    super(init.perspective, limitsOf(init.options));
    this.#init = init;
    this.#openingTimeoutMs = atLeast("openingTimeoutMs", init.options.openingTimeoutMs ?? 10_000, 0);
    this.#connection = new Connection(this);
    this.connection = this.#connection;
    this.counts.connections = 1;
    this.values = init.context.values;
    this.enter("open");
  }

  serve(messages: AsyncIterable<unknown>): AsyncIterable<unknown> {
    void this.#serve(messages);
    return this.#connection;
  }

  override fail(_connection: Connection, error: BridgeError): void {
    this.#connection.finish(error);
    this.shut(error);
  }

  protected override onException(reason: unknown): void {
    this.#init.onException(reason);
  }

  protected override stopReading(): void {
    this.#connection.deafen();
  }

  protected override async farewell(): Promise<void> {
    const why = this.#init.draining?.aborted ? "the server is shutting down" : "the server closed the link";
    this.#connection.finish(new BridgeError("unavailable", why));
  }

  /** One call, from its beginning to its end. Never rejects. */
  async #serve(messages: AsyncIterable<unknown>): Promise<void> {
    const { chain, context, draining, hide, method } = this.#init;
    const unwatchCall = onAbort(context.signal, () => this.fail(this.#connection, canceledBy(context.signal)));
    const unwatchServer = onAbort(draining, () => void this.close({ drainMs: Number.POSITIVE_INFINITY }));
    const link = faceOf(this);
    try {
      if (chain) {
        const { metadata, peer } = context;
        this.exchanges = new Exchanges({ chain, method, link, peer, metadata: () => metadata });
        let isTalking = false;
        const answer = (): Promise<void> => {
          isTalking = true;
          return this.#run(messages, link);
        };
        await chain.run(new Call({ ...incoming(method, context, this.#init), kind: "link", link, read: () => undefined, answer }));
        // An interceptor answered in our place.
        if (!isTalking) throw new BridgeError("unimplemented", "nobody serves the link");
      } else await this.#run(messages, link);
    } catch (reason) {
      if (this.state !== "closed") this.fail(this.#connection, hide(reason, context));
    } finally {
      unwatchCall();
      unwatchServer();
    }
  }

  async #run(messages: AsyncIterable<unknown>, link: Link): Promise<void> {
    const { context, draining, implementation } = this.#init;
    const probe = this.probe(this.#connection);
    try {
      const iterator = messages[Symbol.asyncIterator]();
      if (this.perspective.opening !== undefined) this.opening = await this.#opening(iterator);
      const reading = this.#connection.read({ [Symbol.asyncIterator]: () => iterator });
      // It is looked at when there are handlers.
      reading.catch(() => {});
      const handlers: unknown = await implementation(link, context);
      if (typeof handlers !== "object" || handlers === null) throw new TypeError("the method of a link gives its handlers: an object");
      this.handleWith(handlers);
      if (draining?.aborted) void this.close({ drainMs: Number.POSITIVE_INFINITY });
      await reading;
      if (this.state !== "open") return;
      // The client is done: it hears what is answered, and answers nothing.
      this.abandonRequests(new BridgeError("unavailable", "the client is done"));
      this.enter("draining");
      await this.settled(Number.POSITIVE_INFINITY, () => this.queue.isIdle && this.inbox.length === 0);
      this.#connection.finish();
      this.shut(undefined);
    } finally {
      probe?.stop();
    }
  }

  /** What the client says first. @throws BridgeError if it says something else, or nothing */
  async #opening(messages: AsyncIterator<unknown>): Promise<unknown> {
    const name = this.perspective.opening as string;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new BridgeError("deadline_exceeded", `the client did not say ${name} within ${this.#openingTimeoutMs} ms`);
      timer = setTimeout(() => reject(error), Math.min(this.#openingTimeoutMs, 2 ** 31 - 1));
    });
    try {
      const first = await Promise.race([messages.next(), late]);
      if (first.done) throw new BridgeError("invalid_argument", `the stream ended before its first message, ${name}`);
      this.counts.received++;
      const { member, message } = this.perspective.hears.decode(first.value as Uint8Array);
      if (member?.name !== name)
        throw new BridgeError("invalid_argument", `the first message of the stream has to be ${name}, not ${member?.name ?? "an empty one"}`);
      return message;
    } finally {
      clearTimeout(timer);
    }
  }
}
