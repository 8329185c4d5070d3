import { misfit, Path } from "../wire/path.js";
import type { MessageCodec } from "./codec.js";
import type { PayloadCodec } from "./payload.js";
import { Reader } from "./reader.js";
import { enterLast } from "./trace.js";
import { Writer } from "./writer.js";

/** What every companion shares: the public codec over the payload codec. */
export abstract class PayloadMessageCodec<F, I> implements MessageCodec<F, I>, PayloadCodec {
  readonly typeName: string;

  constructor(typeName: string) {
    this.typeName = typeName;
  }

  encode(init: I): Uint8Array {
    const writer = new Writer();
    try {
      this.write(writer, init);
      return writer.finish();
    } catch (reason) {
      throw this.#unwritable(init, reason);
    } finally {
      writer.release();
    }
  }

  decode(bytes: Uint8Array): F {
    const reader = new Reader(bytes);
    try {
      return this.#read(reader);
    } catch (reason) {
      throw this.#unreadable(bytes, reason);
    }
  }

  abstract read(reader: Reader, into: unknown): unknown;
  abstract write(writer: Writer, init: unknown): void;

  #read(reader: Reader): F {
    reader.deeper();
    const face = this.read(reader, undefined) as F;
    if (reader.joins !== undefined) finishJoins(reader);
    return face;
  }

  /** Writes once more, to tell where it goes wrong. */
  #unwritable(init: I, first: unknown): Error {
    const writer = new Writer();
    const path = new Path();
    writer.path = path;
    try {
      this.write(writer, init);
      return misfit(this.typeName, new Path(), first);
    } catch (reason) {
      enterLast(writer);
      return misfit(this.typeName, path, reason);
    } finally {
      writer.release();
    }
  }

  /** Reads once more, to tell where it goes wrong. */
  #unreadable(bytes: Uint8Array, first: unknown): Error {
    const reader = new Reader(bytes);
    const path = new Path();
    reader.path = path;
    try {
      this.#read(reader);
      return misfit(this.typeName, new Path(), first);
    } catch (reason) {
      enterLast(reader);
      return misfit(this.typeName, path, reason);
    }
  }
}

/** Makes the values that stood in two fields. At the very end, since a message may come in parts: the Any in one, its bytes in another. */
function finishJoins({ joins, path }: Reader): void {
  for (const [face, { plan, sidecars, steps }] of joins ?? []) {
    path?.return(steps);
    plan.finish(face as Record<string, unknown>, sidecars, path);
  }
}
