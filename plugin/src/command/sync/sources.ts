import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Project, ts } from "ts-morph";
import { type Module, readModule } from "./module.js";
import type { TsProject } from "./projects.js";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const byteOrderMark = "\uFEFF";

/** Files by their absolute paths: their text, what their imports lead to, and their syntax. Each is read once. */
export class Sources {
  readonly #texts = new Map<string, string | undefined>();
  readonly #modules = new Map<string, Module>();
  readonly #resolved = new Map<string, string | undefined>();
  readonly #usesRuntime = new Map<string, boolean>();
  readonly #project: Project;
  readonly #cache: ts.ModuleResolutionCache;
  readonly options: ts.CompilerOptions;

  constructor({ options }: TsProject) {
    this.options = options;
    // Nothing is type-checked but what syntax leaves open: the types of an environment have no part in it.
    const lean = { ...options, lib: ["lib.es2022.d.ts"], types: [], composite: false, incremental: false, skipLibCheck: true };
    this.#project = new Project({ compilerOptions: lean, skipAddingFilesFromTsConfig: true, skipFileDependencyResolution: true });
    this.#cache = ts.createModuleResolutionCache(process.cwd(), (path) => path, options);
  }

  /** The text without a byte order mark; undefined if there is no such file, or it is not in UTF-8. */
  text(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, readText(path));
    return this.#texts.get(path);
  }

  /** Has a file be there that is not written yet. */
  add(path: string, text: string): void {
    this.#texts.set(path, text);
  }

  /** The names and the syntax of a file that is there. */
  module(path: string): Module {
    const known = this.#modules.get(path);
    if (known) return known;
    const module = readModule(path, this.#parse(path));
    this.#modules.set(path, module);
    return module;
  }

  /** To create a file that is there would read and parse it twice. */
  #parse(path: string): ts.SourceFile {
    const text = this.text(path) ?? "";
    const file = this.#project.addSourceFileAtPathIfExists(path);
    const isSame = file?.compilerNode.text === text;
    return (isSame ? file : this.#project.createSourceFile(path, text, { overwrite: true })).compilerNode as ts.SourceFile;
  }

  /** What tells of types that syntax alone does not. It takes the time to read all that the files import. */
  get checker(): ts.TypeChecker {
    return this.#project.getTypeChecker().compilerObject as ts.TypeChecker;
  }

  /** The file that an import leads to; undefined if there is none, or it cannot hold generated code. */
  resolve(specifier: string, from: string): string | undefined {
    const key = `${dirname(from)}\0${specifier}`;
    if (!this.#resolved.has(key)) this.#resolved.set(key, this.#resolve(specifier, from));
    return this.#resolved.get(key);
  }

  #resolve(specifier: string, from: string): string | undefined {
    if (/^node:|^@protobridge\/runtime(\/|$)/.test(specifier)) return undefined;
    if (/^\.\.?(\/|$)/.test(specifier)) {
      const near = this.#beside(resolve(dirname(from), specifier));
      if (near !== undefined) return near;
    }
    const { resolvedModule } = ts.resolveModuleName(specifier, from, this.options, ts.sys, this.#cache);
    if (!resolvedModule) return undefined;
    const path = resolve(resolvedModule.resolvedFileName);
    return isInstalled(path) && !this.#packageUsesRuntime(dirname(path)) ? undefined : path;
  }

  /** A source beside the importing one, without asking the resolution of TypeScript, which takes longer. */
  #beside(target: string): string | undefined {
    const bare = target.replace(/\.([cm]?)[jt]sx?$/, "");
    const kind = /\.([cm]?)[jt]sx?$/.exec(target)?.[1] ?? "";
    const endings = [`.${kind}ts`, ".tsx", `.d.${kind}ts`];
    const paths = [...endings.map((ending) => bare + ending), ...(bare === target ? endings.map((ending) => join(target, `index${ending}`)) : [])];
    return paths.find((path) => this.#texts.has(path) || existsSync(path));
  }

  /** Whether a package can hold generated code: only one that depends on the runtime. */
  #packageUsesRuntime(directory: string): boolean {
    const known = this.#usesRuntime.get(directory);
    if (known !== undefined) return known;
    const manifest = join(directory, "package.json");
    const parent = dirname(directory);
    const uses = existsSync(manifest) && namesPackage(manifest) ? readFileSync(manifest, "utf8").includes('"@protobridge/runtime"') : undefined;
    const result = uses ?? (parent !== directory && this.#packageUsesRuntime(parent));
    this.#usesRuntime.set(directory, result);
    return result;
  }
}

/** A package.json without a name only says what kind of modules a folder has. */
function namesPackage(manifest: string): boolean {
  return /"name"\s*:/.test(readFileSync(manifest, "utf8"));
}

function isInstalled(path: string): boolean {
  return path.split(/[\\/]/).includes("node_modules");
}

function readText(path: string): string | undefined {
  try {
    const text = decoder.decode(readFileSync(path));
    return text.startsWith(byteOrderMark) ? text.slice(1) : text;
  } catch {
    return undefined;
  }
}
