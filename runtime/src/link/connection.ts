import { BridgeError } from "../errors.js";
import { readFault } from "../fault/reading.js";
import { Flow, Handover, handOver, type Take } from "../flow.js";
import { Answers } from "./answers.js";
import type { End } from "./end.js";
import type { Member, Received } from "./envelope.js";
import { readError } from "./error-member.js";
import type { UnconfirmedNotification } from "./link.js";
import { type Pending, PendingRequests } from "./pending.js";
import type { Outgoing } from "./queue.js";
import { Unconfirmed } from "./unconfirmed.js";

type Waking = (result: IteratorResult<Uint8Array, undefined> | Promise<IteratorResult<Uint8Array, undefined>>) => void;

const done = { done: true, value: undefined } as const;

/** One stream of a link, from its first message to its last: what is written to it, and what is read from it. */
export class Connection extends Flow<Uint8Array> {
  readonly pending: PendingRequests = new PendingRequests();
  /** When the last message came, in the milliseconds of performance.now(). */
  receivedAt: number = performance.now();
  /** Whether anything came on it. */
  hasReceived = false;
  readonly #end: End;
  readonly #answers: Answers;
  readonly #unconfirmed: Unconfirmed;
  #position = 0;
  #ending: { readonly error: BridgeError | undefined } | undefined;
  #isOver = false;
  #isDeaf = false;
  #wake: Waking | undefined;
  #handover: Handover<Uint8Array> | undefined;

  #first: Uint8Array | undefined;

  /** @param first what is written before all else */
  constructor(end: End, first?: Uint8Array) {
    super();
    this.#end = end;
    this.#first = first;
    this.#answers = new Answers(end, this);
    this.#unconfirmed = new Unconfirmed(end.limits.queueMessages);
  }

  /** Whether this end has said that it is done. */
  get isFinished(): boolean {
    return this.#ending !== undefined;
  }

  /** Whether nothing can be sent on it any more. */
  get isOver(): boolean {
    return this.#isOver || this.#ending !== undefined;
  }

  // --- what is written ---------------------------------------------------------------------------------------------------

  /** The next message to write. The transport asks for it when it has room. */
  override next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#ending?.error) return Promise.reject(this.#ending.error);
    const value = this.#take();
    if (value) return Promise.resolve({ done: false, value });
    if (this.isOver) return Promise.resolve(done);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  override handOver(take: Take<Uint8Array>): Promise<void> {
    this.#handover = new Handover(
      () => this.#take(),
      take,
      () => void this.return(),
    );
    if (this.isOver) this.#endWriting();
    else this.#handover.run();
    return this.#handover.over;
  }

  /** The transport wants no more. */
  override return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#isOver = true;
    this.#endWriting();
    return Promise.resolve(done);
  }

  /** There is something to write. */
  wake(): void {
    if (this.#handover) return this.#handover.run();
    const value = this.#wake && this.#take();
    if (value) this.#wakeWith({ done: false, value });
  }

  /** Ends what is written: as done, or with an error. What is not taken yet stays in the queue. */
  finish(error?: BridgeError): void {
    if (this.isOver) return;
    this.#ending = { error };
    this.#endWriting();
  }

  /** A request is written: its reply may come. */
  asked(pending: Pending): void {
    pending.position = this.#position;
    pending.sentAt = performance.now();
    this.pending.add(pending);
  }

  /** A notification is written, of which nobody knows yet whether it arrives. */
  notified(notification: UnconfirmedNotification): void {
    this.#unconfirmed.add(notification, this.#position);
  }

  /** What is to be written now, if there is anything. */
  #take(): Uint8Array | undefined {
    if (this.isOver) return undefined;
    const first = this.#first;
    if (first) {
      this.#first = undefined;
      this.#end.counts.sent++;
      return first;
    }
    const item = this.#end.queue.take();
    return item && this.#written(item);
  }

  #written(item: Outgoing): Uint8Array {
    this.#position++;
    this.#end.counts.sent++;
    item.onTaken?.(this);
    this.#end.inbox.changed();
    return item.bytes;
  }

  #endWriting(): void {
    const error = this.#ending?.error;
    if (error) this.#handover?.fail(error);
    else this.#handover?.end();
    this.#wakeWith(error ? Promise.reject(error) : done);
  }

  #wakeWith(result: Parameters<Waking>[0]): void {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake) wake(result);
    // Nobody waits: the error comes with the next message that is asked for.
    else if (result instanceof Promise) result.catch(() => {});
  }

  // --- what is read ------------------------------------------------------------------------------------------------------

  /** Reads until the other end is done, or until this one is deaf. Throws why the stream failed. */
  async read(messages: AsyncIterable<unknown>): Promise<void> {
    await handOver(messages, (bytes) => {
      if (this.#isDeaf) return false;
      this.receive(bytes as Uint8Array);
      return this.#hasRoom ? undefined : this.#room();
    });
  }

  get #hasRoom(): boolean {
    return this.#end.inbox.hasRoom || this.#isOver;
  }

  async #room(): Promise<void> {
    while (!this.#hasRoom) await this.#end.inbox.change();
  }

  /** Reads no more: what comes now is as if it had not been read. */
  deafen(): void {
    this.#isDeaf = true;
  }

  /** Takes in one message. Never throws: what is wrong with it is told as a problem. */
  receive(bytes: Uint8Array): void {
    const { counts, perspective } = this.#end;
    counts.received++;
    this.receivedAt = performance.now();
    this.hasReceived = true;
    let received: Received;
    try {
      received = perspective.hears.decode(bytes);
    } catch (reason) {
      counts.malformed++;
      this.#end.problem("malformed", undefined, BridgeError.from(reason));
      return;
    }
    const { member } = received;
    if (!member) this.#receiveNothing(received, bytes.byteLength);
    else if (member.isReply) this.#receiveReply(member, received, bytes.byteLength);
    else if (member.name === perspective.opening) {
      counts.malformed++;
      this.#end.problem("malformed", member.name, new BridgeError("invalid_argument", `${member.name} is said first, and not again`));
    } else if (!this.#receiveError(member, received, bytes.byteLength)) this.#answers.take(member, received, bytes.byteLength);
  }

  /** The stream is gone. Gives back what was asked and not answered. */
  lost(error: BridgeError): Pending[] {
    this.#isOver = true;
    this.#endWriting();
    this.#answers.lost(error);
    for (const { onLost } of this.#end.queue.removeAll(({ only }) => only === this)) onLost?.();
    this.#end.inbox.changed();
    this.#end.unknown(this.#unconfirmed.take());
    return this.pending.takeAll();
  }

  /** The other end told that it read all. */
  confirmAll(): void {
    this.#unconfirmed.confirm(Number.POSITIVE_INFINITY);
  }

  #receiveNothing({ correlation, envelope }: Received, bytes: number): void {
    const pending = this.#end.isCorrelated && !("$unknown" in envelope) ? this.#answered(correlation, bytes) : undefined;
    if (pending) {
      const { emptyReply, name } = pending.item.member;
      const reply = this.#end.perspective.hears.members.get(pending.reply);
      if (emptyReply && reply) pending.resolve(reply.message.decode(new Uint8Array(0)));
      else pending.reject(new BridgeError("internal", `${name} was answered by an empty envelope, not by ${pending.reply}`));
      return;
    }
    if (pending === null) return;
    this.#end.counts.malformed++;
    const why = "$unknown" in envelope ? "an envelope with a member that is not known" : "an envelope with nothing in it";
    this.#end.problem("malformed", undefined, new BridgeError("invalid_argument", why));
  }

  #receiveReply(member: Member, received: Received, bytes: number): void {
    const line = this.#lineOf(member, received);
    const pending = this.#answered(line, bytes, member.name);
    if (pending === null) return;
    if (!pending) {
      this.#end.counts.unknown++;
      this.#end.problem("unmatched", member.name, new BridgeError("invalid_argument", `${member.name} is a reply to nothing that was asked`));
      return;
    }
    const { name } = pending.item.member;
    const error = member.fault && readFault(member.fault, received.message, { place: name });
    if (error) pending.reject(error);
    else if (pending.reply === member.name) pending.resolve(received.message);
    else pending.reject(new BridgeError("internal", `${name} was answered by ${member.name}, not by ${pending.reply}`));
  }

  /** An error of the envelope answers a request. Any other is a notification like others. */
  #receiveError(member: Member, { message, correlation }: Received, bytes: number): boolean {
    const { error } = this.#end.perspective.hears.shape;
    if (member.name !== error?.member || !this.#end.isCorrelated || correlation === "") return false;
    const pending = this.#answered(correlation, bytes);
    pending?.reject(readError(error, message, pending.item.member.name));
    return pending !== undefined;
  }

  #lineOf(member: Member, { message, correlation }: Received): string {
    if (this.#end.isCorrelated) return correlation;
    const property = this.#end.replyIds.get(member.name);
    return property === undefined ? member.name : lineOf(member.name, (message as Record<string, unknown>)[property]);
  }

  /** The request that a reply is for; null if nobody waits for it any more, undefined if there is none. */
  #answered(line: string, bytes: number, reply?: string): Pending | null | undefined {
    const pending = this.pending.answered(line);
    if (!pending) return undefined;
    this.#unconfirmed.confirm(pending.position);
    if (!pending.settled) {
      this.#end.counts.roundTrip(performance.now() - pending.sentAt);
      pending.traffic?.received(bytes);
      return pending;
    }
    this.#end.counts.late++;
    const { name } = pending.item.member;
    this.#end.problem("late", reply ?? pending.reply, new BridgeError("deadline_exceeded", `the reply to ${name} came when nobody waited for it any more`));
    return null;
  }
}

/** The line of the replies with an id. */
export function lineOf(reply: string, id: unknown): string {
  return `${reply} ${String(id)}`;
}
