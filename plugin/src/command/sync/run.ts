import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ts } from "ts-morph";
import { CommandError } from "../command.js";
import { isInside, shown } from "../files.js";
import { directoryForNew, outsOf, skeletonsFor, styleOf } from "./create.js";
import { applyInsertions, lineOf, movedPosition } from "./edits.js";
import type { Finding } from "./findings.js";
import { type Graph, readGraph } from "./graph.js";
import type { Implementation } from "./implementation.js";
import type { Module } from "./module.js";
import { type FilePlan, makePlan, type Plan } from "./plan.js";
import { readProjects, type TsProject } from "./projects.js";
import { checkRuntimes } from "./runtimes.js";
import { Sources } from "./sources.js";
import { World } from "./world.js";

/** What `protobridge sync` is given. */
export interface SyncOptions {
  /** Where it runs: nothing outside of it is written. */
  readonly cwd: string;
  /** The directory whose files are brought up to date. */
  readonly directory: string | undefined;
  /** The tsconfigs. */
  readonly projects: readonly string[];
  readonly create: boolean;
  readonly marks: boolean;
}

/** Nothing that a project has, or imports, is generated. */
export class NothingGenerated extends CommandError {}

/** A file as it is, and as it is to be. */
export interface Change {
  /** Absolute. */
  readonly path: string;
  /** Undefined for a new file. */
  readonly before: string | undefined;
  readonly after: string;
  readonly added: number;
}

/** What is told of a place: of the text before, and after. */
export interface Told {
  readonly kind: Finding["kind"] | "refused";
  /** From the working directory. */
  readonly path: string;
  readonly lineBefore: number;
  readonly lineAfter: number;
  readonly text: string;
  readonly isOpen: boolean;
}

/** What is to be done, and what is told. Nothing is written yet. */
export interface SyncResult {
  readonly changes: readonly Change[];
  readonly told: readonly Told[];
}

/** One project, and what is known of it. */
interface Read {
  readonly world: World;
  readonly graph: Graph;
  readonly plan: Plan;
}

/**
 * Compares the hand-written code of projects with their generated code.
 *
 * @throws CommandError if a tsconfig cannot be read, nothing was generated, or generated code and runtime do not fit
 */
export function planSync(options: SyncOptions): SyncResult {
  const cwd = realpathSync(options.cwd);
  const directory = resolve(cwd, options.directory ?? ".");
  if (!existsSync(directory) && !options.create) throw new CommandError(`${shown(directory, cwd)}: there is no such directory`);
  const projects = readProjects(cwd, directory, options.projects);
  const seen = new Set<string>();
  const read = projects.map((project) => readOne(cwd, directory, project, seen, options));
  if (read.every(({ graph }) => graph.generated.size === 0)) {
    const configs = projects.map(({ config }) => config).join(", ");
    throw new NothingGenerated(
      `no generated code is among the files of ${configs} or what they import: run npx buf generate, or name the right tsconfig.json by --project`,
    );
  }
  const result = new Collector(cwd);
  for (const { world, plan } of read) result.addPlan(world.sources, plan);
  if (options.create) createMissing(cwd, options, read, result);
  result.addNotes(read);
  return result.result();
}

function readOne(cwd: string, directory: string, project: TsProject, seen: Set<string>, { marks }: SyncOptions): Read {
  const sources = new Sources(project);
  const graph = readGraph(sources, project.files);
  checkRuntimes(cwd, graph.generated);
  const world = new World(sources, new Set(graph.generated.keys()));
  const isOurs = (path: string): boolean => (path === directory || path.startsWith(`${directory}/`)) && isInside(path, cwd);
  const paths = [...new Set([...graph.reaching, ...graph.losing])].toSorted().filter((path) => !seen.has(path) && isOurs(path));
  for (const path of paths) seen.add(path);
  const plan = makePlan(world, paths, { marks, losing: new Set(graph.losing), shown: (path) => shown(path, cwd) });
  const unread = project.files
    .filter((path) => isOurs(path) && sources.text(path) === undefined)
    .map((path) => ({ path, at: 0, reason: "it is not in UTF-8" }));
  return { world, graph, plan: { ...plan, refused: [...plan.refused, ...unread] } };
}

function createMissing(cwd: string, { directory: named }: SyncOptions, read: readonly Read[], result: Collector): void {
  const served = new Set(read.flatMap(({ plan }) => [...plan.served.keys()].map(({ typeName }) => typeName)));
  const directory = directoryForNew(
    cwd,
    named,
    read.flatMap(({ graph }) => [...graph.generated.keys()]),
  );
  if (existing(directory) !== cwd && !isInside(existing(directory), cwd))
    throw new CommandError(`${shown(directory, cwd)} is outside of the directory in which this runs: run it there`);
  for (const { world, graph } of read) {
    const open = world.services.filter(({ typeName, module }) => !served.has(typeName) && !module.path.includes("/node_modules/"));
    for (const { typeName } of open) served.add(typeName);
    const style = styleOf(world, graph.reaching);
    for (const { path, text } of skeletonsFor(world, open, directory, graph.reaching, style)) {
      if (existsSync(path)) {
        result.add({
          kind: "refused",
          path: shown(path, cwd),
          lineBefore: 1,
          lineAfter: 1,
          text: "it is there already: nothing is created in its place",
          isOpen: true,
        });
        continue;
      }
      world.sources.add(path, text);
      result.addPlan(world.sources, makePlan(world, [path], { marks: false, style, shown: (path) => shown(path, cwd) }), true);
    }
  }
}

/** The nearest directory that is there. */
function existing(directory: string): string {
  return existsSync(directory) ? directory : existing(dirname(directory));
}

class Collector {
  readonly #cwd: string;
  readonly #changes: Change[] = [];
  readonly #told: Told[] = [];
  readonly #insertions = new Map<string, FilePlan["insertions"]>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  add(told: Told): void {
    this.#told.push(told);
  }

  addPlan(sources: Sources, { files, refused }: Plan, isNew = false): void {
    for (const file of files) this.#addFile(sources.text(file.path) as string, file, isNew);
    for (const { path, at, reason } of refused) {
      const line = lineOf(sources.text(path) ?? "", at);
      this.add({
        kind: "refused",
        path: shown(path, this.#cwd),
        lineBefore: line,
        lineAfter: line,
        text: `${reason}: it is left alone until that is mended`,
        isOpen: true,
      });
    }
  }

  #addFile(before: string, { path, insertions, findings, added }: FilePlan, isNew: boolean): void {
    if (insertions.length > 0 || isNew) this.#changes.push({ path, before: isNew ? undefined : before, after: applyInsertions(before, insertions), added });
    this.#insertions.set(path, insertions);
    for (const finding of findings) this.#addFinding(before, finding);
  }

  #addFinding(before: string, { kind, path, at, text, isOpen }: Finding): void {
    const insertions = this.#insertions.get(path) ?? [];
    const after = applyInsertions(before, insertions);
    this.add({ kind, path: shown(path, this.#cwd), lineBefore: lineOf(before, at), lineAfter: lineOf(after, movedPosition(at, insertions)), text, isOpen });
  }

  /** What is no mistake, and good to know. */
  addNotes(read: readonly Read[]): void {
    const outs = outsOf(this.#cwd).map((out) => resolve(this.#cwd, out));
    const servers = new Map<string, Implementation[]>();
    for (const { plan } of read) {
      for (const [{ typeName }, implementations] of plan.served) {
        servers.set(typeName, [...(servers.get(typeName) ?? []), ...implementations.filter(({ isComplete, node }) => isComplete && ts.isClassLike(node))]);
        for (const { module } of implementations)
          if (outs.some((out) => module.path.startsWith(`${out}/`)))
            this.#note(module, 0, "it lies below an out of buf.gen.yaml, where buf deletes what it has not generated");
      }
    }
    for (const [typeName, [first, ...others]] of servers) {
      if (!first || others.length === 0) continue;
      const places = others.map(({ module, node }) => `${shown(module.path, this.#cwd)}:${this.#lineAfter(module, node.getStart())}`);
      this.#note(first.module, first.node.getStart(), `${typeName} is served here, and at ${places.join(", ")}`);
    }
  }

  #note({ path, file }: Module, at: number, text: string): void {
    this.#addFinding(file.text, { kind: "note", path, at, text, isOpen: false });
  }

  #lineAfter({ path, file }: Module, at: number): number {
    const insertions = this.#insertions.get(path) ?? [];
    return lineOf(applyInsertions(file.text, insertions), movedPosition(at, insertions));
  }

  result(): SyncResult {
    const told = this.#told.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.lineBefore - b.lineBefore));
    return { changes: this.#changes, told };
  }
}
