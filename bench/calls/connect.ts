/** connect-node: Connect's gRPC transport over HTTP/2, with protobuf-es's messages. */
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { connectNodeAdapter, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { EventBus, EventSchema } from "../../fixtures/gen/event_pb.js";
import { type Control, ControlPlane, ControlSchema, Invoker } from "../../fixtures/gen/handler_bridge_pb.js";
import { invokeInit } from "../contenders/protobuf-es.js";
import { event } from "../data.js";
import { kvGetReply, kvGetValue, plainValues, valueInits } from "./grpc-js.js";
import { bucket, type Peer } from "./peer.js";
import { Pending, Queue } from "./queue.js";

export const connectNode: Peer = {
  name: "connect-node",

  async serve() {
    const adapter = connectNodeAdapter({
      routes(router) {
        router.service(Invoker, { invoke: ({ correlation, input }) => ({ correlation, output: valueInits(plainValues(input)) }) });
        router.service(ControlPlane, {
          async *connect(said) {
            for await (const control of said) yield kvGetReply(control);
          },
        });
        router.service(EventBus, {
          async *subscribe({ topic }) {
            for (let i = Number(topic); i > 0; i--) yield create(EventSchema, event as typeof event & { payload: Uint8Array<ArrayBuffer> });
          },
        });
      },
    });
    const server = createServer(adapter);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port };
  },

  async connect(port) {
    const baseUrl = `http://127.0.0.1:${port}`;
    const sessionManager = new Http2SessionManager(baseUrl);
    const transport = createGrpcTransport({ baseUrl, sessionManager });
    const invoker = createClient(Invoker, transport);
    const plane = createClient(ControlPlane, transport);
    const bus = createClient(EventBus, transport);
    return {
      invoke: async (request) => plainValues((await invoker.invoke(invokeInit(request))).output),
      async subscribe(count) {
        let read = 0;
        for await (const { priority } of bus.subscribe({ topic: String(count) })) if (priority === event.priority) read++;
        return read;
      },
      async open() {
        const said = new Queue<Control>();
        const pending = new Pending<Control>();
        const heard = (async () => {
          for await (const control of plane.connect(said)) pending.settle(control.correlation, control);
        })();
        return {
          async get(key) {
            const { correlation, reply } = pending.add();
            said.push(create(ControlSchema, { correlation, oneofMsg: { case: "kvGet", value: { bucket, key } } }));
            return kvGetValue(await reply);
          },
          close() {
            said.end();
            return heard;
          },
        };
      },
      async close() {
        sessionManager.abort();
      },
    };
  },
};
