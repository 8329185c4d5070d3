import type { DescMessage } from "@bufbuild/protobuf";
import type { MessageCodec } from "./codec.js";
import { PayloadMessageCodec } from "./payloadCodec.js";
import { type Face, type FieldFaces, type MessagePlan, planMessage } from "./plan.js";
import type { Reader } from "./reader.js";
import { readFields } from "./reading.js";
import type { Writer } from "./writer.js";
import { writeFields } from "./writing.js";

/** A companion that goes by the message's descriptor. */
export class DescriptorCodec<F, I> extends PayloadMessageCodec<F, I> {
  readonly #desc: DescMessage;
  readonly #faces: () => FieldFaces;
  readonly #skipped: readonly string[] | undefined;
  #plan: MessagePlan | undefined;

  constructor(desc: DescMessage, faces: () => FieldFaces, skipped?: readonly string[]) {
    super(desc.typeName);
    this.#desc = desc;
    this.#faces = faces;
    this.#skipped = skipped;
  }

  override read(reader: Reader, into: unknown): unknown {
    const face = (into ?? this.plan.empty()) as Face;
    readFields(this.plan, face, reader);
    return face;
  }

  override write(writer: Writer, init: unknown): void {
    writeFields(this.plan, this.typeName, init, writer);
  }

  /** Made at first use, since companions refer to each other in circles. */
  private get plan(): MessagePlan {
    this.#plan ??= planMessage(this.#desc, this.#faces(), this.#skipped);
    return this.#plan;
  }
}

/**
 * Makes the companion of a message from its descriptor. Called by generated code.
 *
 * @param faces gives what the descriptor does not tell of the fields: a function, since companions refer to each other in circles
 * @param skipped fields that have no property: what comes in them is kept with the unknown fields
 */
export function messageCodec<F, I>(desc: DescMessage, faces: () => FieldFaces = () => ({}), skipped?: readonly string[]): MessageCodec<F, I> {
  return new DescriptorCodec<F, I>(desc, faces, skipped);
}
