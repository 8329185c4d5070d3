import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import { type Client, status as statuses } from "@grpc/grpc-js";
import type { ChannelSecrets } from "./channel-secrets.js";
import { type Connector, repairConnector, wasPingedTooOften } from "./connector.js";
import { repairHeaders, repairMessage } from "./headers.js";
import type { Keepalive } from "./keepalive.js";
import type { Sockets } from "./sockets.js";
import { tellWire } from "./wire.js";

/** How a call ended, with the code of the reset if there was one. */
interface Ended {
  readonly code: number;
  readonly details: string;
  readonly rstCode?: number;
}

/** What is used of grpc-js's Http2SubchannelCall: one call on one connection. */
interface SubchannelCall {
  readonly http2Stream: ClientHttp2Stream;
  readonly unpushedReadMessages: readonly unknown[];
  readonly isPushPending: boolean;
  readonly transport: object;
  readsClosed: boolean;
  handleTrailers(headers: IncomingHttpHeaders): void;
  maybeOutputStatus(): void;
  endCall(status: Ended): void;
  cancelWithStatus(code: number, details: string): void;
}

interface Subchannel {
  readonly connector?: Partial<Connector>;
  createCall(metadata: unknown, host: unknown, path: string, ...more: unknown[]): SubchannelCall;
}

interface SubchannelPool {
  getOrCreateSubchannel(...args: unknown[]): Subchannel;
}

/** What a client is repaired with. */
export interface Repairs {
  /** The paths of the methods with a stream of messages. */
  readonly streaming: ReadonlySet<string>;
  /** Gets the client's sockets. */
  readonly sockets: Sockets;
  readonly keepalive: Keepalive | undefined;
  readonly secrets: ChannelSecrets;
}

/**
 * Repairs the connections and calls of a client. Reaches into grpc-js for that; if a version is made otherwise, calls work as without.
 * The client must have its own pool of connections (`grpc.use_local_subchannel_pool`).
 */
export function repairClient(client: Client, repairs: Repairs): void {
  const { internalChannel } = client.getChannel() as unknown as { internalChannel?: { subchannelPool?: SubchannelPool } };
  const pool = internalChannel?.subchannelPool;
  if (typeof pool?.getOrCreateSubchannel !== "function") return;
  const getOrCreate = pool.getOrCreateSubchannel.bind(pool);
  pool.getOrCreateSubchannel = (...args) => {
    const subchannel = getOrCreate(...args);
    if (Object.hasOwn(subchannel, "createCall")) return subchannel;
    repairConnector(subchannel.connector, repairs);
    const create = subchannel.createCall.bind(subchannel);
    subchannel.createCall = (metadata, host, path, ...more) => {
      const call = create(metadata, host, path, ...more);
      if (call.http2Stream) {
        repairHeadersOf(call);
        cancelWithoutEnd(call);
        tellLostSession(call);
        if (repairs.streaming.has(path)) holdTrailers(call);
        tellWire(metadata, call);
      }
      return call;
    };
    return subchannel;
  };
}

function repairHeadersOf({ http2Stream }: SubchannelCall): void {
  const repair = (headers: IncomingHttpHeaders, _flags: unknown, raw: unknown): void => {
    repairHeaders(headers, raw);
    repairMessage(headers);
  };
  http2Stream.prependListener("response", repair).prependListener("trailers", repair);
}

/**
 * Node ends a stream of requests before it resets it, so that a server takes a call that was canceled for one that is complete.
 * Without the end, the reset alone is sent.
 */
function cancelWithoutEnd(call: SubchannelCall): void {
  const cancelWithStatus = call.cancelWithStatus.bind(call);
  call.cancelWithStatus = (code, details) => {
    const { http2Stream } = call;
    if (!http2Stream.writableEnded) http2Stream.end = () => http2Stream;
    cancelWithStatus(code, details);
  };
}

/**
 * Tells a connection lost as one. grpc-js takes a session that the server closes with an error for an internal error of the client; and calls
 * that a server resets in the moment in which it ends the connection, as servers on Node do, for internal errors of the server or canceled.
 */
function tellLostSession(call: SubchannelCall): void {
  if (typeof call.endCall !== "function") return;
  const endCall = call.endCall.bind(call);
  const { session } = call.http2Stream;
  call.endCall = (status) => {
    const { internalError } = call as unknown as { internalError?: { code?: string; message: string } | null };
    const lost = (details: string): void => endCall({ ...status, code: statuses.UNAVAILABLE, details });
    if (internalError?.code === "ERR_HTTP2_SESSION_ERROR")
      return lost(wasPingedTooOften(call.transport) ? "the server ended the connection: too many pings" : internalError.message);
    if (status.rstCode !== constants.NGHTTP2_NO_ERROR && status.rstCode !== constants.NGHTTP2_CANCEL) return endCall(status);
    const decide = (): void => (session?.closed || session?.destroyed ? lost("the server ended the connection") : endCall(status));
    // What is behind the reset may be still to be read.
    setImmediate(() => setImmediate(decide));
  };
}

/**
 * When a call fails, grpc-js forgets the messages that it received and has not handed out. So the trailers that tell a failure
 * are kept from it until the last message is read, as it does itself with those that tell success. (Of a unary call it reads one
 * message, and would never come to the last if a server sent more.)
 */
function holdTrailers(call: SubchannelCall): void {
  if (typeof call.handleTrailers !== "function" || typeof call.endCall !== "function" || !Array.isArray(call.unpushedReadMessages)) return;
  const handleTrailers = call.handleTrailers.bind(call);
  const maybeOutputStatus = call.maybeOutputStatus.bind(call);
  const endCall = call.endCall.bind(call);
  const cancelWithStatus = call.cancelWithStatus.bind(call);
  let held: IncomingHttpHeaders | undefined;

  call.handleTrailers = (headers) => {
    // With a ":status" they are all that the server sent.
    if (":status" in headers || headers["grpc-status"] === "0") return handleTrailers(headers);
    held = headers;
    call.maybeOutputStatus();
  };
  // Called after each message that was handed out, and after the last byte.
  call.maybeOutputStatus = () => {
    if (!held) return maybeOutputStatus();
    if (!call.readsClosed || call.unpushedReadMessages.length > 0 || call.isPushPending) return;
    const headers = held;
    held = undefined;
    handleTrailers(headers);
  };
  // What befalls the connection after the server's last word changes nothing, but that no more bytes come.
  call.endCall = (status) => {
    if (!held) return endCall(status);
    if (call.http2Stream.destroyed) call.readsClosed = true;
    call.maybeOutputStatus();
  };
  call.cancelWithStatus = (code, details) => {
    held = undefined;
    cancelWithStatus(code, details);
  };
}
