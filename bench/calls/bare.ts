/**
 * The limit: node:http2 with gRPC's framing and nothing else. Requests and replies are the same bytes as everywhere, encoded once; nobody
 * reads them. What the others take more is their messages, their values, and all that they do for a call.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, createServer, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import type * as EventBridge from "../../fixtures/gen/event_bridge.js";
import type * as HandlerBridge from "../../fixtures/gen/handler_bridge_bridge.js";
import { event, small } from "../data.js";
import { load } from "../peers.js";
import { Frames, frame } from "./frames.js";
import { bucket, type Peer } from "./peer.js";

const paths = { invoke: "/bridge.Invoker/Invoke", subscribe: "/loom.v1.EventBus/Subscribe", connect: "/bridge.ControlPlane/Connect" };
const head: OutgoingHttpHeaders = { ":status": 200, "content-type": "application/grpc+proto" };

async function framed() {
  const { InvokeRequest, Control } = await load<typeof HandlerBridge>("protobridge", "handler_bridge_bridge.js");
  const { Event } = await load<typeof EventBridge>("protobridge", "event_bridge.js");
  const control = (oneofMsg: HandlerBridge.ControlInit["oneofMsg"]): Buffer => frame(Control.encode({ correlation: "1234", oneofMsg }));
  return {
    invoke: frame(InvokeRequest.encode(small)),
    event: frame(Event.encode(event)),
    kvGet: control({ case: "kvGet", value: { bucket, key: "k1234" } }),
    kvGetRes: control({ case: "kvGetRes", value: { value: "k1234" } }),
  };
}

function respond(stream: ServerHttp2Stream): void {
  stream.respond(head, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
}

function echo(stream: ServerHttp2Stream): void {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () => {
    respond(stream);
    stream.end(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
}

function repeat(stream: ServerHttp2Stream, count: number, each: Buffer): void {
  let left = count;
  const more = (): void => {
    while (left > 0) {
      left--;
      if (!stream.write(each)) {
        stream.once("drain", more);
        return;
      }
    }
    stream.end();
  };
  respond(stream);
  stream.resume();
  more();
}

function answer(stream: ServerHttp2Stream, reply: Buffer): void {
  const frames = new Frames();
  respond(stream);
  stream.on("data", (chunk: Buffer) => {
    for (let count = frames.ended(chunk); count > 0; count--) stream.write(reply);
  });
  stream.on("end", () => stream.end());
}

function request(session: ClientHttp2Session, path: string, headers: OutgoingHttpHeaders = {}): ClientHttp2Stream {
  return session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc+proto", te: "trailers", ...headers });
}

/** Counts frames until the trailers have come, and rejects if they do not say that all is well. */
function finished(stream: ClientHttp2Stream): Promise<number> {
  return new Promise((resolve, reject) => {
    const frames = new Frames();
    let count = 0;
    let status: unknown;
    stream.on("data", (chunk: Buffer) => {
      count += frames.ended(chunk);
    });
    stream.on("trailers", (trailers) => {
      status = trailers["grpc-status"];
    });
    stream.on("error", reject);
    stream.on("end", () => (status === "0" ? resolve(count) : reject(new Error(`grpc-status ${String(status)}`))));
  });
}

export const bare: Peer = {
  name: "bare HTTP/2",

  async serve() {
    const frames = await framed();
    const server = createServer();
    server.on("stream", (stream, headers) => {
      if (headers[":path"] === paths.invoke) echo(stream);
      else if (headers[":path"] === paths.subscribe) repeat(stream, Number(headers["count"]), frames.event);
      else answer(stream, frames.kvGetRes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port };
  },

  async connect(port) {
    const frames = await framed();
    const session = connect(`http://127.0.0.1:${port}`);
    return {
      async invoke() {
        const stream = request(session, paths.invoke);
        stream.end(frames.invoke);
        if ((await finished(stream)) !== 1) throw new Error("an echo is missing");
        return small.input;
      },
      subscribe(count) {
        const stream = request(session, paths.subscribe, { count });
        stream.end();
        return finished(stream);
      },
      async open() {
        const stream = request(session, paths.connect);
        const waiting: (() => void)[] = [];
        const counted = new Frames();
        let next = 0;
        stream.on("data", (chunk: Buffer) => {
          for (let count = counted.ended(chunk); count > 0; count--) waiting[next++]?.();
        });
        const ended = new Promise<void>((resolve, reject) => stream.on("end", resolve).on("error", reject));
        return {
          async get(key) {
            stream.write(frames.kvGet);
            await new Promise<void>((resolve) => waiting.push(resolve));
            return key;
          },
          close() {
            stream.end();
            return ended;
          },
        };
      },
      async close() {
        session.close();
      },
    };
  },
};
