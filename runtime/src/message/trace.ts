import type { Path } from "../wire/path.js";
import { type FieldNames, nameOf } from "./payload.js";

/** A reader or writer, as far as it tells where it is. */
export interface Traced {
  readonly path: Path | undefined;
  names: FieldNames | undefined;
  lastTag: number;
}

/** Where one was before it entered a field. */
export interface Entered {
  readonly names: FieldNames | undefined;
  readonly lastTag: number;
  readonly steps: readonly (string | number)[];
}

/** With a path: enters the field of the last tag, if it is one of a generated message, and perhaps an element of it. */
export function enterField(at: Traced, index?: number): Entered {
  const { names, lastTag, path } = at;
  const steps = path?.steps() ?? [];
  if (names !== undefined) path?.enter(nameOf(names, lastTag) ?? `field ${lastTag >>> 3}`);
  if (index !== undefined) path?.enter(index);
  at.names = undefined;
  return { names, lastTag, steps };
}

export function leaveField(at: Traced, { names, lastTag, steps }: Entered): void {
  at.path?.return(steps);
  at.names = names;
  at.lastTag = lastTag;
}

/** Enters the field of a generated message in which something went wrong. */
export function enterLast({ names, lastTag, path }: Traced): void {
  const name = names && nameOf(names, lastTag);
  if (name !== undefined) path?.enter(name);
}
