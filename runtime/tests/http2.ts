/** A server of plain HTTP/2, which does what no server of gRPC does: for the tests of connections that fail. */
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer as listening, type Socket } from "node:net";

/** A server that listens. */
export interface RawServer {
  /** What a channel takes. */
  readonly address: string;
  /** The connections that came, in their order. */
  readonly sessions: readonly ServerHttp2Session[];
  /** Their sockets. */
  readonly sockets: readonly Socket[];
  close(): Promise<void>;
}

/** Listens, and has `answer` told of each call. */
export async function serveRaw(answer: (stream: ServerHttp2Stream, session: ServerHttp2Session, socket: Socket) => void, port = 0): Promise<RawServer> {
  const sessions: ServerHttp2Session[] = [];
  const sockets: Socket[] = [];
  const http2 = createServer();
  const server = listening((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    http2.once("session", (session) => {
      sessions.push(session);
      session.on("error", () => {});
      session.on("stream", (stream) => {
        stream.on("error", () => {});
        answer(stream, session, socket);
      });
    });
    // Makes the session at once.
    http2.emit("connection", socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Begins to answer a call, with these messages. */
export function begin(stream: ServerHttp2Stream, ...messages: Uint8Array[]): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  for (const message of messages) stream.write(framed(message));
}

/** Ends a call with a status, whether the client is done or not. */
export function finish(stream: ServerHttp2Stream, code: number): void {
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": `${code}` }));
  stream.end();
}

/** A message as gRPC frames it. Source: "gRPC over HTTP2", Length-Prefixed-Message. */
export function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}
