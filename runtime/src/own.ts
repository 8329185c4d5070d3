/**
 * Sets an own property, whatever its name. Plain assignment of `__proto__` would replace the object's prototype by what a peer sent.
 */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}
