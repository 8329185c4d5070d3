import type { UnknownField } from "./codec.js";
import type { Reader } from "./reader.js";

/** What stood beside a member of a value message, in members that this version of the proto does not know. */
interface Beside {
  readonly value: unknown;
  readonly fields: readonly UnknownField[];
}

const besides = new WeakMap<object, Map<string | number, Beside>>();
/** Whether there ever was any: hardly a peer sends such, and looking each value up takes longer than writing it. */
let any = false;

const none: readonly UnknownField[] = [];

/** Remembers the fields that came with the value at a key of an object or array: a plain value cannot carry them. A copy of the object does not have them. */
function rememberBeside(container: object, key: string | number, value: unknown, fields: readonly UnknownField[]): void {
  any = true;
  let byKey = besides.get(container);
  if (byKey === undefined) {
    byKey = new Map();
    besides.set(container, byKey);
  }
  byKey.set(key, { value, fields });
}

/** The fields that came with the value at a key, if it is the very value that was read there. */
export function besideOf(container: object, key: string | number, value: unknown): readonly UnknownField[] {
  if (!any) return none;
  const beside = besides.get(container)?.get(key);
  return beside !== undefined && Object.is(beside.value, value) ? beside.fields : none;
}

/**
 * Remembers what a value message had beside its member, by the object or array that has the value.
 *
 * @param before what the same field had earlier in the same message, with its own fields beside it
 * @param from what has the earlier value, if that is another object
 */
export function keepBeside(reader: Reader, container: object, key: string | number, value: unknown, before?: unknown, from: object = container): void {
  const fields = reader.beside;
  if (fields === undefined && !any) return;
  const earlier = before === undefined ? none : besideOf(from, key, before);
  reader.beside = undefined;
  if (fields === undefined && earlier.length === 0)
    besides.get(container)?.delete(key); // of an entry that this one takes the place of
  else rememberBeside(container, key, value, [...earlier, ...(fields ?? [])]);
}
