import type { Readable } from "node:stream";

/**
 * The messages of a grpc-js stream. It reads ahead as many as the stream itself holds, which are 16, and no more while nobody asks:
 * then HTTP/2's flow control stops the peer.
 *
 * Ends when all were given, however the call ended: what became of it tells its status.
 */
export async function* inbox(stream: Readable): AsyncGenerator<Buffer, void> {
  let ended = stream.readableEnded || stream.destroyed;
  let wake = (): void => {};
  const onReadable = (): void => wake();
  const onEnd = (): void => {
    ended = true;
    wake();
  };
  stream.on("readable", onReadable).on("end", onEnd).on("close", onEnd);
  try {
    for (;;) {
      const message = stream.read() as Buffer | null;
      if (message !== null) yield message;
      else if (ended) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stream.off("readable", onReadable).off("end", onEnd).off("close", onEnd);
  }
}
