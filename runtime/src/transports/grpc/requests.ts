import type { ServerDuplexStream } from "@grpc/grpc-js";
import { Flow, type Take } from "../../flow.js";
import { abortable, untilAborted } from "../../streams.js";
import { Inbox } from "./inbox.js";
import type { Wire } from "./wire.js";

/** The requests of a call, decoded, until its signal is aborted. They are read from the moment that somebody asks for one. */
export class Requests extends Flow<unknown> {
  readonly #surface: ServerDuplexStream<Buffer, Buffer>;
  readonly #wire: Wire | undefined;
  readonly #decode: (bytes: Buffer) => unknown;
  readonly #signal: AbortSignal;
  readonly #iterator: AsyncIterableIterator<unknown>;
  #opened: Inbox | undefined;

  constructor(surface: ServerDuplexStream<Buffer, Buffer>, wire: Wire | undefined, decode: (bytes: Buffer) => unknown, signal: AbortSignal) {
    super();
    this.#surface = surface;
    this.#wire = wire;
    this.#decode = decode;
    this.#signal = signal;
    this.#iterator = abortable(this.#decoded(), signal);
  }

  override next(): Promise<IteratorResult<unknown, undefined>> {
    return this.#iterator.next();
  }

  override async return(): Promise<IteratorResult<unknown, undefined>> {
    void this.#opened?.return();
    await this.#iterator.return?.();
    return { done: true, value: undefined };
  }

  override handOver(take: Take<unknown>): Promise<void> {
    const all = async (): Promise<void> => {
      await this.#inbox.handOver((bytes) => take(this.#decode(bytes)));
      await untilReset();
    };
    return untilAborted(all(), this.#signal);
  }

  get #inbox(): Inbox {
    this.#opened ??= new Inbox(this.#surface, this.#wire);
    return this.#opened;
  }

  async *#decoded(): AsyncGenerator<unknown, void> {
    for await (const bytes of this.#inbox) yield this.#decode(bytes);
    await untilReset();
  }
}

/**
 * Node tells the end of what is read also when the client reset the stream, and the reset later; and clients on Node end their requests
 * before they reset.
 */
async function untilReset(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
