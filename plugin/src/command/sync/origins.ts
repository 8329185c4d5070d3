import { ts } from "ts-morph";
import { type Declared, type Exported, innerExpression, type Module } from "./module.js";
import type { Sources } from "./sources.js";

/** What a name stands for, through all imports, exports and aliases. */
export type Origin =
  /** What a generated module, or a package, exports; `isThere` is whether it does. */
  | { readonly kind: "export"; readonly module: string; readonly name: string; readonly isThere: boolean }
  | { readonly kind: "class"; readonly path: string; readonly node: ts.ClassLikeDeclaration }
  | { readonly kind: "namespace"; readonly path: string }
  /** A declaration of the project that syntax cannot follow. */
  | { readonly kind: "unclear" };

const unclear: Origin = { kind: "unclear" };

/** Follows names from file to file. */
export class Origins {
  readonly #sources: Sources;
  readonly #isGenerated: (path: string) => boolean;

  constructor(sources: Sources, isGenerated: (path: string) => boolean) {
    this.#sources = sources;
    this.#isGenerated = isGenerated;
  }

  /** What an expression names, such as the base of a class. Undefined if it is nothing that could be generated. */
  ofExpression(module: Module, expression: ts.Expression, seen: ReadonlySet<string> = new Set()): Origin | undefined {
    const inner = innerExpression(expression);
    if (ts.isIdentifier(inner)) return this.ofName(module, inner.text, seen);
    if (ts.isClassLike(inner)) return { kind: "class", path: module.path, node: inner };
    if (ts.isPropertyAccessExpression(inner)) {
      const left = this.ofExpression(module, inner.expression, seen);
      if (left?.kind === "namespace") return this.ofExport(left.path, inner.name.text, seen);
      return left && unclear;
    }
    return unclear;
  }

  /** What a type names: a reference, or one by `import("...")`. */
  ofType(module: Module, type: ts.TypeNode, seen: ReadonlySet<string> = new Set()): Origin | undefined {
    if (ts.isParenthesizedTypeNode(type)) return this.ofType(module, type.type, seen);
    if (ts.isTypeReferenceNode(type)) return this.#ofEntity(module, type.typeName, seen);
    if (ts.isExpressionWithTypeArguments(type)) return this.ofExpression(module, type.expression, seen);
    if (!ts.isImportTypeNode(type) || !type.qualifier || !ts.isLiteralTypeNode(type.argument)) return undefined;
    const { literal } = type.argument;
    if (!ts.isStringLiteral(literal) || !ts.isIdentifier(type.qualifier)) return undefined;
    return this.#ofSpecifier(module, literal.text, type.qualifier.text, seen);
  }

  #ofEntity(module: Module, name: ts.EntityName, seen: ReadonlySet<string>): Origin | undefined {
    if (ts.isIdentifier(name)) return this.ofName(module, name.text, seen);
    const left = this.#ofEntity(module, name.left, seen);
    return left?.kind === "namespace" ? this.ofExport(left.path, name.right.text, seen) : undefined;
  }

  /** What a name stands for in a module. */
  ofName(module: Module, name: string, seen: ReadonlySet<string> = new Set()): Origin | undefined {
    const key = `${module.path}\0${name}`;
    if (seen.has(key)) return undefined;
    const further = new Set([...seen, key]);
    const imported = module.imports.get(name);
    const declared = module.declared.get(name) ?? [];
    if (imported) return declared.some((node) => !ts.isTypeParameterDeclaration(node)) ? unclear : this.#ofImported(module, imported, further);
    if (this.#isGenerated(module.path)) return declared.length > 0 ? { kind: "export", module: module.path, name, isThere: true } : undefined;
    const [first] = declared.filter((node) => !ts.isInterfaceDeclaration(node) || declared.length === 1);
    if (!first) return undefined;
    return declared.length > 1 && !declared.some(ts.isClassLike) ? unclear : this.#ofDeclared(module, first, further);
  }

  #ofDeclared(module: Module, node: Declared, seen: ReadonlySet<string>): Origin | undefined {
    if (ts.isClassLike(node)) return { kind: "class", path: module.path, node };
    if (ts.isTypeAliasDeclaration(node)) return this.ofType(module, node.type, seen);
    if (ts.isInterfaceDeclaration(node)) {
      const [base, another] = (node.heritageClauses ?? []).flatMap(({ types }) => types);
      return base && !another ? this.ofType(module, base, seen) : undefined;
    }
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer && node.parent.flags & ts.NodeFlags.Const)
      return this.ofExpression(module, node.initializer, seen);
    return ts.isTypeParameterDeclaration(node) ? undefined : unclear;
  }

  #ofImported(module: Module, { specifier, name }: { readonly specifier: string; readonly name: string }, seen: ReadonlySet<string>): Origin | undefined {
    return this.#ofSpecifier(module, specifier, name, seen);
  }

  #ofSpecifier({ path }: Module, specifier: string, name: string, seen: ReadonlySet<string>): Origin | undefined {
    const target = this.#sources.resolve(specifier, path);
    if (target === undefined) return { kind: "export", module: specifier, name, isThere: true };
    return name === "*" ? { kind: "namespace", path: target } : this.ofExport(target, name, seen);
  }

  /** What a module exports under a name. */
  ofExport(path: string, name: string, seen: ReadonlySet<string> = new Set()): Origin | undefined {
    const module = this.#sources.module(path);
    const key = `${path}\0export ${name}`;
    if (seen.has(key)) return undefined;
    const further = new Set([...seen, key]);
    const exported = module.exports.get(name);
    if (exported) return this.#isGenerated(path) ? { kind: "export", module: path, name, isThere: true } : this.#ofExported(module, exported, further);
    if (this.#isGenerated(path)) return { kind: "export", module: path, name, isThere: false };
    const behind = module.stars.map((specifier) => this.#ofStar(module, specifier, name, further));
    return behind.find((origin) => origin && (origin.kind !== "export" || origin.isThere)) ?? behind.find((origin) => origin !== undefined);
  }

  #ofExported(module: Module, exported: Exported, seen: ReadonlySet<string>): Origin | undefined {
    if ("specifier" in exported) return this.#ofImported(module, exported, seen);
    if ("local" in exported) return this.ofName(module, exported.local, seen);
    const { expression } = exported;
    // `export default class extends ...` has no name to go by.
    if (ts.isClassLike(expression)) return { kind: "class", path: module.path, node: expression };
    return this.ofExpression(module, expression, seen);
  }

  #ofStar(module: Module, specifier: string, name: string, seen: ReadonlySet<string>): Origin | undefined {
    const target = this.#sources.resolve(specifier, module.path);
    return target === undefined || name === "default" ? undefined : this.ofExport(target, name, seen);
  }
}
