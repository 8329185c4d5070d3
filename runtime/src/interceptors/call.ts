import type { ContextValues, Peer } from "../context.js";
import type { BridgeError } from "../errors.js";
import { readFault } from "../fault/reading.js";
import type { Link } from "../link/link.js";
import { emptyMetadata, type MutableMetadata } from "../metadata.js";
import type { MethodInfo, MethodKind } from "../servicer/service.js";
import type { CallEnd, Traffic } from "./traffic.js";

/**
 * What a call is: one of the four kinds of RPC; one stream of a link, from its beginning to its end (`link`); or what is said over a link, with
 * a reply (`request`) or without (`notification`).
 */
export type CallKind = MethodKind | "link" | "request" | "notification";

/** What a {@link Call} is made from. */
export interface CallInit {
  readonly kind: CallKind;
  readonly method: MethodInfo;
  readonly outgoing: boolean;
  readonly member?: string | undefined;
  readonly values: ContextValues;
  readonly metadata: MutableMetadata;
  readonly header?: MutableMetadata | undefined;
  readonly trailer?: MutableMetadata | undefined;
  readonly envelope?: Record<string, unknown> | undefined;
  readonly signal: AbortSignal;
  readonly deadline?: Date | undefined;
  readonly peer?: Peer | undefined;
  readonly secure?: boolean | undefined;
  readonly link?: Link | undefined;
  readonly traffic: Traffic;
  /** Gives the message, or the stream of them. Called when somebody looks. */
  read(): unknown;
  /** Aborts the signal of a call that this end answers: the caller gets the reason. */
  readonly abort?: ((reason: BridgeError) => void) | undefined;
  /** What is behind the last interceptor. */
  answer(call: Call): Promise<unknown>;
}

let answerOf: (call: Call) => Promise<unknown>;
let abortOf: (call: Call, reason: BridgeError) => void;

/**
 * A call on its way through interceptors: at the end that makes it before it is sent, at the end that answers it before the servicer, or the
 * handler of a link, gets it. What an interceptor sets here counts for all that come after it.
 */
export class Call {
  readonly kind: CallKind;
  /** The RPC; for what is said over a link, that of the link. */
  readonly method: MethodInfo;
  /** The name of the link's method, for kinds `request` and `notification`; undefined for all else. */
  readonly member: string | undefined;
  /** Whether this end makes the call; else it answers. On a link both ends do both. */
  readonly outgoing: boolean;
  /** What is known of the call in this process, under typed keys. At the end that answers, these are the values of the context that the servicer gets. */
  readonly values: ContextValues;
  /** What is sent as headers, if this end makes the call; else what came. For what is said over a link, that of its stream. */
  readonly metadata: MutableMetadata;
  /** What came as headers of the response, when it is there; at the end that answers, what is sent. */
  readonly header: MutableMetadata;
  /** The same of the trailers. */
  readonly trailer: MutableMetadata;
  /** The fields of the envelope beside the message, for kinds `request` and `notification`. */
  readonly envelope: Record<string, unknown>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** When the caller stops to wait; undefined if it waits for ever. */
  readonly deadline: Date | undefined;
  /** The other end, as far as it is known: at the end that makes the call, what its channel was made for. The address is "" if nothing is known. */
  readonly peer: Peer;
  /** Whether what is sent can be read by nobody but the peer, as the channel tells; undefined if it does not, and at the end that answers. */
  readonly secure: boolean | undefined;
  /** The link, for kinds `link`, `request` and `notification`: the same object for all of them, also over other connections. */
  readonly link: Link | undefined;
  /** What went over the wire so far, in messages and bytes. */
  readonly traffic: Traffic;
  readonly #init: CallInit;
  #message: { readonly value: unknown } | undefined;

  constructor(init: CallInit) {
    this.kind = init.kind;
    this.method = init.method;
    this.member = init.member;
    this.outgoing = init.outgoing;
    this.values = init.values;
    this.metadata = init.metadata;
    this.header = init.header ?? emptyMetadata();
    this.trailer = init.trailer ?? emptyMetadata();
    this.envelope = init.envelope ?? {};
    this.signal = init.signal;
    this.deadline = init.deadline;
    this.peer = init.peer ?? { address: "" };
    this.secure = init.secure;
    this.link = init.link;
    this.traffic = init.traffic;
    this.#init = init;
  }

  static {
    answerOf = (call) => call.#init.answer(call);
    abortOf = (call, reason) => call.#init.abort?.(reason);
  }

  /** Its name: `bridge.Invoker/Invoke`, or `bridge.ControlPlane/Connect/kvGet` for what is said over a link. */
  get name(): string {
    const rpc = this.method.path.slice(1);
    return this.member === undefined ? rpc : `${rpc}/${this.member}`;
  }

  /**
   * The request, or an async iterable of requests where the caller streams; undefined for kind `link`. It is what one may pass if this end makes
   * the call, else what one receives, and then it is decoded when somebody looks. What is set here takes its place.
   *
   * @throws BridgeError if it is malformed
   */
  get message(): unknown {
    this.#message ??= { value: this.#init.read() };
    return this.#message.value;
  }

  set message(value: unknown) {
    this.#message = { value };
  }

  /** The error that a response carries inside; undefined if it carries none. Where this end makes the call, such an error was thrown already. */
  faultIn(response: unknown): BridgeError | undefined {
    const { fault, path } = this.method;
    return fault && this.member === undefined ? readFault(fault, response, { place: path }) : undefined;
  }

  /** Has a listener told when the call is over, the last message of a stream included; at once, if it is. What it throws is lost. */
  onEnd(listener: (end: CallEnd) => void): void {
    this.traffic.onEnd(listener);
  }
}

/** Does what is behind the last interceptor. */
export function answer(call: Call): Promise<unknown> {
  return answerOf(call);
}

/** Ends an RPC that this end answers, or the stream of a link, whatever it is doing: as its deadline would, with another reason. */
export function abort(call: Call, reason: BridgeError): void {
  abortOf(call, reason);
}
