import type { Any as AnyMessage } from "@bufbuild/protobuf/wkt";
import type { AnyPlace, AnyWire, Dialect } from "../message/dialect.js";
import { decodeUtf8, encodeUtf8 } from "../wire/utf8.js";
import { Any } from "../wkt/any.js";
import { BinaryValue, receiveBinary, receivedAny } from "./binary.js";
import { Float } from "./float.js";
import { type JsonInit, type JsonValue, parseJson, RawJson, stringifyJson } from "./json.js";
import { type AnyKind, checkKind, isInteger, isOneOf, kindOf, plainOf } from "./kind.js";
import { floatText, integerText } from "./number-text.js";
import { areReceivedBytes, originOf, rememberBytes, rememberOrigin } from "./origin.js";
import { type PackedType, packedNameOf, packedNames, packedTypes, refusePacked } from "./packed.js";
import { parseShortJson } from "./short-json.js";
import { TypeUrl } from "./type-url.js";
import { Typed } from "./typed.js";

/**
 * The value of a `google.protobuf.Any` of a dialect, as one receives it. What is in no form of the dialect is protobuf-es's `Any`, and text
 * that is no JSON a {@link RawJson}; `instanceof` and `$typeName` tell.
 */
export type AnyValue = JsonValue | Uint8Array | BinaryValue;

/** The value of a `google.protobuf.Any` of a dialect, as one may pass it. protobuf-es's `Any` is written as it is. */
export type AnyInit = JsonInit | Uint8Array | BinaryValue | Typed;

/** How the peers of a proto put values into `google.protobuf.Any`. */
export interface AnyDialectInit {
  /** The type URL, with `{tag}` once where the tag is. With `packed`, `type.googleapis.com/google.protobuf.{tag}` if it is left out. */
  readonly typeUrl?: string;
  /** Other type URLs that mean the same: read, and never written but to what was read from them. */
  readonly alsoTypeUrls?: readonly string[];
  /** The tags, with the kind of value that each one is for. For a kind, the first one is taken. */
  readonly tags?: readonly (readonly [tag: string, kind: AnyKind])[];
  /** The bytes are messages of google/protobuf/wrappers.proto and struct.proto, not JSON text; a tag is the name of the message. */
  readonly packed?: boolean;
  /** `NaN`, `Infinity` and `-Infinity` inside of JSON text are bare tokens. */
  readonly bareTokens?: boolean;
}

/** One way to write a value into an Any. */
interface Form {
  readonly typeUrl: string;
  /** Whether that is the type URL which the dialect writes for the tag. */
  readonly isOwn: boolean;
  readonly tag: string;
  /** The kinds that the tag is for; empty for a tag that is not known, which may have any. */
  readonly kinds: ReadonlySet<AnyKind>;
  /** Undefined for JSON text. */
  readonly packed: PackedType | undefined;
}

/** What a type URL says. */
interface Known {
  readonly form: Form | undefined;
  /** The tag, if it is one that needs bytes beside the Any. */
  readonly binaryTag: string | undefined;
}

/** How many forms are remembered: a peer may send any number of type URLs. */
const formLimit = 256;

const anyTag: ReadonlySet<AnyKind> = new Set();
const binary = ".binary";

/** Reads and writes values in `google.protobuf.Any`. Made by {@link anyDialect}. */
export class AnyDialect implements Dialect {
  /** The companion of the Any itself. */
  readonly message: typeof Any = Any;
  readonly #typeUrl: TypeUrl;
  readonly #typeUrls: readonly TypeUrl[];
  readonly #kinds = new Map<string, Set<AnyKind>>();
  readonly #tags = new Map<AnyKind, string>();
  readonly #forms = new Map<string, Known>();
  readonly #formsOfTags = new Map<string, Form>();
  readonly #packed: boolean;
  readonly #bareTokens: boolean;

  constructor({ typeUrl, alsoTypeUrls = [], tags = [], packed = false, bareTokens = false }: AnyDialectInit) {
    if (typeUrl === undefined && !packed) throw new Error("a dialect of JSON text needs a type URL: the generated code is broken, generate it again");
    this.#typeUrl = new TypeUrl(typeUrl ?? "type.googleapis.com/google.protobuf.{tag}");
    this.#typeUrls = [this.#typeUrl, ...alsoTypeUrls.map((template) => new TypeUrl(template))];
    this.#packed = packed;
    this.#bareTokens = bareTokens;
    for (const [tag, kind] of tags) {
      const kinds = this.#kinds.get(tag);
      if (kinds) kinds.add(kind);
      else this.#kinds.set(tag, new Set([kind]));
      if (!this.#tags.has(kind)) this.#tags.set(kind, tag);
    }
  }

  /**
   * The value of an Any and its sidecar; undefined if there is neither.
   *
   * @throws Error if the type asks for a sidecar that is not there
   */
  fromWire(any: AnyMessage | undefined, bytes: Uint8Array | undefined, place: AnyPlace): unknown {
    if (bytes !== undefined) rememberBytes(bytes);
    if (any === undefined) return bytes;
    if (bytes !== undefined) return receiveBinary(this.#binaryType(any.typeUrl), bytes, any, this.#bareTokens);
    const { form, binaryTag } = this.#known(any.typeUrl);
    if (binaryTag !== undefined) {
      const where = place.sidecar === undefined ? "and there is no field for them" : `which are missing: ${place.sidecar} is not set`;
      throw new Error(`the type ${quoted(binaryTag)} needs bytes beside it, ${where}`);
    }
    if (form === undefined || any.$unknown !== undefined) return any;
    const read = this.#read(form, any.value);
    if (read === undefined) return any;
    const { value, packed } = read;
    if (!this.#isTold(form, value, packed, place.tag)) {
      rememberOrigin(place.container, place.key, { value, typeUrl: any.typeUrl, packed, tag: place.tag });
    }
    return value;
  }

  /**
   * What is written for a value that is not undefined.
   *
   * @throws Error, JsonError for what neither the Any nor the sidecar can carry
   */
  toWire(init: unknown, place: AnyPlace): AnyWire {
    if (isAny(init)) return { any: init, bytes: undefined };
    if (init instanceof BinaryValue) return this.#writeBinary(init, place);
    const origin = originOf(place.container, place.key, init, place.tag);
    if (origin) return { any: this.#writeOrigin(origin.typeUrl, origin.packed, init), bytes: undefined };
    if (init instanceof Uint8Array && (!this.#packed || (place.sidecar !== undefined && (place.rawBytes || areReceivedBytes(init))))) {
      return { any: undefined, bytes: sidecarBytes(init, place) };
    }
    if (init instanceof Typed && init.value === undefined) throw new Error(`typed(${quoted(init.type)}) has no value: leave the field out instead`);
    const value = plainOf(init instanceof Typed ? init.value : init);
    const form = this.#formFor(value, place, init instanceof Typed ? init.type : undefined);
    return { any: { typeUrl: form.typeUrl, value: this.#write(form, value) }, bytes: undefined };
  }

  // --- reading -----------------------------------------------------------------------------------------------------------

  #known(typeUrl: string): Known {
    let known = this.#forms.get(typeUrl);
    if (known === undefined) {
      const tag = this.#tagOf(typeUrl);
      known = { form: this.#formOf(typeUrl, tag), binaryTag: tag?.endsWith(binary) ? tag : undefined };
      if (this.#forms.size >= formLimit) this.#forms.clear();
      this.#forms.set(typeUrl, known);
    }
    return known;
  }

  #tagOf(typeUrl: string): string | undefined {
    for (const template of this.#typeUrls) {
      const tag = template.tagOf(typeUrl);
      if (tag !== undefined) return tag;
    }
    return undefined;
  }

  #binaryType(typeUrl: string): string {
    const tag = this.#typeUrl.tagOf(typeUrl);
    const type = tag?.endsWith(binary) ? tag.slice(0, -binary.length) : "";
    return type === "" || type.includes("/") ? typeUrl : type;
  }

  #formOf(typeUrl: string, tag: string | undefined = this.#tagOf(typeUrl)): Form | undefined {
    const name = packedNameOf(typeUrl) ?? (this.#packed ? tag : undefined);
    const packed = name === undefined ? undefined : packedTypes.get(name);
    if (tag === undefined && packed === undefined) return undefined;
    return { typeUrl, isOwn: tag !== undefined && this.#typeUrl.of(tag) === typeUrl, tag: tag ?? "", kinds: this.#kindsOf(tag ?? ""), packed };
  }

  #read({ kinds, packed }: Form, bytes: Uint8Array): { value: unknown; packed: boolean } | undefined {
    const early = packed?.first ? packed.read(bytes) : undefined;
    if (early) return { value: early.value, packed: true };
    const json = this.#readJson(bytes);
    if (packed?.first === false && (json === undefined || json instanceof RawJson)) {
      const late = packed.read(bytes);
      if (late) return { value: late.value, packed: true };
    }
    if (json === undefined) return undefined;
    return { value: kinds.has("float") || packed?.isFloat ? numberNamed(json) : json, packed: false };
  }

  /** The JSON that bytes are; undefined if they are no text. */
  #readJson(bytes: Uint8Array): JsonValue | RawJson | undefined {
    const short = parseShortJson(bytes);
    if (short !== undefined) return short;
    const text = decodeUtf8(bytes);
    return text === undefined ? undefined : parseJson(text, this.#bareTokens);
  }

  /** Whether a value, with the tag beside it, is all that is needed to write it as it was read. */
  #isTold(form: Form, value: unknown, packed: boolean, beside: unknown): boolean {
    if (value instanceof Uint8Array) return false; // bytes by themselves may go to a sidecar
    const tag = this.#isKnown(beside) ? beside : this.#tagFor(value);
    if (tag === undefined || packed !== this.#packed || !form.isOwn || form.tag !== tag) return false;
    // A float is written with a point, and could no longer be read as a bigint.
    return packed || (isOneOf(form.kinds, value) && !(typeof value === "bigint" && !form.kinds.has("integer") && form.kinds.has("float")));
  }

  // --- writing -----------------------------------------------------------------------------------------------------------

  #writeOrigin(typeUrl: string, packed: boolean, value: unknown): AnyWire["any"] {
    const form = this.#formOf(typeUrl);
    if (packed && form?.packed) return { typeUrl, value: form.packed.write(value) };
    const kinds = form?.kinds ?? anyTag;
    const isNumber = kinds.has("float") || form?.packed?.isFloat;
    const text = typeof value === "number" && isNumber ? floatText(value) : stringifyJson(value, this.#bareTokens);
    return { typeUrl, value: encodeUtf8(text) };
  }

  #writeBinary(value: BinaryValue, { sidecar }: AnyPlace): AnyWire {
    if (sidecar === undefined) throw new Error("a BinaryValue needs a field for its bytes, and there is none beside this one");
    const any = receivedAny(value);
    if (any) return { any, bytes: value.data };
    const typeUrl = value.type.includes("/") ? value.type : this.#typeUrl.of(value.type + binary);
    return { any: { typeUrl, value: encodeUtf8(stringifyJson(value.meta, this.#bareTokens)) }, bytes: value.data };
  }

  /** The form in which a value is written: the tag beside it, its own, or the one for its kind. */
  #formFor(value: unknown, { tag: beside, tagProperty }: AnyPlace, own: string | undefined): Form {
    if (this.#isKnown(beside)) {
      if (own !== undefined && own !== beside) {
        throw new Error(`typed(${quoted(own)}) contradicts ${tagProperty}, which says ${quoted(beside)}`);
      }
      return this.#formOfTag(beside);
    }
    if (own !== undefined) return this.#formOfTag(own);
    const tag = this.#tagFor(value);
    if (tag === undefined) throw new Error(`no tag is for the kind ${kindOf(value)}: there are ${[...this.#kinds.keys()].join(", ")}`);
    return this.#formOfTag(tag);
  }

  #formOfTag(tag: string): Form {
    let form = this.#formsOfTags.get(tag);
    if (form === undefined) {
      form = this.#makeForm(tag);
      if (this.#formsOfTags.size >= formLimit) this.#formsOfTags.clear();
      this.#formsOfTags.set(tag, form);
    }
    return form;
  }

  #makeForm(tag: string): Form {
    const typeUrl = this.#typeUrl.of(tag);
    if (this.#packed) return { typeUrl, isOwn: true, tag, kinds: anyTag, packed: packedTypes.get(tag) ?? refusePacked(tag) };
    if (tag.endsWith(binary)) throw new Error(`the type ${quoted(tag)} needs bytes beside it: send a BinaryValue`);
    return { typeUrl, isOwn: true, tag, kinds: this.#kindsOf(tag), packed: undefined };
  }

  #write({ kinds, packed, tag }: Form, value: unknown): Uint8Array {
    if (packed) return packed.write(value instanceof RawJson ? parsed(value) : value);
    if (kinds.size > 0) checkKind(kinds, value, tag);
    if (value instanceof RawJson) return encodeUtf8(value.text);
    if (kinds.has("integer") && (isInteger(value) || (Object.is(value, -0) && !kinds.has("float")))) return encodeUtf8(integerText(value as number | bigint));
    if (kinds.has("float")) {
      if (typeof value === "bigint") return encodeUtf8(`${value}.0`);
      if (typeof value === "number") return encodeUtf8(floatText(value));
      if (value instanceof Float) return encodeUtf8(floatText(value.value));
    }
    return encodeUtf8(stringifyJson(value, this.#bareTokens));
  }

  // --- tags --------------------------------------------------------------------------------------------------------------

  #isKnown(tag: unknown): tag is string {
    return typeof tag === "string" && (this.#packed ? packedTypes.has(tag) : this.#kinds.has(tag));
  }

  #kindsOf(tag: string): ReadonlySet<AnyKind> {
    return this.#kinds.get(tag) ?? anyTag;
  }

  #tagFor(value: unknown): string | undefined {
    if (this.#packed) return packedNames[value instanceof Uint8Array ? "bytes" : kindOf(value)];
    return this.#tags.get(kindOf(value)) ?? this.#tags.get("any");
  }
}

/** Makes a dialect of `google.protobuf.Any`. Called by generated code. */
export function anyDialect(init: AnyDialectInit): AnyDialect {
  return new AnyDialect(init);
}

/** Whether a value is protobuf-es's Any. JSON that looks like one has no bytes. */
function isAny(value: unknown): value is AnyMessage {
  const { $typeName, typeUrl, value: bytes } = (typeof value === "object" && value !== null ? value : {}) as Partial<AnyMessage>;
  return $typeName === Any.typeName && typeof typeUrl === "string" && bytes instanceof Uint8Array;
}

function sidecarBytes(bytes: Uint8Array, { sidecar, rawBytes }: AnyPlace): Uint8Array {
  if (sidecar === undefined) throw new Error("there is no field for bytes beside this one: encode them as text");
  if (!rawBytes && !areReceivedBytes(bytes)) {
    throw new Error(`bytes go to ${sidecar} only where the peer reads raw bytes: if it does, say so by any.raw_bytes in the config; else send a BinaryValue`);
  }
  return bytes;
}

function parsed(raw: RawJson): JsonValue {
  const value = parseJson(raw.text);
  if (value instanceof RawJson) throw new Error("text that is no JSON cannot be packed");
  return value;
}

function numberNamed(json: unknown): unknown {
  return json === "NaN" || json === "Infinity" || json === "-Infinity" ? Number(json) : json;
}

/** A tag in an error: a peer may have sent one of any length. */
function quoted(tag: string): string {
  return JSON.stringify(tag.length > 60 ? `${tag.slice(0, 60)}...` : tag);
}
