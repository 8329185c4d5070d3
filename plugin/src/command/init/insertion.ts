/** Insertions into JSON text: what is there stays, to the character. */
import { type Node, parseTree } from "jsonc-parser";

/** The members of an object, in text. */
type Members = Readonly<Record<string, string>>;

/**
 * Puts members into an object of the outermost object, or makes it, at the end.
 *
 * @param isSorted whether a member goes behind those whose names come before its own, in place of the end
 */
export function withMembers(text: string, section: string, members: Members, isSorted: boolean): string {
  const { root, eol, unit } = formOf(text);
  const property = root.children?.find(({ children }) => children?.[0]?.value === section);
  if (!property) {
    const lines = Object.entries(members).map(([name, value]) => `${unit}${unit}${member(name, value)}`);
    return inserted(text, root, root.children?.length ?? 0, `"${section}": {${eol}${lines.join(`,${eol}`)}${eol}${unit}}`, "", unit, eol);
  }
  return Object.entries(members).reduce((text, [name, value]) => {
    // Each insertion moves what comes behind it.
    const object = objectAt(formOf(text).root, section);
    const names = (object.children ?? []).map(({ children }) => String(children?.[0]?.value));
    const index = isSorted ? names.filter((other) => other < name).length : names.length;
    return inserted(text, object, index, member(name, value), unit, unit + unit, eol);
  }, text);
}

/** Whether all of it stands in one line: then it has no form that could be kept. */
export function isOneLine(text: string): boolean {
  return !text.trim().includes("\n");
}

function member(name: string, value: string): string {
  return `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
}

function formOf(text: string): { readonly root: Node; readonly eol: string; readonly unit: string } {
  const root = parseTree(text);
  if (!root) throw new Error("the text is no JSON");
  return { root, eol: text.includes("\r\n") ? "\r\n" : "\n", unit: /\n([ \t]+)"/.exec(text)?.[1] ?? "  " };
}

function objectAt(root: Node, section: string): Node {
  const value = root.children?.find(({ children }) => children?.[0]?.value === section)?.children?.[1];
  if (!value) throw new Error(`there is no ${section}`);
  return value;
}

/** The text with one more member in an object, in the way of those that are there. */
function inserted(text: string, object: Node, index: number, added: string, outer: string, inner: string, eol: string): string {
  const members = object.children ?? [];
  const [first] = members;
  const put = (from: number, to: number, what: string): string => text.slice(0, from) + what + text.slice(to);
  if (!first) return put(object.offset, object.offset + object.length, `{${eol}${inner}${added}${eol}${outer}}`);
  const before = /\r?\n([ \t]*)$/.exec(text.slice(object.offset, first.offset));
  const separator = before ? `,${eol}${before[1]}` : ", ";
  const previous = members[index - 1];
  if (!previous) return put(first.offset, first.offset, added + separator);
  const end = previous.offset + previous.length;
  return put(end, end, separator + added);
}
