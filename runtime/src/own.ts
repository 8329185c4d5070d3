/**
 * Sets an own property, whatever its name. Plain assignment of `__proto__` would replace the object's prototype by what a peer sent.
 */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}

/** Whether a value is an object with properties: what a message is made from. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A copy of an object with some of its properties replaced. What it inherits stays, such as the getters of a class. What is no object is
 * given back as it is: the codec that gets it says what is wrong.
 */
export function overlaid(base: unknown, fields: Readonly<Record<string, unknown>>): unknown {
  if (!isRecord(base)) return base;
  const prototype: unknown = Object.getPrototypeOf(base);
  if (prototype === Object.prototype || prototype === null) return { ...base, ...fields };
  return Object.create(prototype as object, { ...Object.getOwnPropertyDescriptors(base), ...Object.getOwnPropertyDescriptors(fields) }) as unknown;
}
