/** Loom: agents and an event bus between Python and Rust. */
import { BridgeError } from "@protobridge/runtime";
import { channel } from "@protobridge/runtime/grpc";
import type { ToolCall, ToolResultInit } from "../fixtures/gen/action_bridge.js";
import {
  type AgentRegisterRequest,
  type AgentRegisterResponseInit,
  BridgeClient,
  type BridgeEventStreamServerHandlers,
  type BridgeEventStreamServerLink,
  BridgeServicer,
  type HeartbeatRequest,
  type HeartbeatResponseInit,
} from "../fixtures/gen/bridge_bridge.js";
import { EventBusClient, EventBusServicer, type EventInit, type SubscribeRequest } from "../fixtures/gen/event_bridge.js";
import { type Comparison, dynamicClient, show } from "./side-by-side.js";

export class LoomBridge extends BridgeServicer {
  override registerAgent({ agentId }: AgentRegisterRequest): AgentRegisterResponseInit {
    return agentId === "" ? { success: false, errorMessage: "agent_id cannot be empty" } : { success: true };
  }

  override heartbeat({ timestampMs }: HeartbeatRequest): HeartbeatResponseInit {
    return { timestampMs, status: "ok" };
  }

  override forwardToolCall({ id, name, arguments: given = {} }: ToolCall): ToolResultInit {
    if (name !== "add") throw new BridgeError("not_found", `Tool not found: ${name}`);
    const { a, b } = given as { a: number; b: number };
    return { id, output: a + b };
  }

  override eventStream(link: BridgeEventStreamServerLink): BridgeEventStreamServerHandlers {
    return {
      ping: ({ timestampMs }) => ({ timestampMs, status: "ok" }),
      publish: ({ topic, event }) => link.delivery({ topic, event }),
    };
  }
}

export class LoomEvents extends EventBusServicer {
  override async *subscribe({ topic }: SubscribeRequest): AsyncIterable<EventInit> {
    for (const n of [1, 2]) yield { id: `${topic}-${n}`, type: "tick", timestampMs: n, confidence: 0.5, priority: 50, tags: ["demo"] };
  }
}

export async function loomCalls(address: string): Promise<Comparison[]> {
  const connection = channel(address);
  const bridge = dynamicClient(address, "loom", "bridge.proto", "loom.v1.Bridge");
  const bus = dynamicClient(address, "loom", "event.proto", "loom.v1.EventBus");
  try {
    const client = new BridgeClient(connection);
    const { output } = await client.forwardToolCall({ id: "1", name: "add", arguments: { a: 1, b: 2 } });
    const result = (await bridge.unary("forwardToolCall", { id: "1", name: "add", arguments: '{"a":1,"b":2}' })) as { output: string };

    const fault = await client.forwardToolCall({ name: "nope" }).catch((error: BridgeError) => `${error.code}: ${error.message}`);
    const faultToo = (await bridge.unary("forwardToolCall", { name: "nope" })) as { status: number; error: { message: string } };

    const inbound: unknown[] = [];
    const link = client.eventStream(
      { delivery: ({ topic, event }) => void inbound.push([topic, event?.id, event?.timestampMs]) },
      { opening: () => ({ messageId: "agent-1" }) },
    );
    await link.publish({ topic: "a.b", event: { id: "e1", timestampMs: 2n ** 40n, metadata: { trace_id: "t" } } });
    const { status } = await link.ping({ timestampMs: 7 });
    inbound.push([status === "ok" ? "pong" : status]);
    await link.close();
    const raw = [{ ack: { messageId: "agent-1" } }, { publish: { topic: "a.b", event: { id: "e1", timestampMs: 2 ** 40 } } }, { ping: { timestampMs: 7 } }];
    const inboundToo = (await bridge.bidi("eventStream", raw, 2)) as { msg: string; delivery: { topic: string; event: { id: string; timestampMs: string } } }[];

    const ids: string[] = [];
    for await (const { id, confidence } of new EventBusClient(connection).subscribe({ topic: "t" })) ids.push(`${id} ${confidence}`);
    const idsToo = (await bus.stream("subscribe", { topic: "t" })) as { id: string; confidence: number }[];

    return [
      { call: "loom.v1.Bridge.ForwardToolCall", generated: show(output), dynamic: show(JSON.parse(result.output)) },
      {
        call: "loom.v1.Bridge.ForwardToolCall of a tool that is not there",
        generated: String(fault),
        dynamic: `${faultToo.status === 3 ? "not_found" : faultToo.status}: ${faultToo.error.message}`,
      },
      {
        call: "loom.v1.Bridge.EventStream",
        generated: show(inbound),
        dynamic: show(inboundToo.map(({ msg, delivery }) => (msg === "delivery" ? [delivery.topic, delivery.event.id, delivery.event.timestampMs] : [msg]))),
      },
      { call: "loom.v1.EventBus.Subscribe", generated: show(ids), dynamic: show(idsToo.map(({ id, confidence }) => `${id} ${confidence}`)) },
    ];
  } finally {
    bridge.close();
    bus.close();
    await connection.close();
  }
}
