import { BridgeError } from "../errors.js";
import type { AnyCodec } from "../message/codec.js";
import { isRecord, setOwn } from "../own.js";
import type { EndShape, MemberShape } from "./shape.js";

/** A member of an envelope, or the bare message of a stream that has none. */
export interface Member extends MemberShape {
  readonly name: string;
  readonly message: AnyCodec;
}

/** A message as it came. */
export interface Received {
  /** Undefined if the envelope has none, or one that is not known. */
  readonly member: Member | undefined;
  readonly message: unknown;
  /** "" if there is none. */
  readonly correlation: string;
  /** The other fields of the envelope. */
  readonly envelope: Record<string, unknown>;
}

/** What one end says, from its messages to the bytes of the stream and back. */
export class Direction {
  readonly shape: EndShape;
  readonly members: ReadonlyMap<string, Member>;
  readonly #byCase: ReadonlyMap<string, Member>;
  readonly #codec: AnyCodec;

  /** @param codec of the messages of the stream */
  constructor(shape: EndShape, codec: AnyCodec) {
    const members = shape.members.map(([name, message, more]): Member => ({ ...more, name, message }));
    this.shape = shape;
    this.members = new Map(members.map((member) => [member.name, member]));
    this.#byCase = new Map(members.map((member) => [member.case ?? member.name, member]));
    this.#codec = codec;
  }

  /** @throws BridgeError invalid_argument, with the path of the value that the message cannot carry */
  encode(member: Member, message: unknown, correlation: string, stamps: Readonly<Record<string, unknown>>): Uint8Array {
    const { oneof } = this.shape;
    if (oneof === undefined) return this.#codec.encode(message);
    const told = this.shape.correlation === undefined || correlation === "" ? {} : { [this.shape.correlation]: correlation };
    return this.#codec.encode({ ...stamps, ...told, [oneof]: { case: member.case ?? member.name, value: message } });
  }

  /** @throws BridgeError invalid_argument if the bytes are malformed */
  decode(bytes: Uint8Array): Received {
    const face: unknown = this.#codec.decode(bytes);
    const { oneof, correlation } = this.shape;
    if (oneof === undefined) return { member: this.members.values().next().value, message: face, correlation: "", envelope: {} };
    if (!isRecord(face))
      throw new BridgeError("invalid_argument", `${this.#codec.typeName} is no envelope: the generated code does not fit, generate it again`);
    const envelope: Record<string, unknown> = {};
    for (const name of Object.keys(face)) if (name !== oneof && name !== correlation) setOwn(envelope, name, face[name]);
    const { case: name, value } = face[oneof] as { case: string | undefined; value?: unknown };
    const told = correlation === undefined ? undefined : face[correlation];
    return { member: name === undefined ? undefined : this.#byCase.get(name), message: value, correlation: typeof told === "string" ? told : "", envelope };
  }
}
