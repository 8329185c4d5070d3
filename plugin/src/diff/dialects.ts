import type { DialectModel } from "../model/dialect.js";
import type { FieldModel } from "../model/message.js";
import type { Side } from "./side.js";

/** How a value stands in a google.protobuf.Any otherwise than before. */
export interface DialectChange {
  readonly text: string;
  /** Whether the bytes are others: else only what one may pass differs. */
  readonly wire: boolean;
}

/** A field, and the message that has it. */
interface Owned {
  readonly side: Side;
  readonly message: string;
  readonly field: FieldModel;
}

/** What differs in how a value stands in a google.protobuf.Any, where it reads as a value on both sides; undefined if nothing does. */
export function dialectChange(before: Owned, after: Owned): DialectChange | undefined {
  const [old, now] = [before.field, after.field];
  if (old.type.role !== "any" || now.type.role !== "any") return undefined;
  const [was, is] = [dialectOf(before), dialectOf(after)];
  const parts = [
    ...(was?.packed === is?.packed ? [] : [`its values were ${formOf(was)} and are ${formOf(is)}`]),
    ...(was?.typeUrl === is?.typeUrl ? [] : [`its type URL was ${was?.typeUrl} and is ${is?.typeUrl}`]),
    ...(same(was?.tags, is?.tags) ? [] : ["its tags are others"]),
    ...(was?.bareTokens === is?.bareTokens ? [] : [`bare NaN and infinities are ${is?.bareTokens ? "written" : "refused"}`]),
    ...(old.type.tag === now.type.tag ? [] : [`its tag was ${whereIs(old.type.tag)} and is ${whereIs(now.type.tag)}`]),
    ...(old.type.sidecar === now.type.sidecar ? [] : [`its bytes were ${whereIs(old.type.sidecar)} and are ${whereIs(now.type.sidecar)}`]),
  ];
  const raw = old.type.rawBytes === now.type.rawBytes ? [] : [`a Uint8Array is ${now.type.rawBytes ? "taken" : "refused"}`];
  const all = [...parts, ...raw];
  return all.length === 0 ? undefined : { text: all.join(", "), wire: parts.length > 0 };
}

function dialectOf({ side, message, field: { type } }: Owned): DialectModel | undefined {
  return type.role === "any" ? side.dialect(message, type.dialect) : undefined;
}

function formOf(dialect: DialectModel | undefined): string {
  return dialect?.packed ? "packed" : "JSON";
}

function whereIs(field: string | null): string {
  return field === null ? "nowhere beside it" : `in ${field}`;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
