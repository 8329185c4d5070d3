import { type JsonInit, WholeValue } from "./json.js";

/** A value with the tag that it is sent under. Made by {@link typed}. */
export class Typed extends WholeValue {
  protected override get called(): string {
    return "typed()";
  }
  readonly type: string;
  readonly value: JsonInit;

  constructor(type: string, value: JsonInit) {
    super();
    this.type = type;
    this.value = value;
  }
}

/**
 * Sends a value under a tag, where its kind would choose another one: `typed("choice", "red")` is no string to the peer. For the values of a
 * `google.protobuf.Any` of a dialect, and only for the whole of such a value.
 *
 * @param type the tag, such as `float`; where values are packed, the message's name behind `google.protobuf.`, such as `Int32Value`
 */
export function typed(type: string, value: JsonInit): Typed {
  if (typeof type !== "string" || type === "") throw new TypeError("typed() takes the tag as a string that is not empty");
  return new Typed(type, value);
}
