import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ts } from "ts-morph";
import { isMarkedOrphaned } from "./classes.js";
import { type Rpc, type TypeRef, unwrapped } from "./contract.js";
import type { Finding } from "./findings.js";
import { generatedName } from "./graph.js";
import { type Implementation, isHidden, knows, type Member, membersOf, type Part, rpcsOf } from "./implementation.js";
import type { Origin } from "./origins.js";
import type { World } from "./world.js";

/** How an implementation differs from what the generated code says. */
export interface Comparison {
  readonly implementation: Implementation;
  /** What it lacks, in the order of the proto. */
  readonly missing: readonly { readonly part: Part; readonly rpc: Rpc }[];
  /** Members for which there is no RPC any more. */
  readonly gone: readonly Member[];
  readonly findings: readonly Finding[];
  /** The names that are imported and not there any more, of which these findings tell. */
  readonly told: ReadonlySet<string>;
}

/** Compares by names and by the types that are written out. */
export function compare(world: World, implementation: Implementation): Comparison {
  return new Comparer(world, implementation).compare();
}

class Comparer {
  readonly #world: World;
  readonly #implementation: Implementation;
  readonly #members: readonly Member[];
  readonly #told = new Set<string>();

  constructor(world: World, implementation: Implementation) {
    this.#world = world;
    this.#implementation = implementation;
    this.#members = membersOf(implementation.node);
  }

  compare(): Comparison {
    const { parts, inherited, isComplete } = this.#implementation;
    const present = new Set([...this.#members.map(({ name }) => name), ...inherited]);
    const missing = isComplete ? parts.flatMap((part) => rpcsOf(part).flatMap((rpc) => (present.has(rpc.name) ? [] : [{ part, rpc }]))) : [];
    const judged = this.#members.map((member) => ({ member, verdict: this.#verdict(member) }));
    const gone = judged.filter(({ verdict }) => verdict !== undefined).map(({ member }) => member);
    const findings = judged.flatMap(({ member, verdict }) => (verdict === undefined ? this.#changes(member) : this.#goneFindings(member, verdict, missing)));
    return { implementation: this.#implementation, missing, gone, findings, told: this.#told };
  }

  /** Whether there is no RPC for a member any more: surely, or by its looks. */
  #verdict(member: Member): "sure" | "likely" | undefined {
    const { parts, inherited, isClosed, node } = this.#implementation;
    const { name, method, isOverride } = member;
    if (inherited.has(name) || parts.some((part) => knows(part, name)) || isHidden(member.node)) return undefined;
    if (isClosed && (isOverride || ts.isObjectLiteralExpression(node))) return "sure";
    return method && this.#looksLikeRpc(method) ? "likely" : undefined;
  }

  /** Whether it takes a CallContext, or a message of a generated module that is not there any more. */
  #looksLikeRpc({ parameters }: ts.SignatureDeclaration): boolean {
    return parameters.some(({ type }) => {
      const origin = type && this.#originOf(unwrapped(type).inner);
      return origin?.kind === "export" && (!origin.isThere || (origin.module === "@protobridge/runtime" && origin.name === "CallContext"));
    });
  }

  #goneFindings(member: Member, verdict: "sure" | "likely", missing: Comparison["missing"]): readonly Finding[] {
    const what = this.#implementation.parts.map(({ service, handlers }) => service?.typeName ?? handlers?.name).join(" and ");
    const isLink = this.#implementation.parts.every(({ handlers }) => handlers);
    const marked = isMarkedOrphaned(member.node) ? ", and is marked so" : "";
    const has = `${what} has no ${isLink ? "such message" : "such RPC"} now${marked}`;
    const findings = [
      this.#finding(
        "gone",
        member.node,
        verdict === "sure" ? `${member.name}: ${has}` : `${member.name} looks like an RPC that is gone: ${has}`,
        verdict === "sure",
      ),
    ];
    if (member.method) for (const name of missingNames(this.#world, this.#implementation, member.method)) this.#told.add(name);
    const renamed = member.method && missing.filter(({ rpc }) => this.#hasTypesOf(member.method as ts.SignatureDeclaration, rpc));
    if (renamed?.length === 1)
      findings.push(this.#finding("renamed", member.node, `a guess: ${member.name} may be ${renamed[0]?.rpc.name} now, which has the same types`, false));
    return findings;
  }

  #hasTypesOf(method: ts.SignatureDeclaration, { request, response }: Rpc): boolean {
    const asked = this.#typeOf(method.parameters[0]?.type);
    const answered = this.#typeOf(method.type);
    return asked !== undefined && answered !== undefined && this.#fits(asked, request.ref) && this.#fits(answered, response.ref);
  }

  #changes(member: Member): readonly Finding[] {
    const { name, method } = member;
    const rpc = this.#implementation.parts.flatMap((part) => rpcsOf(part)).find((each) => each.name === name);
    if (!rpc || !method) return [];
    const [first] = method.parameters;
    const changes = [
      this.#change(first?.type, rpc.request, "takes"),
      this.#change(method.type, rpc.response, "answers with"),
      method.type ? undefined : generatorChange(method, rpc),
    ].filter((text) => text !== undefined);
    return changes.length === 0 ? [] : [this.#finding("changed", member.node, `${name} ${changes.join(", and ")}`, true)];
  }

  /** How the type that is written out differs from what has to be there. */
  #change(written: ts.TypeNode | undefined, { ref, isStream }: Rpc["request"], verb: string): string | undefined {
    if (!written || !ref) return undefined;
    const { inner, isStream: wasStream } = unwrapped(written);
    const origin = this.#originOf(inner);
    if (origin?.kind !== "export") return undefined;
    if (!origin.isThere) this.#told.add(textOf(inner));
    const isOther = !this.#fits(origin, ref);
    // A name that could be of the user's own making says nothing.
    if (isOther && origin.isThere && !this.#isOurs(origin)) return undefined;
    if (!isOther && isStream === wasStream) return undefined;
    const now = `${isStream ? "a stream of " : ""}${ref.name}`;
    return `${verb} ${now} now, not ${wasStream ? "a stream of " : ""}${origin.name}${origin.isThere ? "" : ", which is gone"}`;
  }

  #isOurs({ module }: { readonly module: string }): boolean {
    return this.#world.isGenerated(module) || module.startsWith("@protobridge/runtime");
  }

  /** Whether a type is the one that is due: the face and the init of a message pass for one another. */
  #fits(origin: { readonly module: string; readonly name: string }, ref: TypeRef | undefined): boolean {
    return ref !== undefined && origin.module === ref.module && this.#faceOf(origin) === this.#faceOf(ref);
  }

  #faceOf({ module, name }: TypeRef): string {
    const known = this.#world.isGenerated(module) ? this.#world.contract(module).faces.get(name) : undefined;
    return known ?? (this.#world.isGenerated(module) ? name : name.replace(/Init$/, ""));
  }

  #typeOf(type: ts.TypeNode | undefined): (Origin & { readonly kind: "export" }) | undefined {
    const origin = type && this.#originOf(unwrapped(type).inner);
    return origin?.kind === "export" ? origin : undefined;
  }

  #originOf(type: ts.TypeNode): Origin | undefined {
    const named = ts.isUnionTypeNode(type) ? type.types.find((each) => ts.isTypeReferenceNode(each)) : type;
    return named && this.#world.origins.ofType(this.#implementation.module, named);
  }

  #finding(kind: Finding["kind"], node: ts.Node, text: string, isOpen: boolean): Finding {
    return { kind, path: this.#implementation.module.path, at: node.getStart(), text: `${this.#implementation.title}: ${text}`, isOpen };
  }
}

/** A generator where one answer is due, or the other way round. */
function generatorChange(method: ts.SignatureDeclaration, { response, handlers }: Rpc): string | undefined {
  const isGenerator = (ts.isMethodDeclaration(method) || ts.isFunctionExpression(method)) && method.asteriskToken !== undefined;
  if (isGenerator && !response.isStream && !handlers) return "answers once now, not with a stream";
  const isAsync = ts.getCombinedModifierFlags(method as ts.MethodDeclaration) & ts.ModifierFlags.Async;
  return !isGenerator && isAsync && response.isStream ? "answers with a stream now, not once" : undefined;
}

function missingNames(world: World, { module }: Implementation, method: ts.SignatureDeclaration): readonly string[] {
  return [...method.parameters.map(({ type }) => type), method.type].flatMap((type) => {
    const inner = type && unwrapped(type).inner;
    const origin = inner && world.origins.ofType(module, inner);
    return inner && origin?.kind === "export" && !origin.isThere ? [textOf(inner)] : [];
  });
}

function textOf(type: ts.TypeNode): string {
  return type.getText();
}

/** What is imported from generated modules that they do not export any more, but for what is told already; and modules that are gone. */
export function goneImports(world: World, path: string, told: ReadonlySet<string>): readonly Finding[] {
  const module = world.sources.module(path);
  return module.file.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
    const specifier = statement.moduleSpecifier.getText().slice(1, -1);
    const gone = (node: ts.Node, text: string): Finding => ({ kind: "gone", path, at: node.getStart(), text, isOpen: true });
    if (isLost(world, path, specifier)) return [gone(statement, `${specifier} is not there any more: nothing was generated for its proto`)];
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) return [];
    return bindings.elements.flatMap((element) => {
      const origin = told.has(element.name.text) ? undefined : world.origins.ofName(module, element.name.text);
      if (origin?.kind !== "export" || origin.isThere || !world.isGenerated(origin.module)) return [];
      return [gone(element, `${origin.name}: ${specifier} does not export it any more`)];
    });
  });
}

/** Whether a specifier is that of a generated module that is not there. */
function isLost({ sources }: World, path: string, specifier: string): boolean {
  const isGenerated = specifier.startsWith(".") && generatedName.test(specifier);
  return isGenerated && sources.resolve(specifier, path) === undefined && !existsSync(resolve(dirname(path), specifier));
}
