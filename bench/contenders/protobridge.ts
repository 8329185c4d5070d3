/** Ours: the companions are the codecs. */
import type * as EventBridge from "../../fixtures/gen/event_bridge.js";
import type * as HandlerBridge from "../../fixtures/gen/handler_bridge_bridge.js";
import type * as SnakepitBridge from "../../fixtures/gen/snakepit_bridge_bridge.js";
import type { Messages } from "../data.js";
import { load } from "../peers.js";
import type { Codec, Contender } from "./contender.js";

export async function protobridge(): Promise<Contender> {
  const { InvokeRequest } = await load<typeof HandlerBridge>("protobridge", "handler_bridge_bridge.js");
  const { ExecuteToolRequest } = await load<typeof SnakepitBridge>("protobridge", "snakepit_bridge_bridge.js");
  const { Event } = await load<typeof EventBridge>("protobridge", "event_bridge.js");
  return {
    name: "protobridge",
    protobuf: true,
    codecs: {
      invoke: InvokeRequest as unknown as Codec<Messages["invoke"]>,
      tool: ExecuteToolRequest as unknown as Codec<Messages["tool"]>,
      event: Event,
    },
  };
}
