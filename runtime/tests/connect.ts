/** The service of echo.ts on a Connect router, behind a real server, and channels to it: for the tests of the Connect transport. */

import { setMaxListeners } from "node:events";
import { createServer as createHttp1Server } from "node:http";
import { createServer, type Http2Server, type Http2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { create, createFileRegistry, type DescService } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, file_google_protobuf_wrappers } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, type Transport } from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import type { InterceptorOptions } from "../src/interceptors/chain.js";
import { connectChannel, type MountOptions, mount } from "../src/transports/connect/index.js";
import { EchoClient, type EchoMethods, EchoServicer, type Served, type Start } from "./echo.js";

const method = (name: string, clientStreaming: boolean, serverStreaming: boolean) => ({
  name,
  inputType: ".google.protobuf.StringValue",
  outputType: ".google.protobuf.StringValue",
  clientStreaming,
  serverStreaming,
});

/** protobuf-es's descriptor of test.Echo. */
export const echoDesc: DescService = (() => {
  const file = create(FileDescriptorProtoSchema, {
    name: "test/echo.proto",
    package: "test",
    syntax: "proto3",
    dependency: ["google/protobuf/wrappers.proto"],
    service: [{ name: "Echo", method: [method("Say", false, false), method("List", false, true), method("Join", true, false), method("Chat", true, true)] }],
  });
  const service = createFileRegistry(file, () => file_google_protobuf_wrappers).getService("test.Echo");
  if (!service) throw new Error("test.Echo is not in its file");
  return service;
})();

/** A Connect router that listens. */
export interface ConnectServer {
  readonly baseUrl: string;
  /** The shutdown as Connect has it: the signals of all calls are aborted. */
  shutdown(): Promise<void>;
  close(): Promise<void>;
}

/** Serves routes over HTTP/2 without TLS, or HTTP/1.1. */
export async function serveConnect(routes: (router: ConnectRouter) => unknown, httpVersion: "1.1" | "2" = "2"): Promise<ConnectServer> {
  const stopping = new AbortController();
  // Connect listens to it once a call, and Node warns of more than ten.
  setMaxListeners(0, stopping.signal);
  const handler = connectNodeAdapter({ routes, shutdownSignal: stopping.signal });
  const sessions = new Set<Http2Session>();
  const server = httpVersion === "2" ? createServer(handler) : createHttp1Server(handler);
  (server as Http2Server).on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async shutdown() {
      stopping.abort(new ConnectError("the server is shutting down", Code.Unavailable));
    },
    async close() {
      for (const session of sessions) session.destroy();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function start(methods: Partial<EchoMethods>, options: MountOptions, client: InterceptorOptions, open: (baseUrl: string) => Transport): Promise<Served> {
  const server = await serveConnect((router) => mount(router, echoDesc, EchoServicer.from(methods), options));
  const channel = connectChannel(open(server.baseUrl), [echoDesc], client);
  return {
    channel,
    client: new EchoClient(channel),
    address: server.baseUrl,
    shutdown: server.shutdown,
    async close() {
      await channel.close();
      await server.close();
    },
  };
}

/** Channels over each protocol of Connect, all on HTTP/2. */
export const startConnect: Start = (methods, options = {}, client = {}) =>
  start(methods, options, client, (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }));
export const startConnectGrpc: Start = (methods, options = {}, client = {}) => start(methods, options, client, (baseUrl) => createGrpcTransport({ baseUrl }));
export const startConnectGrpcWeb: Start = (methods, options = {}, client = {}) =>
  start(methods, options, client, (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" }));
