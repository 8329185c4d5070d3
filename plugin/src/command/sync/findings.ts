/** What is told of one place in a file. */
export interface Finding {
  readonly kind: "missing" | "gone" | "changed" | "renamed" | "orphaned" | "note";
  /** Absolute. */
  readonly path: string;
  /** Where, in the text as it was. */
  readonly at: number;
  readonly text: string;
  /** Whether it is left to the user, and `--check` fails for it. Notes and guesses are not. */
  readonly isOpen: boolean;
}
