import { posix, sep } from "node:path";
import { ts } from "ts-morph";
import { siblingSpecifier, type TypeRef } from "./contract.js";
import type { Insertion } from "./edits.js";
import { importEnding, relativeSpecifier } from "./endings.js";
import type { Module } from "./module.js";
import { indentationAt, type Style } from "./style.js";
import type { World } from "./world.js";

/** A name that is to be imported. */
interface Wanted {
  readonly name: string;
  readonly local: string;
  readonly isType: boolean;
}

/** The imports of one file: gives names for what inserted code needs, and adds those that are not there. */
export class Imports {
  readonly #world: World;
  readonly #module: Module;
  readonly #style: Style;
  readonly #statements: readonly ts.ImportDeclaration[];
  readonly #locals = new Map<string, string>();
  readonly #taken: Set<string>;
  /** What goes into statements that are there, by the statement. */
  readonly #extended = new Map<ts.ImportDeclaration, Wanted[]>();
  /** What takes statements of its own, by module. */
  readonly #added = new Map<string, Wanted[]>();

  constructor(world: World, module: Module, style: Style) {
    this.#world = world;
    this.#module = module;
    this.#style = style;
    this.#statements = module.file.statements.filter(ts.isImportDeclaration);
    this.#taken = new Set(module.used);
  }

  /** The text that names a type here. */
  type(ref: TypeRef): string {
    return this.#local(ref, true);
  }

  /** The text that names a value here. */
  value(ref: TypeRef): string {
    return this.#local(ref, false);
  }

  /** The text that names a global type, also where the file has something else of that name. */
  global(name: string): string {
    return this.#module.imports.has(name) || this.#module.declared.has(name) ? `globalThis.${name}` : name;
  }

  #local(ref: TypeRef, isType: boolean): string {
    const key = `${ref.module}\0${ref.name}\0${isType}`;
    const known = this.#locals.get(key) ?? this.#imported(ref, isType) ?? this.#add(ref, isType);
    this.#locals.set(key, known);
    return known;
  }

  /** What is imported already, by a name of its own or as a member of all of a module. */
  #imported(ref: TypeRef, isType: boolean): string | undefined {
    for (const [local, { specifier, name }] of this.#module.imports) {
      if (!isType && this.#isTypeOnly(local)) continue;
      if (name !== "*") {
        const origin = this.#world.origins.ofName(this.#module, local);
        if (origin?.kind === "export" && origin.isThere && origin.module === ref.module && origin.name === ref.name) return local;
      } else if (!this.#module.declared.has(local) && this.#exports(specifier, ref)) return `${local}.${ref.name}`;
    }
    return undefined;
  }

  /** Whether a module, by the specifier in this file, gives what is wanted under the same name. */
  #exports(specifier: string, { module, name }: TypeRef): boolean {
    const path = this.#world.sources.resolve(specifier, this.#module.path);
    if (path === undefined) return specifier === module;
    const origin = this.#world.origins.ofExport(path, name);
    return origin?.kind === "export" && origin.isThere && origin.module === module && origin.name === name;
  }

  #isTypeOnly(local: string): boolean {
    return this.#statements.some(({ importClause }) => {
      const bindings = importClause?.namedBindings;
      if (!bindings) return false;
      if (ts.isNamespaceImport(bindings)) return bindings.name.text === local && importClause.isTypeOnly;
      return bindings.elements.some(({ name, isTypeOnly }) => name.text === local && (isTypeOnly || importClause.isTypeOnly));
    });
  }

  #add(ref: TypeRef, isType: boolean): string {
    let local = ref.name;
    for (let i = 1; this.#taken.has(local); i++) local = `${ref.name}$${i}`;
    this.#taken.add(local);
    const wanted = { name: ref.name, local, isType };
    const specifier = this.#specifierFor(ref);
    const statement = this.#statementFor(specifier, isType);
    const list = statement ? this.#extended : this.#added;
    const key = (statement ?? specifier) as never;
    list.set(key, [...((list.get(key) as Wanted[] | undefined) ?? []), wanted]);
    return local;
  }

  #specifierFor(ref: TypeRef): string {
    const { sources } = this.#world;
    if (!this.#world.isGenerated(ref.module) && sources.text(ref.module) === undefined) return ref.module;
    const specifiers = [...new Set([...this.#module.imports.values()].map(({ specifier }) => specifier))];
    const giving = specifiers.find((specifier) => this.#exports(specifier, ref));
    if (giving !== undefined) return giving;
    for (const specifier of specifiers) {
      const path = sources.resolve(specifier, this.#module.path);
      if (path !== undefined && this.#world.isGenerated(path)) return siblingSpecifier(specifier, posixOf(path), posixOf(ref.module));
    }
    return relativeSpecifier(this.#module.path, ref.module, importEnding(this.#world, [this.#module.path]));
  }

  #statementFor(specifier: string, isType: boolean): ts.ImportDeclaration | undefined {
    const named = this.#statements.filter(
      ({ moduleSpecifier, importClause }) =>
        (moduleSpecifier as ts.StringLiteral).text === specifier && importClause?.namedBindings && ts.isNamedImports(importClause.namedBindings),
    );
    const ofTypes = named.find(({ importClause }) => importClause?.isTypeOnly);
    if (isType && ofTypes) return ofTypes;
    const ofValues = named.find(({ importClause }) => !importClause?.isTypeOnly);
    return isType && this.#style.types === "statement" ? undefined : ofValues;
  }

  /** What all that was asked for takes. */
  insertions(): readonly Insertion[] {
    return [...[...this.#extended].flatMap(([statement, wanted]) => this.#extend(statement, wanted)), ...this.#statementsToAdd()];
  }

  #extend({ importClause }: ts.ImportDeclaration, wanted: readonly Wanted[]): readonly Insertion[] {
    const { elements, pos } = (importClause as ts.ImportClause).namedBindings as ts.NamedImports;
    const { file } = this.#module;
    const isTypeOnly = importClause?.isTypeOnly === true;
    const texts = sorted(wanted).map((each) => ({ local: each.local, text: this.#specifierText(each, isTypeOnly) }));
    const last = elements.at(-1);
    if (!last) {
      const { space } = this.#style;
      return [{ at: file.text.indexOf("{", pos) + 1, text: `${space}${texts.map(({ text }) => text).join(", ")}${space}` }];
    }
    const names = elements.map(({ name }) => name.text);
    const isSorted = names.every((name, i) => i === 0 || order(names[i - 1] as string, name) <= 0);
    return texts.map(({ local, text }) => {
      const next = isSorted ? elements.find(({ name }) => order(local, name.text) < 0) : undefined;
      if (next) return { at: next.getStart(file), text: `${text},${this.#gap(next)}` };
      return { at: last.end, text: `,${this.#gap(last)}${text}` };
    });
  }

  /** What is between two names: a new line, where names stand on lines of their own. */
  #gap(element: ts.ImportSpecifier): string {
    const { file } = this.#module;
    const start = element.getStart(file);
    const indentation = indentationAt(file.text, start);
    const isFirstOfLine = file.text.slice(file.text.lastIndexOf("\n", start - 1) + 1, start) === indentation;
    return isFirstOfLine ? `${this.#style.lineEnd}${indentation}` : " ";
  }

  #specifierText({ name, local, isType }: Wanted, isTypeOnly: boolean): string {
    const prefix = isType && !isTypeOnly && this.#style.types !== "plain" ? "type " : "";
    return `${prefix}${name}${local === name ? "" : ` as ${local}`}`;
  }

  /** Packages come in front of what is relative, each in the order of their names; those at one place stand together. */
  #statementsToAdd(): readonly Insertion[] {
    const { lineEnd } = this.#style;
    const byPlace = new Map<number, { readonly place: StatementPlace; readonly lines: string[] }>();
    for (const specifier of [...this.#added.keys()].toSorted(specifierOrder)) {
      const place = this.#placeFor(specifier);
      const group = byPlace.get(place.at) ?? { place, lines: [] };
      group.lines.push(...this.#statementsOf(specifier, this.#added.get(specifier) ?? []));
      byPlace.set(place.at, group);
    }
    return [...byPlace.values()].map(({ place: { at, before, after }, lines }) => ({ at, text: `${before}${lines.join(lineEnd)}${after}` }));
  }

  /** One statement for values and types, or one of each. */
  #statementsOf(specifier: string, wanted: readonly Wanted[]): readonly string[] {
    const { types } = this.#style;
    const isSplit = types === "statement" || wanted.every(({ isType }) => isType);
    const lists = types === "plain" || !isSplit ? [wanted] : [wanted.filter(({ isType }) => isType), wanted.filter(({ isType }) => !isType)];
    return lists.filter((list) => list.length > 0).map((list) => this.#statement(specifier, list, types !== "plain" && list.every(({ isType }) => isType)));
  }

  #statement(specifier: string, wanted: readonly Wanted[], isTypeOnly: boolean): string {
    const { quote, space, semicolon } = this.#style;
    const names = sorted(wanted)
      .map((each) => this.#specifierText(each, isTypeOnly))
      .join(", ");
    return `import ${isTypeOnly ? "type " : ""}{${space}${names}${space}} from ${quote}${specifier}${quote}${semicolon}`;
  }

  /** Beside the imports of the same module; else packages behind packages, and what is relative behind all. */
  #placeFor(specifier: string): StatementPlace {
    const { file } = this.#module;
    const { lineEnd } = this.#style;
    const specifierOf = ({ moduleSpecifier }: ts.ImportDeclaration): string => (moduleSpecifier as ts.StringLiteral).text;
    const same = this.#statements.findLast((statement) => specifierOf(statement) === specifier);
    const packages = this.#statements.filter((statement) => !specifierOf(statement).startsWith("."));
    const previous = same ?? (specifier.startsWith(".") ? this.#statements.at(-1) : packages.at(-1));
    if (previous) return { at: lineEndAt(file, previous.end), before: lineEnd, after: "" };
    const [first] = this.#statements;
    if (first) return { at: first.getStart(file), before: "", after: lineEnd };
    const directive = file.statements.findLast((statement, i) => isDirective(statement) && file.statements.slice(0, i).every(isDirective));
    if (directive) return { at: lineEndAt(file, directive.end), before: lineEnd + lineEnd, after: "" };
    return { at: file.statements[0]?.getStart(file, true) ?? 0, before: "", after: lineEnd + lineEnd };
  }
}

/** Where statements go, and what sets them off. */
interface StatementPlace {
  readonly at: number;
  readonly before: string;
  readonly after: string;
}

function specifierOrder(a: string, b: string): number {
  const [x, y] = [a, b].map((specifier) => specifier.startsWith("."));
  return x === y ? order(a, b) : x ? 1 : -1;
}

function lineEndAt({ text }: ts.SourceFile, position: number): number {
  const comments = ts.getTrailingCommentRanges(text, position);
  return comments?.at(-1)?.end ?? position;
}

function isDirective(statement: ts.Statement): boolean {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
}

function sorted(wanted: readonly Wanted[]): readonly Wanted[] {
  return wanted.toSorted((a, b) => order(a.local, b.local));
}

function order(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
}

function posixOf(path: string): string {
  return path.split(sep).join(posix.sep);
}
