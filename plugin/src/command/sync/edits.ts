/** Text that goes into a file at a position. Nothing else is ever done to a file. */
export interface Insertion {
  /** Where, in UTF-16 units of the text as it was. */
  readonly at: number;
  readonly text: string;
}

/** The text with the insertions. Those at one position stand in the order in which they were made. */
export function applyInsertions(text: string, insertions: readonly Insertion[]): string {
  let result = "";
  let from = 0;
  for (const { at, text: inserted } of inOrder(insertions)) {
    result += text.slice(from, at) + inserted;
    from = at;
  }
  return result + text.slice(from);
}

/** Where a position is once the insertions are made: behind what is inserted right there. */
export function movedPosition(at: number, insertions: readonly Insertion[]): number {
  return insertions.reduce((moved, insertion) => (insertion.at <= at ? moved + insertion.text.length : moved), at);
}

/** The line of a position, counted from 1. */
export function lineOf(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i !== -1 && i < at; i = text.indexOf("\n", i + 1)) line++;
  return line;
}

function inOrder(insertions: readonly Insertion[]): readonly Insertion[] {
  return insertions.toSorted((a, b) => a.at - b.at);
}
