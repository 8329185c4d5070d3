import { ts } from "ts-morph";
import { isMarkedOrphaned } from "./classes.js";
import type { Insertion } from "./edits.js";
import { indentationAt, type Style } from "./style.js";

/** Says in the doc comment of a member that there is no RPC for it any more. Nothing, if that is said already. */
export function markOrphaned(node: ts.Node, typeName: string, style: Style): readonly Insertion[] {
  if (isMarkedOrphaned(node)) return [];
  const { text } = node.getSourceFile();
  const mark = `@orphaned ${typeName} has no such RPC.`;
  const doc = ts.getLeadingCommentRanges(text, node.pos)?.findLast(({ pos }) => text.startsWith("/**", pos));
  const start = node.getStart();
  if (!doc) {
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const indentation = indentationAt(text, start);
    const isFirstOfLine = text.slice(lineStart, start) === indentation;
    return [{ at: start, text: `/** ${mark} */${isFirstOfLine ? style.lineEnd + indentation : " "}` }];
  }
  const close = doc.end - "*/".length;
  const indentation = indentationAt(text, close);
  const lineStart = text.lastIndexOf("\n", close - 1) + 1;
  if (lineStart > doc.pos && text.slice(lineStart, close) === indentation) return [{ at: lineStart, text: `${indentation}* ${mark}${style.lineEnd}` }];
  return [{ at: close, text: `${text.charAt(close - 1) === " " ? "" : " "}${mark} ` }];
}
