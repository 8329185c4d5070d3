import type { Peer } from "../context.js";
import type { MethodInfo } from "../servicer/service.js";
import type { Channel, ChannelCallOptions, ConnectOptions } from "../transport.js";
import { Chain, type InterceptorOptions } from "./chain.js";

/**
 * The same channel, of any transport, with interceptors around the calls of all clients and links that are made on it. Those of a channel that has some
 * already are further inside. To close either channel closes both.
 */
export function intercept(channel: Channel, options: InterceptorOptions): Channel {
  return new InterceptedChannel(channel, Chain.of(options, channel.interception));
}

class InterceptedChannel implements Channel {
  readonly interception: Chain | undefined;
  readonly secure: boolean | undefined;
  readonly peer: Peer | undefined;
  readonly #channel: Channel;
  declare connect?: (options: ConnectOptions) => Promise<void>;

  constructor(channel: Channel, interception: Chain | undefined) {
    this.#channel = channel;
    this.interception = interception;
    this.secure = channel.secure;
    this.peer = channel.peer;
    // Links ask whether a channel can connect.
    if (channel.connect) this.connect = (options) => (channel.connect as NonNullable<Channel["connect"]>)(options);
  }

  unary(method: MethodInfo, request: unknown, options: ChannelCallOptions): Promise<unknown> {
    return this.#channel.unary(method, request, options);
  }

  stream(method: MethodInfo, requests: AsyncIterable<unknown>, options: ChannelCallOptions): AsyncIterable<unknown> {
    return this.#channel.stream(method, requests, options);
  }

  close(): Promise<void> {
    return this.#channel.close();
  }
}
