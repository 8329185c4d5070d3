import type { Any } from "@bufbuild/protobuf/wkt";
import { setOwn } from "../own.js";
import type { AnyPlace } from "./dialect.js";
import type { AnyPlan, Face, FieldPlan, MessagePlan } from "./plan.js";
import type { Path, Reader } from "./wire.js";

/**
 * A message whose values are on the wire in two fields each, a `google.protobuf.Any` and its sidecar of bytes, and one property of the face.
 * While the message is read, its face has the Anys, and the bytes are here.
 */
export interface Join {
  readonly plan: MessagePlan;
  readonly sidecars: Face;
  /** Where the message is. */
  readonly steps: readonly (string | number)[];
}

/** Where a field of such a message is read into: the face for an Any, its join for a sidecar. */
export function joinOf(plan: MessagePlan, field: FieldPlan, face: Face, reader: Reader): Face {
  reader.joins ??= new Map();
  let join = reader.joins.get(face);
  if (join === undefined) {
    join = { plan, sidecars: {}, steps: reader.path.steps() };
    reader.joins.set(face, join);
  }
  if (!field.isSidecar) return face;
  if (field.kind === "map") join.sidecars[field.property] ??= {};
  return join.sidecars;
}

/** Makes the values of all messages that were read. At the very end, since a message may come in parts: the Any in one, its bytes in another. */
export function joinAll(reader: Reader): void {
  if (reader.joins === undefined) return;
  for (const [face, { plan, sidecars, steps }] of reader.joins) {
    reader.path.return(steps);
    for (const field of plan.anys) joinField(field, field.any as AnyPlan, face as Face, sidecars, reader.path);
  }
  reader.path.return([]);
}

function joinField(field: FieldPlan, any: AnyPlan, face: Face, sidecars: Face, path: Path): void {
  const { dialect, sidecar } = any;
  const beside = sidecar && sidecars[sidecar.property];
  const place = (container: object, key: string | number): AnyPlace => placeOf(any, face, container, key);
  path.enter(field.property);
  if (field.kind === "list") {
    const list = face[field.property] as unknown[];
    for (let i = 0; i < list.length; i++) {
      path.enter(i);
      list[i] = dialect.fromWire(list[i] as Any, undefined, place(list, i));
      path.leave();
    }
  } else if (field.kind === "map") {
    const map = face[field.property] as Face;
    const bytes = (beside ?? {}) as Face;
    for (const key of new Set([...Object.keys(map), ...Object.keys(bytes)])) {
      path.enterKey(key);
      setOwn(map, key, dialect.fromWire(own(map, key) as Any | undefined, own(bytes, key) as Uint8Array | undefined, place(map, key)));
      path.leave();
    }
  } else if (field.oneof !== undefined) {
    const chosen = face[field.oneof] as { case?: string; value?: unknown };
    if (chosen.case === field.property) chosen.value = dialect.fromWire(chosen.value as Any, undefined, place(chosen, "value"));
  } else {
    // Without presence, no bytes are the same as no field: some peers write each field that they know.
    const bytes = sidecar && !sidecar.presence && (beside as Uint8Array | undefined)?.length === 0 ? undefined : (beside as Uint8Array | undefined);
    const value = dialect.fromWire(face[field.property] as Any | undefined, bytes, place(face, field.property));
    if (value !== undefined) face[field.property] = value;
  }
  path.leave();
}

/** What is written of a message in place of its values: by property, the Anys, and the sidecars. */
export interface Parts {
  readonly anys: Face;
  readonly sidecars: Face;
}

/** Makes of the values of a message what is written for them. */
export function splitFields(plan: MessagePlan, face: Face, path: Path): Parts {
  const parts: Parts = { anys: {}, sidecars: {} };
  for (const field of plan.anys) splitField(field, field.any as AnyPlan, face, parts, path);
  return parts;
}

function splitField(field: FieldPlan, any: AnyPlan, face: Face, { anys, sidecars }: Parts, path: Path): void {
  const { dialect, sidecar } = any;
  const { property, oneof, kind } = field;
  const place = (container: object, key: string | number): AnyPlace => placeOf(any, face, container, key);
  path.enter(property);
  if (oneof !== undefined) {
    const chosen = face[oneof] as { case?: string; value?: unknown } | undefined;
    if (chosen?.case === property) {
      if (chosen.value === undefined) throw new Error("expected a value, got undefined");
      anys[oneof] = { case: property, value: dialect.toWire(chosen.value, place(chosen, "value")).any };
    }
  } else if (kind === "singular") {
    if (face[property] !== undefined) {
      const { any: message, bytes } = dialect.toWire(face[property], place(face, property));
      anys[property] = message;
      if (sidecar && bytes !== undefined) {
        if (!sidecar.presence && bytes.length === 0) throw new Error(`no bytes at all cannot be told from a missing ${sidecar.property}`);
        sidecars[sidecar.property] = bytes;
      }
    }
  } else if (kind === "list" && Array.isArray(face[property])) {
    const list = face[property];
    const messages: unknown[] = [];
    for (let i = 0; i < list.length; i++) {
      path.enter(i);
      messages.push(dialect.toWire(list[i] ?? null, place(list, i)).any); // undefined in an array is null, as in JSON
      path.leave();
    }
    anys[property] = messages;
  } else if (kind === "map" && isMap(face[property])) {
    const map = face[property];
    const messages: Face = {};
    const beside: Face = {};
    for (const key of Object.keys(map)) {
      const value = map[key];
      if (value === undefined) continue; // dropped, as JSON does
      path.enterKey(key);
      const { any: message, bytes } = dialect.toWire(value, place(map, key));
      if (message !== undefined) setOwn(messages, key, message);
      if (bytes !== undefined) setOwn(beside, key, bytes);
      path.leave();
    }
    anys[property] = messages;
    if (sidecar) sidecars[sidecar.property] = beside;
  } else anys[property] = face[property]; // refused where it is written
  path.leave();
}

function placeOf({ tag, sidecar, rawBytes }: AnyPlan, face: Face, container: object, key: string | number): AnyPlace {
  return { container, key, tagProperty: tag, tag: tag === undefined ? undefined : face[tag], sidecar: sidecar?.property, rawBytes };
}

function isMap(value: unknown): value is Face {
  return typeof value === "object" && value !== null && !(Symbol.iterator in value);
}

function own(object: Face, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
