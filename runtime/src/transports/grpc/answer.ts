import type { Server, ServerDuplexStream, ServerUnaryCall, ServerWritableStream, sendUnaryData } from "@grpc/grpc-js";
import { handOverUntilAborted } from "../../flow.js";
import { type Route, streamsRequests, streamsResponses } from "../../servicer/routes.js";
import { untilAborted } from "../../streams.js";
import type { ServerCall } from "./call.js";
import type { Calls } from "./calls.js";
import { Outbox } from "./outbox.js";
import { asBytes } from "./parcel.js";
import { Requests } from "./requests.js";
import { wireOf } from "./wire.js";

/** Has a grpc-js server answer the calls of a route. */
export function register(server: Server, route: Route, calls: Calls): void {
  const { kind, path } = route.method;
  if (kind === "unary") {
    const handle = (surface: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
      calls.run(route, surface, (call) => answerUnary(route, call, surface.request, callback), callback);
    };
    server.register(path, handle, asBytes, asBytes, "unary");
  } else {
    const handle = (surface: ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>): void => {
      calls.run(
        route,
        surface,
        (call) => answerStream(route, call, surface),
        (status) => surface.emit("error", status),
      );
    };
    // A call in which the client streams is the same on the wire whether the server does too.
    server.register(path, handle, asBytes, asBytes, streamsRequests(kind) ? "bidi" : "serverStream");
  }
}

async function answerUnary({ call: respond }: Route, call: ServerCall, bytes: Buffer, callback: sendUnaryData<Buffer>): Promise<void> {
  const response = call.encode(await untilAborted(respond(() => call.decode(bytes), call.context, call) as Promise<unknown>, call.context.signal));
  const trailer = call.trailer();
  call.sendHeader();
  callback(null, response, trailer);
}

async function answerStream(
  { method, call: respond }: Route,
  call: ServerCall,
  surface: ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
): Promise<void> {
  const { signal } = call.context;
  const wire = wireOf((surface as { call?: object }).call);
  const outbox = new Outbox(surface, signal);
  if (wire) outbox.use(wire);
  const requests = "request" in surface ? undefined : new Requests(surface, wire, (bytes) => call.decode(bytes), signal);
  try {
    const answer = respond(() => requests ?? call.decode((surface as ServerWritableStream<Buffer, Buffer>).request), call.context, call);
    if (streamsResponses(method.kind)) {
      call.sendHeaderSoon();
      await handOverUntilAborted(answer as AsyncIterable<unknown>, signal, (response) => {
        const message = call.encode(response);
        call.sendHeader();
        return outbox.post(message);
      });
    } else {
      const message = call.encode(await untilAborted(answer as Promise<unknown>, signal));
      call.sendHeader();
      await outbox.post(message);
    }
    const trailer = call.trailer();
    call.sendHeader();
    outbox.flush();
    surface.end(trailer);
  } finally {
    outbox.flush();
    // Whoever still reads the requests gets no more of them.
    void requests?.return();
  }
}
