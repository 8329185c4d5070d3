import { Client } from "@grpc/grpc-js";
import { canceledBy } from "../../abort.js";
import { BridgeError } from "../../errors.js";
import type { CallOptions } from "../../servicer/options.js";
import type { MethodInfo } from "../../servicer/service.js";
import type { Channel } from "../../transport.js";
import { ActiveCall } from "./active.js";
import { targetOf } from "./address.js";
import type { GrpcStatus } from "./errors.js";
import { grpcLimits, type Limits, limitsOf } from "./limits.js";
import { toGrpc } from "./metadata.js";
import { asBytes, openResponse, parcel } from "./parcel.js";
import { type Calling, ResponseStream } from "./responses.js";
import { repairClient } from "./subchannel.js";
import { type ChannelTls, channelCredentials } from "./tls.js";

/** Options of {@link channel}. */
export interface ChannelOptions {
  /** Connects with TLS; `true` trusts what the system trusts. Without it, nothing is encrypted. */
  tls?: true | ChannelTls | undefined;
  /** Size of the largest response in bytes, 4,194,304 (4 MiB) by default; Infinity for no limit. A larger one fails its call as `resource_exhausted`. */
  maxReceiveBytes?: number | undefined;
  /** Size of the largest request in bytes, without limit by default. A larger one fails its call as `resource_exhausted`. */
  maxSendBytes?: number | undefined;
}

/**
 * Messages of a call that may wait, in bytes, for a second attempt if the connection is lost at once. What is more waits for the server:
 * with grpc-js's own 1 MiB, a stream of requests would run far ahead of it.
 */
const retryBufferBytes = 65_536;
const longestDelay = 2 ** 31 - 1;

/**
 * A channel to a gRPC server. It connects when it is first used, and again when the connection is lost.
 *
 * @param address `host:port`, `[ipv6]:port`, `unix:/path/of/socket`, or a name for gRPC to resolve, such as `dns:///host:port`
 * @throws Error if the address cannot be used or a certificate cannot be read
 */
export function channel(address: string, options: ChannelOptions = {}): Channel {
  return new GrpcChannel(address, options);
}

class GrpcChannel implements Channel, Calling {
  readonly client: Client;
  readonly active: Set<ActiveCall> = new Set();
  readonly #streaming: Set<string> = new Set();
  readonly #limits: Limits;
  #closed = false;

  constructor(address: string, options: ChannelOptions) {
    const { target, local } = targetOf(address);
    const serverName = typeof options.tls === "object" ? options.tls.serverName : undefined;
    this.#limits = limitsOf(options);
    this.client = new Client(target, channelCredentials(options.tls), {
      ...grpcLimits(this.#limits),
      ...(serverName === undefined ? {} : { "grpc.ssl_target_name_override": serverName }),
      ...(local ? { "grpc.enable_http_proxy": 0 } : {}),
      "grpc.per_rpc_retry_buffer_size": retryBufferBytes,
      "grpc.use_local_subchannel_pool": 1,
      "grpc.enable_channelz": 0,
    });
    repairClient(this.client, this.#streaming);
  }

  async unary(method: MethodInfo, request: unknown, options: CallOptions): Promise<unknown> {
    const { metadata, grpcOptions } = this.begin(options);
    const message = this.encode(method, request);
    let failure: GrpcStatus | null = null;
    let response: Buffer | undefined;
    const surface = this.client.makeUnaryRequest(method.path, asBytes, asBytes, message, metadata, grpcOptions, (error, value) => {
      failure = error;
      response = value;
    });
    const call = new ActiveCall(surface, options, this.active);
    const status = await call.ended;
    // An OK without a message is a failure that only the callback tells.
    call.check(failure ?? status);
    return openResponse(method, response as unknown as Buffer);
  }

  stream(method: MethodInfo, requests: AsyncIterable<unknown>, options: CallOptions): AsyncIterable<unknown> {
    this.#streaming.add(method.path);
    return { [Symbol.asyncIterator]: () => new ResponseStream(this, method, requests, options) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.active) call.fail(closed());
    this.client.close();
  }

  begin({ signal, timeoutMs, metadata = {} }: CallOptions): ReturnType<Calling["begin"]> {
    if (this.#closed) throw closed();
    if (signal?.aborted) throw canceledBy(signal);
    // grpc-js keeps deadlines in timers: one that is too long for them would pass at once.
    const limited = timeoutMs !== undefined && timeoutMs <= longestDelay;
    return { metadata: toGrpc(metadata, "invalid_argument"), grpcOptions: limited ? { deadline: Date.now() + timeoutMs } : {} };
  }

  encode(method: MethodInfo, request: unknown): Buffer {
    return parcel(method.input.encode(request), this.#limits.maxSendBytes);
  }
}

function closed(): BridgeError {
  return new BridgeError("unavailable", "the channel is closed");
}
