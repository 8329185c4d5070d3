import type { EventEmitter } from "node:events";
import type { Metadata as GrpcMetadata, ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import { abandoned, CallAbort } from "../../abort.js";
import { CallContext } from "../../context.js";
import { BridgeError, hiddenMessage } from "../../errors.js";
import { Traffic } from "../../interceptors/traffic.js";
import { type ErrorListener, type Route, report } from "../../servicer/routes.js";
import { peerOf } from "./certificate.js";
import { type GrpcStatus, hasDetails, statusOf } from "./errors.js";
import { fromGrpc, toGrpc } from "./metadata.js";
import { parcel } from "./parcel.js";

/** A call as grpc-js gives it to a server. */
export type Surface = ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/** What all calls of a server share. */
export interface CallSettings {
  readonly maxSendBytes: number;
  readonly onError: ErrorListener;
  /** The address of a peer that has none, at a Unix socket. */
  readonly anonymousPeer: string;
}

/** One call under way at the server: its context, and what is sent beside its messages. */
export class ServerCall {
  readonly context: CallContext;
  /** Aborted when the server begins to close. */
  readonly draining: AbortSignal;
  readonly traffic: Traffic = new Traffic();
  readonly #route: Route;
  readonly #surface: Surface;
  readonly #settings: CallSettings;
  readonly #abort: CallAbort;
  #headerSent = false;
  #over = false;

  constructor(route: Route, surface: Surface, settings: CallSettings, draining: AbortSignal) {
    const started = Date.now();
    const deadline = Number(surface.getDeadline());
    const limited = Number.isFinite(deadline);
    const peer = surface.getPeer();
    this.draining = draining;
    this.#route = route;
    this.#surface = surface;
    this.#settings = settings;
    this.#abort = new CallAbort(limited ? deadline : undefined);
    this.context = new CallContext({
      signal: this.#abort.signal,
      deadline: limited ? new Date(deadline) : undefined,
      metadata: fromGrpc(surface.metadata),
      peer: peerOf(surface, peer === "unknown" ? settings.anonymousPeer : peer),
    });
    // grpc-js tells the end of every call in this way.
    (surface as EventEmitter).once("cancelled", () => {
      if (this.#over) return;
      this.#abort.abort(abandoned(started, limited ? deadline : undefined));
    });
  }

  /** Aborts the signal of the call. */
  readonly abort = (reason: BridgeError): void => this.#abort.abort(reason);

  /** The status is on its way: from here on nothing aborts the signal. */
  finish(): void {
    this.#over = true;
    this.#abort.dispose();
    this.traffic.end();
  }

  /**
   * Sends the header, if it was not sent yet.
   *
   * @throws BridgeError internal if it cannot be sent
   */
  sendHeader(): void {
    if (this.#headerSent || this.#over) return;
    const header = toGrpc(this.context.header, "internal");
    this.#headerSent = true;
    this.#surface.sendMetadata(header);
  }

  /**
   * Sends the header in a moment, even if no message comes: there are clients that wait for it before they send anything.
   * A moment later, since a generator fills in the header only when it starts to run.
   */
  sendHeaderSoon(): void {
    setImmediate(() => {
      try {
        this.sendHeader();
      } catch (reason) {
        this.abort(reason as BridgeError);
      }
    });
  }

  /** The trailer, for the status OK. */
  trailer(): GrpcMetadata {
    return toGrpc(this.context.trailer, "internal");
  }

  /** A request, decoded. @throws BridgeError invalid_argument, with the path of the field that is malformed */
  decode(bytes: Buffer): unknown {
    this.traffic.received(bytes.byteLength);
    return this.#route.method.input.decode(bytes);
  }

  /**
   * A response, encoded.
   *
   * @throws BridgeError internal if the handler gave what the message cannot carry, resource_exhausted if it is too large
   */
  encode(response: unknown): Buffer {
    const bytes = this.#route.encode(response);
    try {
      const message = parcel(bytes, this.#settings.maxSendBytes);
      this.traffic.sent(message.byteLength);
      return message;
    } catch (reason) {
      this.#report(reason);
      throw reason;
    }
  }

  /** The status for what was thrown, which ends the call. Sends the header first if there is anything in it. */
  statusFor(reason: unknown): GrpcStatus {
    this.traffic.end(reason);
    try {
      if (!(reason instanceof BridgeError)) throw reason;
      const status = statusOf(reason, this.context.trailer);
      if (reason.details.length > 0 && !hasDetails(status))
        this.#report(new Error("the details of an error are more than trailers carry, and were left out", { cause: reason }));
      if (Object.keys(this.context.header).length > 0) this.sendHeader();
      return status;
    } catch (second) {
      this.#report(second);
      return statusOf(second instanceof BridgeError ? new BridgeError(second.code, second.message) : new BridgeError("internal", hiddenMessage), {});
    }
  }

  #report(reason: unknown): void {
    report(this.#settings.onError, reason, this.#route.method);
  }
}
