import type { DescMessage, DescMethod, DescMethodStreaming, Message } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { BridgeError } from "../../errors.js";
import type { AnyCodec } from "../../message/codec.js";
import type { CallOptions } from "../../servicer/options.js";
import type { MethodInfo } from "../../servicer/service.js";
import { abortable, untilAborted } from "../../streams.js";
import type { ChannelCallOptions } from "../../transport.js";
import type { ActiveCall } from "./active.js";
import { counted, fromMessage, toMessage } from "./message.js";

/** What the calls of a channel share. */
export interface Calling {
  readonly transport: Transport;
  /** The descriptor of a method. @throws BridgeError unimplemented if the channel was not given its service */
  describe(method: MethodInfo): DescMethod;
  /** Begins a call. @throws BridgeError if it cannot be made */
  begin(options: CallOptions): ActiveCall;
}

/** A response, decoded. @throws BridgeError internal if it is malformed */
export function openResponse({ output }: DescMethod, codec: AnyCodec, message: Message): unknown {
  try {
    return fromMessage(output, codec, message);
  } catch (reason) {
    throw new BridgeError("internal", BridgeError.from(reason).message, { cause: reason });
  }
}

/** The responses of a call in which either side streams. The call starts with the first `next()`; `return()` cancels it at once. */
export class ResponseStream implements AsyncIterableIterator<unknown> {
  readonly #responses: AsyncGenerator<unknown, void>;
  readonly #calling: Calling;
  readonly #method: MethodInfo;
  readonly #requests: AsyncIterable<unknown>;
  readonly #options: ChannelCallOptions;
  #call: ActiveCall | undefined;
  #left = false;

  constructor(calling: Calling, method: MethodInfo, requests: AsyncIterable<unknown>, options: ChannelCallOptions) {
    this.#calling = calling;
    this.#method = method;
    this.#requests = requests;
    this.#options = options;
    this.#responses = this.#receive();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown, void>> {
    return this.#responses.next();
  }

  return(): Promise<IteratorResult<unknown, void>> {
    this.#left = true;
    this.#call?.fail(undefined);
    return this.#responses.return();
  }

  async *#receive(): AsyncGenerator<unknown, void> {
    const desc = this.#calling.describe(this.#method);
    const { traffic } = this.#options;
    const output = counted(this.#method.output, traffic);
    const call = this.#calling.begin(this.#options);
    this.#call = call;
    const { signal, timeoutMs, header } = call;
    let messages: RequestMessages | undefined;
    try {
      messages = new RequestMessages(desc.input, counted(this.#method.input, traffic), this.#requests, call);
      const started = this.#calling.transport.stream(desc as DescMethodStreaming, signal, timeoutMs, header, messages);
      const response = await untilAborted(started, signal);
      call.tellHeader(response.header);
      for await (const message of abortable(response.message, signal)) yield openResponse(desc, output, message);
      call.tellTrailer(response.trailer);
      call.finish();
    } catch (reason) {
      if (!this.#left) throw call.errorFor(reason);
    } finally {
      // Unless it is over, the call is left: by the caller, or for a response that is malformed.
      call.fail(undefined);
      call.finish();
      void messages?.return();
    }
  }
}

/** The requests of a call as messages. A failure of their source, or a request that cannot be encoded, fails the call at once. */
class RequestMessages implements AsyncIterableIterator<Message> {
  readonly #desc: DescMessage;
  readonly #codec: AnyCodec;
  readonly #requests: AsyncIterableIterator<unknown>;
  readonly #call: ActiveCall;

  constructor(desc: DescMessage, codec: AnyCodec, requests: AsyncIterable<unknown>, call: ActiveCall) {
    this.#desc = desc;
    this.#codec = codec;
    this.#requests = abortable(requests, call.signal);
    this.#call = call;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Message, undefined>> {
    try {
      const result = await this.#requests.next();
      if (result.done) return { done: true, value: undefined };
      return { done: false, value: toMessage(this.#desc, this.#codec, result.value) };
    } catch (reason) {
      this.#call.fail(reason);
      throw reason;
    }
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    try {
      await this.#requests.return?.();
    } catch {}
    return { done: true, value: undefined };
  }
  /** Connect tells why a call ended. The caller gets to know it from the responses; what makes the requests only ends. */
  throw(): Promise<IteratorResult<Message, undefined>> {
    return this.return();
  }
}
