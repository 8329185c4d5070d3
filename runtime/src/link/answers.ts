import { ContextValues } from "../context.js";
import { BridgeError, hiddenMessage } from "../errors.js";
import { readFault } from "../fault/reading.js";
import { faultResponse, withOk } from "../fault/writing.js";
import { Traffic } from "../interceptors/traffic.js";
import { isRecord, overlaid } from "../own.js";
import type { Connection } from "./connection.js";
import type { End, Handler } from "./end.js";
import type { Member, Received } from "./envelope.js";
import { errorMessage } from "./error-member.js";
import { Fifo } from "./fifo.js";
import type { ExchangeContext } from "./options.js";

/** A request of the other end. */
interface Asked {
  readonly member: Member;
  readonly bytes: number;
  readonly context: Context;
  /** The reply's line, if replies come in the order of requests. */
  readonly slot: Slot | undefined;
}

/** The place of a reply among those that have to come in order. */
interface Slot {
  readonly line: Fifo<Slot>;
  /** Sends the reply, or nothing, when it is its turn. */
  ready: (() => void) | undefined;
}

class Context implements ExchangeContext {
  readonly correlation: string;
  readonly #outer: ContextValues | undefined;
  #values: ContextValues | undefined;
  #controller: AbortController | undefined;
  #reason: { readonly error: BridgeError } | undefined;

  /** Where the exchange is counted, if interceptors want to know. */
  readonly traffic: Traffic | undefined;

  /** @param outer the values of the link */
  constructor(correlation: string, outer: ContextValues | undefined, traffic: Traffic | undefined) {
    this.correlation = correlation;
    this.#outer = outer;
    this.traffic = traffic;
  }

  get values(): ContextValues {
    this.#values ??= new ContextValues(this.#outer);
    return this.#values;
  }

  /** Made when a handler asks for it: most do not. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason) this.#controller.abort(this.#reason.error);
    return this.#controller.signal;
  }

  abort(error: BridgeError): void {
    this.#reason ??= { error };
    this.#controller?.abort(error);
    this.traffic?.end(error);
  }
}

/** What one end does with the messages of the other, on one connection: hands them to handlers, and sends their replies. */
export class Answers {
  readonly #end: End;
  readonly #connection: Connection;
  readonly #contexts = new Set<Context>();
  readonly #lines = new Map<string, Fifo<Slot>>();

  constructor(end: End, connection: Connection) {
    this.#end = end;
    this.#connection = connection;
  }

  /** Takes in a notification or a request. */
  take(member: Member, received: Received, bytes: number): void {
    const id = member.id && isRecord(received.message) ? received.message[member.id[0]] : undefined;
    const { exchanges, values } = this.#end;
    const traffic = exchanges && new Traffic();
    traffic?.received(bytes);
    const context = new Context(received.correlation !== "" ? received.correlation : typeof id === "string" ? id : "", values, traffic);
    this.#contexts.add(context);
    if (member.reply === undefined) {
      this.#end.inbox.add({ bytes, isNotification: true, handle: () => this.#notify(member, received, context) });
      return;
    }
    const asked: Asked = { member, bytes, context, slot: this.#slotFor(member) };
    this.#end.inbox.add({ bytes, isNotification: false, handle: () => this.#answer(asked, received) });
  }

  /** The stream is gone: nobody waits for what is being handled. */
  lost(error: BridgeError): void {
    for (const context of this.#contexts) context.abort(error);
    this.#contexts.clear();
  }

  #notify(member: Member, received: Received, context: Context): void | Promise<void> {
    const finish = (): void => {
      this.#contexts.delete(context);
      context.traffic?.end();
    };
    const handler = this.#end.handler(member.name);
    if (!handler) {
      finish();
      return this.#end.unhandled(member.name);
    }
    const failed = (reason: unknown): void => {
      const error = this.#end.exception(reason);
      context.traffic?.end(error);
      finish();
      this.#end.problem("handler", member.name, error);
    };
    try {
      const result = this.#handle(member, received, context, handler);
      if (result instanceof Promise) return result.then(finish, failed);
      finish();
    } catch (reason) {
      failed(reason);
    }
  }

  async #answer(asked: Asked, received: Received): Promise<void> {
    const { member, context } = asked;
    const { message } = received;
    const handler = this.#end.handler(member.name);
    let unhandled: BridgeError | undefined;
    if (!handler) {
      this.#end.unhandled(member.name);
      // That this end is there is all that a probe asks.
      if (member.name === this.#end.perspective.hears.shape.probe) return this.#reply(asked, {}, message);
      unhandled = new BridgeError("unimplemented", `there is no handler for ${member.name}`);
    }
    const refuse = (): never => {
      throw unhandled;
    };
    let reply: unknown;
    try {
      reply = await this.#handle(member, received, context, handler ?? refuse);
    } catch (reason) {
      if (unhandled && reason === unhandled) return this.#replyError(asked, unhandled, message, true);
      return this.#replyError(asked, this.#end.exception(reason), message, false, reason instanceof BridgeError ? reason.message : hiddenMessage);
    }
    this.#reply(asked, reply ?? {}, message);
  }

  /** Calls a handler, through the interceptors if there are any. */
  #handle(member: Member, received: Received, context: Context, handler: Handler): unknown {
    const { exchanges } = this.#end;
    if (!exchanges || !context.traffic) return handler(received.message, received.envelope, context);
    return exchanges.hear(member, received, context, context.traffic, (message, envelope) => handler(message, envelope, context));
  }

  #reply(asked: Asked, init: unknown, request: unknown): void {
    const answer = this.#memberFor(asked);
    try {
      this.#send(asked, answer, this.#encode(asked, answer, answer.fault ? withOk(answer.fault, init) : init, request));
    } catch (reason) {
      const error = new BridgeError("internal", BridgeError.from(reason).message, { cause: reason });
      this.#end.problem("undelivered", answer.name, error);
      this.#replyError(asked, error, request, false);
    }
  }

  /**
   * @param isNever whether no request of this kind is ever answered
   * @param status what the other end is told if the connection has to end: a status hides exceptions
   */
  #replyError(asked: Asked, error: BridgeError, request: unknown, isNever: boolean, status: string = error.message): void {
    const { perspective } = this.#end;
    const answer = this.#memberFor(asked);
    const { error: shape } = perspective.says.shape;
    const errorMember = shape && perspective.says.members.get(shape.member);
    try {
      if (answer.fault) {
        const init = faultResponse(answer.fault, error);
        // As the other end reads it, which may know less.
        asked.context.traffic?.carriesFault(readFault(answer.fault, init) ?? error);
        return this.#send(asked, answer, this.#encode(asked, answer, init, request));
      }
      asked.context.traffic?.carriesFault(error);
      if (shape && errorMember) this.#send(asked, errorMember, perspective.says.encode(errorMember, errorMessage(shape, error), asked.context.correlation, {}));
      else this.#sendNothing(asked);
    } catch (reason) {
      this.#end.problem("undelivered", answer.name, BridgeError.from(reason));
      this.#sendNothing(asked);
    }
    if (!isNever && !(shape && errorMember)) this.#end.problem("handler", asked.member.name, error);
    // The next reply would be taken for this one. The code is not the error's: for some, a client would never connect again.
    if (!isNever && asked.slot)
      this.#end.fail(this.#connection, new BridgeError("internal", `${asked.member.name} failed without a reply: ${status}`, { cause: error }));
  }

  #encode({ member, context }: Asked, answer: Member, init: unknown, request: unknown): Uint8Array {
    const { says } = this.#end.perspective;
    const bytes = says.encode(answer, member.id ? withId(init, member.id, request) : init, context.correlation, {});
    this.#end.checkSize(answer.name, bytes);
    return bytes;
  }

  #memberFor({ member }: Asked): Member {
    return this.#end.perspective.says.members.get(member.reply as string) as Member;
  }

  #send(asked: Asked, member: Member, bytes: Uint8Array): void {
    const release = (): void => this.#finish(asked);
    this.#inTurn(asked, () => {
      if (this.#connection.isOver) {
        release();
        this.#end.problem("undelivered", member.name, new BridgeError("unavailable", "the connection of the request is gone"));
        return;
      }
      const onTaken = (): void => {
        asked.context.traffic?.sent(bytes.byteLength);
        release();
      };
      this.#end.queue.putAnyway({ bytes, member, only: this.#connection, onTaken, onLost: release });
    });
  }

  #sendNothing(asked: Asked): void {
    asked.context.traffic?.end();
    this.#inTurn(asked, () => this.#finish(asked));
  }

  #finish({ bytes, context }: Asked): void {
    this.#contexts.delete(context);
    context.traffic?.end();
    this.#end.inbox.release(bytes);
  }

  #slotFor(member: Member): Slot | undefined {
    if (this.#end.isCorrelated || member.id) return undefined;
    const name = member.reply as string;
    const line = this.#lines.get(name) ?? new Fifo<Slot>();
    this.#lines.set(name, line);
    const slot: Slot = { line, ready: undefined };
    line.push(slot);
    return slot;
  }

  #inTurn({ slot }: Asked, send: () => void): void {
    if (!slot) return send();
    slot.ready = send;
    while (slot.line.first?.ready) slot.line.shift()?.ready?.();
  }
}

/** The reply with the id of the request, unless it has one. */
function withId(init: unknown, [asked, answered]: readonly [string, string], request: unknown): unknown {
  if (!isRecord(init) || !isRecord(request)) return init;
  const there = init[answered];
  return there === undefined || there === "" ? overlaid(init, { [answered]: request[asked] }) : init;
}
