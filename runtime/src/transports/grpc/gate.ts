import type { Http2Server, Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { type Server, status } from "@grpc/grpc-js";
import { headerSize } from "../../trailers.js";
import { repairHeaders } from "./headers.js";
import { refuseCall } from "./refusals.js";
import type { ServerBounds } from "./server-limits.js";

/** The calls of one connection. */
interface SessionCalls {
  count: number;
  /** One is over. */
  readonly leave: () => void;
}

type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: readonly string[]) => void;

/** Where calls come in: counts those that are open, and refuses what is past a limit before anything of it is read. */
export class Gate {
  readonly #bounds: ServerBounds;
  readonly #sessions = new WeakMap<Http2Session, SessionCalls>();
  #open = 0;

  constructor(bounds: ServerBounds) {
    this.#bounds = bounds;
  }

  /** Has the server's calls come through here. Reaches into grpc-js for the HTTP/2 servers; if a version keeps them elsewhere, calls work as without. */
  guard(server: Server): void {
    const { http2Servers } = server as unknown as { http2Servers?: ReadonlyMap<Http2Server, unknown> };
    for (const http2Server of http2Servers?.keys() ?? []) {
      const listeners = http2Server.listeners("stream") as StreamListener[];
      http2Server.removeAllListeners("stream");
      http2Server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: readonly string[]) => {
        const refusal = this.#enter(stream, raw);
        if (refusal) {
          refuseCall(stream, status.RESOURCE_EXHAUSTED, refusal);
          return;
        }
        repairHeaders(headers, raw);
        for (const listener of listeners) listener.call(http2Server, stream, headers, flags, raw);
      });
    }
  }

  /** Lets a call in, or says why not. */
  #enter(stream: ServerHttp2Stream, raw: readonly string[] | undefined): string | undefined {
    const { maxCalls, maxCallsPerConnection, maxMetadataBytes } = this.#bounds;
    const { session } = stream;
    if (!session) return undefined;
    const size = sizeOf(raw);
    if (size > maxMetadataBytes) return `the headers of the call have ${size} bytes, and limits.maxMetadataBytes is ${maxMetadataBytes}`;
    if (this.#open >= maxCalls) return `the server has too many calls under way: limits.maxCalls is ${maxCalls}`;
    const calls = this.#callsOf(session);
    if (calls.count >= maxCallsPerConnection) return `the connection has too many calls under way: limits.maxCallsPerConnection is ${maxCallsPerConnection}`;
    this.#open++;
    calls.count++;
    stream.once("close", calls.leave);
    return undefined;
  }

  #callsOf(session: Http2Session): SessionCalls {
    let calls = this.#sessions.get(session);
    if (!calls) {
      const made: SessionCalls = {
        count: 0,
        leave: () => {
          this.#open--;
          made.count--;
        },
      };
      calls = made;
      this.#sessions.set(session, made);
    }
    return calls;
  }
}

/** @param raw names and values in turn, as they came */
function sizeOf(raw: readonly string[] | undefined): number {
  let size = 0;
  if (raw) for (let i = 0; i + 1 < raw.length; i += 2) size += headerSize(raw[i] as string, raw[i + 1] as string);
  return size;
}
