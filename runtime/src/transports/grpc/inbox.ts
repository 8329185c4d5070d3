import type { Readable } from "node:stream";
import { Flow, Handover, type Take } from "../../flow.js";
import { divert, type Wire } from "./wire.js";

/** How many messages wait here before the peer is stopped: as many as a stream of Node holds. */
const enough = 16;

/**
 * The messages of a grpc-js stream. It reads ahead a few, and what came with them, and no more while nobody asks: then HTTP/2's flow control
 * stops the peer.
 *
 * Ends when all were given, however the call ended: what became of it tells its status.
 */
export class Inbox extends Flow<Buffer> {
  readonly #stream: Readable;
  #wire: Wire | undefined;
  #messages: Buffer[] = [];
  #given = 0;
  #isEnded = false;
  #isPaused = false;
  #handover: Handover<Buffer> | undefined;
  #wake: ((result: IteratorResult<Buffer, undefined>) => void) | undefined;

  /** @param wire what is below the stream, if that is known already */
  constructor(stream: Readable, wire?: Wire) {
    super();
    this.#stream = stream;
    const take = (message: Buffer): void => this.#take(message);
    const end = (): void => this.#end();
    stream.on("data", take).once("end", end).once("close", end);
    if (stream.readableEnded || stream.destroyed) this.#end();
    if (wire) this.use(wire);
  }

  /** Takes messages from the wire of the call, past its stream. */
  use(wire: Wire): void {
    this.#wire = wire;
    divert(wire, (message) => this.#take(message));
  }

  override next(): Promise<IteratorResult<Buffer, undefined>> {
    const value = this.#shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#isEnded) return Promise.resolve(done);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  override handOver(take: Take<Buffer>): Promise<void> {
    const next = (): Buffer | undefined => {
      const message = this.#shift();
      if (!message && this.#isEnded) handover.end();
      return message;
    };
    const handover = new Handover(next, take, () => void this.return());
    this.#handover = handover;
    handover.run();
    return handover.over;
  }

  /** Wants no more: the peer is stopped. */
  override async return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#pause();
    this.#messages = [];
    this.#given = 0;
    this.#end();
    return done;
  }

  #take(message: Buffer): void {
    if (this.#isEnded) return;
    if (this.#wake) return this.#answer({ done: false, value: message });
    this.#messages.push(message);
    this.#handover?.run();
    if (!this.#isPaused && this.#messages.length - this.#given >= enough) this.#pause();
  }

  #shift(): Buffer | undefined {
    const message = this.#messages[this.#given];
    if (message && ++this.#given === this.#messages.length) this.#refill();
    return message;
  }

  #pause(): void {
    this.#isPaused = true;
    this.#stream.pause();
    this.#wire?.stream.pause();
  }

  /** All were given: more may come. */
  #refill(): void {
    this.#messages = [];
    this.#given = 0;
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#stream.resume();
    this.#wire?.stream.resume();
  }

  #end(): void {
    this.#isEnded = true;
    this.#handover?.run();
    this.#answer(done);
  }

  #answer(result: IteratorResult<Buffer, undefined>): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.(result);
  }
}

const done = { done: true, value: undefined } as const;
