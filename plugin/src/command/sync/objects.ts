import { ts } from "ts-morph";
import { type Handlers, type Service, unwrapped } from "./contract.js";
import { type Implementation, membersOf, type Part } from "./implementation.js";
import { innerExpression, type Module } from "./module.js";
import type { World } from "./world.js";

/** What the type of an object says that it is. */
interface Target {
  readonly parts: readonly Part[];
  readonly isPartial: boolean;
  readonly title: string;
}

/** The objects of a module that are given to `from()`, or are typed as methods or as handlers. */
export function findObjects(world: World, module: Module, classes: readonly Implementation[]): readonly Implementation[] {
  return new ObjectFinder(world, module, classes).find();
}

class ObjectFinder {
  readonly #world: World;
  readonly #module: Module;
  /** All that was found, by its node. */
  readonly #known: Map<ts.Node, Implementation>;
  readonly #found: Implementation[] = [];
  readonly #linkMethods: ReadonlySet<string>;

  constructor(world: World, module: Module, classes: readonly Implementation[]) {
    this.#world = world;
    this.#module = module;
    this.#known = new Map(classes.map((found) => [found.node, found]));
    this.#linkMethods = world.linkMethods;
  }

  find(): readonly Implementation[] {
    this.#visit(this.#module.file);
    return this.#found;
  }

  #visit(node: ts.Node): void {
    if (ts.isObjectLiteralExpression(node)) this.#add(node, this.#targetOf(node), true);
    else this.#followIdentifier(node);
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  /** `from(methods)`, `connect(handlers)` and `return handlers` of a constant without a type. */
  #followIdentifier(node: ts.Node): void {
    if (!ts.isIdentifier(node) || (!ts.isReturnStatement(node.parent) && !ts.isCallExpression(node.parent) && !ts.isArrowFunction(node.parent))) return;
    const [declaration, another] = this.#module.declared.get(node.text) ?? [];
    if (!declaration || another || !ts.isVariableDeclaration(declaration) || declaration.type || !declaration.initializer) return;
    const { initializer } = declaration;
    if (!ts.isObjectLiteralExpression(initializer) || this.#known.has(initializer)) return;
    if (this.#add(initializer, this.#targetOf(node, false), false)) this.#visit(initializer);
  }

  #add(node: ts.ObjectLiteralExpression, target: Target | undefined, isClosed: boolean): boolean {
    if (!target || this.#known.has(node)) return false;
    const { parts, isPartial, title } = target;
    // Who handles nothing at all wants to hear nothing.
    const isSilent = node.properties.length === 0 && parts.some(({ handlers }) => handlers);
    const found = { module: this.#module, node, title, parts, inherited: this.#spread(node), isComplete: !isPartial && !isSilent, isClosed };
    this.#known.set(node, found);
    this.#found.push(found);
    return true;
  }

  #spread(node: ts.ObjectLiteralExpression): ReadonlySet<string> {
    const names = new Set<string>();
    for (const property of node.properties) {
      if (!ts.isSpreadAssignment(property)) continue;
      const { checker } = this.#world.sources;
      for (const { name } of checker.getPropertiesOfType(checker.getTypeAtLocation(property.expression))) names.add(name);
    }
    return names;
  }

  /** What an expression has to be where it stands. */
  #targetOf(node: ts.Expression, mayAsk = true): Target | undefined {
    const { parent } = node;
    if (ts.isParenthesizedExpression(parent) || ts.isConditionalExpression(parent) || ts.isBinaryExpression(parent) || ts.isAwaitExpression(parent))
      return ts.isConditionalExpression(parent) && parent.condition === node ? undefined : this.#targetOf(parent, mayAsk);
    if (ts.isSatisfiesExpression(parent) || ts.isAsExpression(parent)) return this.#ofType(parent.type) ?? this.#targetOf(parent, mayAsk);
    if (ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isParameter(parent))
      return parent.type && parent.initializer === node ? (this.#ofType(parent.type) ?? this.#ask(node, mayAsk)) : undefined;
    if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node)) return this.#ofReturned(parent) ?? this.#ask(node, mayAsk);
    if (ts.isCallExpression(parent)) return this.#ofArgument(node, parent) ?? this.#ask(node, mayAsk);
    return this.#ask(node, mayAsk && !ts.isExpressionStatement(parent));
  }

  #ofType(type: ts.TypeNode): Target | undefined {
    if (ts.isParenthesizedTypeNode(type)) return this.#ofType(type.type);
    if (ts.isUnionTypeNode(type)) return type.types.map((each) => this.#ofType(each)).find((target) => target !== undefined);
    if (ts.isIntersectionTypeNode(type)) {
      const targets = type.types.flatMap((each) => this.#ofType(each) ?? []);
      const [first] = targets;
      return first && { ...first, parts: targets.flatMap(({ parts }) => parts), isPartial: targets.some(({ isPartial }) => isPartial) };
    }
    const { inner, isPromise } = unwrapped(type);
    if (isPromise) return this.#ofType(inner);
    if (ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && ["Partial", "Readonly"].includes(type.typeName.text)) {
      const [of] = type.typeArguments ?? [];
      const target = of && this.#ofType(of);
      return target && { ...target, isPartial: target.isPartial || type.typeName.text === "Partial" };
    }
    return this.#ofOrigin(this.#world.origins.ofType(this.#module, type));
  }

  #ofOrigin(origin: Parameters<World["handlers"]>[0]): Target | undefined {
    const service = this.#world.serviceOfMethods(origin);
    if (service) return methodsTarget(service, `the ${service.methods}`, false);
    const handlers = this.#world.handlers(origin);
    return handlers && handlersTarget(handlers);
  }

  #ofReturned(node: ts.ReturnStatement | ts.ArrowFunction): Target | undefined {
    const method = ts.isArrowFunction(node) ? node : ts.findAncestor(node, (at): at is ts.FunctionLikeDeclaration => ts.isFunctionLike(at));
    if (!method) return undefined;
    if (method.type) return this.#ofType(method.type);
    const member = ts.isPropertyAssignment(method.parent) || ts.isPropertyDeclaration(method.parent) ? method.parent : method;
    const owner = this.#known.get(member.parent);
    const name = owner && membersOf(owner.node).find((each) => each.node === member)?.name;
    const handlers = owner?.parts.flatMap(({ service }) => service?.rpcs.find((rpc) => rpc.name === name)?.handlers ?? [])[0];
    return handlers && handlersTarget(handlers);
  }

  #ofArgument(node: ts.Node, call: ts.CallExpression): Target | undefined {
    const { expression: callee } = call;
    if (call.arguments[0] !== node || !ts.isPropertyAccessExpression(callee)) return undefined;
    const { origins } = this.#world;
    if (callee.name.text === "from") {
      const service = this.#world.serviceOfServicer(origins.ofExpression(this.#module, callee.expression));
      return service && methodsTarget(service, `what ${service.servicer}.from() is given`, false);
    }
    if (callee.name.text === "resolve" && callee.expression.getText() === "Promise") return this.#targetOf(call, false);
    if (!this.#linkMethods.has(callee.name.text)) return undefined;
    const client = this.#clientOf(callee.expression);
    const handlers = client && this.#world.clientHandlers(client, callee.name.text);
    return handlers && handlersTarget(handlers);
  }

  #clientOf(expression: ts.Expression): Service | undefined {
    const inner = innerExpression(expression);
    if (ts.isNewExpression(inner)) return this.#world.serviceOfClient(this.#world.origins.ofExpression(this.#module, inner.expression));
    if (!ts.isIdentifier(inner)) return undefined;
    const [declaration, another] = this.#module.declared.get(inner.text) ?? [];
    if (!declaration || another || (!ts.isVariableDeclaration(declaration) && !ts.isParameter(declaration))) return undefined;
    if (declaration.type) return this.#world.serviceOfClient(this.#world.origins.ofType(this.#module, declaration.type));
    return declaration.initializer && ts.isNewExpression(declaration.initializer) ? this.#clientOf(declaration.initializer) : undefined;
  }

  /** Where syntax does not tell it, the type does: for an object that has a function with one of our names. */
  #ask(node: ts.Expression, mayAsk: boolean): Target | undefined {
    if (!mayAsk || !ts.isObjectLiteralExpression(node)) return undefined;
    const { names, sources } = this.#world;
    if (!membersOf(node).some(({ name, method }) => method && names.has(name))) return undefined;
    const type = sources.checker.getContextualType(node);
    return type && this.#ofActualType(sources.checker.getNonNullableType(type));
  }

  #ofActualType(type: ts.Type): Target | undefined {
    if (type.isUnion()) return type.types.map((each) => this.#ofActualType(each)).find((target) => target !== undefined);
    const [of] = type.aliasTypeArguments ?? [];
    if (type.aliasSymbol?.name === "Partial" && of) {
      const target = this.#ofActualType(of);
      return target && { ...target, isPartial: true };
    }
    const { symbol } = type;
    const module = symbol?.declarations?.[0]?.getSourceFile().fileName;
    return module === undefined ? undefined : this.#ofOrigin({ kind: "export", module, name: symbol.name, isThere: true });
  }
}

function methodsTarget(service: Service, title: string, isPartial: boolean): Target {
  return { parts: [{ service, handlers: undefined, overrides: false }], isPartial, title };
}

function handlersTarget(handlers: Handlers): Target {
  return { parts: [{ service: undefined, handlers, overrides: false }], isPartial: false, title: `the ${handlers.name}` };
}
