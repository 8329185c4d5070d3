import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import type { MessageCodec, UnknownField } from "../message/codec.js";
import { PayloadMessageCodec } from "../message/message.js";
import type { PayloadCodec } from "../message/plan.js";
import { type Scalar, scalarOf } from "../message/scalar.js";
import { type Reader, refuse, type Writer } from "../message/wire.js";
import { writeUnknown } from "../message/writing.js";
import { isPlain, readList, readMap, writeList, writeMap } from "./container.js";
import { Float } from "./float.js";
import { parseJson, RawJson, stringifyJson, WholeValue } from "./json.js";

/**
 * The members of a value message by what they carry, each by its name in the proto. A kind without a member goes into `json`, if there
 * is one; a value that no member can carry is an error.
 */
export interface ValueMembers {
  readonly string?: string;
  /** Members for integers: the first whose range holds the value takes it. */
  readonly integers?: readonly string[];
  readonly float?: string;
  readonly boolean?: string;
  readonly bytes?: string;
  /** A string member with JSON text. */
  readonly json?: string;
  /** A message with nothing but a repeated field of values. */
  readonly list?: string;
  /** A message with nothing but a map from string to values. */
  readonly map?: string;
  /** A `google.protobuf.NullValue` or `google.protobuf.Empty`. */
  readonly null?: string;
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

interface Member {
  readonly number: number;
  readonly wireType: WireType;
  read(reader: Reader, end: number, into: unknown): unknown;
  write(writer: Writer, value: unknown): void;
}
interface IntegerMember extends Member {
  readonly min: bigint;
  readonly max: bigint;
}

const safe = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * The codec of a message that stands for one dynamic value. A handler sees the plain value, never the message.
 * A message with no member set reads as null. A value is never written as a message with nothing set, but for null where no member
 * can say it. A member that this version of the proto does not know reads as an {@link UnknownValue}.
 */
class ValueCodec extends PayloadMessageCodec<unknown, unknown> {
  readonly isValue = true;
  readonly #desc: DescMessage;
  readonly #kinds: string;
  readonly #byNumber = new Map<number, Member>();
  readonly #string: Member | undefined;
  readonly #integers: readonly IntegerMember[];
  readonly #float: Member | undefined;
  readonly #boolean: Member | undefined;
  readonly #bytes: Member | undefined;
  readonly #json: Member | undefined;
  readonly #list: Member | undefined;
  readonly #map: Member | undefined;
  readonly #null: Member | undefined;

  constructor(desc: DescMessage, members: ValueMembers) {
    super(desc.typeName);
    this.#desc = desc;
    this.#kinds = Object.keys(members)
      .map((kind) => (kind === "integers" ? "integer" : kind))
      .join(", ");
    this.#string = this.#scalar(members.string);
    this.#integers = (members.integers ?? []).map((name) => ({ ...(this.#scalar(name, narrow) as Member), ...rangeOf(this.#field(name).scalar) }));
    this.#float = this.#scalar(members.float);
    this.#boolean = this.#scalar(members.boolean);
    this.#bytes = this.#scalar(members.bytes);
    this.#json = this.#scalar(members.json, (text) => parseJson(text as string));
    this.#list = this.#container(members.list, readList, writeList);
    this.#map = this.#container(members.map, readMap, writeMap);
    this.#null = this.#nothing(members.null);
  }

  override read(reader: Reader, end: number, into: unknown): unknown {
    reader.enterMessage();
    let value: unknown = into ?? null;
    let last = 0;
    const unknown: UnknownField[] = [];
    while (reader.pos < end) {
      const [number, wireType] = reader.tag();
      const member = this.#byNumber.get(number);
      if (member === undefined) {
        unknown.push({ no: number, wireType, data: reader.unknown(number, wireType) });
        continue;
      }
      if (wireType !== member.wireType) throw new Error(`field ${number} has wire type ${wireType}, expected ${member.wireType}`);
      value = member.read(reader, end, last === number ? value : undefined);
      last = number;
    }
    if (reader.pos !== end) throw new Error("truncated: the value runs past the end of its message");
    reader.depth--;
    const all = into instanceof UnknownValue ? [...into.$unknown, ...unknown] : unknown;
    if (all.length === 0) return value;
    if (last === 0 && (into === undefined || into instanceof UnknownValue)) return new UnknownValue(all);
    reader.beside = all;
    return value;
  }

  override write(writer: Writer, init: unknown): void {
    writer.enterMessage();
    this.#write(writer, init);
    writer.depth--;
  }

  #write(writer: Writer, init: unknown): void {
    switch (typeof init) {
      case "string":
        return this.#put(writer, this.#string, init);
      case "boolean":
        return this.#put(writer, this.#boolean, init);
      case "number":
        return this.#putNumber(writer, init);
      case "bigint":
        return this.#putBigint(writer, init);
      case "undefined":
        return this.#put(writer, this.#null, null);
      case "object":
        return this.#putObject(writer, init);
      default:
        this.#refuse(init);
    }
  }

  #putNumber(writer: Writer, value: number): void {
    // -0 is an integer only where nothing can carry its sign.
    if (Number.isInteger(value) && !(Object.is(value, -0) && (this.#float || this.#json))) {
      const member = this.#integerFor(BigInt(value));
      if (member) return member.write(writer, BigInt(value));
    }
    this.#put(writer, this.#float, value);
  }

  #putBigint(writer: Writer, value: bigint): void {
    const member = this.#integerFor(value);
    if (member) return member.write(writer, value);
    if (this.#integers.length > 0) throw new Error(`the integer is past the range of ${this.typeName}`);
    if (this.#json) return this.#json.write(writer, value.toString());
    if (this.#float && BigInt(Number(value)) === value) return this.#float.write(writer, Number(value));
    this.#refuse(value);
  }

  #putObject(writer: Writer, value: object | null): void {
    if (value === null) return this.#putNull(writer);
    if (value instanceof UnknownValue) return writeUnknown(value.$unknown, writer);
    if (value instanceof Float) return this.#float ? this.#float.write(writer, value.value) : this.#put(writer, undefined, value);
    if (value instanceof Uint8Array && this.#bytes) return this.#bytes.write(writer, value);
    if (value instanceof RawJson) return this.#putText(writer, value);
    if (value instanceof WholeValue) value.misplaced();
    if (Array.isArray(value) && this.#list) return this.#list.write(writer, value);
    if (this.#map && isPlain(value)) return this.#map.write(writer, value);
    if (this.#json) return this.#json.write(writer, stringifyJson(value));
    if ("toJSON" in value && typeof value.toJSON === "function" && !ArrayBuffer.isView(value)) return this.#write(writer, (value.toJSON as () => unknown)());
    this.#refuse(value);
  }

  #putText(writer: Writer, value: RawJson): void {
    if (this.#json) return this.#json.write(writer, value.text);
    const parsed = parseJson(value.text);
    if (parsed instanceof RawJson) throw new Error(`${this.typeName} takes no text that is not JSON`);
    this.#write(writer, parsed);
  }

  #putNull(writer: Writer): void {
    // Where nothing says null, only a message in which nothing is set was read as one: it goes back as it came.
    if (this.#null || this.#json) this.#put(writer, this.#null, null);
  }

  /** Writes the value into its member, or into the JSON text if it has none. */
  #put(writer: Writer, member: Member | undefined, value: unknown): void {
    if (member) member.write(writer, value);
    else if (this.#json) this.#json.write(writer, stringifyJson(value));
    else this.#refuse(value);
  }

  #integerFor(value: bigint): IntegerMember | undefined {
    return this.#integers.find(({ min, max }) => value >= min && value <= max);
  }

  #refuse(value: unknown): never {
    refuse(`one of ${this.#kinds} (${this.typeName})`, value);
  }

  // --- members ---------------------------------------------------------------------------------------------------------

  #field(name: string): DescField {
    const field = this.#desc.fields.find((candidate) => candidate.name === name);
    if (!field) throw new Error(`${this.typeName} has no field ${name}: the generated code does not fit the descriptor, generate it again`);
    return field;
  }

  #add(member: Member): Member {
    this.#byNumber.set(member.number, member);
    return member;
  }

  #scalar(name: string | undefined, face: (wire: unknown) => unknown = (wire) => wire): Member | undefined {
    if (name === undefined) return undefined;
    const field = this.#field(name);
    const scalar: Scalar = scalarOf(field.scalar as ScalarType, field.utf8Validation);
    return this.#add({
      number: field.number,
      wireType: scalar.wireType,
      read: (reader) => face(scalar.read(reader)),
      write: (writer, value) => {
        writer.tag(field.number, scalar.wireType);
        scalar.write(writer, typeof value === "bigint" && is32Bit(field.scalar) ? Number(value) : value);
      },
    });
  }

  #container(name: string | undefined, read: typeof readList | typeof readMap, write: typeof writeList): Member | undefined {
    if (name === undefined) return undefined;
    const field = this.#field(name);
    const items = field.message?.fields[0];
    if (!items) throw new Error(`${field} has no items: the generated code does not fit the descriptor, generate it again`);
    const values = items.message?.typeName === this.typeName ? this : jsonValue;
    return this.#add({
      number: field.number,
      wireType: WireType.LengthDelimited,
      read: (reader, end, into) => read(values, items.number, reader, reader.part(end), into),
      write: (writer, value) => {
        writer.tag(field.number, WireType.LengthDelimited).fork();
        write(values, items.number, writer, value);
        writer.join();
      },
    });
  }

  #nothing(name: string | undefined): Member | undefined {
    if (name === undefined) return undefined;
    const { number, message } = this.#field(name);
    return this.#add({
      number,
      wireType: message ? WireType.LengthDelimited : WireType.Varint,
      read: (reader) => {
        if (message) reader.bytes();
        else reader.int32();
        return null;
      },
      write: (writer) => {
        if (message) writer.tag(number, WireType.LengthDelimited).bytes(new Uint8Array(0));
        else writer.tag(number, WireType.Varint).int32(0);
      },
    });
  }
}

/** An integer as a number when that is safe, else as a bigint. */
export function narrow(wire: unknown): number | bigint {
  return typeof wire === "bigint" && wire >= -safe && wire <= safe ? Number(wire) : (wire as bigint);
}

function is32Bit(type: ScalarType | undefined): boolean {
  return type === ScalarType.INT32 || type === ScalarType.SINT32 || type === ScalarType.SFIXED32 || type === ScalarType.UINT32 || type === ScalarType.FIXED32;
}

function rangeOf(type: ScalarType | undefined): { min: bigint; max: bigint } {
  const bits = is32Bit(type) ? 32n : 64n;
  const unsigned = type === ScalarType.UINT32 || type === ScalarType.FIXED32 || type === ScalarType.UINT64 || type === ScalarType.FIXED64;
  return unsigned ? { min: 0n, max: (1n << bits) - 1n } : { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n };
}

/** Makes the companion of a value message. Called by generated code. */
export function valueCodec<F, I>(desc: DescMessage, members: ValueMembers): MessageCodec<F, I> {
  return new ValueCodec(desc, members) as unknown as MessageCodec<F, I>;
}

/** `google.protobuf.Value`, as any other value message. */
export const jsonValue: MessageCodec<unknown, unknown> & PayloadCodec = new ValueCodec(ValueSchema, {
  null: "null_value",
  float: "number_value",
  string: "string_value",
  boolean: "bool_value",
  map: "struct_value",
  list: "list_value",
});
