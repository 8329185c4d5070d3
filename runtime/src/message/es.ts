import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { MessageCodec } from "./codec.js";
import { DescriptorCodec } from "./message.js";
import type { Face, FieldFaces } from "./plan.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** A message of protobuf-es itself: reads as one, and is written from one, from its init, or from what `toInit` makes into it. */
class EsMessageCodec extends DescriptorCodec<unknown, unknown> {
  readonly #schema: DescMessage;
  readonly #toInit: (init: unknown) => unknown;
  /** Whether protobuf-es has the defaults of unset fields in the message's prototype: then only what is its own was set. */
  readonly #hasDefaults: boolean;

  constructor(schema: DescMessage, toInit: (init: unknown) => unknown) {
    super(schema, () => nestedFaces(schema));
    this.#schema = schema;
    this.#toInit = toInit;
    this.#hasDefaults = schema.fields.some(({ message, presence }) => !message && presence !== FeatureSet_FieldPresence.IMPLICIT);
  }

  override read(reader: Reader, into: unknown): unknown {
    const face = super.read(reader, into) as Face;
    if (into !== undefined) return face;
    const { $unknown, ...fields } = face;
    const message = create(this.#schema, fields) as Message;
    if ($unknown) message.$unknown = $unknown as NonNullable<Message["$unknown"]>;
    return message;
  }

  override write(writer: Writer, init: unknown): void {
    const made = this.#toInit(init);
    super.write(writer, this.#hasDefaults && typeof made === "object" && made !== null && !Array.isArray(made) ? { ...made } : made);
  }
}

const codecs = new Map<string, EsMessageCodec>();

function nestedFaces(schema: DescMessage): FieldFaces {
  return Object.fromEntries(schema.fields.flatMap((field) => (field.message ? [[field.localName, codecOf(field.message)]] : [])));
}

function codecOf(schema: DescMessage): EsMessageCodec {
  const known = codecs.get(schema.typeName);
  if (known) return known;
  const codec = new EsMessageCodec(schema, (init) => init);
  codecs.set(schema.typeName, codec);
  return codec;
}

/**
 * The codec of a message whose face is protobuf-es's own, such as a descriptor.
 *
 * @param toInit makes the message's init of what else one may pass
 */
export function esMessage<F, I>(schema: DescMessage, toInit?: (init: I) => unknown): MessageCodec<F, I> {
  return (toInit ? new EsMessageCodec(schema, toInit as (init: unknown) => unknown) : codecOf(schema)) as unknown as MessageCodec<F, I>;
}
