import type { Writable } from "node:stream";
import { untilAborted } from "../../streams.js";
import { framed, headBytes, type Wire } from "./wire.js";

/**
 * How many messages go out before the event loop has a turn. grpc-js tells the end of a connection in a turn of its own, and until then
 * takes messages at once: a source that never waits would go on for ever.
 */
const messagesInTurn = 64;
/** How many bytes are gathered at most before they are written: what a frame of HTTP/2 carries. */
const gatheredBytes = 16_384;

/** Writes messages to a grpc-js stream, each when there is room for it. Past it, all messages of a turn at once, when its wire is known. */
export class Outbox {
  readonly #stream: Writable;
  readonly #signal: AbortSignal;
  #posted = 0;
  /** Where to write, from the moment that grpc-js has nothing left to write there. */
  #wire: Wire | undefined;
  #isDirect = false;
  #gathered: Buffer[] = [];
  #bytes = 0;

  constructor(stream: Writable, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
  }

  /** From here on the call has this wire, and no other. */
  use(wire: Wire): void {
    this.#wire = wire;
  }

  /**
   * Writes a message. Gives a promise if the next one has to wait for room, which throws the signal's reason when that is aborted.
   */
  post(message: Buffer): Promise<void> | undefined {
    if (this.#wire && (this.#isDirect || this.#wire.written === this.#posted)) return this.#gather(this.#wire, message);
    return this.#postByGrpc(message);
  }

  /** Writes what was gathered, before the stream ends. */
  flush(): void {
    if (this.#bytes === 0 || !this.#wire) return;
    if (isOpen(this.#wire)) this.#wire.stream.write(framed(this.#gathered, this.#bytes));
    this.#gathered = [];
    this.#bytes = 0;
  }

  #gather(wire: Wire, message: Buffer): Promise<void> | undefined {
    this.#isDirect = true;
    // After all that this turn still does, which may be more messages.
    if (this.#bytes === 0) process.nextTick(() => this.flush());
    this.#gathered.push(message);
    this.#bytes += headBytes + message.byteLength;
    if (this.#bytes >= gatheredBytes) this.flush();
    return wire.stream.writableNeedDrain || !isOpen(wire) ? this.#drained(wire.stream) : undefined;
  }

  async #postByGrpc(message: Buffer): Promise<void> {
    this.#posted++;
    if (!this.#stream.write(message)) await this.#drained(this.#stream);
    if (this.#posted % messagesInTurn > 0) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#signal.throwIfAborted();
  }

  /** Resolves when there is room. A stream that is over never has any: then the signal will be aborted. */
  #drained(stream: Writable): Promise<void> {
    const drained = new Promise<void>((resolve) => {
      stream.once("drain", resolve);
    });
    return untilAborted(drained, this.#signal);
  }
}

function isOpen({ stream }: Wire): boolean {
  return !stream.destroyed && !stream.closed && !stream.writableEnded;
}
