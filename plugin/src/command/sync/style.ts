import { ts } from "ts-morph";

/** How a file is written. What is inserted is written the same way. */
export interface Style {
  readonly lineEnd: "\n" | "\r\n";
  /** One step of indentation. */
  readonly indent: string;
  readonly quote: '"' | "'";
  readonly semicolon: ";" | "";
  /** What stands inside the braces of an import. */
  readonly space: " " | "";
  /** How types are imported: by `import type {...}`, by `{ type ... }`, or like values. */
  readonly types: "statement" | "inline" | "plain";
}

/** Reads the style of a file from what stands in it. */
export function readStyle(file: ts.SourceFile, isVerbatim: boolean): Style {
  const { text } = file;
  const imports = file.statements.filter(ts.isImportDeclaration);
  const quotes = imports.map(({ moduleSpecifier }) => moduleSpecifier.getText(file).charAt(0));
  const braces = imports
    .map((statement) => /\{(.)/.exec(statement.getText(file))?.[1])
    .filter((first) => first !== undefined && first !== "\r" && first !== "\n");
  return {
    lineEnd: text.charAt(text.indexOf("\n") - 1) === "\r" ? "\r\n" : "\n",
    indent: indentOf(file),
    quote: (quotes.length > 0 ? quotes.every((quote) => quote === "'") : more(text, "'", '"')) ? "'" : '"',
    semicolon: semicolonOf(file),
    space: braces.length > 0 && braces.every((first) => first !== " ") ? "" : " ",
    types: typesOf(imports, isVerbatim),
  };
}

/** The white space that a line begins with. */
export function indentationAt(text: string, position: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", position - 1) + 1))?.[0] ?? "";
}

/** The step of the first class or object that has members on lines of their own, else of the first line that is indented. */
function indentOf(file: ts.SourceFile): string {
  const { text } = file;
  let found: string | undefined;
  const visit = (node: ts.Node): void => {
    if (found !== undefined) return;
    const [first] = ts.isClassLike(node) ? node.members : ts.isObjectLiteralExpression(node) ? node.properties : ts.isBlock(node) ? node.statements : [];
    if (first) {
      const outer = indentationAt(text, node.getStart(file));
      const inner = indentationAt(text, first.getStart(file));
      if (inner.length > outer.length && inner.startsWith(outer)) found = inner.slice(outer.length);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found ?? /^(\t| {2,8})(?=[^\s*])/m.exec(text)?.[1] ?? "  ";
}

function semicolonOf(file: ts.SourceFile): ";" | "" {
  let ended = 0;
  let open = 0;
  const visit = (node: ts.Node): void => {
    const isSimple =
      ts.isImportDeclaration(node) ||
      ts.isVariableStatement(node) ||
      ts.isExpressionStatement(node) ||
      ts.isReturnStatement(node) ||
      ts.isThrowStatement(node) ||
      ts.isPropertyDeclaration(node);
    if (isSimple) node.getText(file).endsWith(";") ? ended++ : open++;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return open > ended ? "" : ";";
}

function typesOf(imports: readonly ts.ImportDeclaration[], isVerbatim: boolean): Style["types"] {
  const isInline = imports.some(({ importClause }) => {
    const bindings = importClause?.namedBindings;
    return bindings && ts.isNamedImports(bindings) && bindings.elements.some(({ isTypeOnly }) => isTypeOnly);
  });
  if (isInline) return "inline";
  if (imports.some(({ importClause }) => importClause?.isTypeOnly)) return "statement";
  return isVerbatim ? "inline" : "plain";
}

function more(text: string, one: string, other: string): boolean {
  return text.split(one).length > text.split(other).length;
}
