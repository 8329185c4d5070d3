/** The rules of links. */
export type LinkRule =
  | "link"
  | "envelope"
  | "correlation"
  | "direction"
  | "opening"
  | "pair"
  | "notification"
  | "id"
  | "order"
  | "empty reply"
  | "idempotent"
  | "error member"
  | "probe"
  | "group";

/** Why something is as it is. */
export interface Reason {
  /** The rule that decided, as it is called in the docs. */
  readonly rule: "value message" | "JSON text" | "Any dialect" | "fault" | "scope" | "skip" | LinkRule;
  /** What it found. */
  readonly because: string;
  /** What else had a say: a line of the config, an option of the proto, or a profile. Null if the rule alone decided. */
  readonly from: string | null;
}

/** A name that config gives in place of what follows from the proto. */
export interface Pin {
  readonly name: string;
  /** Where it is said. */
  readonly from: string;
}

/** What the config leaves out. */
export interface OmittedModel {
  readonly what: "service" | "RPC" | "message" | "field" | "scope";
  /** The element, in full; of a scope, its service and its field. */
  readonly name: string;
  /** Where it is said. */
  readonly from: string;
}
