import { distance } from "fastest-levenshtein";

/** The longest text that is compared: longer ones are no names. */
const longest = 200;

/** Names that are compared with all others in one check, at most: more mistakes than that are not listed anyway. */
export const comparisons = 50;

/** Text in quotes, shortened if it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

/** The name that is most like another one, and whether it is like enough to be what was meant. Case and underscores count little. */
export function nearest(wanted: string, names: Iterable<string>): { readonly name: string; readonly likely: boolean } | undefined {
  if (wanted.length > longest) return undefined;
  const plain = plainly(wanted);
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const name of names) {
    if (name.length > longest) continue;
    // The exact spelling only decides between names that are equally far.
    const far = distance(plain, plainly(name)) + (name === wanted ? 0 : distance(wanted, name) / 1000);
    if (best === undefined || far < best.far) best = { name, far };
  }
  if (best === undefined) return undefined;
  // A long package in front would make any two names look alike: what counts is the part that differs.
  const common = commonParts(wanted, best.name);
  const differing = Math.max(wanted.length, best.name.length) - common;
  return { name: best.name, likely: Math.floor(best.far) <= Math.max(1, Math.floor(differing * 0.4)) };
}

/** `; did you mean "value"?`, or what comes nearest. */
export function suggestion(wanted: string, names: Iterable<string>): string {
  const near = nearest(wanted, names);
  if (!near) return "";
  return near.likely ? `; did you mean ${quote(near.name)}?` : `; the nearest is ${quote(near.name)}`;
}

function plainly(name: string): string {
  return name.toLowerCase().replaceAll("_", "");
}

/** The length of the dotted parts that two names begin with. */
function commonParts(a: string, b: string): number {
  let common = 0;
  for (let i = 0; i < a.length && a[i] === b[i]; i++) if (a[i] === ".") common = i + 1;
  return common;
}
