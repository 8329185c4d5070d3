import type { Writable } from "node:stream";
import { untilAborted } from "../../streams.js";

/** Writes a message to a grpc-js stream, and waits for room for the next one. Throws the signal's reason when that is aborted. */
export async function post(stream: Writable, message: Buffer, signal: AbortSignal): Promise<void> {
  if (stream.write(message)) return;
  const drained = new Promise<void>((resolve) => {
    stream.once("drain", resolve);
  });
  await untilAborted(drained, signal);
}
