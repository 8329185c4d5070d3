import type { Output } from "../command.js";
import type { Generated } from "./regenerate.js";

/** What is not as it should be. */
export interface Finding {
  /** In a word: `stale`. */
  readonly kind: string;
  /** Where: an absolute path. */
  readonly file: string;
  /** The first line that is concerned. */
  readonly line?: number | undefined;
  /** Why, or what of it. */
  readonly note?: string | undefined;
  /** What puts it right without losing anything, or with --force. */
  readonly remedy?: Remedy | undefined;
  /** What is to be done by hand: a sentence. */
  readonly next?: string | undefined;
}

/** What --fix does. */
export interface Remedy {
  readonly action: "write" | "remove";
  /** What is written. */
  readonly content?: Uint8Array;
  /** Whether something that nobody can generate again might be lost. */
  readonly needsForce: boolean;
  /** A directory that is not removed, even if it gets empty. */
  readonly out: string;
}

/** What is checked. */
export interface Checked {
  /** What the templates generate, in their order. */
  readonly generated: readonly Generated[];
  readonly output: Output;
}

/** One thing that `protobridge check` looks at. */
export type Check = (checked: Checked) => readonly Finding[] | Promise<readonly Finding[]>;
