import { type DescMethod, fromBinary, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { abandoned, CallAbort, canceledBy, onAbort } from "../../abort.js";
import { CallContext, type ContextKey, ContextValues, createContextKey } from "../../context.js";
import { BridgeError, hiddenMessage } from "../../errors.js";
import { Traffic } from "../../interceptors/traffic.js";
import type { Metadata } from "../../metadata.js";
import { type ErrorListener, type Route, report } from "../../servicer/routes.js";
import { fitTrailers, fromConnectError, toConnectError } from "./errors.js";
import { counted, failingAs, fromMessage } from "./message.js";
import { fromHeaders, sizeOf, toHeaders } from "./metadata.js";

/**
 * Connect's own context of a call that came through a Connect router, in {@link CallContext.values}; undefined for any other call. It
 * has the URL, the protocol, and the values that Connect's interceptors and adapters set.
 */
export const connectContext: ContextKey<HandlerContext | undefined> = createContextKey<HandlerContext | undefined>(undefined, "connectContext");

/** One call under way at a Connect router: its context, and what is sent beside its messages. */
export class ServerCall {
  readonly context: CallContext;
  readonly traffic: Traffic = new Traffic();
  readonly #route: Route;
  readonly #desc: DescMethod;
  readonly #handler: HandlerContext;
  readonly #onError: ErrorListener;
  readonly #abort = new CallAbort();
  readonly #unwatch: () => void;
  #headerSent = false;

  constructor(route: Route, desc: DescMethod, handler: HandlerContext, onError: ErrorListener) {
    const started = Date.now();
    const timeoutMs = handler.timeoutMs();
    const deadline = timeoutMs === undefined ? undefined : started + timeoutMs;
    this.#route = route;
    this.#desc = desc;
    this.#handler = handler;
    this.#onError = onError;
    this.context = new CallContext({
      signal: this.#abort.signal,
      deadline: deadline === undefined ? undefined : new Date(deadline),
      metadata: fromHeaders(handler.requestHeader),
      values: new ContextValues().set(connectContext, handler),
    });
    // Connect aborts its signal at the end of every call, ours stays as it is when the answer is there.
    const abort = (): void => this.#abort.abort(reasonOf(handler.signal.reason, started, deadline));
    this.#unwatch = onAbort(handler.signal, abort);
    if (handler.signal.aborted) abort();
  }

  /** Aborts the signal of the call. */
  readonly abort = (reason: BridgeError): void => this.#abort.abort(reason);

  /** A request, decoded. @throws BridgeError invalid_argument, with the path of the field that is malformed */
  decode(message: Message): unknown {
    return fromMessage(this.#desc.input, counted(this.#route.method.input, this.traffic), message);
  }

  /** The requests of a stream, decoded. What ends the stream early is thrown as a BridgeError. */
  async *requests(messages: AsyncIterable<Message>): AsyncGenerator<unknown, void> {
    try {
      for await (const message of messages) yield this.decode(message);
      // Node tells the end of what is read also when the client reset the stream, and the reset later; and clients on Node end their
      // requests before they reset.
      for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.context.signal.aborted) throw canceledBy(this.context.signal);
    } catch (reason) {
      if (this.context.signal.aborted) throw canceledBy(this.context.signal);
      if (reason instanceof BridgeError) throw reason;
      throw reason instanceof ConnectError ? fromConnectError(reason) : new BridgeError("canceled", "the client canceled the call", { cause: reason });
    }
  }

  /** A response, encoded. @throws BridgeError internal if the message cannot carry what the servicer gave */
  encode(response: unknown): Message {
    const bytes = this.#route.encode(response);
    this.traffic.sent(bytes.byteLength);
    try {
      return failingAs("internal", this.#desc.output, () => fromBinary(this.#desc.output, bytes));
    } catch (reason) {
      report(this.#onError, reason, this.#route.method);
      throw reason;
    }
  }

  /**
   * Sends the header, if it was not sent yet. Connect lets it go with the first message.
   *
   * @throws BridgeError internal if it cannot be sent
   */
  sendHeader(): void {
    if (this.#headerSent) return;
    const header = toHeaders(this.context.header, "internal");
    this.#headerSent = true;
    append(this.#handler.responseHeader, header);
  }

  /** Sends the trailer of a call that ends well. @throws BridgeError internal if it cannot be sent */
  sendTrailer(): void {
    append(this.#handler.responseTrailer, toHeaders(this.context.trailer, "internal"));
  }

  /** What to throw to Connect for what was thrown. Header and trailer go with it. */
  errorFor(thrown: unknown): ConnectError {
    const { signal, trailer } = this.context;
    // Connect throws into a stream whose peer is gone.
    const reason = !(thrown instanceof BridgeError) && signal.aborted ? canceledBy(signal) : thrown;
    this.traffic.end(reason);
    try {
      if (!(reason instanceof BridgeError)) throw reason;
      const metadata = toHeaders(reason.metadata, "internal");
      const rest = toHeaders(without(trailer, reason.metadata), "internal");
      this.sendHeader();
      append(this.#handler.responseTrailer, rest);
      return toConnectError(this.#fitted(reason, sizeOf(metadata) + sizeOf(rest)), metadata);
    } catch (second) {
      report(this.#onError, second, this.#route.method);
      const error = second instanceof BridgeError ? new BridgeError(second.code, second.message) : new BridgeError("internal", hiddenMessage);
      return toConnectError(error, new Headers());
    }
  }

  /** The error as the protocol carries it: only gRPC has trailers of HTTP/2. */
  #fitted(error: BridgeError, metadataBytes: number): BridgeError {
    if (this.#handler.protocolName !== "grpc") return error;
    const fitted = fitTrailers(error, metadataBytes);
    if (fitted.details.length < error.details.length)
      report(this.#onError, new Error("the details of an error are more than trailers carry, and were left out", { cause: error }), this.#route.method);
    return fitted;
  }

  /** The call is over: from here on nothing aborts the signal. */
  finish(): void {
    this.#unwatch();
    this.#abort.dispose();
    this.traffic.end();
  }
}

/** Why Connect aborted the signal of a call. A server that shuts down aborts it with an error of its own. */
function reasonOf(reason: unknown, started: number, deadline: number | undefined): BridgeError {
  if (reason instanceof BridgeError) return reason;
  if (reason instanceof ConnectError && reason.code === Code.DeadlineExceeded) return new BridgeError("deadline_exceeded", "the deadline has passed");
  if (reason instanceof ConnectError && reason.code === Code.Unavailable) return new BridgeError("unavailable", reason.rawMessage);
  return abandoned(started, deadline);
}

function append(target: Headers, source: Headers): void {
  source.forEach((value, key) => {
    target.append(key, value);
  });
}

function without(metadata: Metadata, other: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !Object.hasOwn(other, key)));
}
