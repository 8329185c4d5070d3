import { posix } from "node:path";
import { ts } from "ts-morph";
import type { Module } from "./module.js";
import type { Sources } from "./sources.js";

/** A type of a module: an absolute path, or the name of a package. */
export interface TypeRef {
  readonly module: string;
  readonly name: string;
}

/** A parameter or a result of an RPC, as the generated code writes it. */
export interface Signed {
  /** The text of the type, without what is around it: `AsyncIterable`, `Awaitable`. */
  readonly type: ts.TypeNode;
  /** The type, if it is nothing but a name. */
  readonly ref: TypeRef | undefined;
  readonly isStream: boolean;
}

/** A method that a servicer, or the handlers of a link, may have. */
export interface Rpc {
  readonly name: string;
  /** The name as a key: quoted where it has to be. */
  readonly key: string;
  /** What the generated code says of it, line by line. */
  readonly doc: readonly string[];
  /** The full name in the proto. */
  readonly protoName: string;
  readonly request: Signed;
  readonly parameters: readonly { readonly name: string; readonly type: ts.TypeNode }[];
  readonly response: Signed;
  /** The handlers that it gives, if it is a link. */
  readonly handlers: Handlers | undefined;
}

/** What a generated module says of one service. */
export interface Service {
  /** As in TypeScript. */
  readonly name: string;
  readonly typeName: string;
  readonly module: Module;
  readonly servicer: string;
  readonly methods: string;
  readonly client: string;
  readonly rpcs: readonly Rpc[];
}

/** What one end of a link can hear. */
export interface Handlers {
  readonly name: string;
  readonly module: Module;
  /** All that it may have. */
  readonly names: ReadonlySet<string>;
  /** What is answered: a request that no handler answers fails. */
  readonly requests: readonly Rpc[];
}

/** All that one generated module says. */
export interface Contract {
  readonly services: readonly Service[];
  readonly handlers: readonly Handlers[];
  /** The face of each init, by the name of the init. */
  readonly faces: ReadonlyMap<string, string>;
}

/** Reads the services of a generated module. */
export function readContract(sources: Sources, module: Module): Contract {
  const interfaces = new Map<string, ts.InterfaceDeclaration>();
  const classes = new Map<string, ts.ClassDeclaration>();
  const faces = new Map<string, string>();
  for (const statement of module.file.statements) {
    if (ts.isInterfaceDeclaration(statement)) interfaces.set(statement.name.text, statement);
    else if (ts.isClassDeclaration(statement) && statement.name) classes.set(statement.name.text, statement);
    else if (ts.isVariableStatement(statement)) readFace(statement, faces);
  }
  const silent = readSilent(sources, module);
  const handlersOf = (name: string): Handlers | undefined => {
    const node = interfaces.get(name);
    return node && readHandlers(sources, module, node, silent);
  };
  const services = [...classes].flatMap(([servicer, node]) => {
    const methods = methodsOf(node);
    const declared = methods === undefined ? undefined : interfaces.get(methods);
    if (!methods?.endsWith("Methods") || !declared || !servicer.endsWith("Servicer")) return [];
    const name = servicer.slice(0, -"Servicer".length);
    const signatures = declared.members.filter(ts.isMethodSignature);
    const rpcs = signatures.map((signature) => readRpc(sources, module, signature, handlersOf));
    const typeName = typeNameOf(node, signatures) ?? name;
    return [{ name, typeName, module, servicer, methods, client: `${name}Client`, rpcs }];
  });
  const handlers = [...interfaces.keys()].filter((name) => /(Client|Server)Handlers$/.test(name)).flatMap((name) => handlersOf(name) ?? []);
  return { services, handlers, faces };
}

function methodsOf({ heritageClauses }: ts.ClassDeclaration): string | undefined {
  const implemented = heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)?.types[0]?.expression;
  return implemented && ts.isIdentifier(implemented) ? implemented.text : undefined;
}

/** `const Foo: MessageCodec<Foo, FooInit>` */
function readFace({ declarationList }: ts.VariableStatement, faces: Map<string, string>): void {
  for (const { type } of declarationList.declarations) {
    if (!type || !ts.isTypeReferenceNode(type)) continue;
    const [face, init] = type.typeArguments ?? [];
    if (face && init && /^MessageCodec/.test(type.typeName.getText())) faces.set(init.getText(), face.getText());
  }
}

function typeNameOf(node: ts.ClassDeclaration, signatures: readonly ts.MethodSignature[]): string | undefined {
  for (const signature of signatures) {
    const name = generatedFrom(docLines(signature));
    if (name !== undefined) return name.slice(0, name.lastIndexOf("."));
  }
  return /^Serves ([\w.]+?)\.(\s|$)/.exec(docLines(node).join(" "))?.[1];
}

function readRpc(sources: Sources, module: Module, signature: ts.MethodSignature, handlersOf: (name: string) => Handlers | undefined): Rpc {
  const name = memberName(signature.name);
  const doc = docLines(signature);
  const parameters = signature.parameters.map(({ name, type }) => ({ name: name.getText(), type: type as ts.TypeNode }));
  const [first] = parameters;
  const response = signed(sources, module, signature.type as ts.TypeNode);
  return {
    name,
    key: signature.name.getText(),
    doc: doc.filter((line) => !line.startsWith("@generated")),
    protoName: generatedFrom(doc) ?? name,
    parameters,
    request: signed(sources, module, first?.type as ts.TypeNode),
    response,
    handlers: response.ref && /Handlers$/.test(response.ref.name) ? handlersOf(response.ref.name) : undefined,
  };
}

function readHandlers(sources: Sources, module: Module, node: ts.InterfaceDeclaration, silent: ReadonlyMap<string, ReadonlySet<string>>): Handlers {
  const name = node.name.text;
  const signatures = node.members.filter(ts.isMethodSignature);
  const quiet = silent.get(name);
  const requests = signatures
    .map((signature) => readRpc(sources, module, signature, () => undefined))
    .filter(({ name, response }) => response.type.kind !== ts.SyntaxKind.VoidKeyword && !quiet?.has(name));
  return { name, module, names: new Set(signatures.map(({ name }) => memberName(name))), requests };
}

/** The type without `Awaitable<...>` and the like, and without `| void`. */
function signed(sources: Sources, module: Module, type: ts.TypeNode): Signed {
  const { inner, isStream } = unwrapped(type);
  const core = ts.isUnionTypeNode(inner) ? (inner.types.find(({ kind }) => kind !== ts.SyntaxKind.VoidKeyword) ?? inner) : inner;
  return { type: core, isStream, ref: ts.isTypeReferenceNode(core) && ts.isIdentifier(core.typeName) ? refOf(sources, module, core.typeName.text) : undefined };
}

const promises = new Set(["Awaitable", "Promise", "PromiseLike"]);
const streams = new Set(["AsyncIterable", "AsyncGenerator", "AsyncIterableIterator", "AsyncIterator"]);

/** What is promised, or streamed, by a type; the type itself, if it is neither. */
export function unwrapped(type: ts.TypeNode): { readonly inner: ts.TypeNode; readonly isStream: boolean; readonly isPromise: boolean } {
  const plain = { inner: type, isStream: false, isPromise: false };
  if (!ts.isTypeReferenceNode(type) || !type.typeArguments?.[0]) return plain;
  const name = (ts.isIdentifier(type.typeName) ? type.typeName : type.typeName.right).text;
  const [inner] = type.typeArguments;
  if (streams.has(name)) return { inner, isStream: true, isPromise: false };
  return promises.has(name.replace(/\$\d+$/, "")) ? { inner, isStream: false, isPromise: true } : plain;
}

/** Where a name comes from that a generated module uses. Undefined for a global one. */
export function refOf(sources: Sources, module: Module, name: string): TypeRef | undefined {
  const imported = module.imports.get(name);
  if (!imported) return module.declared.has(name) ? { module: module.path, name } : undefined;
  return { module: sources.resolve(imported.specifier, module.path) ?? imported.specifier, name: imported.name };
}

/** The members of links that answer worse with a handler that throws than without one: probes, and those whose replies have no place for an error. */
function readSilent(sources: Sources, module: Module): ReadonlyMap<string, ReadonlySet<string>> {
  const silent = new Map<string, ReadonlySet<string>>();
  const script = module.path.replace(/\.d(\.[cm]?)ts$/, "$1js");
  const code = script === module.path || sources.text(script) === undefined ? module : sources.module(script);
  const shapes = new Map<string, ts.ObjectLiteralExpression>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isArrayLiteralExpression(node.parent) && /(^|\.)link$/.test(node.expression.getText())) {
      const [method] = node.parent.elements;
      const [shape] = node.arguments;
      const service = enclosingVariable(node);
      if (method && ts.isStringLiteral(method) && shape && ts.isObjectLiteralExpression(shape) && service !== undefined)
        shapes.set(`${service}${method.text.charAt(0).toUpperCase()}${method.text.slice(1)}`, shape);
    }
    ts.forEachChild(node, visit);
  };
  visit(code.file);
  for (const [name, shape] of shapes) {
    silent.set(`${name}ServerHandlers`, silentOf(endOf(shape, "client"), endOf(shape, "server")));
    silent.set(`${name}ClientHandlers`, silentOf(endOf(shape, "server"), endOf(shape, "client")));
  }
  return silent;
}

function silentOf(heard: ts.ObjectLiteralExpression | undefined, said: ts.ObjectLiteralExpression | undefined): ReadonlySet<string> {
  const probe = heard && propertyText(heard, "probe");
  const isCorrelated = heard !== undefined && propertyOf(heard, "correlation") !== undefined;
  const faulty = new Set(said && membersOf(said).flatMap(({ name, more }) => (more && propertyOf(more, "fault") ? [name] : [])));
  const inOrder = (heard ? membersOf(heard) : []).filter(
    ({ more }) => more && !isCorrelated && propertyOf(more, "reply") && !propertyOf(more, "id") && !faulty.has(propertyText(more, "reply") ?? ""),
  );
  return new Set([...inOrder.map(({ name }) => name), ...(probe === undefined ? [] : [probe])]);
}

function endOf(shape: ts.ObjectLiteralExpression, end: string): ts.ObjectLiteralExpression | undefined {
  const value = propertyOf(shape, end);
  return value && ts.isObjectLiteralExpression(value) ? value : undefined;
}

function membersOf(end: ts.ObjectLiteralExpression): readonly { readonly name: string; readonly more: ts.ObjectLiteralExpression | undefined }[] {
  const list = propertyOf(end, "members");
  if (!list || !ts.isArrayLiteralExpression(list)) return [];
  return list.elements.filter(ts.isArrayLiteralExpression).map(({ elements: [name, , more] }) => ({
    name: name && ts.isStringLiteral(name) ? name.text : "",
    more: more && ts.isObjectLiteralExpression(more) ? more : undefined,
  }));
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  return object.properties.filter(ts.isPropertyAssignment).find((property) => memberName(property.name) === name)?.initializer;
}

function propertyText(object: ts.ObjectLiteralExpression, name: string): string | undefined {
  const value = propertyOf(object, name);
  return value && ts.isStringLiteral(value) ? value.text : undefined;
}

function enclosingVariable(node: ts.Node): string | undefined {
  for (let at = node.parent; at; at = at.parent) if (ts.isVariableDeclaration(at)) return at.name.getText();
  return undefined;
}

/** The name of a member, whatever way it is written. */
export function memberName(name: ts.PropertyName): string {
  if (ts.isComputedPropertyName(name)) return ts.isStringLiteralLike(name.expression) ? name.expression.text : name.getText();
  return ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) || ts.isIdentifier(name) || ts.isPrivateIdentifier(name) ? name.text : name.getText();
}

/** The lines of a doc comment, without what frames them. */
export function docLines(node: ts.Node): readonly string[] {
  const text = docText(node);
  if (text === undefined) return [];
  const lines = text
    .slice("/**".length, -"*/".length)
    .split(/\r?\n/)
    .map((line, i) => (i === 0 ? line : line.replace(/^\s*\*/, "")).replace(/^ /, "").trimEnd());
  const kept = lines.slice(lines.findIndex((line) => line !== ""));
  while (kept.at(-1) === "") kept.pop();
  return kept;
}

function docText(node: ts.Node): string | undefined {
  const text = node.getSourceFile().text;
  const range = ts.getLeadingCommentRanges(text, node.pos)?.findLast(({ pos }) => text.startsWith("/**", pos));
  return range && text.slice(range.pos, range.end);
}

function generatedFrom(doc: readonly string[]): string | undefined {
  const [, kind, name] = doc.map((line) => /^@generated from (rpc|field):? (.*)$/.exec(line)).find((found) => found !== null) ?? [];
  return kind === "field" ? undefined : name?.trim();
}

/** The specifier of an import of one module, made from that of another whose place is known. */
export function siblingSpecifier(specifier: string, from: string, to: string): string {
  const ending = /\.[cm]?[jt]s$/.exec(specifier)?.[0] ?? "";
  const kind = /\.(?:d\.)?([cm]?)ts$/.exec(to)?.[1] ?? "";
  const bare = to.replace(/(\.d)?\.[cm]?tsx?$/, "");
  const relative = posix.relative(posix.dirname(from), bare);
  const joined = posix.join(posix.dirname(specifier), relative);
  const end = ending === "" ? "" : ending.endsWith("ts") ? `.${kind}ts` : `.${kind}js`;
  return `${specifier.startsWith(".") && !joined.startsWith(".") ? "./" : ""}${joined}${end}`;
}
