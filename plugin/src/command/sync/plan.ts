import { ts } from "ts-morph";
import { CommandError } from "../command.js";
import { findClasses } from "./classes.js";
import { type Comparison, compare, goneImports } from "./compare.js";
import type { Service } from "./contract.js";
import { type Insertion, lineOf } from "./edits.js";
import type { Finding } from "./findings.js";
import { type Implementation, membersOf, rpcsOf } from "./implementation.js";
import { Imports } from "./imports.js";
import { markOrphaned } from "./marks.js";
import { MethodWriter } from "./methods.js";
import type { Module } from "./module.js";
import { findObjects } from "./objects.js";
import { place } from "./places.js";
import { readStyle, type Style } from "./style.js";
import type { World } from "./world.js";

/** What one file needs. */
export interface FilePlan {
  /** Absolute. */
  readonly path: string;
  readonly insertions: readonly Insertion[];
  readonly findings: readonly Finding[];
  /** How many methods are inserted. */
  readonly added: number;
}

/** A file that cannot be read as TypeScript. */
export interface Refused {
  readonly path: string;
  readonly at: number;
  readonly reason: string;
}

/** What is to be done to the files of a project. */
export interface Plan {
  readonly files: readonly FilePlan[];
  readonly refused: readonly Refused[];
  readonly served: ReadonlyMap<Service, readonly Implementation[]>;
}

/** What a file has to say to be of interest: it extends, implements or gives something. */
const interesting = /\b(?:extends|implements)\b|\.\s*from\s*\(|(?:Handlers|Methods)\b/;

/** How a plan is made. */
export interface PlanOptions {
  /** Files that are looked at in any case: they may import what is gone. */
  readonly losing?: ReadonlySet<string>;
  /** Whether orphaned methods are marked. */
  readonly marks: boolean;
  /** A path as it is told. */
  readonly shown: (path: string) => string;
  /** The style of files that have none yet. */
  readonly style?: Style | undefined;
}

/**
 * Finds what files implement, and what they lack.
 *
 * @throws CommandError if a generated module cannot be read
 */
export function makePlan(world: World, paths: readonly string[], options: PlanOptions): Plan {
  for (const path of world.generated) {
    const broken = refusal(world.sources.module(path));
    if (broken)
      throw new CommandError(
        `${options.shown(path)}:${lineOf(world.sources.text(path) ?? "", broken.at)}: ${broken.reason}: generate it again: npx buf generate`,
      );
  }
  const links = [...world.linkMethods].map((name) => name.replaceAll("$", "\\$"));
  const calls = links.length === 0 ? undefined : new RegExp(`\\.\\s*(?:${links.join("|")})\\s*\\(`);
  const wanted = paths.filter((path) => {
    const text = world.sources.text(path) ?? "";
    return interesting.test(text) || calls?.test(text) || options.losing?.has(path);
  });
  const refused = wanted.flatMap((path) => refusal(world.sources.module(path)) ?? []);
  const broken = new Set(refused.map(({ path }) => path));
  const modules = wanted.filter((path) => !broken.has(path)).map((path) => world.sources.module(path));
  const classes = findClasses(world, modules);
  const implementations = modules.map((module) => {
    const own = classes.filter((each) => each.module === module);
    return { module, found: [...own, ...findObjects(world, module, own)] };
  });
  return {
    files: implementations.map(({ module, found }) => planFile(world, module, found, options)),
    refused,
    served: servedBy(implementations.flatMap(({ found }) => found)),
  };
}

function refusal({ path, file }: Module): Refused | undefined {
  // Syntax errors alone need no program; TypeScript has no public way to ask for them.
  const [problem] = (file as unknown as { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;
  return problem && { path, at: problem.start, reason: ts.flattenDiagnosticMessageText(problem.messageText, " ").replace(/\.$/, "") };
}

function servedBy(implementations: readonly Implementation[]): ReadonlyMap<Service, readonly Implementation[]> {
  const served = new Map<Service, Implementation[]>();
  for (const implementation of implementations)
    for (const { service } of implementation.parts) if (service) served.set(service, [...(served.get(service) ?? []), implementation]);
  return served;
}

function planFile(world: World, module: Module, found: readonly Implementation[], { marks, style: given }: PlanOptions): FilePlan {
  const comparisons = found.map((implementation) => compare(world, implementation));
  const style = given ?? readStyle(module.file, world.sources.options.verbatimModuleSyntax === true);
  const imports = new Imports(world, module, style);
  const writer = new MethodWriter(world, imports, style);
  const insertions = comparisons.flatMap(({ implementation, missing, gone }) => {
    const { node } = implementation;
    const modifiers = modifiersOf(implementation);
    const methods = missing.map(({ part, rpc }) => {
      const rpcs = rpcsOf(part).map(({ name }) => name);
      const there = new Set(membersOf(node).map(({ name }) => name));
      return { after: rpcs.slice(0, rpcs.indexOf(rpc.name)).findLast((name) => there.has(name)), lines: writer.write(part, rpc, modifiers) };
    });
    const what = implementation.parts.map(({ service, handlers }) => service?.typeName ?? handlers?.name).join(" and ");
    return [...place(node, style, methods), ...(marks ? gone.flatMap((member) => markOrphaned(member.node, what, style)) : [])];
  });
  const told = new Set(comparisons.flatMap((comparison) => [...comparison.told]));
  const findings = [...comparisons.flatMap((comparison) => [...missingFindings(comparison), ...comparison.findings]), ...goneImports(world, module.path, told)];
  return {
    path: module.path,
    insertions: [...imports.insertions(), ...insertions],
    findings,
    added: comparisons.reduce((sum, { missing }) => sum + missing.length, 0),
  };
}

function missingFindings({ implementation, missing }: Comparison): readonly Finding[] {
  const { module, node, title } = implementation;
  return missing.map(({ part, rpc }) => {
    const of = part.service ? rpc.protoName : `a request of the link`;
    return { kind: "missing", path: module.path, at: node.getStart(), text: `${title}: ${rpc.name} (${of})`, isOpen: false };
  });
}

/** `public`, if all methods of RPCs in a class say so. */
function modifiersOf({ node, parts }: Implementation): string {
  if (ts.isObjectLiteralExpression(node)) return "";
  const names = new Set(parts.flatMap((part) => rpcsOf(part).map(({ name }) => name)));
  const methods = membersOf(node).filter(({ name }) => names.has(name));
  const isPublic = (member: ts.Node): boolean =>
    ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PublicKeyword) === true;
  return methods.length > 0 && methods.every((member) => isPublic(member.node)) ? "public " : "";
}
