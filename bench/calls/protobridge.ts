/** Ours, over the grpc transport. */
import { channel, serve } from "@protobridge/runtime/grpc";
import type * as EventBridge from "../../fixtures/gen/event_bridge.js";
import type * as HandlerBridge from "../../fixtures/gen/handler_bridge_bridge.js";
import { event, type Plain } from "../data.js";
import { load } from "../peers.js";
import { bucket, type Peer } from "./peer.js";

export const protobridge: Peer = {
  name: "protobridge",

  async serve() {
    const { InvokerServicer, ControlPlaneServicer } = await load<typeof HandlerBridge>("protobridge", "handler_bridge_bridge.js");
    const { EventBusServicer } = await load<typeof EventBridge>("protobridge", "event_bridge.js");
    const invoker = InvokerServicer.from({ invoke: ({ correlation, input }) => ({ correlation, output: input }) });
    const plane = ControlPlaneServicer.from({ connect: () => ({ kvGet: ({ key }) => ({ value: key }) }) });
    const bus = EventBusServicer.from({
      async *subscribe({ topic }) {
        for (let i = Number(topic); i > 0; i--) yield event;
      },
    });
    const { address } = await serve([invoker, plane, bus], { address: "127.0.0.1:0" });
    return { port: Number(address.slice(address.lastIndexOf(":") + 1)) };
  },

  async connect(port) {
    const { InvokerClient, ControlPlaneClient } = await load<typeof HandlerBridge>("protobridge", "handler_bridge_bridge.js");
    const { EventBusClient } = await load<typeof EventBridge>("protobridge", "event_bridge.js");
    const connection = channel(`127.0.0.1:${port}`);
    const invoker = new InvokerClient(connection);
    const bus = new EventBusClient(connection);
    return {
      invoke: async (request) => (await invoker.invoke(request)).output as Record<string, Plain>,
      async subscribe(count) {
        let read = 0;
        for await (const { priority } of bus.subscribe({ topic: String(count) })) if (priority === event.priority) read++;
        return read;
      },
      async open() {
        const link = new ControlPlaneClient(connection).connect();
        return { get: async (key) => (await link.kvGet({ bucket, key })).value as Plain, close: () => link.close() };
      },
      close: () => connection.close(),
    };
  },
};
