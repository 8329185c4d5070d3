import type { DescMethod, DescMethodUnary, DescService } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { canceledBy, channelClosed } from "../../abort.js";
import { BridgeError } from "../../errors.js";
import { Chain, type InterceptorOptions } from "../../interceptors/chain.js";
import type { CallOptions } from "../../servicer/options.js";
import type { MethodInfo } from "../../servicer/service.js";
import { untilAborted } from "../../streams.js";
import type { Channel, ChannelCallOptions, ConnectOptions } from "../../transport.js";
import { ActiveCall } from "./active.js";
import { counted, toMessage } from "./message.js";
import { type Calling, openResponse, ResponseStream } from "./responses.js";

/** Options of {@link connectChannel}. */
export interface ConnectChannelOptions extends InterceptorOptions {
  /** Whether what is sent can be read by nobody but the server, as with an https address: a Connect transport does not tell. `credentials` asks for it. */
  secure?: boolean | undefined;
}

/**
 * A channel over a Connect transport, such as that of @connectrpc/connect-web in a browser.
 *
 * @param services protobuf-es's descriptors of the services that are called, from their `_pb` modules
 */
export function connectChannel(transport: Transport, services: readonly DescService[], options: ConnectChannelOptions = {}): Channel {
  return new ConnectChannel(transport, services, options);
}

class ConnectChannel implements Channel, Calling {
  readonly interception: Chain | undefined;
  readonly secure: boolean | undefined;
  readonly transport: Transport;
  readonly #methods = new Map<string, DescMethod>();
  readonly #active = new Set<ActiveCall>();
  #closed = false;

  constructor(transport: Transport, services: readonly DescService[], options: ConnectChannelOptions) {
    this.interception = Chain.of(options);
    this.secure = options.secure;
    this.transport = transport;
    for (const { typeName, methods } of services) {
      for (const method of methods) this.#methods.set(`/${typeName}/${method.name}`, method);
    }
  }

  async unary(method: MethodInfo, request: unknown, options: ChannelCallOptions): Promise<unknown> {
    const desc = this.describe(method);
    const { input, output } = method;
    const call = this.begin(options);
    try {
      const message = toMessage(desc.input, counted(input, options.traffic), request);
      const { signal, timeoutMs, header } = call;
      const response = await untilAborted(this.transport.unary(desc as DescMethodUnary, signal, timeoutMs, header, message), signal);
      call.tellHeader(response.header);
      call.tellTrailer(response.trailer);
      return openResponse(desc, counted(output, options.traffic), response.message);
    } catch (reason) {
      throw call.errorFor(reason);
    } finally {
      call.finish();
    }
  }

  stream(method: MethodInfo, requests: AsyncIterable<unknown>, options: ChannelCallOptions): AsyncIterable<unknown> {
    return { [Symbol.asyncIterator]: () => new ResponseStream(this, method, requests, options) };
  }

  /** How it connects is the transport's: there is nothing to wait for. */
  async connect({ signal }: ConnectOptions): Promise<void> {
    if (this.#closed) throw channelClosed("canceled");
    if (signal.aborted) throw canceledBy(signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#active) call.fail(channelClosed("unavailable"));
  }

  begin(options: CallOptions): ActiveCall {
    if (this.#closed) throw channelClosed("unavailable");
    return new ActiveCall(options, this.#active);
  }

  describe({ path }: MethodInfo): DescMethod {
    const method = this.#methods.get(path);
    if (!method) throw new BridgeError("unimplemented", `${path}: connectChannel was given no descriptor that has it; add the service to its list`);
    return method;
  }
}
