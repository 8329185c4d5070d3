import { canceledBy, onAbort } from "../abort.js";
import { ContextValues } from "../context.js";
import { BridgeError } from "../errors.js";
import type { Traffic } from "../interceptors/traffic.js";
import { isRecord, overlaid } from "../own.js";
import { type Connection, lineOf } from "./connection.js";
import { Counts } from "./counts.js";
import type { Member } from "./envelope.js";
import type { Exchanges } from "./exchanges.js";
import { Inbox } from "./inbox.js";
import type { Perspective } from "./info.js";
import type { Limits } from "./limits.js";
import type { LinkEvents, LinkProblem, LinkState, LinkStats, UnconfirmedNotification } from "./link.js";
import { Listeners } from "./listeners.js";
import type { RequestOptions, SendOptions } from "./options.js";
import type { Pending } from "./pending.js";
import { Probe } from "./probe.js";
import { type Outgoing, SendQueue } from "./queue.js";

/** Handles a message. */
export type Handler = (message: unknown, envelope: unknown, context: unknown) => unknown;

/** Fields of the envelope that go with a message. */
export type Stamps = Readonly<Record<string, unknown>>;

const longestDelay = 2 ** 31 - 1;
const defaultDrainMs = 5_000;
/** What a farewell may take that comes when the time to drain is over. */
const leastFarewellMs = 100;

/** What both ends of a link have in common: what they say and hear, whatever the connection. How connections come about is theirs. */
export abstract class End {
  readonly perspective: Perspective;
  readonly limits: Limits;
  readonly counts: Counts = new Counts();
  readonly queue: SendQueue;
  readonly inbox: Inbox;
  readonly listeners: Listeners;
  /** Whether the envelopes tell which request a reply is for. */
  readonly isCorrelated: boolean;
  /** The property of each reply that tells which request it is for, where a property does. */
  readonly replyIds: ReadonlyMap<string, string>;
  /** What the client said first, at a server's end. */
  opening: unknown;
  /** The interceptors of this end, if there are any. */
  exchanges: Exchanges | undefined;
  /** What the server's end knows from the call that carries the link. */
  values: ContextValues | undefined;
  protected connection: Connection | undefined;
  readonly #pending = new Set<Pending>();
  readonly #prefix: string;
  #handlers: object | undefined;
  #next = 0;
  #state: LinkState = "connecting";
  /** While it is there, what is sent goes ahead of all that waits. */
  #ahead: Outgoing[] | undefined;
  #closing: Promise<void> | undefined;

  constructor(perspective: Perspective, limits: Limits) {
    const { says, hears } = perspective;
    this.perspective = perspective;
    this.limits = limits;
    this.queue = new SendQueue(limits.queueMessages, limits.queueBytes);
    this.queue.onItem = () => this.connection?.wake();
    this.inbox = new Inbox(limits.inboxMessages, limits.inboxBytes, () => this.#pending.size > 0);
    this.listeners = new Listeners((reason) => this.problem("handler", undefined, this.exception(reason)));
    this.isCorrelated = says.shape.correlation !== undefined && hears.shape.correlation !== undefined;
    this.replyIds = new Map([...says.members.values()].flatMap(({ reply, id }) => (reply !== undefined && id ? [[reply, id[1]] as const] : [])));
    this.#prefix = [...globalThis.crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  get state(): LinkState {
    return this.#state;
  }

  get stats(): LinkStats {
    return this.counts.with({
      pending: this.#pending.size,
      queued: this.queue.length,
      queuedBytes: this.queue.bytes,
      handling: this.inbox.length,
      handlingBytes: this.inbox.bytes,
    });
  }

  // --- what this end says ------------------------------------------------------------------------------------------------

  /** Sends a notification. */
  async send(member: Member, message: unknown, stamps: Stamps, options: SendOptions = {}): Promise<void> {
    if (!this.exchanges) return this.#send(member, message, stamps, options);
    const { signal, timeoutMs = this.limits.sendTimeoutMs, values = new ContextValues(), whenFull } = options;
    await this.exchanges.say({ member, message, stamps, values, signal, timeoutMs }, ({ message, stamps, traffic, ...limits }) =>
      this.#send(member, message, stamps, { ...limits, whenFull }, traffic),
    );
  }

  /** Sends a request. Resolves with its reply. */
  async request(member: Member, message: unknown, stamps: Stamps, options: RequestOptions = {}): Promise<unknown> {
    if (!this.exchanges) return this.#request(member, message, stamps, options);
    const { signal, timeoutMs = this.limits.requestTimeoutMs, values = new ContextValues(), idempotent } = options;
    return this.exchanges.say({ member, message, stamps, values, signal, timeoutMs }, ({ message, stamps, traffic, ...limits }) =>
      this.#request(member, message, stamps, { ...limits, idempotent }, traffic),
    );
  }

  async #send(member: Member, message: unknown, stamps: Stamps, options: SendOptions, traffic?: Traffic): Promise<void> {
    this.#checkOpen();
    const { signal, timeoutMs = this.limits.sendTimeoutMs, whenFull = this.limits.whenFull } = options;
    const notification: UnconfirmedNotification = { member: member.name, message };
    const bytes = this.#encode(member, message, "", stamps);
    const item: Outgoing = {
      bytes,
      member,
      message: notification,
      onTaken: (connection) => connection.notified(notification),
    };
    if (whenFull === "drop" && !this.#ahead && !this.queue.hasRoom(item.bytes.byteLength)) {
      this.counts.dropped++;
      return;
    }
    if (this.#ahead) this.#ahead.push(item);
    else await this.queue.put(item, { signal, timeoutMs });
    traffic?.sent(bytes.byteLength);
  }

  async #request(member: Member, message: unknown, stamps: Stamps, options: RequestOptions, traffic?: Traffic): Promise<unknown> {
    this.#checkOpen();
    const { signal, timeoutMs = this.limits.requestTimeoutMs, idempotent = member.idempotent === true } = options;
    if (signal?.aborted) throw canceledBy(signal);
    if (this.#pending.size + (this.connection?.pending.abandoned ?? 0) >= this.limits.maxPending)
      throw new BridgeError("resource_exhausted", `${this.limits.maxPending} requests of the link are unanswered, which is its maxPending`);
    const reply = member.reply as string;
    const asked = this.#address(member, message, reply);
    const bytes = this.#encode(member, asked.message, asked.correlation, stamps);
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const settle = (): boolean => {
        if (pending.settled) return false;
        pending.settled = true;
        clearTimeout(timer);
        unwatch();
        this.#pending.delete(pending);
        return true;
      };
      const giveUp = (error: BridgeError): void => {
        if (!settle()) return;
        if (pending.position > 0) this.connection?.pending.abandon(pending);
        else this.queue.remove(pending.item);
        reject(error);
        this.inbox.changed();
      };
      const onTaken = (connection: Connection): void => {
        traffic?.sent(bytes.byteLength);
        connection.asked(pending);
      };
      const pending: Pending = {
        item: { bytes, member, isOff: () => pending.settled, onTaken },
        line: asked.line,
        inOrder: asked.inOrder,
        reply,
        idempotent,
        settled: false,
        position: 0,
        sentAt: 0,
        traffic,
        resolve: (answer) => {
          if (settle()) resolve(answer);
          this.inbox.changed();
        },
        reject: (error) => {
          if (settle()) reject(error);
          this.inbox.changed();
        },
      };
      const unwatch = onAbort(signal, () => giveUp(canceledBy(signal as AbortSignal)));
      if (timeoutMs <= longestDelay) {
        timer = setTimeout(() => {
          const what = pending.position > 0 ? "no reply to" : "nothing was sent of";
          giveUp(new BridgeError("deadline_exceeded", `${what} ${member.name} within ${timeoutMs} ms`));
        }, timeoutMs);
      }
      this.#pending.add(pending);
      // The reader may wait for room, and the reply be behind.
      this.inbox.changed();
      if (this.#ahead) this.#ahead.push(pending.item);
      else this.queue.put(pending.item, { signal: undefined, timeoutMs: Number.POSITIVE_INFINITY }).catch((error: BridgeError) => pending.reject(error));
    });
  }

  /** Runs work in which all that is sent goes ahead of what waits. */
  ahead(work: () => void): void {
    this.#ahead = [];
    try {
      work();
    } finally {
      const items = this.#ahead;
      this.#ahead = undefined;
      this.queue.putFirst(items);
    }
  }

  /** @throws BridgeError resource_exhausted if a message is larger than what is sent */
  checkSize(name: string, { byteLength }: Uint8Array): void {
    const { maxMessageBytes } = this.limits;
    if (byteLength <= maxMessageBytes) return;
    throw new BridgeError("resource_exhausted", `${name} has ${byteLength} bytes, and maxMessageBytes of the link is ${maxMessageBytes}`);
  }

  #encode(member: Member, message: unknown, correlation: string, stamps: Stamps): Uint8Array {
    const bytes = this.perspective.says.encode(member, message, correlation, stamps);
    this.checkSize(member.name, bytes);
    return bytes;
  }

  /** How the reply will find its request. */
  #address(member: Member, message: unknown, reply: string): { message: unknown; correlation: string; line: string; inOrder: boolean } {
    if (this.isCorrelated) {
      const correlation = this.#nextId();
      return { message, correlation, line: correlation, inOrder: false };
    }
    if (!member.id) return { message, correlation: "", line: reply, inOrder: true };
    const [property] = member.id;
    const given = isRecord(message) ? message[property] : undefined;
    const id = typeof given === "string" && given !== "" ? given : this.#nextId();
    return { message: id === given ? message : overlaid(message, { [property]: id }), correlation: "", line: lineOf(reply, id), inOrder: false };
  }

  #nextId(): string {
    return `${this.#prefix}-${(this.#next++).toString(36)}`;
  }

  #checkOpen(): void {
    if (this.#state === "draining" || this.#state === "closed") throw new BridgeError("unavailable", "the link is closed");
    const reason = this.refusal();
    if (reason) throw reason;
  }

  // --- what this end hears -----------------------------------------------------------------------------------------------

  /** From here on there are handlers. */
  protected handleWith(handlers: object): void {
    this.#handlers = handlers;
    this.inbox.start();
  }

  handler(name: string): Handler | undefined {
    const handlers = this.#handlers as Readonly<Record<string, unknown>> | undefined;
    const handler = handlers?.[name];
    return typeof handler === "function" ? (message, envelope, context) => Reflect.apply(handler, handlers, [message, envelope, context]) : undefined;
  }

  problem(kind: LinkProblem["kind"], member: string | undefined, error: BridgeError): void {
    this.tell("problem", { kind, member, error });
  }

  unhandled(name: string): void {
    this.counts.unhandled++;
    this.problem("unhandled", name, new BridgeError("unimplemented", `there is no handler for ${name}`));
  }

  unknown(detail: LinkEvents["unknown"]): void {
    const count = detail.notifications.length + detail.more;
    if (count === 0) return;
    this.counts.unconfirmed += count;
    this.tell("unknown", detail);
  }

  tell<Event extends keyof LinkEvents>(event: Event, detail: LinkEvents[Event]): void {
    this.listeners.tell(event, detail);
  }

  /** What a handler threw, as it is told to the other end. */
  exception(reason: unknown): BridgeError {
    if (!(reason instanceof BridgeError)) this.onException(reason);
    return BridgeError.from(reason);
  }

  // --- how it goes -------------------------------------------------------------------------------------------------------

  /** Ends a connection that cannot go on. */
  abstract fail(connection: Connection, error: BridgeError): void;

  /**
   * Asks from time to time whether the other end is there, if there is a way to ask.
   *
   * @param onSilence called before a connection is ended on which nothing is heard
   */
  protected probe(connection: Connection, onSilence: () => void = () => {}): Probe | undefined {
    const { probe } = this.limits;
    const { says } = this.perspective;
    const member = says.shape.probe === undefined ? undefined : says.members.get(says.shape.probe);
    if (probe === false || (!probe.send && !member)) return undefined;
    const ask = (signal: AbortSignal): Promise<unknown> => {
      if (probe.send) return probe.send(signal);
      let answer: Promise<unknown> = Promise.resolve();
      // What waits to be sent may be much.
      this.ahead(() => {
        answer = this.#request(member as Member, {}, {}, { signal, timeoutMs: Number.POSITIVE_INFINITY });
      });
      return answer;
    };
    return new Probe(connection, probe.intervalMs, probe.timeoutMs, ask, (error) => {
      onSilence();
      this.fail(connection, error);
    });
  }

  /** Why nothing is taken now, though the link is not closed. */
  protected refusal(): BridgeError | undefined {
    return undefined;
  }

  /** Told of what a handler threw that is no BridgeError. */
  protected onException(_reason: unknown): void {}

  /** Says farewell on the connection, and waits until the other end does, up to so many milliseconds. */
  protected abstract farewell(graceMs: number): Promise<void>;

  /** What drains is neither open nor waiting any more, whatever becomes of its connections. */
  protected enter(state: LinkState): void {
    if (this.#state === "closed" || (this.#state === "draining" && state !== "closed")) return;
    this.#state = state;
  }

  close({ drainMs = defaultDrainMs }: { drainMs?: number } = {}): Promise<void> {
    if (this.#state === "closed") return Promise.resolve();
    this.#closing ??= this.#drain(Math.max(drainMs, 0));
    return this.#closing;
  }

  async #drain(drainMs: number): Promise<void> {
    const until = performance.now() + drainMs;
    this.enter("draining");
    await this.settled(until, () => this.queue.isIdle && this.#pending.size === 0);
    this.stopReading();
    await this.settled(until, () => this.queue.isIdle && this.inbox.length === 0);
    if ((this.#state as LinkState) !== "closed") await this.farewell(Math.max(until - performance.now(), leastFarewellMs));
    this.shut(undefined);
  }

  /** Resolves when it holds, when the link is closed, or at a time of performance.now(). */
  protected async settled(until: number, holds: () => boolean): Promise<void> {
    const left = until - performance.now();
    let isLate = left <= 0;
    const beLate = (): void => {
      isLate = true;
      this.inbox.changed();
    };
    // The timer alone decides: it may come a little earlier than the clock says.
    const timer = left > longestDelay ? undefined : setTimeout(beLate, left);
    while (!holds() && this.#state !== "closed" && !isLate) await this.inbox.change();
    clearTimeout(timer);
  }

  /** What the other end still says is not read any more, if it can be left. */
  protected stopReading(): void {}

  /** What is asked is never answered: the other end is done. */
  protected abandonRequests(error: BridgeError): void {
    for (const pending of this.connection?.pending.takeAll() ?? []) pending.reject(uncertain(pending, error));
  }

  /** Closes the link for good: what waits fails. */
  protected shut(error: BridgeError | undefined): void {
    if (this.#state === "closed") return;
    this.enter("closed");
    const reason = new BridgeError("unavailable", error ? `the link is closed: ${error.message}` : "the link is closed", { cause: error });
    const left = this.connection?.lost(reason) ?? [];
    this.connection = undefined;
    this.queue.refuse(reason);
    const unsent = this.queue.removeAll(() => true).flatMap(({ message }) => message ?? []);
    for (const pending of left) pending.reject(uncertain(pending, reason));
    for (const pending of [...this.#pending]) pending.reject(reason);
    this.inbox.changed();
    this.tell("closed", { error, unsent });
  }
}

/** What becomes of a request whose connection is lost. */
export function uncertain({ item: { member } }: Pending, cause: BridgeError): BridgeError {
  return new BridgeError(
    "unavailable",
    `the connection was lost before the reply to ${member.name} came, and nobody knows whether it was done: ${cause.message}`,
    {
      cause,
    },
  );
}
