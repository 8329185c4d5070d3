import type { ClientHttp2Session } from "node:http2";
import type { NetConnectOpts, Socket } from "node:net";
import type { ChannelOptions } from "@grpc/grpc-js";
import type { ChannelSecrets } from "./channel-secrets.js";
import type { Keepalive } from "./keepalive.js";
import { refusalOf } from "./refusals.js";
import type { Sockets } from "./sockets.js";

/** What is used of grpc-js's Http2Transport: one connection. */
interface Transport {
  readonly session?: ClientHttp2Session;
  addDisconnectListener(listener: (tooManyPings: boolean) => void): void;
}

/** What is used of grpc-js's Http2SubchannelConnector: makes the connections to one address, one after the other. */
export interface Connector {
  tcpConnect(address: NetConnectOpts, options: ChannelOptions): Promise<Socket>;
  connect(address: NetConnectOpts, secureConnector: unknown, options: ChannelOptions): Promise<Transport>;
}

/** Those whose server said that it was pinged too often. */
const pingedTooOften = new WeakSet<object>();

/** Whether the server ended the connection since it was pinged too often. */
export function wasPingedTooOften(transport: object): boolean {
  return pingedTooOften.has(transport);
}

/**
 * Has the connections be made of our sockets, of the certificates that are right by now, and of the interval between pings that is right by now. grpc-js doubles it as well, but prints
 * that to the console, and forgets it together with the connection.
 */
export function repairConnector(
  connector: Partial<Connector> | undefined,
  { sockets, keepalive, secrets }: { readonly sockets: Sockets; readonly keepalive: Keepalive | undefined; readonly secrets: ChannelSecrets },
): void {
  if (typeof connector?.tcpConnect !== "function" || typeof connector.connect !== "function") return;
  const tcpConnect = connector.tcpConnect.bind(connector);
  const connect = connector.connect.bind(connector);
  let dialed: Socket | undefined;
  connector.tcpConnect = async (address, options) => {
    // A proxy is asked in a way of its own.
    if ("grpc.http_connect_target" in options) return tcpConnect(address, options);
    dialed = await sockets.dial(address);
    return dialed;
  };
  connector.connect = async (address, secureConnector, options) => {
    await secrets.renew(secureConnector);
    const transport = await connect(address, secureConnector, { ...options, ...keepalive?.grpcOptions() }).catch((reason: unknown) => {
      throw secrets.explain(reason);
    });
    const refusal = await refusalOf(transport.session);
    if (refusal) throw new Error(refusal);
    if (dialed) sockets.opened(dialed);
    if (typeof transport.addDisconnectListener !== "function") return transport;
    const listen = transport.addDisconnectListener.bind(transport);
    transport.addDisconnectListener = (listener) =>
      listen((tooManyPings) => {
        if (tooManyPings) {
          pingedTooOften.add(transport);
          keepalive?.slowDown();
        }
        listener(false);
      });
    return transport;
  };
}
