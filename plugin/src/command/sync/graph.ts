import { dirname, resolve } from "node:path";
import type { Finding } from "./findings.js";
import type { Sources } from "./sources.js";

/** The files of a project that matter. */
export interface Graph {
  /** The generated modules that the project has or imports, and the version of the path by which each calls the runtime. */
  readonly generated: ReadonlyMap<string, string>;
  /** The hand-written files of the project that reach a generated module by their imports. */
  readonly reaching: readonly string[];
  readonly findings: readonly Finding[];
}

const codegen = /(?:\bfrom|\brequire\()\s*["']@protobridge\/runtime\/codegen-([^"']+)["']/;
const specifiers = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(["'])([^"'\n]+)\1/g;
const generatedName = /_bridge(\.[cm]?[jt]s)?$/;

/** Follows imports by the text alone: no file is parsed for it. */
export function readGraph(sources: Sources, files: readonly string[]): Graph {
  const generated = new Map<string, string>();
  const importers = new Map<string, string[]>();
  const findings: Finding[] = [];
  const seen = new Set<string>();
  const queue = [...files];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const version = codegenVersion(sources, path);
    if (version !== undefined) generated.set(path, version);
    for (const { 0: whole, 2: specifier = "", index } of (sources.text(path) ?? "").matchAll(specifiers)) {
      const target = sources.resolve(specifier, path);
      if (target !== undefined) {
        importers.set(target, [...(importers.get(target) ?? []), path]);
        queue.push(target);
      } else if (version === undefined && specifier.startsWith(".") && generatedName.test(specifier)) {
        const text = `${specifier} is not there any more: nothing was generated for its proto`;
        findings.push({ kind: "gone", path, at: index + whole.length - specifier.length - 1, text, isOpen: true });
      }
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
  const own = new Set(files);
  const ordered = new Map([...generated].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return {
    generated: ordered,
    reaching: [...reached].filter((path) => own.has(path) && !generated.has(path) && !/\.d\.[cm]?ts$/.test(path)).toSorted(),
    findings,
  };
}

/** The version in the path of the runtime that a generated module imports; of a declaration, the script beside it does. */
function codegenVersion(sources: Sources, path: string): string | undefined {
  if (/\.d\.[cm]?ts$/.test(path)) {
    const script = resolve(dirname(path), path.replace(/\.d\.([cm]?)ts$/, ".$1js"));
    return generatedName.test(script) ? codegen.exec(sources.text(script) ?? "")?.[1] : undefined;
  }
  return codegen.exec(sources.text(path) ?? "")?.[1];
}
