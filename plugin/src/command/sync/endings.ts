import { dirname, relative, sep } from "node:path";
import { ts } from "ts-morph";
import type { World } from "./world.js";

const relativeImport = /(?:\bfrom|\brequire\(|\bimport\()\s*["']\.[^"']*?(\.[cm]?[jt]s)?["']/;

/** The extension with which modules are imported: as one of these files does it, else as the generated ones, else as TypeScript resolves. */
export function importEnding({ sources, services }: World, paths: readonly string[]): string {
  for (const path of [...paths, ...services.map(({ module }) => module.path)]) {
    const found = relativeImport.exec(sources.text(path) ?? "");
    if (found) return found[1] ?? "";
  }
  const { module = 0, moduleResolution = 0 } = sources.options;
  const isNode = moduleResolution >= ts.ModuleResolutionKind.Node16 && moduleResolution <= ts.ModuleResolutionKind.NodeNext;
  return isNode || (module >= ts.ModuleKind.Node16 && module <= ts.ModuleKind.NodeNext) ? ".js" : "";
}

/** The specifier of a module, from where another one lies. */
export function relativeSpecifier(from: string, to: string, ending: string): string {
  const path = relative(dirname(from), to)
    .split(sep)
    .join("/")
    .replace(/(\.d)?\.[cm]?tsx?$/, ending);
  return path.startsWith(".") ? path : `./${path}`;
}
