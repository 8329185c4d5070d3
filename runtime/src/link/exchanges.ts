import type { ContextValues, Peer } from "../context.js";
import { Call } from "../interceptors/call.js";
import type { Chain } from "../interceptors/chain.js";
import { Patience } from "../interceptors/patience.js";
import { Traffic } from "../interceptors/traffic.js";
import type { MutableMetadata } from "../metadata.js";
import type { MethodInfo } from "../servicer/service.js";
import { untilAborted } from "../streams.js";
import type { Member, Received } from "./envelope.js";
import type { Link } from "./link.js";
import type { ExchangeContext } from "./options.js";

/** What the exchanges of a link have in common. */
export interface ExchangeBase {
  readonly chain: Chain;
  readonly method: MethodInfo;
  readonly link: Link;
  /** The headers of the connection that is there. */
  metadata(): MutableMetadata;
  readonly peer?: Peer | undefined;
}

/** What is to be said. */
export interface Saying {
  readonly member: Member;
  readonly message: unknown;
  /** Fields of the envelope. */
  readonly stamps: Readonly<Record<string, unknown>>;
  readonly values: ContextValues;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** How it is said, when the last interceptor goes on with it. */
export interface Said {
  readonly message: unknown;
  readonly stamps: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly traffic: Traffic;
}

/** The interceptors of one end of a link, around what is said over it in either direction: each exchange is a call of its own. */
export class Exchanges {
  readonly #base: ExchangeBase;

  constructor(base: ExchangeBase) {
    this.#base = base;
  }

  /** This end says something. Gives the reply. */
  async say({ member, message, stamps, values, signal, timeoutMs }: Saying, say: (said: Said) => Promise<unknown>): Promise<unknown> {
    const patience = new Patience(signal, timeoutMs);
    const traffic = new Traffic();
    const call = new Call({
      ...this.#common(member),
      outgoing: true,
      envelope: { ...stamps },
      values,
      signal: patience.signal,
      deadline: patience.deadline,
      traffic,
      read: () => message,
      answer: (call) => say({ message: call.message, stamps: call.envelope, signal: patience.signal, timeoutMs: patience.leftMs, traffic }),
    });
    try {
      const reply = await untilAborted(this.#base.chain.run(call), patience.signal);
      traffic.end();
      return reply;
    } catch (reason) {
      traffic.end(reason);
      throw reason;
    } finally {
      patience.dispose();
    }
  }

  /** This end hears something. Gives what the handler gives. */
  hear(
    member: Member,
    { message, envelope }: Received,
    { signal, values }: ExchangeContext,
    traffic: Traffic,
    handle: (message: unknown, envelope: unknown) => unknown,
  ): Promise<unknown> {
    const answer = async (call: Call): Promise<unknown> => handle(call.message, call.envelope);
    return this.#base.chain.run(
      new Call({ ...this.#common(member), outgoing: false, envelope, values, signal, traffic, peer: this.#base.peer, read: () => message, answer }),
    );
  }

  #common(member: Member): Pick<Call, "kind" | "method" | "member" | "link" | "metadata"> {
    const { method, link } = this.#base;
    return { kind: member.reply === undefined ? "notification" : "request", method, member: member.name, link, metadata: this.#base.metadata() };
  }
}
