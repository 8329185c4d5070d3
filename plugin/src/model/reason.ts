/** Why something is as it is. */
export interface Reason {
  /** The rule that decided, as it is called in the docs. */
  readonly rule: "value message" | "JSON text";
  /** What it found. */
  readonly because: string;
}
