import type { ClientDuplexStream, Metadata as GrpcMetadata } from "@grpc/grpc-js";
import { BridgeError } from "../../errors.js";
import { Flow, handOverUntilAborted, type Take } from "../../flow.js";
import type { CallOptions } from "../../servicer/options.js";
import { streamsRequests } from "../../servicer/routes.js";
import type { MethodInfo } from "../../servicer/service.js";
import type { ChannelCallOptions } from "../../transport.js";
import { ActiveCall } from "./active.js";
import type { Connection } from "./connection.js";
import { Inbox } from "./inbox.js";
import { Outbox } from "./outbox.js";
import { asBytes, openResponse } from "./parcel.js";
import { onWire } from "./wire.js";

/** What the calls of a channel share. */
export interface Calling {
  /** The message of a request. @throws BridgeError invalid_argument or resource_exhausted */
  encode(method: MethodInfo, request: unknown, options: ChannelCallOptions): Buffer;
  /** The connection, metadata and deadline of a call, in milliseconds since 1970 or Infinity. @throws BridgeError if it cannot be made */
  begin(options: CallOptions): { readonly connection: Connection; readonly metadata: GrpcMetadata; readonly deadline: number };
}

/** The responses of a call in which either side streams. The call starts with the first `next()`; `return()` cancels it at once. */
export class ResponseStream extends Flow<unknown> {
  readonly #responses: AsyncGenerator<unknown, undefined>;
  readonly #calling: Calling;
  readonly #method: MethodInfo;
  readonly #requests: AsyncIterable<unknown>;
  readonly #options: ChannelCallOptions;
  #call: ActiveCall | undefined;
  #left = false;

  constructor(calling: Calling, method: MethodInfo, requests: AsyncIterable<unknown>, options: ChannelCallOptions) {
    super();
    this.#calling = calling;
    this.#method = method;
    this.#requests = requests;
    this.#options = options;
    this.#responses = this.#receive();
  }

  override next(): Promise<IteratorResult<unknown, undefined>> {
    return this.#responses.next();
  }

  override return(): Promise<IteratorResult<unknown, undefined>> {
    this.#left = true;
    this.#call?.fail(undefined);
    return this.#responses.return(undefined);
  }

  override async handOver(take: Take<unknown>): Promise<void> {
    const { call, inbox } = this.#start();
    let isLeft = false;
    try {
      await inbox.handOver((message) => {
        if (call.failed) return false;
        const taken = take(openResponse(this.#method, message, this.#options));
        isLeft = taken === false;
        return taken;
      });
      if (!isLeft) await this.#check(call);
    } finally {
      call.fail(undefined);
    }
  }

  async *#receive(): AsyncGenerator<unknown, undefined> {
    const { call, inbox } = this.#start();
    try {
      for await (const message of inbox) {
        if (call.failed) break;
        yield openResponse(this.#method, message, this.#options);
      }
      await this.#check(call);
    } finally {
      call.fail(undefined);
    }
  }

  #start(): { readonly call: ActiveCall; readonly inbox: Inbox } {
    const { connection, metadata, deadline } = this.#calling.begin(this.#options);
    // On the wire the kinds differ only in how many messages come.
    const { path } = this.#method;
    const over = new AbortController();
    // Told later: grpc-js makes the wire when it has a connection.
    onWire(metadata, (wire) => {
      inbox.use(wire);
      // With the header grpc-js takes this wire for good; before, it may write all again on another.
      wire.stream.once("response", () => outbox.use(wire));
    });
    const surface: ClientDuplexStream<Buffer, Buffer> = connection.client.makeBidiStreamRequest(path, asBytes, asBytes, metadata, { deadline });
    // Without a listener it would be thrown; the status comes with another event.
    surface.on("error", () => {});
    const inbox = new Inbox(surface);
    const outbox = new Outbox(surface, over.signal);
    const call = new ActiveCall(() => surface.cancel(), this.#options, connection);
    surface.on("metadata", (header) => call.begin(header)).on("status", (status) => call.end(status));
    this.#call = call;
    void call.ended.then(() => over.abort());
    this.#send(surface, outbox, call, over.signal).catch((reason: unknown) => call.fail(reason));
    return { call, inbox };
  }

  /** Waits for the status, and throws if it tells a failure that somebody wants to know. */
  async #check(call: ActiveCall): Promise<void> {
    const status = await call.ended;
    if (!this.#left) call.check(status);
  }

  async #send(surface: ClientDuplexStream<Buffer, Buffer>, outbox: Outbox, call: ActiveCall, over: AbortSignal): Promise<void> {
    const streaming = streamsRequests(this.#method.kind);
    let count = 0;
    await handOverUntilAborted(this.#requests, over, (request) => {
      const room = outbox.post(this.#encode(request, call));
      count++;
      return streaming && room;
    });
    if (count === 0 && !streaming) throw new BridgeError("internal", `${this.#method.path}: no request`);
    outbox.flush();
    surface.end();
  }

  #encode(request: unknown, call: ActiveCall): Buffer {
    try {
      return this.#calling.encode(this.#method, request, this.#options);
    } catch (reason) {
      // At once: leaving the requests may take their source some time.
      call.fail(reason);
      throw reason;
    }
  }
}
