import { status as statuses } from "@grpc/grpc-js";
import { canceledBy, channelClosed } from "../../abort.js";
import type { Peer } from "../../context.js";
import { BridgeError } from "../../errors.js";
import { Chain, type InterceptorOptions } from "../../interceptors/chain.js";
import type { CallOptions } from "../../servicer/options.js";
import type { MethodInfo } from "../../servicer/service.js";
import type { Channel, ChannelCallOptions, ConnectOptions } from "../../transport.js";
import { ActiveCall } from "./active.js";
import { targetOf } from "./address.js";
import { ChannelSecrets } from "./channel-secrets.js";
import { Connection, type ConnectionSettings } from "./connection.js";
import { Keepalive, type KeepaliveOptions } from "./keepalive.js";
import { grpcLimits, type Limits, limitsOf } from "./limits.js";
import { fromGrpc, toGrpc } from "./metadata.js";
import { openResponse, parcel } from "./parcel.js";
import { type Calling, ResponseStream } from "./responses.js";
import type { ChannelTls } from "./tls.js";

/** Options of {@link channel}. */
export interface ChannelOptions extends InterceptorOptions {
  /** Connects with TLS; `true` trusts what the system trusts. Without it, nothing is encrypted. */
  tls?: true | ChannelTls | undefined;
  /** Size of the largest response in bytes, 4,194,304 (4 MiB) by default; Infinity for no limit. A larger one fails its call as `resource_exhausted`. */
  maxReceiveBytes?: number | undefined;
  /** Size of the largest request in bytes, without limit by default. A larger one fails its call as `resource_exhausted`. */
  maxSendBytes?: number | undefined;
  /** Whether and how to ask the server if it is still there, by pings of HTTP/2. Off by default: many servers take offence. */
  keepalive?: KeepaliveOptions | undefined;
}

/**
 * Messages of a call that may wait, in bytes, for a second attempt if the connection is lost at once. What is more waits for the server:
 * with grpc-js's own 1 MiB, a stream of requests would run far ahead of it.
 */
const retryBufferBytes = 65_536;
/**
 * While grpc-js waits before it connects again, calls fail at once. So it waits little, 2 s at most: those who have time, such as links, wait
 * by themselves between their attempts, and longer.
 */
const backoff = { "grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 2_000 };
const longestDelay = 2 ** 31 - 1;

/**
 * A channel to a gRPC server. It connects when it is first used, and again when the connection is lost.
 *
 * @param address `host:port`, `[ipv6]:port`, `unix:/path/of/socket`, or a name for gRPC to resolve, such as `dns:///host:port`
 * @throws Error if the address or an option cannot be used, or a certificate cannot be read
 */
export function channel(address: string, options: ChannelOptions = {}): Channel {
  return new GrpcChannel(address, options);
}

class GrpcChannel implements Channel, Calling {
  readonly interception: Chain | undefined;
  readonly secure: boolean;
  readonly peer: Peer;
  readonly #streaming: Set<string> = new Set();
  readonly #settings: ConnectionSettings;
  readonly #limits: Limits;
  /** What new calls use. */
  #connection: Connection;
  /** What calls still use that began before. */
  readonly #retired: Set<Connection> = new Set();
  #closed = false;

  constructor(address: string, options: ChannelOptions) {
    const { target, local } = targetOf(address);
    const serverName = typeof options.tls === "object" ? options.tls.serverName : undefined;
    this.interception = Chain.of(options);
    this.secure = Boolean(options.tls) || local;
    this.peer = { address };
    this.#limits = limitsOf(options);
    this.#settings = {
      address,
      target,
      secrets: new ChannelSecrets(options.tls),
      grpcOptions: {
        ...grpcLimits(this.#limits),
        ...backoff,
        ...(serverName === undefined ? {} : { "grpc.ssl_target_name_override": serverName }),
        ...(local ? { "grpc.enable_http_proxy": 0 } : {}),
        "grpc.per_rpc_retry_buffer_size": retryBufferBytes,
        "grpc.use_local_subchannel_pool": 1,
        "grpc.enable_channelz": 0,
      },
      keepalive: options.keepalive && new Keepalive(options.keepalive),
      streaming: this.#streaming,
    };
    this.#connection = new Connection(this.#settings);
  }

  async connect({ signal, fresh = false }: ConnectOptions): Promise<void> {
    if (this.#closed) throw channelClosed("canceled");
    if (signal.aborted) throw canceledBy(signal);
    // A connection that failed would wait before it tries again; how long to wait, the caller has decided.
    if (this.#connection.failed || (fresh && this.#connection.connected)) this.#renew();
    const connection = this.#connection;
    try {
      await connection.ready(signal);
    } catch (reason) {
      // grpc-js would wait for ever for a server that takes the connection and says nothing.
      if (signal.aborted && connection === this.#connection && connection.abandoned) this.#renew();
      throw reason;
    }
  }

  async unary(method: MethodInfo, request: unknown, options: ChannelCallOptions): Promise<unknown> {
    const { connection, metadata, deadline } = this.begin(options);
    const message = this.encode(method, request, options);
    // Without the streams, interceptors and stack traces that grpc-js makes for each call of its clients.
    const surface = connection.client.getChannel().createCall(method.path, deadline, null, null, null);
    const call = new ActiveCall(() => surface.cancelWithStatus(statuses.CANCELLED, "Cancelled on client"), options, connection);
    let response: Buffer | undefined;
    surface.start(metadata, {
      onReceiveMetadata: (header) => call.begin(header),
      onReceiveMessage: (bytes: Buffer) => {
        response = bytes;
      },
      onReceiveStatus: (status) => call.end(status),
    });
    surface.startRead();
    surface.sendMessageWithContext({}, message);
    surface.halfClose();
    const status = await call.ended;
    call.check(status);
    if (!response) throw new BridgeError("unimplemented", "No message received", { metadata: fromGrpc(status.metadata) });
    return openResponse(method, response, options);
  }

  stream(method: MethodInfo, requests: AsyncIterable<unknown>, options: ChannelCallOptions): AsyncIterable<unknown> {
    this.#streaming.add(method.path);
    return { [Symbol.asyncIterator]: () => new ResponseStream(this, method, requests, options) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const connection of [this.#connection, ...this.#retired]) connection.close();
  }

  begin({ signal, timeoutMs, metadata = {} }: CallOptions): ReturnType<Calling["begin"]> {
    if (this.#closed) throw channelClosed("unavailable");
    if (signal?.aborted) throw canceledBy(signal);
    // grpc-js keeps deadlines in timers: one that is too long for them would pass at once.
    const limited = timeoutMs !== undefined && timeoutMs <= longestDelay;
    return {
      connection: this.#connection,
      metadata: toGrpc(metadata, "invalid_argument"),
      deadline: limited ? Date.now() + timeoutMs : Number.POSITIVE_INFINITY,
    };
  }

  encode(method: MethodInfo, request: unknown, { traffic }: ChannelCallOptions): Buffer {
    const message = parcel(method.input.encode(request), this.#limits.maxSendBytes);
    traffic?.sent(message.byteLength);
    return message;
  }

  /** New calls get another connection; the old one ends with its last call. */
  #renew(): void {
    const old = this.#connection;
    this.#connection = new Connection(this.#settings);
    this.#retired.add(old);
    void old.retire().then(() => this.#retired.delete(old));
  }
}
