/** nice-grpc with ts-proto's messages and definitions. */
import { type CompatServiceDefinition, createChannel, createClient, createServer, ServerError, Status } from "nice-grpc";
import { plainValue, type Value, valueMessage } from "../contenders/ts-proto.js";
import { event, type Invoke, type LoomEvent, type Plain } from "../data.js";
import { load } from "../peers.js";
import { bucket, type Peer } from "./peer.js";
import { Pending, Queue } from "./queue.js";

/** What of its generated code is used, as far as it is. */
interface HandlerModule {
  readonly InvokerDefinition: CompatServiceDefinition;
  readonly ControlPlaneDefinition: CompatServiceDefinition;
}
interface EventModule {
  readonly EventBusDefinition: CompatServiceDefinition;
}
interface InvokeRequest extends Omit<Invoke, "input"> {
  input: Record<string, Value>;
}
interface InvokeResponse {
  correlation: string;
  status: undefined;
  output: Record<string, Value>;
}
interface Control {
  correlation: string;
  meta?: undefined;
  oneofMsg?: { $case: "kvGet"; value: { bucket: string; key: string } } | { $case: "kvGetRes"; value: { status: undefined; value: Value | undefined } };
}
interface InvokerStub {
  invoke(request: InvokeRequest): Promise<InvokeResponse>;
}
interface PlaneStub {
  connect(said: AsyncIterable<Control>): AsyncIterable<Control>;
}
interface BusStub {
  subscribe(request: { topic: string; eventTypes: string[]; qos: number; filters: Record<string, string> }): AsyncIterable<LoomEvent>;
}

async function definitions(): Promise<HandlerModule & EventModule> {
  const { InvokerDefinition, ControlPlaneDefinition } = await load<HandlerModule>("ts-proto", "handler_bridge.js");
  const { EventBusDefinition } = await load<EventModule>("ts-proto", "event.js");
  return { InvokerDefinition, ControlPlaneDefinition, EventBusDefinition };
}

function plainValues(values: Record<string, Value>): Record<string, Plain> {
  const plain: Record<string, Plain> = {};
  for (const [key, value] of Object.entries(values)) plain[key] = plainValue(value);
  return plain;
}

function valueMessages(values: Record<string, Plain>): Record<string, Value> {
  const messages: Record<string, Value> = {};
  for (const [key, value] of Object.entries(values)) messages[key] = valueMessage(value);
  return messages;
}

async function unimplemented(): Promise<never> {
  throw new ServerError(Status.UNIMPLEMENTED, "not part of the comparison");
}

export const niceGrpc: Peer = {
  name: "nice-grpc + ts-proto",

  async serve() {
    const { InvokerDefinition, ControlPlaneDefinition, EventBusDefinition } = await definitions();
    const server = createServer();
    server.add(InvokerDefinition, {
      async invoke({ correlation, input }: InvokeRequest): Promise<InvokeResponse> {
        return { correlation, status: undefined, output: valueMessages(plainValues(input)) };
      },
    });
    server.add(ControlPlaneDefinition, {
      async *connect(said: AsyncIterable<Control>): AsyncIterable<Control> {
        for await (const { correlation, oneofMsg } of said) {
          const key = oneofMsg?.$case === "kvGet" ? oneofMsg.value.key : null;
          yield { correlation, oneofMsg: { $case: "kvGetRes", value: { status: undefined, value: valueMessage(key) } } };
        }
      },
    });
    server.add(EventBusDefinition, {
      async *subscribe({ topic }: { topic: string }): AsyncIterable<LoomEvent> {
        for (let i = Number(topic); i > 0; i--) yield event;
      },
      // All of a service has to be there.
      publish: unimplemented,
      unsubscribe: unimplemented,
      getStats: unimplemented,
    });
    return { port: await server.listen("127.0.0.1:0") };
  },

  async connect(port) {
    const { InvokerDefinition, ControlPlaneDefinition, EventBusDefinition } = await definitions();
    const channel = createChannel(`127.0.0.1:${port}`);
    const invoker = createClient(InvokerDefinition, channel) as unknown as InvokerStub;
    const plane = createClient(ControlPlaneDefinition, channel) as unknown as PlaneStub;
    const bus = createClient(EventBusDefinition, channel) as unknown as BusStub;
    return {
      invoke: async (request) => plainValues((await invoker.invoke({ ...request, input: valueMessages(request.input) })).output),
      async subscribe(count) {
        let read = 0;
        for await (const { priority } of bus.subscribe({ topic: String(count), eventTypes: [], qos: 0, filters: {} })) if (priority === event.priority) read++;
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
            said.push({ correlation, oneofMsg: { $case: "kvGet", value: { bucket, key } } });
            const { oneofMsg } = await reply;
            return oneofMsg?.$case === "kvGetRes" && oneofMsg.value.value ? plainValue(oneofMsg.value.value) : null;
          },
          close() {
            said.end();
            return heard;
          },
        };
      },
      async close() {
        channel.close();
      },
    };
  },
};
