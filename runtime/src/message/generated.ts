import { refuse } from "../wire/path.js";
import type { MessageCodec, UnknownField } from "./codec.js";
import type { FieldNames } from "./payload.js";
import { PayloadMessageCodec } from "./payloadCodec.js";
import type { Reader } from "./reader.js";
import type { JoinedPlan } from "./sidecar.js";
import type { Writer } from "./writer.js";

/** A companion whose code is generated: it goes from values to bytes and back, without a descriptor. */
export class GeneratedCodec extends PayloadMessageCodec<unknown, unknown> {
  readonly names: FieldNames;
  /** How its values in a `google.protobuf.Any` are read and written, if it has any. */
  readonly joined: JoinedPlan | undefined;
  readonly #empty: () => unknown;
  readonly #read: (face: unknown, reader: Reader, codec: GeneratedCodec) => void;
  readonly #write: (init: unknown, writer: Writer, codec: GeneratedCodec) => void;

  constructor(
    typeName: string,
    names: FieldNames,
    empty: () => unknown,
    read: (face: unknown, reader: Reader, codec: GeneratedCodec) => void,
    write: (init: unknown, writer: Writer, codec: GeneratedCodec) => void,
    joined?: JoinedPlan,
  ) {
    super(typeName);
    this.names = names;
    this.#empty = empty;
    this.#read = read;
    this.#write = write;
    this.joined = joined;
  }

  override read(reader: Reader, into: unknown): unknown {
    const face = into ?? this.#empty();
    if (reader.path === undefined) this.#read(face, reader, this);
    else {
      const { names } = reader;
      reader.names = this.names;
      reader.lastTag = 0;
      this.#read(face, reader, this);
      reader.names = names;
    }
    return face;
  }

  override write(writer: Writer, init: unknown): void {
    if (typeof init !== "object" || init === null || Array.isArray(init)) refuse(`an object (${this.typeName})`, init);
    writer.deeper();
    if (writer.path === undefined) this.#write(init, writer, this);
    else {
      const { names } = writer;
      writer.names = this.names;
      writer.lastTag = 0;
      this.#write(init, writer, this);
      writer.names = names;
    }
    const { $unknown } = init as { $unknown?: readonly UnknownField[] };
    if ($unknown !== undefined) writer.unknown($unknown);
    writer.depth--;
  }
}

/**
 * Makes the companion of a message from generated code.
 *
 * @param names the properties of the fields by their tags, as they are written; of a case of a oneof, its name
 * @param empty the face of a message that has nothing on the wire
 * @param read reads the fields into a face, to the end of the message
 * @param write writes the fields, by number
 * @param joined the fields whose values are in a `google.protobuf.Any`
 */
export function codec<Face, Init>(
  typeName: string,
  names: FieldNames,
  empty: () => NoInfer<Face>,
  read: (face: NoInfer<Face>, reader: Reader, codec: GeneratedCodec) => void,
  write: (init: NoInfer<Init>, writer: Writer, codec: GeneratedCodec) => void,
  joined?: JoinedPlan,
): MessageCodec<Face, Init> {
  return new GeneratedCodec(typeName, names, empty, read as never, write as never, joined) as unknown as MessageCodec<Face, Init>;
}
