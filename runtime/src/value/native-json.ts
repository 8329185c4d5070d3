/** How deep a value is looked through: what nests deeper, or in a circle, is left to who tells where. */
const depthLimit = 200;

/** Smaller integers are safe. */
const safeLimit = 2 ** 53;

/** Whether `JSON.stringify` writes a value as it should be: nothing in it that it would leave out, change, or refuse. */
export function isNativeJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return isNativeNumber(value);
    case "object":
      if (value === null) return true;
      if (depth > depthLimit) return false;
      return Array.isArray(value) ? isNativeArray(value, depth + 1) : isNativeObject(value, depth + 1);
    default:
      return false;
  }
}

function isNativeNumber(value: number): boolean {
  if (value < safeLimit && value > -safeLimit) return value !== 0 || 1 / value > 0;
  // Of integers past 2^53 it does not write all digits.
  return Math.abs(value) >= 1e21 && Number.isFinite(value);
}

function isNativeArray(value: readonly unknown[], depth: number): boolean {
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return false;
  for (let i = 0; i < value.length; i++) if (!isNativeMember(value[i], depth)) return false;
  return true;
}

function isNativeObject(value: object, depth: number): boolean {
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) if (!isNativeMember((value as Record<string, unknown>)[key], depth)) return false;
  return true;
}

/** The commonest members first: most of the time goes here. */
function isNativeMember(value: unknown, depth: number): boolean {
  return typeof value === "string" || (typeof value === "number" ? isNativeNumber(value) : value === undefined || isNativeJson(value, depth));
}

/**
 * Whether `JSON.parse` cannot have changed a number of what it gave: an integer past 2^53 loses digits, and a number past the range of a
 * double is an infinity. False also for what nests too deep to be looked through.
 */
export function keepsNumbers(value: unknown, depth = 0): boolean {
  if (typeof value === "number") return value < safeLimit && value > -safeLimit;
  if (typeof value !== "object" || value === null) return true;
  if (depth > depthLimit) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (mayChange(value[i], depth)) return false;
  } else for (const key in value) if (mayChange((value as Record<string, unknown>)[key], depth)) return false;
  return true;
}

function mayChange(value: unknown, depth: number): boolean {
  return typeof value === "number"
    ? !(value < safeLimit && value > -safeLimit)
    : typeof value === "object" && value !== null && !keepsNumbers(value, depth + 1);
}
