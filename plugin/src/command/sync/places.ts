import { ts } from "ts-morph";
import type { Insertion } from "./edits.js";
import { type Member, membersOf } from "./implementation.js";
import { indentationAt, type Style } from "./style.js";

type Node = ts.ClassLikeDeclaration | ts.ObjectLiteralExpression;

/** A method to insert, and the one that comes before it in the proto, if that is there. */
export interface Placed {
  readonly after: string | undefined;
  /** Without indentation. */
  readonly lines: readonly string[];
}

/** Where methods go into a class or an object, and how they are set off from what is there. */
export function place(node: Node, style: Style, methods: readonly Placed[]): readonly Insertion[] {
  const groups = new Map<Member["node"] | undefined, (readonly string[])[]>();
  for (const { after, lines } of methods) {
    const member = after === undefined ? undefined : membersOf(node).findLast(({ name }) => name === after)?.node;
    groups.set(member, [...(groups.get(member) ?? []), lines]);
  }
  const placer = new Placer(node, style);
  return [...groups].flatMap(([member, group]) => placer.place(member, group));
}

class Placer {
  readonly #node: Node;
  readonly #file: ts.SourceFile;
  readonly #style: Style;
  readonly #members: ts.NodeArray<ts.Node>;
  /** Where the closing brace is. */
  readonly #close: number;
  readonly #outer: string;
  readonly #inner: string;
  readonly #isSpaced: boolean;

  constructor(node: Node, style: Style) {
    this.#node = node;
    this.#style = style;
    this.#file = node.getSourceFile();
    this.#members = ts.isObjectLiteralExpression(node) ? node.properties : node.members;
    this.#close = node.end - 1;
    const { text } = this.#file;
    this.#outer = indentationAt(text, this.#ownsLine(this.#close) ? this.#close : node.getStart(this.#file));
    const first = this.#members.find((member) => this.#ownsLine(member.getStart(this.#file)));
    this.#inner = first ? indentationAt(text, first.getStart(this.#file)) : this.#outer + style.indent;
    this.#isSpaced = this.#findSpacing();
  }

  place(member: ts.Node | undefined, methods: readonly (readonly string[])[]): readonly Insertion[] {
    const anchor = member ?? this.#members.at(-1);
    if (ts.isObjectLiteralExpression(this.#node)) return anchor ? this.#afterProperty(anchor, methods) : [this.#intoEmpty(methods, ",")];
    if (member) return [this.#after(member.end, methods, "")];
    if (!this.#ownsLine(this.#close)) return anchor ? [this.#after(anchor.end, methods, "")] : [this.#intoEmpty(methods, "")];
    return [this.#beforeClose(methods)];
  }

  /** In front of the line of the closing brace: behind all comments of the class. */
  #beforeClose(methods: readonly (readonly string[])[]): Insertion {
    const { lineEnd } = this.#style;
    const { text } = this.#file;
    const at = text.lastIndexOf("\n", this.#close) + 1;
    const before = text.slice(0, at).trimEnd();
    const isBlank = /\n[ \t]*\r?\n$/.test(text.slice(before.length, at));
    const isFirst = before.endsWith("{") && this.#members.length === 0;
    const gap = isFirst || isBlank || !this.#isSpaced ? "" : lineEnd;
    return { at, text: `${gap}${methods.map((lines) => this.#block(lines)).join(`${lineEnd}${this.#isSpaced ? lineEnd : ""}`)}${lineEnd}` };
  }

  #intoEmpty(methods: readonly (readonly string[])[], separator: string): Insertion {
    const { lineEnd } = this.#style;
    const isOpen = this.#ownsLine(this.#close);
    const at = isOpen ? this.#file.text.lastIndexOf("\n", this.#close) + 1 : this.#close;
    const gap = `${separator}${lineEnd}${this.#isSpaced ? lineEnd : ""}`;
    const text = `${methods.map((lines) => this.#block(lines)).join(gap)}${separator}${lineEnd}`;
    return { at, text: isOpen ? text : `${lineEnd}${text}${this.#outer}` };
  }

  #afterProperty(anchor: ts.Node, methods: readonly (readonly string[])[]): readonly Insertion[] {
    const isLast = anchor === this.#members.at(-1);
    if (!isLast || this.#members.hasTrailingComma) return [this.#after(this.#behindComma(anchor), methods, ",")];
    const inserted = this.#after(anchor.end, methods, ",");
    const bare = inserted.text.replace(/,(\s*)$/, "$1");
    // The comma goes right behind what was last, in front of a comment.
    if (inserted.at === anchor.end) return [{ at: anchor.end, text: `,${bare}` }];
    return [
      { at: anchor.end, text: "," },
      { at: inserted.at, text: bare },
    ];
  }

  /** Behind the comma of a property that has one. */
  #behindComma(property: ts.Node): number {
    const tokens = this.#node.getChildren(this.#file).flatMap((child) => child.getChildren(this.#file));
    return tokens[tokens.indexOf(property) + 1]?.end ?? property.end;
  }

  /** Behind a member and the comment that ends its line. */
  #after(end: number, methods: readonly (readonly string[])[], separator: string): Insertion {
    const { lineEnd } = this.#style;
    const { text } = this.#file;
    const comments = ts.getTrailingCommentRanges(text, end) ?? [];
    const at = comments.at(-1)?.end ?? end;
    const rest = /^[^\r\n]*/.exec(text.slice(at))?.[0] ?? "";
    const gap = `${lineEnd}${this.#isSpaced ? lineEnd : ""}`;
    const inserted = methods.map((lines) => `${gap}${this.#block(lines)}${separator}`).join("");
    if (rest.trim() === "" || rest.trim() === ";") {
      const lineBreak = at + rest.length;
      const isPacked = this.#isSpaced && /^\r?\n[ \t]*[^\s}]/.test(text.slice(lineBreak));
      return { at: at + rest.trimEnd().length, text: isPacked ? inserted + lineEnd : inserted };
    }
    return { at, text: `${inserted}${lineEnd}${rest.trimStart().startsWith("}") ? this.#outer : this.#inner}` };
  }

  #block(lines: readonly string[]): string {
    return lines.map((line) => (line === "" ? "" : this.#inner + line)).join(this.#style.lineEnd);
  }

  #ownsLine(position: number): boolean {
    const { text } = this.#file;
    const start = text.lastIndexOf("\n", position - 1) + 1;
    return start > 0 && text.slice(start, position).trim() === "";
  }

  /** Whether an empty line stands between members: as it is between those that are there; else in classes. */
  #findSpacing(): boolean {
    const { text } = this.#file;
    const methods = this.#members.filter((member) => ts.isObjectLiteralExpression(this.#node) || ts.isMethodDeclaration(member));
    const gaps = methods.slice(1).flatMap((member) => {
      const index = this.#members.indexOf(member);
      const previous = this.#members[index - 1];
      return previous && methods.includes(previous) ? [text.slice(previous.end, member.getStart(this.#file, true))] : [];
    });
    if (gaps.length === 0) return !ts.isObjectLiteralExpression(this.#node);
    return gaps.some((gap) => /\n[ \t]*\r?\n/.test(gap));
  }
}
