import type { Writable } from "node:stream";
import { untilAborted } from "../../streams.js";

/**
 * How many messages go out before the event loop has a turn. grpc-js tells the end of a connection in a turn of its own, and until then
 * takes messages at once: a source that never waits would go on for ever.
 */
const messagesInTurn = 64;

/** Writes messages to a grpc-js stream, each when there is room for it. */
export class Outbox {
  readonly #stream: Writable;
  readonly #signal: AbortSignal;
  #posted = 0;

  constructor(stream: Writable, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
  }

  /** Writes a message, and waits for room for the next one. Throws the signal's reason when that is aborted. */
  async post(message: Buffer): Promise<void> {
    if (!this.#stream.write(message)) {
      const drained = new Promise<void>((resolve) => {
        this.#stream.once("drain", resolve);
      });
      await untilAborted(drained, this.#signal);
    }
    if (++this.#posted % messagesInTurn > 0) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#signal.throwIfAborted();
  }
}
