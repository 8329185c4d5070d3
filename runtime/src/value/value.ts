import type { MessageCodec, UnknownField } from "../message/codec.js";
import type { PayloadCodec } from "../message/payload.js";
import { PayloadMessageCodec } from "../message/payloadCodec.js";
import type { Reader } from "../message/reader.js";
import { type Scalar, scalars } from "../message/scalar.js";
import type { Writer } from "../message/writer.js";
import { refuse } from "../wire/path.js";
import { isPlain, readList, readMap, writeList, writeMap } from "./container.js";
import { Float } from "./float.js";
import { parseJson, RawJson, stringifyJson, WholeValue } from "./json.js";

/** A member that carries a scalar: its tag, and the scalar. */
export type ScalarMember<Face> = readonly [tag: number, scalar: Scalar<Face, never>];

/** A member that is a message of nothing but values: its tag, that of each item or entry in it, and whether these are values of this very message. */
export type ContainerMember = readonly [tag: number, itemTag: number, own: boolean];

/**
 * The members of a value message by what they carry. A kind without a member goes into `json`, if there is one; a value that no member can
 * carry is an error.
 */
export interface ValueMembers {
  readonly string?: ScalarMember<string>;
  /** Members for integers: the first whose range holds the value takes it. */
  readonly integers?: readonly ScalarMember<number | bigint>[];
  readonly float?: ScalarMember<number>;
  readonly boolean?: ScalarMember<boolean>;
  readonly bytes?: ScalarMember<Uint8Array>;
  /** A string with JSON text. */
  readonly json?: ScalarMember<string>;
  /** A message with nothing but a repeated field of values; of this message, or of `google.protobuf.Value`. */
  readonly list?: ContainerMember;
  /** A message with nothing but a map from string to values. */
  readonly map?: ContainerMember;
  /** A `google.protobuf.NullValue` or `google.protobuf.Empty`: its tag. */
  readonly null?: number;
}

/**
 * A value of a kind that this version of the proto does not know: what a newer peer sent in a member that is not there yet. It is kept as
 * it came, and written back verbatim.
 */
export class UnknownValue {
  readonly $unknown: readonly UnknownField[];

  constructor(fields: readonly UnknownField[]) {
    this.$unknown = fields;
  }
}

/** The tag of a member that is not there: no field has it. */
const none = -1;

/**
 * The codec of a message that stands for one dynamic value. A handler sees the plain value, never the message.
 * A message with no member set reads as null. A value is never written as a message with nothing set, but for null where no member
 * can say it. A member that this version of the proto does not know reads as an {@link UnknownValue}.
 */
class ValueCodec extends PayloadMessageCodec<unknown, unknown> {
  readonly isValue = true;
  readonly #members: ValueMembers;
  // Compared with each tag: numbers of their own are faster to come by than members.
  readonly #string: number;
  readonly #int64: number;
  readonly #double: number;
  readonly #boolean: number;
  readonly #bytes: number;
  readonly #json: number;
  readonly #list: number;
  readonly #map: number;

  constructor(typeName: string, members: ValueMembers) {
    super(typeName);
    const { string, integers = [], float, boolean, bytes, json, list, map } = members;
    this.#members = members;
    this.#string = string?.[1] === scalars.string ? string[0] : none;
    this.#int64 = (integers[0]?.[1] as unknown) === scalars.int64 ? (integers[0]?.[0] as number) : none;
    this.#double = float?.[1] === scalars.double ? float[0] : none;
    this.#boolean = boolean?.[0] ?? none;
    this.#bytes = bytes?.[1] === scalars.bytes ? bytes[0] : none;
    this.#json = json?.[1] === scalars.string ? json[0] : none;
    this.#list = list?.[0] ?? none;
    this.#map = map?.[0] ?? none;
  }

  override read(reader: Reader, into: unknown): unknown {
    let value: unknown = into ?? null;
    let last = 0;
    let unknown: UnknownField[] | undefined;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === this.#string) value = reader.string();
      else if (tag === this.#int64) value = reader.safeInt64();
      else if (tag === this.#double) value = reader.double();
      else if (tag === this.#boolean) value = reader.bool();
      else if (tag === this.#json) value = parseJson(reader.string());
      else if (tag === this.#bytes) value = reader.bytes();
      else if (tag === this.#list || tag === this.#map)
        value = this.#readContainer(tag, reader, last === tag || (last === 0 && this.#members.json === undefined) ? value : undefined);
      else {
        const read = this.#readOther(tag, reader);
        if (read === undefined) {
          unknown ??= [];
          unknown.push({ no: tag >>> 3, wireType: tag & 7, data: reader.unknown(tag) });
          continue;
        }
        value = read;
      }
      last = tag;
    }
    if (unknown === undefined && !(into instanceof UnknownValue)) return value;
    return withUnknown(reader, value, last === 0, into, unknown ?? []);
  }

  /** Reads a list or a map. `before` is what came earlier, perhaps in an earlier part of the message: the two are merged if they are of one kind. */
  #readContainer(tag: number, reader: Reader, before: unknown): unknown {
    const outer = reader.enter();
    reader.deeper();
    const isList = tag === this.#list;
    const [, itemTag, own] = (isList ? this.#members.list : this.#members.map) as ContainerMember;
    const value = (isList ? readList : readMap)(own ? this : jsonValue, itemTag, reader, before);
    reader.depth--;
    reader.leave(outer);
    return value;
  }

  /** Reads any other member; undefined for a field that is not known. */
  #readOther(tag: number, reader: Reader): unknown {
    const { string, integers = [], float, bytes, json } = this.#members;
    for (const [at, scalar] of integers) if (at === tag) return narrow(scalar.read(reader, true));
    if (tag === json?.[0]) return parseJson(json[1].read(reader, true));
    if (tag === this.#members.null) {
      if ((tag & 7) === 2) reader.bytes();
      else reader.int32();
      return null;
    }
    for (const member of [string, float, bytes]) if (tag === member?.[0]) return member[1].read(reader, true);
    const expected = this.#wireTypeOf(tag >>> 3);
    if (expected !== undefined) throw new Error(`field ${tag >>> 3} has wire type ${tag & 7}, expected ${expected}`);
    return undefined;
  }

  /** The wire type of a member; undefined if there is none of this number. */
  #wireTypeOf(number: number): number | undefined {
    const { integers = [], null: nothing, ...members } = this.#members;
    const tags = [...Object.values(members), ...integers].map(([tag]) => tag);
    if (nothing !== undefined) tags.push(nothing);
    const tag = tags.find((candidate) => candidate >>> 3 === number);
    return tag === undefined ? undefined : tag & 7;
  }

  override write(writer: Writer, init: unknown): void {
    writer.deeper();
    this.#write(writer, init);
    writer.depth--;
  }

  #write(writer: Writer, init: unknown): void {
    switch (typeof init) {
      case "string":
        if (this.#string === none) return this.#put(writer, this.#members.string, init);
        writer.tag(this.#string);
        return writer.putString(init);
      case "boolean":
        if (this.#boolean === none) return this.#put(writer, undefined, init);
        writer.tag(this.#boolean);
        return writer.putBool(init);
      case "number":
        return this.#putNumber(writer, init);
      case "bigint":
        return this.#putBigint(writer, init);
      case "undefined":
        return this.#putNull(writer);
      case "object":
        return this.#putObject(writer, init);
      default:
        this.#refuse(init);
    }
  }

  #putNumber(writer: Writer, value: number): void {
    if ((value | 0) === value && value !== 0 && this.#int64 !== none) {
      writer.tag(this.#int64);
      return writer.putInt32(value);
    }
    if (!Number.isInteger(value) && this.#double !== none) {
      writer.tag(this.#double);
      return writer.putDouble(value);
    }
    const { integers, float, json } = this.#members;
    // -0 is an integer only where nothing can carry its sign.
    if (integers !== undefined && Number.isInteger(value) && !(Object.is(value, -0) && (float || json))) {
      if (this.#int64 !== none && Number.isSafeInteger(value)) {
        writer.tag(this.#int64);
        writer.putSafeInt64(value);
        return;
      }
      if (this.#putInteger(writer, BigInt(value))) return;
    }
    this.#put(writer, float, value);
  }

  #putBigint(writer: Writer, value: bigint): void {
    const { integers = [], float, json } = this.#members;
    if (this.#putInteger(writer, value)) return;
    if (integers.length > 0) throw new Error(`the integer is past the range of ${this.typeName}`);
    if (json) putScalar(writer, json, value.toString());
    else if (float && BigInt(Number(value)) === value) putScalar(writer, float, Number(value));
    else this.#refuse(value);
  }

  /** Writes an integer into the first member that holds it, if there is one. */
  #putInteger(writer: Writer, value: bigint): boolean {
    for (const [tag, scalar] of this.#members.integers ?? []) {
      const [min, max] = scalar.range ?? [0n, 0n];
      if (value < min || value > max) continue;
      writer.tag(tag);
      scalar.put(writer, scalar.wide ? value : Number(value));
      return true;
    }
    return false;
  }

  #putObject(writer: Writer, value: object | null): void {
    const { float, bytes, json, list, map } = this.#members;
    if (value === null) return this.#putNull(writer);
    if (value instanceof UnknownValue) return writer.unknown(value.$unknown);
    if (value instanceof Float) return float ? putScalar(writer, float, value.value) : this.#put(writer, undefined, value);
    if (value instanceof Uint8Array && bytes) return putScalar(writer, bytes, value);
    if (value instanceof RawJson) return this.#putText(writer, value);
    if (value instanceof WholeValue) value.misplaced();
    if (Array.isArray(value) && list) return this.#putContainer(writer, list, writeList, value);
    if (map && isPlain(value)) return this.#putContainer(writer, map, writeMap, value);
    if (json) return putScalar(writer, json, stringifyJson(value));
    if ("toJSON" in value && typeof value.toJSON === "function" && !ArrayBuffer.isView(value)) return this.#write(writer, (value.toJSON as () => unknown)());
    this.#refuse(value);
  }

  #putContainer(writer: Writer, [tag, itemTag, own]: ContainerMember, write: typeof writeList, value: object): void {
    const start = writer.fork(tag);
    write(own ? this : jsonValue, itemTag, writer, value);
    writer.join(start);
  }

  #putText(writer: Writer, value: RawJson): void {
    const { json } = this.#members;
    if (json) return putScalar(writer, json, value.text);
    const parsed = parseJson(value.text);
    if (parsed instanceof RawJson) throw new Error(`${this.typeName} takes no text that is not JSON`);
    this.#write(writer, parsed);
  }

  #putNull(writer: Writer): void {
    const { null: tag, json } = this.#members;
    if (tag !== undefined) {
      writer.tag(tag);
      writer.putUint32(0);
    } else if (json) putScalar(writer, json, "null");
    // Where nothing says null, only a message in which nothing is set was read as one: it goes back as it came.
  }

  /** Writes the value into its member, or into the JSON text if it has none. */
  #put(writer: Writer, member: ScalarMember<unknown> | undefined, value: unknown): void {
    if (member) putScalar(writer, member, value);
    else if (this.#members.json) putScalar(writer, this.#members.json, stringifyJson(value));
    else this.#refuse(value);
  }

  #refuse(value: unknown): never {
    const kinds = Object.keys(this.#members).map((kind) => (kind === "integers" ? "integer" : kind));
    refuse(`one of ${kinds.join(", ")} (${this.typeName})`, value);
  }
}

function putScalar(writer: Writer, [tag, scalar]: ScalarMember<unknown>, value: unknown): void {
  const wire = scalar.check(value as never);
  writer.tag(tag);
  scalar.put(writer, wire);
}

/** A value message in which there was something that is not known. */
function withUnknown(reader: Reader, value: unknown, noMember: boolean, into: unknown, fields: readonly UnknownField[]): unknown {
  const all = into instanceof UnknownValue ? [...into.$unknown, ...fields] : fields;
  if (noMember && (into === undefined || into instanceof UnknownValue)) return new UnknownValue(all);
  reader.beside = all;
  return value;
}

const safe = BigInt(Number.MAX_SAFE_INTEGER);

/** An integer as a number when that is safe, else as a bigint. */
export function narrow(wire: unknown): unknown {
  return typeof wire === "bigint" && wire >= -safe && wire <= safe ? Number(wire) : wire;
}

/** Makes the companion of a value message. Called by generated code. */
export function valueCodec<F, I>(typeName: string, members: ValueMembers): MessageCodec<F, I> {
  return new ValueCodec(typeName, members) as unknown as MessageCodec<F, I>;
}

/** `google.protobuf.Value`, as any other value message. Source: google/protobuf/struct.proto. */
export const jsonValue: MessageCodec<unknown, unknown> & PayloadCodec = /*@__PURE__*/ new ValueCodec("google.protobuf.Value", {
  null: 8,
  float: [17, scalars.double],
  string: [26, scalars.string],
  boolean: [32, scalars.bool],
  map: [42, 10, false],
  list: [50, 10, false],
});
