import { ts } from "ts-morph";

/** What a module imports under a local name. */
export interface Imported {
  readonly specifier: string;
  /** The name in the other module, or `*` for all of it. */
  readonly name: string;
}

/** What a module exports under a name: something of its own, or of another module (`*` for all of it). */
export type Exported = { readonly expression: ts.Expression } | { readonly local: string } | Imported;

/** What a declaration of a name is. */
export type Declared = ts.ClassLikeDeclaration | ts.VariableDeclaration | ts.TypeAliasDeclaration | ts.InterfaceDeclaration | ts.Node;

/** The names of a module, as syntax tells them. */
export interface Module {
  readonly path: string;
  readonly file: ts.SourceFile;
  readonly imports: ReadonlyMap<string, Imported>;
  readonly exports: ReadonlyMap<string, Exported>;
  /** The modules of `export * from`. */
  readonly stars: readonly string[];
  /** All declarations that are no import, of whatever scope, by name. */
  readonly declared: ReadonlyMap<string, readonly Declared[]>;
  /** All names that are used or declared as such, not as those of members. */
  readonly used: ReadonlySet<string>;
}

/** Reads the names of a module. */
export function readModule(path: string, file: ts.SourceFile): Module {
  const imports = new Map<string, Imported>();
  const exports = new Map<string, Exported>();
  const stars: string[] = [];
  const declared = new Map<string, Declared[]>();
  const used = new Set<string>();

  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) readImport(statement, imports);
    else if (ts.isImportEqualsDeclaration(statement)) readImportEquals(statement, imports);
    else if (ts.isExportDeclaration(statement)) readExport(statement, exports, stars);
    else if (ts.isExportAssignment(statement)) exports.set("default", { expression: statement.expression });
    else readExported(statement, exports);
  }

  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isMemberName(node)) used.add(node.text);
    const name = declaredName(node);
    if (name !== undefined) declared.set(name, [...(declared.get(name) ?? []), node]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, file, imports, exports, stars, declared, used };
}

function readImport({ moduleSpecifier, importClause }: ts.ImportDeclaration, imports: Map<string, Imported>): void {
  const specifier = textOf(moduleSpecifier);
  const { name, namedBindings } = importClause ?? {};
  if (name) imports.set(name.text, { specifier, name: "default" });
  if (namedBindings && ts.isNamespaceImport(namedBindings)) imports.set(namedBindings.name.text, { specifier, name: "*" });
  else for (const element of namedBindings?.elements ?? []) imports.set(element.name.text, { specifier, name: (element.propertyName ?? element.name).text });
}

function readImportEquals({ name, moduleReference }: ts.ImportEqualsDeclaration, imports: Map<string, Imported>): void {
  if (ts.isExternalModuleReference(moduleReference)) imports.set(name.text, { specifier: textOf(moduleReference.expression), name: "*" });
}

function readExport({ moduleSpecifier, exportClause }: ts.ExportDeclaration, exports: Map<string, Exported>, stars: string[]): void {
  const specifier = moduleSpecifier && textOf(moduleSpecifier);
  if (!exportClause) {
    if (specifier !== undefined) stars.push(specifier);
  } else if (ts.isNamespaceExport(exportClause)) exports.set(exportClause.name.text, { specifier: specifier ?? "", name: "*" });
  else
    for (const { name, propertyName } of exportClause.elements) {
      const own = (propertyName ?? name).text;
      exports.set(name.text, specifier === undefined ? { local: own } : { specifier, name: own });
    }
}

function readExported(statement: ts.Statement, exports: Map<string, Exported>): void {
  if (!ts.canHaveModifiers(statement)) return;
  const kinds = (ts.getModifiers(statement) ?? []).map(({ kind }) => kind);
  if (!kinds.includes(ts.SyntaxKind.ExportKeyword)) return;
  if (ts.isVariableStatement(statement)) {
    for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) exports.set(name.text, { local: name.text });
    return;
  }
  const name = declaredName(statement);
  if (kinds.includes(ts.SyntaxKind.DefaultKeyword)) {
    // Of a class without a name only its node tells what it is.
    if (name !== undefined) exports.set("default", { local: name });
    else exports.set("default", { expression: statement as unknown as ts.Expression });
  } else if (name !== undefined) exports.set(name, { local: name });
}

function declaredName(node: ts.Node): string | undefined {
  const isDeclaration =
    ts.isClassLike(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isTypeParameterDeclaration(node);
  if (!isDeclaration) return undefined;
  const { name } = node;
  return name && ts.isIdentifier(name) ? name.text : undefined;
}

/** Whether it is the name of a member, and so says nothing about what is in scope. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return parent.propertyName === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent) || ts.isPropertySignature(parent)) return parent.name === node;
  if (ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent) || ts.isAccessor(parent) || ts.isEnumMember(parent)) return parent.name === node;
  return ts.isBindingElement(parent) && parent.propertyName === node;
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : "";
}

/** An expression without parentheses, `as`, `satisfies` and `!` around it. */
export function innerExpression(expression: ts.Expression): ts.Expression {
  const isWrapped =
    ts.isParenthesizedExpression(expression) || ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression) || ts.isNonNullExpression(expression);
  return isWrapped ? innerExpression(expression.expression) : expression;
}
