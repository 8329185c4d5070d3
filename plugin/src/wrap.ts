/** The columns that text for people has at most, where names allow. */
export const columns = 80;

/**
 * Breaks a line at spaces, so that it fits into 80 columns. What is longer than a line by itself stays whole.
 *
 * @param first the indentation of the first line
 * @param rest that of the others
 */
export function wrap(text: string, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    if (line.trim() !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = rest;
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
