import { ts } from "ts-morph";
import { type Handlers, memberName, type Rpc, type Service } from "./contract.js";
import { innerExpression, type Module } from "./module.js";

/** Hand-written code that answers for services, or for one end of a link. */
export interface Implementation {
  readonly module: Module;
  readonly node: ts.ClassLikeDeclaration | ts.ObjectLiteralExpression;
  /** What it is called in a sentence. */
  readonly title: string;
  /** What it may have, by service or link. */
  readonly parts: readonly Part[];
  /** What it has from elsewhere: from base classes of the project, mixins, spreads. */
  readonly inherited: ReadonlySet<string>;
  /** Whether what is missing is inserted here: not in a base class of others, nor in what is incomplete on purpose. */
  readonly isComplete: boolean;
  /** Whether a member that no part knows is an error for the compiler: an `override` of a class, any of a typed object. */
  readonly isClosed: boolean;
}

/** One service, or one end of a link, that an implementation answers for. */
export interface Part {
  readonly service: Service | undefined;
  readonly handlers: Handlers | undefined;
  /** Whether its methods override those of the generated base class. */
  readonly overrides: boolean;
}

/** A member of a class or an object by its name. */
export interface Member {
  readonly name: string;
  readonly node: ts.ClassElement | ts.ObjectLiteralElementLike;
  readonly isOverride: boolean;
  /** Its function, if it is one. */
  readonly method: ts.SignatureDeclaration | undefined;
}

/** What a part may have in all. */
export function rpcsOf({ service, handlers }: Part): readonly Rpc[] {
  return service?.rpcs ?? handlers?.requests ?? [];
}

/** The names that a part knows, also those that nobody has to have. */
export function knows({ service, handlers }: Part, name: string): boolean {
  return service?.rpcs.some((rpc) => rpc.name === name) === true || handlers?.names.has(name) === true;
}

/** The members that a caller could call: no constructor, nothing static or private, and nothing whose name only shows when it runs. */
export function membersOf(node: ts.ClassLikeDeclaration | ts.ObjectLiteralExpression): readonly Member[] {
  if (ts.isObjectLiteralExpression(node)) return node.properties.flatMap((property) => (isNamed(property.name) ? [memberOf(property, property.name)] : []));
  return [...node.members].flatMap((member) => {
    if (ts.isConstructorDeclaration(member)) return parameterProperties(member);
    const flags = ts.getCombinedModifierFlags(member);
    if (!isNamed(member.name) || flags & ts.ModifierFlags.Static) return [];
    return [memberOf(member, member.name)];
  });
}

function isNamed(name: ts.PropertyName | undefined): name is ts.PropertyName {
  if (!name || ts.isPrivateIdentifier(name)) return false;
  return !ts.isComputedPropertyName(name) || ts.isStringLiteralLike(name.expression);
}

/** Whether only the class itself may call it. */
export function isHidden(node: ts.Node): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return ts.isClassElement(node) && (ts.getCombinedModifierFlags(node) & hidden) !== 0;
}

function parameterProperties({ parameters }: ts.ConstructorDeclaration): readonly Member[] {
  return parameters
    .filter((parameter) => ts.isParameterPropertyDeclaration(parameter, parameter.parent) && ts.isIdentifier(parameter.name))
    .map((parameter) => ({ name: parameter.name.getText(), node: parameter as unknown as ts.ClassElement, isOverride: false, method: undefined }));
}

function memberOf(node: ts.ClassElement | ts.ObjectLiteralElementLike, name: ts.PropertyName): Member {
  const isOverride = ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.OverrideKeyword) === true;
  return { name: memberName(name), node, isOverride, method: functionOf(node) };
}

function functionOf(node: ts.Node): ts.SignatureDeclaration | undefined {
  if (ts.isMethodDeclaration(node)) return node;
  if (!ts.isPropertyAssignment(node) && !ts.isPropertyDeclaration(node)) return undefined;
  const value = node.initializer && innerExpression(node.initializer);
  return value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? value : undefined;
}
