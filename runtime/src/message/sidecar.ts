import type { Any as AnyMessage } from "@bufbuild/protobuf/wkt";
import { setOwn } from "../own.js";
import type { Path } from "../wire/path.js";
import type { AnyPlace, Dialect } from "./dialect.js";
import type { Reader } from "./reader.js";
import { type Scalar, scalars } from "./scalar.js";
import type { Writer } from "./writer.js";

/** A field whose values are in a `google.protobuf.Any`, with bytes in another field beside it, or not; in the face it is one property. */
export interface JoinedField {
  readonly number: number;
  /** The property of the face; of a member of a oneof, the name of its case. */
  readonly property: string;
  readonly oneof?: string;
  readonly dialect: Dialect;
  /** Set for a list or a map. */
  readonly kind?: "list" | "map";
  /** The keys of a map. */
  readonly keys?: Scalar<unknown, never>;
  /** The property of a string field beside it that says the value's tag. */
  readonly tag?: string;
  /** The field with the value's bytes, which has no property of its own; of a map, a map of bytes. */
  readonly sidecar?: {
    readonly number: number;
    /** Its name in the proto. */
    readonly name: string;
    /** Whether no bytes at all can be told from no field. */
    readonly presence?: boolean;
  };
  /** With `sidecar`: whether a Uint8Array goes there as it is. */
  readonly rawBytes?: boolean;
  /** Whether the Any is a group on the wire. */
  readonly delimited?: boolean;
}

/** An object whose properties are the fields of a message. */
type Face = Record<string, unknown>;

/** How the values of a message that are in a `google.protobuf.Any` cross the wire. Only who has such fields makes one, and loads this code. */
export class JoinedPlan {
  readonly #fields: readonly JoinedField[];
  readonly #byNumber = new Map<number, JoinedField>();

  constructor(fields: readonly JoinedField[]) {
    this.#fields = fields;
    for (const field of fields) {
      this.#byNumber.set(field.number, field);
      if (field.sidecar) this.#byNumber.set(field.sidecar.number, field);
    }
  }

  /** Whether a field is one of them, or has the bytes of one. */
  has(number: number): boolean {
    return this.#byNumber.has(number);
  }

  /** The join of a message that is being read; begins it where the message is. */
  joinOf(face: Face, reader: Reader): Join {
    reader.joins ??= new Map();
    let join = reader.joins.get(face);
    if (join === undefined) {
      join = { plan: this, sidecars: {}, steps: reader.path?.steps() ?? [] };
      reader.joins.set(face, join);
    }
    return join;
  }

  /** Reads such a field, or a sidecar, as it is on the wire. */
  read(tag: number, face: Face, reader: Reader): void {
    const number = tag >>> 3;
    const field = this.#byNumber.get(number) as JoinedField;
    const expected = field.delimited && number === field.number ? 3 : 2;
    if ((tag & 7) !== expected) reader.refuseWireType(expected, tag & 7);
    const { sidecars } = this.joinOf(face, reader);
    if (number === field.number) readAny(field, face, reader);
    else if (field.kind === "map") {
      sidecars[number] ??= {};
      reader.scalarEntry(sidecars[number] as Record<string, Uint8Array>, field.keys ?? scalars.string, scalars.bytes);
    } else sidecars[number] = reader.bytes();
  }

  /** Makes the values of a message that was read. */
  finish(face: Face, sidecars: Join["sidecars"], path: Path | undefined): void {
    for (const field of this.#fields) {
      path?.enter(field.property);
      joinField(field, face, sidecars[field.sidecar?.number ?? 0], path);
      path?.leave();
    }
  }

  /** Makes of the values of a message what is written for them. */
  split(face: Face, path: Path | undefined): Parts {
    const parts: Parts = {};
    for (const field of this.#fields) {
      path?.enter(field.property);
      splitField(field, face, parts, path);
      path?.leave();
    }
    return parts;
  }

  /** Writes a field of the message from its parts, by its number. */
  write(number: number, parts: Parts, writer: Writer): void {
    const { kind, keys = scalars.string, number: anys, dialect, delimited } = this.#byNumber.get(number) as JoinedField;
    const { message } = dialect;
    const tag = ((number << 3) | 2) >>> 0;
    const part = parts[number];
    if (number !== anys) {
      if (kind === "map") writer.scalarMap(tag, part as Record<string, Uint8Array> | undefined, keys, scalars.bytes);
      else writer.bytes(tag, part as Uint8Array | undefined, true);
    } else if (kind === "list") writer.list(delimited ? tag + 1 : tag, part as AnyMessage[] | undefined, message);
    else if (kind === "map") writer.map(tag, part as Record<string, AnyMessage> | undefined, keys, message);
    else if (delimited) writer.group(tag + 1, message, part as AnyMessage | undefined);
    else writer.message(tag, message, part as AnyMessage | undefined);
  }
}

/** Makes the plan of a message with such fields. Called by generated code. */
export function joined(fields: readonly JoinedField[]): JoinedPlan {
  return new JoinedPlan(fields);
}

// --- reading -------------------------------------------------------------------------------------------------------------

/** A message with such fields. While it is read, its face has the Anys, and the bytes are here. */
export interface Join {
  readonly plan: JoinedPlan;
  /** By the number of the sidecar: its bytes, or those of each key. */
  readonly sidecars: Record<number, unknown>;
  /** Where the message is. */
  readonly steps: readonly (string | number)[];
}

function readAny({ property, oneof, kind, keys, dialect: { message: codec }, delimited }: JoinedField, face: Face, reader: Reader): void {
  const read = (into: AnyMessage | undefined): AnyMessage => (delimited ? reader.group(codec, into) : reader.message(codec, into));
  if (kind === "list") reader.push(face[property] as AnyMessage[], codec);
  else if (kind === "map") reader.entry(face[property] as Record<string, AnyMessage>, keys ?? scalars.string, codec);
  else if (oneof === undefined) face[property] = read(face[property] as AnyMessage | undefined);
  else {
    const chosen = face[oneof] as { case?: string; value?: unknown };
    face[oneof] = { case: property, value: read(chosen.case === property ? (chosen.value as AnyMessage) : undefined) };
  }
}

function joinField(field: JoinedField, face: Face, beside: unknown, path: Path | undefined): void {
  const { dialect, sidecar, property, oneof, kind } = field;
  if (kind === "list") {
    const list = face[property] as unknown[];
    for (let i = 0; i < list.length; i++) {
      path?.enter(i);
      list[i] = dialect.fromWire(list[i] as AnyMessage, undefined, placeOf(field, face, list, i));
      path?.leave();
    }
  } else if (kind === "map") joinMap(field, face, beside as Face | undefined, path);
  else if (oneof !== undefined) {
    const chosen = face[oneof] as { case?: string; value?: unknown };
    if (chosen.case === property) chosen.value = dialect.fromWire(chosen.value as AnyMessage, undefined, placeOf(field, face, chosen, "value"));
  } else {
    // Without presence, no bytes are the same as no field: some peers write each field that they know.
    const bytes = sidecar && !sidecar.presence && (beside as Uint8Array | undefined)?.length === 0 ? undefined : (beside as Uint8Array | undefined);
    const value = dialect.fromWire(face[property] as AnyMessage | undefined, bytes, placeOf(field, face, face, property));
    if (value !== undefined) face[property] = value;
  }
}

function joinMap(field: JoinedField, face: Face, bytes: Face | undefined, path: Path | undefined): void {
  const map = face[field.property] as Face;
  for (const key of Object.keys(map)) joinEntry(field, face, map, key, map[key], bytes && own(bytes, key), path);
  if (bytes === undefined) return;
  for (const key of Object.keys(bytes)) if (!Object.hasOwn(map, key)) joinEntry(field, face, map, key, undefined, bytes[key], path);
}

function joinEntry(field: JoinedField, face: Face, map: Face, key: string, any: unknown, bytes: unknown, path: Path | undefined): void {
  path?.enterKey(key);
  setOwn(map, key, field.dialect.fromWire(any as AnyMessage | undefined, bytes as Uint8Array | undefined, placeOf(field, face, map, key)));
  path?.leave();
}

// --- writing -------------------------------------------------------------------------------------------------------------

/** What is written of a message in place of its values, by field number: Anys, and bytes. */
export type Parts = Record<number, unknown>;

function splitField(field: JoinedField, face: Face, parts: Parts, path: Path | undefined): void {
  const { dialect, sidecar, property, oneof, kind, number } = field;
  if (oneof !== undefined) {
    const chosen = face[oneof] as { case?: string; value?: unknown } | undefined;
    if (chosen?.case !== property) return;
    if (chosen.value === undefined) throw new Error("expected a value, got undefined");
    parts[number] = dialect.toWire(chosen.value, placeOf(field, face, chosen, "value")).any;
  } else if (kind === undefined) {
    if (face[property] === undefined) return;
    const { any, bytes } = dialect.toWire(face[property], placeOf(field, face, face, property));
    parts[number] = any;
    if (!sidecar || bytes === undefined) return;
    if (!sidecar.presence && bytes.length === 0) throw new Error(`no bytes at all cannot be told from a missing ${sidecar.name}`);
    parts[sidecar.number] = bytes;
  } else if (kind === "list" && Array.isArray(face[property])) parts[number] = splitList(field, face, face[property], path);
  else if (kind === "map" && isMap(face[property])) splitMap(field, face, face[property], parts, path);
  else parts[number] = face[property]; // refused where it is written
}

function splitList(field: JoinedField, face: Face, list: readonly unknown[], path: Path | undefined): unknown[] {
  const messages: unknown[] = [];
  for (let i = 0; i < list.length; i++) {
    path?.enter(i);
    messages.push(field.dialect.toWire(list[i] ?? null, placeOf(field, face, list, i)).any); // undefined in an array is null, as in JSON
    path?.leave();
  }
  return messages;
}

function splitMap(field: JoinedField, face: Face, map: Face, parts: Parts, path: Path | undefined): void {
  const messages: Face = {};
  const beside: Face = {};
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (value === undefined) continue; // dropped, as JSON does
    path?.enterKey(key);
    const { any, bytes } = field.dialect.toWire(value, placeOf(field, face, map, key));
    if (any !== undefined) setOwn(messages, key, any);
    if (bytes !== undefined) setOwn(beside, key, bytes);
    path?.leave();
  }
  parts[field.number] = messages;
  if (field.sidecar) parts[field.sidecar.number] = beside;
}

function placeOf({ tag, sidecar, rawBytes }: JoinedField, face: Face, container: object, key: string | number): AnyPlace {
  return { container, key, tagProperty: tag, tag: tag === undefined ? undefined : face[tag], sidecar: sidecar?.name, rawBytes: rawBytes === true };
}

function isMap(value: unknown): value is Face {
  return typeof value === "object" && value !== null && !(Symbol.iterator in value);
}

function own(object: Face, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
