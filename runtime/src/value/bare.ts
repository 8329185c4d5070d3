const quote = 0x22;
const backslash = 0x5c;

const tokens: readonly [token: string, number: number, placeholder: string][] = [
  ["NaN", Number.NaN, "-0.0e"],
  ["Infinity", Number.POSITIVE_INFINITY, "-0.00e"],
  ["-Infinity", Number.NEGATIVE_INFINITY, "-0.000e"],
];

/** Text in which bare tokens were replaced by numbers, and what these numbers mean. */
export interface Replaced {
  readonly text: string;
  /** By the number as it is written. */
  readonly numbers: ReadonlyMap<string, number>;
}

/**
 * Replaces `NaN`, `Infinity` and `-Infinity` outside of strings, which JSON does not have and Python writes, by numbers that occur nowhere
 * else in the text. Takes time in proportion to the length of the text, whatever it is.
 */
export function replaceBareTokens(text: string): Replaced {
  const exponent = freeExponent(text);
  let replaced = "";
  let from = 0;
  let at = 0;
  while (at < text.length) {
    if (text.charCodeAt(at) === quote) {
      at = endOfString(text, at);
      continue;
    }
    const found = tokens.find(([token]) => text.startsWith(token, at));
    if (found === undefined) {
      at++;
      continue;
    }
    const [token, , placeholder] = found;
    // Spaces keep a token that has letters or digits beside it from becoming part of them.
    replaced += `${text.slice(from, at)} ${placeholder}${exponent} `;
    at += token.length;
    from = at;
  }
  return { text: replaced + text.slice(from), numbers: new Map(tokens.map(([, number, placeholder]) => [placeholder + exponent, number])) };
}

/** An exponent that no number like a placeholder has. */
function freeExponent(text: string): number {
  const used = new Set<string>();
  for (const [, exponent] of text.matchAll(/-0\.0{1,3}e(\d+)/g)) used.add(exponent as string);
  let free = 0;
  while (used.has(String(free))) free++;
  return free;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    at += code === backslash ? 2 : 1;
  }
  return text.length;
}
