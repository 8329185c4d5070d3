import { type ClientHttp2Session, createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { status } from "@grpc/grpc-js";

/**
 * What the settings of HTTP/2 say of a connection that is refused, so that our channels know it before they make a call: a limit on headers that
 * nobody else would set, and that hinders nobody.
 */
const mark = 0x7062_7266;
/** How many connections are told at once why they are refused. What is more is closed. */
const maxAtOnce = 100;
/** How long a client may take to say what it wants. */
const patienceMs = 5_000;
/** How long the answer may take to go out. */
const farewellMs = 1_000;

/** Ends a call before it began, with a status. */
export function refuseCall(stream: ServerHttp2Stream, code: number, message: string): void {
  stream.on("error", () => {});
  if (stream.destroyed) return;
  const header = { ":status": 200, "content-type": "application/grpc", "grpc-status": `${code}`, "grpc-message": encodeURI(message) };
  // Nobody reads the request: so Node ends the stream for both sides.
  stream.respond(header, { endStream: true });
}

/** Tells clients whose connections are refused why: each call that they make is answered with the reason, and then the connection ends. */
export class Refusals {
  readonly #http2: Http2Server = createServer({ settings: { maxConcurrentStreams: 100, maxHeaderListSize: mark } });
  readonly #open = new Set<Socket>();

  /** Ends a connection. */
  refuse(socket: Socket, reason: string): void {
    if (this.#open.size >= maxAtOnce) {
      socket.destroy();
      return;
    }
    this.#open.add(socket);
    let timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.once("close", () => {
      clearTimeout(timer);
      this.#open.delete(socket);
    });
    const begin = (session: ServerHttp2Session): void => {
      session.on("error", () => {});
      session.once("stream", () => {
        clearTimeout(timer);
        timer = setTimeout(() => socket.destroy(), farewellMs);
        setImmediate(() => session.close());
      });
      session.on("stream", (stream) => refuseCall(stream, status.UNAVAILABLE, reason));
    };
    // Makes the session at once, if it can be made.
    this.#http2.once("session", begin);
    this.#http2.emit("connection", socket);
    this.#http2.off("session", begin);
  }

  /** Ends all of them. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** Why the server refuses a connection that has just been made; undefined if it does not. Ends the connection then. */
export async function refusalOf(session: ClientHttp2Session | undefined): Promise<string | undefined> {
  if (session?.remoteSettings?.maxHeaderListSize !== mark) return undefined;
  try {
    const stream = session.request({ ":method": "POST", ":path": "/", "content-type": "application/grpc" });
    return await new Promise<string>((resolve) => {
      const close = (): void => resolve("the server refused the connection");
      stream.on("response", (header) => resolve(decodeURI(String(header["grpc-message"]))));
      stream.on("error", close).on("close", close);
      stream.resume();
    });
  } finally {
    session.destroy();
  }
}
