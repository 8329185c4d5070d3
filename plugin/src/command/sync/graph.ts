import type { Sources } from "./sources.js";

/** The files of a project that matter. */
export interface Graph {
  /** The generated modules that the project has or imports, and the version of the path by which each calls the runtime. */
  readonly generated: ReadonlyMap<string, string>;
  /** The hand-written files of the project that reach a generated module by their imports. */
  readonly reaching: readonly string[];
  /** Those that may import a generated module that is not there. */
  readonly losing: readonly string[];
}

const codegen = /^(?:import\b.*\bfrom|.*\brequire\()\s*["']@protobridge\/runtime\/codegen-([^"']+)["']/m;
const specifiers = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(["'])([^"'\n]+)\1/g;

/** The name of a generated module, or a specifier of one. */
export const generatedName: RegExp = /_bridge(\.d)?(\.[cm]?[jt]s)?$/;

/** Follows imports by the text alone: no file is parsed for it. */
export function readGraph(sources: Sources, files: readonly string[]): Graph {
  const generated = new Map<string, string>();
  const importers = new Map<string, string[]>();
  const losing: string[] = [];
  const seen = new Set<string>();
  const queue = [...files];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const version = codegenVersion(sources, path);
    if (version !== undefined) generated.set(path, version);
    for (const [, , specifier = ""] of (sources.text(path) ?? "").matchAll(specifiers)) {
      const target = sources.resolve(specifier, path);
      if (target !== undefined) {
        importers.set(target, [...(importers.get(target) ?? []), path]);
        queue.push(target);
      } else if (version === undefined && specifier.startsWith(".") && generatedName.test(specifier)) losing.push(path);
    }
  }
  const reached = new Set(generated.keys());
  const open = [...reached];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const importer of importers.get(path) ?? []) {
      if (reached.has(importer)) continue;
      reached.add(importer);
      open.push(importer);
    }
  }
  const own = new Set(files.filter((path) => !generated.has(path) && !/\.d\.[cm]?ts$/.test(path)));
  const ofOwn = (paths: readonly string[]): readonly string[] => paths.filter((path) => own.has(path)).toSorted();
  const ordered = new Map([...generated].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { generated: ordered, reaching: ofOwn([...reached]), losing: ofOwn(losing) };
}

/** The version in the path of the runtime that a generated module imports; of a declaration, the script beside it does. */
function codegenVersion(sources: Sources, path: string): string | undefined {
  if (!generatedName.test(path)) return undefined;
  const script = path.replace(/\.d\.([cm]?)ts$/, ".$1js");
  return codegen.exec(sources.text(script) ?? "")?.[1];
}
