/** A number that travels as a floating-point number even if it has no fraction. Made by {@link float}. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }
}

/**
 * Sends a number as a floating-point number where a dynamic value would send an integer: `float(1)` is a double on the wire,
 * and `1.0` in JSON. For peers that tell the two apart.
 */
export function float(value: number): Float {
  if (typeof value !== "number") throw new TypeError(`float() takes a number, not a ${typeof value}`);
  return new Float(value);
}
