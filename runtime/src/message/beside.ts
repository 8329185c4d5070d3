import type { UnknownField } from "./codec.js";

/** What stood beside a member of a value message, in members that this version of the proto does not know. */
interface Beside {
  readonly value: unknown;
  readonly fields: readonly UnknownField[];
}

const besides = new WeakMap<object, Map<string | number, Beside>>();

/** Remembers the fields that came with the value at a key of an object or array: a plain value cannot carry them. A copy of the object does not have them. */
export function rememberBeside(container: object, key: string | number, value: unknown, fields: readonly UnknownField[]): void {
  let byKey = besides.get(container);
  if (byKey === undefined) {
    byKey = new Map();
    besides.set(container, byKey);
  }
  byKey.set(key, { value, fields });
}

/** The fields that came with the value at a key, if it is the very value that was read there. */
export function besideOf(container: object, key: string | number, value: unknown): readonly UnknownField[] {
  const beside = besides.get(container)?.get(key);
  return beside !== undefined && Object.is(beside.value, value) ? beside.fields : [];
}
