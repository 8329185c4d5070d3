import { ts } from "ts-morph";
import { docLines, type Service } from "./contract.js";
import { type Implementation, membersOf, type Part } from "./implementation.js";
import type { Module } from "./module.js";
import type { Origin } from "./origins.js";
import type { World } from "./world.js";

/** The base classes of a class, up to the generated one. */
interface Chain {
  readonly servicer: Service | undefined;
  readonly bases: readonly ts.ClassLikeDeclaration[];
  /** What mixins and the like add. */
  readonly mixed: ReadonlySet<string>;
}

/** A class that serves something, and what it stands on. */
interface Found {
  readonly module: Module;
  readonly node: ts.ClassLikeDeclaration;
  readonly chain: Chain;
  readonly parts: readonly Part[];
}

/** The classes of modules that extend a servicer, by whatever way, or implement the methods of a service. */
export function findClasses(world: World, modules: readonly Module[]): readonly Implementation[] {
  const found = modules.flatMap((module) => classesOf(module.file).flatMap((node) => find(world, module, node) ?? []));
  const serving = new Set<ts.Node>(found.map(({ node }) => node));
  const extended = new Set(found.flatMap(({ chain }) => chain.bases));
  return found.map(({ module, node, chain, parts }) => ({
    module,
    node,
    title: titleOf(node),
    parts,
    inherited: new Set([...chain.bases.flatMap((base) => membersOf(base).map(({ name }) => name)), ...chain.mixed]),
    // Of a line of classes the first that is not abstract gets what is missing: the others have it from there.
    isComplete: !chain.bases.some((base) => !isAbstract(base) && (chain.servicer || serving.has(base))) && !(isAbstract(node) && extended.has(node)),
    isClosed: chain.servicer !== undefined,
  }));
}

function classesOf(file: ts.SourceFile): readonly ts.ClassLikeDeclaration[] {
  const classes: ts.ClassLikeDeclaration[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node)) classes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return classes;
}

function find(world: World, module: Module, node: ts.ClassLikeDeclaration): Found | undefined {
  const chain = chainOf(world, module, node, new Set());
  const implemented = heritage(node, ts.SyntaxKind.ImplementsKeyword).flatMap((type) => world.serviceOfMethods(world.origins.ofType(module, type)) ?? []);
  const services = new Set([...(chain.servicer ? [chain.servicer] : []), ...implemented]);
  if (services.size === 0) return undefined;
  const parts = [...services].map((service) => ({ service, handlers: undefined, overrides: service === chain.servicer }));
  return { module, node, chain, parts };
}

const none: Chain = { servicer: undefined, bases: [], mixed: new Set() };

function chainOf(world: World, module: Module, node: ts.ClassLikeDeclaration, seen: Set<ts.Node>): Chain {
  const [base] = heritage(node, ts.SyntaxKind.ExtendsKeyword);
  if (!base || seen.has(node)) return none;
  seen.add(node);
  const origin = world.origins.ofExpression(module, base.expression);
  if (origin?.kind === "class") {
    const further = chainOf(world, world.sources.module(origin.path), origin.node, seen);
    return { ...further, bases: [origin.node, ...further.bases] };
  }
  if (origin?.kind !== "unclear") return { ...none, servicer: world.serviceOfServicer(origin as Origin | undefined) };
  return chainOfType(world, base);
}

/** Where syntax does not tell the base, its type does. */
function chainOfType(world: World, base: ts.ExpressionWithTypeArguments): Chain {
  const { checker } = world.sources;
  const type = checker.getTypeAtLocation(base);
  const servicer = servicerIn(world, type, new Set());
  if (!servicer) return none;
  const own = checker
    .getPropertiesOfType(type)
    .filter(({ declarations = [] }) => declarations.some((node) => !world.isGenerated(node.getSourceFile().fileName)));
  return { servicer, bases: [], mixed: new Set(own.map(({ name }) => name)) };
}

function servicerIn(world: World, type: ts.Type, seen: Set<ts.Type>): Service | undefined {
  if (seen.has(type)) return undefined;
  seen.add(type);
  for (const node of type.symbol?.declarations ?? []) {
    const path = node.getSourceFile().fileName;
    if (ts.isClassDeclaration(node) && node.name && world.isGenerated(path))
      return world.serviceOfServicer({ kind: "export", module: path, name: node.name.text, isThere: true });
  }
  const bases = type.isIntersection() ? type.types : type.isClassOrInterface() ? world.sources.checker.getBaseTypes(type) : [];
  for (const base of bases) {
    const servicer = servicerIn(world, base, seen);
    if (servicer) return servicer;
  }
  return undefined;
}

function heritage({ heritageClauses }: ts.ClassLikeDeclaration, kind: ts.SyntaxKind): readonly ts.ExpressionWithTypeArguments[] {
  return heritageClauses?.filter(({ token }) => token === kind).flatMap(({ types }) => types) ?? [];
}

function isAbstract(node: ts.ClassLikeDeclaration): boolean {
  return ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) === true;
}

function titleOf(node: ts.ClassLikeDeclaration): string {
  if (node.name) return `class ${node.name.text}`;
  const { parent } = node;
  if (ts.isVariableDeclaration(parent)) return `class ${parent.name.getText()}`;
  return ts.isClassDeclaration(node) ? "the default class" : "a class without a name";
}

/** Whether a doc comment says that the proto has no such RPC any more. */
export function isMarkedOrphaned(node: ts.Node): boolean {
  return docLines(node).some((line) => line.includes("@orphaned"));
}
