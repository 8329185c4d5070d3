/** @grpc/grpc-js with protobuf-es's messages: what one writes by hand without a generator of services. */
import { create, type DescMessage, type DescMethod, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import {
  Client,
  type ClientReadableStream,
  credentials,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { EventBus, EventSchema, SubscribeRequestSchema } from "../../fixtures/gen/event_pb.js";
import {
  type Control,
  ControlPlane,
  ControlSchema,
  InvokeRequestSchema,
  type InvokeResponse,
  InvokeResponseSchema,
  Invoker,
} from "../../fixtures/gen/handler_bridge_pb.js";
import { invokeInit, plainValue, valueInit } from "../contenders/protobuf-es.js";
import { event, type Plain } from "../data.js";
import { bucket, type Peer } from "./peer.js";
import { Pending } from "./queue.js";

type Event = MessageShape<typeof EventSchema>;
type EventInit = typeof event & { payload: Uint8Array<ArrayBuffer> };

/** A method as grpc-js wants it. */
function definition<In extends DescMessage, Out extends DescMessage>(
  { parent, name, methodKind }: DescMethod,
  input: In,
  output: Out,
): MethodDefinition<MessageShape<In>, MessageShape<Out>> {
  const bytes = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): Buffer => Buffer.from(buffer, byteOffset, byteLength);
  return {
    path: `/${parent.typeName}/${name}`,
    requestStream: methodKind === "bidi_streaming",
    responseStream: methodKind !== "unary",
    requestSerialize: (message) => bytes(toBinary(input, message)),
    requestDeserialize: (data) => fromBinary(input, data),
    responseSerialize: (message) => bytes(toBinary(output, message)),
    responseDeserialize: (data) => fromBinary(output, data),
  };
}

const invoke = definition(Invoker.method.invoke, InvokeRequestSchema, InvokeResponseSchema);
const subscribe = definition(EventBus.method.subscribe, SubscribeRequestSchema, EventSchema);
const connect = definition(ControlPlane.method.connect, ControlSchema, ControlSchema);
type Call<Method> = Method extends MethodDefinition<infer In, infer Out> ? { In: In; Out: Out } : never;
type InvokeCall = Call<typeof invoke>;
type SubscribeCall = Call<typeof subscribe>;

/** Values as a handler sees them. */
export function plainValues(values: InvokeResponse["output"]): Record<string, Plain> {
  const plain: Record<string, Plain> = {};
  for (const [key, value] of Object.entries(values)) plain[key] = plainValue(value);
  return plain;
}

/** Values as their messages' inits. */
export function valueInits(values: Record<string, Plain>): Record<string, ReturnType<typeof valueInit>> {
  const inits: Record<string, ReturnType<typeof valueInit>> = {};
  for (const [key, value] of Object.entries(values)) inits[key] = valueInit(value);
  return inits;
}

/** The reply to one `kv_get`. */
export function kvGetReply({ correlation, oneofMsg }: Control): Control {
  const key = oneofMsg.case === "kvGet" ? oneofMsg.value.key : null;
  return create(ControlSchema, { correlation, oneofMsg: { case: "kvGetRes", value: { value: valueInit(key) } } });
}

/** The value that a reply to `kv_get` carries. */
export function kvGetValue({ oneofMsg }: Control): Plain {
  return oneofMsg.case === "kvGetRes" && oneofMsg.value.value ? plainValue(oneofMsg.value.value) : null;
}

export const grpcJs: Peer = {
  name: "grpc-js + protobuf-es",

  async serve() {
    const server = new Server();
    server.addService(
      { invoke },
      {
        invoke({ request }: ServerUnaryCall<InvokeCall["In"], InvokeCall["Out"]>, done: sendUnaryData<InvokeCall["Out"]>) {
          const input = plainValues(request.input);
          done(null, create(InvokeResponseSchema, { correlation: request.correlation, output: valueInits(input) }));
        },
      },
    );
    server.addService(
      { subscribe },
      {
        async subscribe(call: ServerWritableStream<SubscribeCall["In"], SubscribeCall["Out"]>) {
          for (let i = Number(call.request.topic); i > 0; i--) {
            if (!call.write(create(EventSchema, event as EventInit))) await new Promise<void>((resolve) => call.once("drain", resolve));
          }
          call.end();
        },
      },
    );
    server.addService(
      { connect },
      {
        connect(call: ServerDuplexStream<Control, Control>) {
          call.on("data", (control: Control) => call.write(kvGetReply(control)));
          call.on("end", () => call.end());
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
    );
    return { port };
  },

  async connect(port) {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
    return {
      invoke: (request) =>
        new Promise((resolve, reject) => {
          const message = create(InvokeRequestSchema, invokeInit(request));
          client.makeUnaryRequest(invoke.path, invoke.requestSerialize, invoke.responseDeserialize, message, (error, response) =>
            error ? reject(error) : resolve(plainValues(response?.output ?? {})),
          );
        }),
      async subscribe(count) {
        const { path, requestSerialize, responseDeserialize } = subscribe;
        const request = create(SubscribeRequestSchema, { topic: String(count) });
        const call: ClientReadableStream<Event> = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
        let read = 0;
        for await (const { priority } of call as AsyncIterable<Event>) if (priority === event.priority) read++;
        return read;
      },
      async open() {
        const pending = new Pending<Control>();
        const call = client.makeBidiStreamRequest(connect.path, connect.requestSerialize, connect.responseDeserialize);
        call.on("data", (control: Control) => pending.settle(control.correlation, control));
        const ended = new Promise<void>((resolve, reject) => call.on("end", resolve).on("error", reject));
        return {
          async get(key) {
            const { correlation, reply } = pending.add();
            call.write(create(ControlSchema, { correlation, oneofMsg: { case: "kvGet", value: { bucket, key } } }));
            return kvGetValue(await reply);
          },
          close() {
            call.end();
            return ended;
          },
        };
      },
      async close() {
        client.close();
      },
    };
  },
};
