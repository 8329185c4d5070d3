import { CallAbort, canceledBy, onAbort } from "../abort.js";
import { ContextValues } from "../context.js";
import { BridgeError } from "../errors.js";
import { Call } from "../interceptors/call.js";
import type { Chain } from "../interceptors/chain.js";
import { Traffic } from "../interceptors/traffic.js";
import { emptyMetadata, type Metadata, type MutableMetadata } from "../metadata.js";
import type { MethodInfo } from "../servicer/service.js";
import { untilAborted } from "../streams.js";
import type { Channel, ChannelCallOptions } from "../transport.js";
import { withBytes } from "./bytes.js";
import { Connection } from "./connection.js";
import { End, uncertain } from "./end.js";
import { Exchanges } from "./exchanges.js";
import { faceOf } from "./face.js";
import type { Perspective } from "./info.js";
import { limitsOf } from "./limits.js";
import type { Link } from "./link.js";
import type { LinkOptions, OpeningLinkOptions } from "./options.js";
import type { Outgoing } from "./queue.js";
import { Reconnection } from "./reconnect.js";

/** A connection that lasted so long worked, even if nothing came on it. */
const workingMs = 5_000;

/** The client's end: connects, and connects again. */
export class ClientEnd extends End {
  readonly #channel: Channel;
  readonly #plain: MethodInfo;
  /** The method as the transport gets it. */
  readonly #method: MethodInfo;
  readonly #options: LinkOptions & Partial<OpeningLinkOptions<unknown>>;
  readonly #reconnection: Reconnection;
  readonly #closed = new AbortController();
  readonly #unwatch: () => void;
  /** Requests that were sent on a connection that is lost, and may be sent again. */
  #again: Outgoing[] = [];
  /** The connection that is there, and what ends its stream. */
  #stream: AbortController | undefined;
  #over: Promise<unknown> = Promise.resolve();
  /** As its calls see it. */
  readonly #face: Link;
  /** The headers of the connection that is there. */
  #sentMetadata: MutableMetadata = emptyMetadata();
  /** Whether there will be no connection any more: the channel is closed. */
  #isHopeless = false;
  /** Whether the peer was silent on a connection that looks alive. */
  #isSuspect = false;

  /** @throws TypeError that names the option which is wrong */
  constructor(perspective: Perspective, method: MethodInfo, channel: Channel, handlers: object, options: LinkOptions) {
    super(perspective, limitsOf(options));
    this.#channel = channel;
    this.#plain = method;
    this.#method = withBytes(method);
    this.#options = options;
    this.#reconnection = new Reconnection(options.reconnect ?? {});
    if (perspective.opening !== undefined && typeof this.#options.opening !== "function")
      throw new TypeError(`the link ${method.path} needs the option opening, which gives what is said first: ${perspective.opening}`);
    const { interception, peer } = channel;
    this.#face = faceOf(this);
    if (interception) this.exchanges = new Exchanges({ chain: interception, method, link: this.#face, peer, metadata: () => this.#sentMetadata });
    this.handleWith(handlers);
    this.#unwatch = onAbort(options.signal, () => this.shut(canceledBy(options.signal as AbortSignal)));
    if (options.signal?.aborted) this.shut(canceledBy(options.signal));
    // After this turn: listeners that are added at once hear of all.
    else queueMicrotask(() => void this.#run());
  }

  override fail(connection: Connection, error: BridgeError): void {
    if (connection === this.connection) this.#stream?.abort(error);
  }

  protected override refusal(): BridgeError | undefined {
    if (!this.#reconnection.isBroken) return undefined;
    return new BridgeError("unavailable", `the link failed ${this.#reconnection.failures} times in a row, and waits: nothing is sent`);
  }

  protected override async farewell(graceMs: number): Promise<void> {
    this.connection?.finish();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, Math.min(graceMs, 2 ** 31 - 1));
    });
    await Promise.race([this.#over, late]);
    clearTimeout(timer);
  }

  protected override shut(error: BridgeError | undefined): void {
    this.#unwatch?.();
    const reason = new BridgeError("canceled", "the link is closed");
    this.#closed.abort(reason);
    this.#stream?.abort(reason);
    super.shut(error);
  }

  async #run(): Promise<void> {
    while (this.state !== "closed") {
      this.enter("connecting");
      const live = this.#live();
      this.#over = live;
      const error = await live;
      if (this.#closed.signal.aborted) return;
      // This end is done: what closes it goes on.
      if (error === undefined) return;
      const delayMs = this.#isHopeless ? undefined : this.#reconnection.failed(error);
      if (delayMs === undefined) return this.shut(error);
      this.enter("waiting");
      this.tell("waiting", { error, failures: this.#reconnection.failures, delayMs });
      await this.#pause(delayMs);
    }
  }

  /** One connection, from its beginning to its end. Gives why it ended; undefined if this end was done. Never rejects. */
  async #live(): Promise<BridgeError | undefined> {
    const attempt = new CallAbort(Date.now() + this.#reconnection.timeoutMs);
    const unwatch = onAbort(this.#closed.signal, () => attempt.abort(canceledBy(this.#closed.signal)));
    const { interception } = this.#channel;
    try {
      this.#sentMetadata = Object.assign(emptyMetadata(), await untilAborted(Promise.resolve(this.#metadata()), attempt.signal));
      return await (interception ? this.#intercepted(interception, attempt) : this.#attempt(attempt));
    } catch (reason) {
      return BridgeError.from(reason);
    } finally {
      attempt.dispose();
      unwatch();
    }
  }

  /** The same as {@link #attempt}, through interceptors. Until they go on with it, they have the time of an attempt. */
  async #intercepted(chain: Chain, attempt: CallAbort): Promise<BridgeError | undefined> {
    const traffic = new Traffic();
    let trying: Promise<BridgeError | undefined> | undefined;
    const call = new Call({
      kind: "link",
      method: this.#plain,
      outgoing: true,
      secure: this.#channel.secure,
      metadata: this.#sentMetadata,
      values: new ContextValues(),
      signal: attempt.signal,
      link: this.#face,
      peer: this.#channel.peer,
      traffic,
      read: () => undefined,
      answer: async ({ header, trailer }) => {
        trying = this.#attempt(attempt, {
          traffic,
          onHeader: (received) => Object.assign(header, received),
          onTrailer: (received) => Object.assign(trailer, received),
        });
        const error = await trying;
        if (error) throw error;
      },
    });
    let error: BridgeError | undefined;
    try {
      await untilAborted(chain.run(call), attempt.signal);
      if (!trying) error = new BridgeError("internal", "an interceptor did not go on with the link");
    } catch (reason) {
      error = BridgeError.from(reason);
    }
    // An interceptor may have had enough of it.
    if (error) attempt.abort(error);
    this.#stream?.abort(error);
    await trying?.catch(() => {});
    traffic.end(error);
    return error;
  }

  /** Connects, and speaks. */
  async #attempt(attempt: CallAbort, options: ChannelCallOptions = {}): Promise<BridgeError | undefined> {
    const { signal } = attempt;
    try {
      await this.#channel.connect?.({ signal, fresh: this.#isSuspect });
    } catch (reason) {
      const error = BridgeError.from(reason);
      this.#isHopeless = error.code === "canceled";
      throw error;
    }
    this.#isSuspect = false;
    const first = await untilAborted(this.#opening(), signal);
    attempt.dispose();
    return this.#talk(first, options);
  }

  /** Speaks over a stream until it ends. Gives why; undefined if this end was done. */
  async #talk(first: Uint8Array | undefined, options: ChannelCallOptions): Promise<BridgeError | undefined> {
    const connection = new Connection(this, first);
    const abort = new AbortController();
    const since = performance.now();
    this.connection = connection;
    this.#stream = abort;
    this.counts.connections++;
    this.enter("open");
    const probe = this.probe(connection, () => {
      this.#isSuspect = true;
    });
    let error: BridgeError | undefined;
    try {
      this.ahead(() => this.tell("open", { connection: this.counts.connections }));
      this.queue.putFirst(this.#again.splice(0).filter(({ isOff }) => !isOff?.()));
      // A listener may have closed the link.
      if (!this.#closed.signal.aborted)
        await connection.read(
          this.#channel.stream(this.#method, connection, {
            ...options,
            metadata: this.#sentMetadata,
            signal: abort.signal,
            timeoutMs: Number.POSITIVE_INFINITY,
          }),
        );
      if (connection.isFinished) connection.confirmAll();
      else error = new BridgeError("unavailable", "the server ended the stream");
    } catch (reason) {
      error = BridgeError.from(reason);
      // This end was done, and nobody knows what the other one read.
      if (connection.isFinished) error = undefined;
    }
    probe?.stop();
    if (connection.hasReceived || performance.now() - since >= workingMs) this.#reconnection.succeeded();
    this.#leave(connection, error ?? new BridgeError("unavailable", "the link is closed"));
    return error;
  }

  #leave(connection: Connection, error: BridgeError): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.#stream = undefined;
    const lost = connection.lost(error);
    for (const pending of lost) {
      if (!pending.idempotent) pending.reject(uncertain(pending, error));
      else {
        pending.position = 0;
        this.#again.push(pending.item);
      }
    }
  }

  #metadata(): Metadata | Promise<Metadata> {
    const { metadata = {} } = this.#options;
    return typeof metadata === "function" ? metadata(this.counts.connections + 1) : metadata;
  }

  async #opening(): Promise<Uint8Array | undefined> {
    const { says, opening } = this.perspective;
    const member = opening === undefined ? undefined : says.members.get(opening);
    return member && says.encode(member, await this.#options.opening?.(this.counts.connections + 1), "", {});
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        unwatch();
        resolve();
      };
      const timer = setTimeout(finish, Math.min(ms, 2 ** 31 - 1));
      const unwatch = onAbort(this.#closed.signal, finish);
    });
  }
}
