/** A finite number as JSON writes it. */
export function jsonNumber(value: number): string {
  // "-0" is an integer to Python, and loses its sign.
  if (Object.is(value, -0)) return "-0.0";
  // String() gives the shortest digits that read as the same double; those of an integer must be the integer's own.
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}

/** A finite number, with a point or an exponent also if it has no fraction. */
export function jsonFloat(value: number): string {
  const text = jsonNumber(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** A number under a tag for floats: a special one is a JSON string. */
export function floatText(value: number): string {
  return Number.isFinite(value) ? jsonFloat(value) : `"${value}"`;
}

/** A number without a fraction under a tag for integers: its digits, however many. */
export function integerText(value: number | bigint): string {
  return Object.is(value, -0) ? "-0" : BigInt(value).toString();
}
