/** How deep a value is looked through: what nests deeper, or in a circle, is left to who tells where. */
const depthLimit = 200;

/** Whether `JSON.stringify` writes a value as it should be: nothing in it that it would leave out, change, or refuse. */
export function isNativeJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return (value | 0) === value ? value !== 0 || 1 / value > 0 : isNativeNumber(value);
    case "object":
      if (value === null) return true;
      if (depth > depthLimit) return false;
      return Array.isArray(value) ? isNativeArray(value, depth + 1) : isNativeObject(value, depth + 1);
    default:
      return false;
  }
}

function isNativeNumber(value: number): boolean {
  const size = Math.abs(value);
  // Of integers past 2^53 it does not write all digits.
  return size < 2 ** 53 ? value !== 0 || 1 / value > 0 : size >= 1e21 && size < Number.POSITIVE_INFINITY;
}

function isNativeArray(value: readonly unknown[], depth: number): boolean {
  if ("toJSON" in value) return false;
  for (let i = 0; i < value.length; i++) if (value[i] !== undefined && !isNativeJson(value[i], depth)) return false;
  return true;
}

function isNativeObject(value: object, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if ((prototype !== Object.prototype && prototype !== null) || "toJSON" in value) return false;
  for (const key in value) {
    const member: unknown = (value as Record<string, unknown>)[key];
    if (member !== undefined && !isNativeJson(member, depth)) return false;
  }
  return true;
}
