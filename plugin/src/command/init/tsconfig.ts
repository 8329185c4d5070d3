/** What the TypeScript of a project asks of generated code. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parse } from "jsonc-parser";
import { isObject, listOf } from "../buf.js";
import { isDirectory } from "../files.js";

/** How code is to be generated. */
export interface Wanted {
  /** The option import_extension. */
  readonly extension: "js" | "ts" | "none";
  /** What it follows from. */
  readonly reason: string;
  /** Whether TypeScript takes only what can be erased, so that enums have to be JavaScript. */
  readonly erasable: boolean;
}

type Options = Readonly<Record<string, unknown>>;

/** How deep configurations extend each other, at most: they might do it in a circle. */
const depthLimit = 20;

/** Reads the tsconfig.json of a project, with what it extends. */
export function readTsconfig(project: string): Wanted {
  const path = join(project, "tsconfig.json");
  if (!existsSync(path)) return { extension: "js", reason: "as Node.js resolves imports", erasable: false };
  const options = optionsOf(path, 0);
  const erasable = options["erasableSyntaxOnly"] === true;
  for (const name of ["rewriteRelativeImportExtensions", "allowImportingTsExtensions"]) {
    if (options[name] === true) return { extension: "ts", reason: `tsconfig.json has ${name}`, erasable };
  }
  const [resolution, module] = [options["moduleResolution"], options["module"]].map((value) => String(value ?? "").toLowerCase());
  if (resolution === "bundler" || (resolution === "" && module === "preserve")) {
    return { extension: "none", reason: "tsconfig.json resolves imports as a bundler does", erasable };
  }
  return { extension: "js", reason: "as Node.js resolves imports", erasable };
}

function optionsOf(path: string, depth: number): Options {
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"), [], { allowTrailingComma: true });
  } catch {
    return {};
  }
  if (!isObject(content) || depth > depthLimit) return {};
  const bases = (typeof content["extends"] === "string" ? [content["extends"]] : listOf(content["extends"])).map(String);
  const inherited = bases.map((base) => {
    const found = locate(base, path);
    return found === undefined ? {} : optionsOf(found, depth + 1);
  });
  const options: Options = Object.assign({}, ...inherited, content["compilerOptions"]);
  if (Object.keys(options).length > 0) return options;
  // One that only lists others, as bundlers set it up: the first is that of the code itself.
  const [first] = listOf(content["references"]);
  if (!isObject(first) || typeof first["path"] !== "string") return options;
  const referenced = resolve(dirname(path), first["path"]);
  return optionsOf(isDirectory(referenced) ? join(referenced, "tsconfig.json") : referenced, depth + 1);
}

/** Where a configuration lies that another extends. */
function locate(base: string, from: string): string | undefined {
  if (/^\.{0,2}\//.test(base)) {
    const path = resolve(dirname(from), base);
    return [path, `${path}.json`].find((each) => existsSync(each) && !isDirectory(each));
  }
  const { resolve: resolvePackage } = createRequire(from);
  for (const name of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      const path = resolvePackage(name);
      if (path.endsWith(".json")) return path;
    } catch {
      // The next form of the name, or none: what is not installed yet tells nothing.
    }
  }
  return undefined;
}
