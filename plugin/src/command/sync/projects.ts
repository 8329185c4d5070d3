import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ts } from "ts-morph";
import { CommandError } from "../command.js";
import { shown } from "../files.js";

/** The files that one tsconfig.json names, and the options for them. */
export interface TsProject {
  readonly config: string;
  readonly options: ts.CompilerOptions;
  /** Absolute paths. */
  readonly files: readonly string[];
}

/** TypeScript's numbers for a file that is not there, cannot be read, extends itself, or names no source: without it nothing can be done. */
const fatal = new Set([5083, 6053, 18000, 18002, 18003]);

/**
 * Reads the given tsconfigs, or the one at a directory or above it, but not above where the command runs; and those that they refer to.
 *
 * @throws CommandError if one is not there or cannot be read
 */
export function readProjects(cwd: string, directory: string, given: readonly string[]): readonly TsProject[] {
  const read = new Map<string, TsProject>();
  const configs = given.length > 0 ? given.map((path) => configAt(cwd, path)) : [nearestConfig(cwd, directory)];
  for (const config of configs) readProject(cwd, config, read);
  return [...read.values()];
}

function configAt(cwd: string, path: string): string {
  const absolute = resolve(cwd, path);
  const config = existsSync(absolute) && statSync(absolute).isDirectory() ? join(absolute, "tsconfig.json") : absolute;
  if (!existsSync(config)) throw new CommandError(`${shown(config, cwd)}: there is no such file; name a tsconfig.json by --project`);
  return config;
}

function nearestConfig(cwd: string, directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    const config = join(at, "tsconfig.json");
    if (existsSync(config)) return config;
    if (at === cwd || at === dirname(at)) break;
  }
  throw new CommandError("there is no tsconfig.json here: run this where it is, or name it by --project");
}

function readProject(cwd: string, config: string, read: Map<string, TsProject>): void {
  if (read.has(config)) return;
  const { config: json, error } = ts.readConfigFile(config, ts.sys.readFile);
  const problems = error ? [error] : [];
  const parsed = ts.parseJsonConfigFileContent(json ?? {}, ts.sys, dirname(config), undefined, config);
  const references = parsed.projectReferences ?? [];
  problems.push(...parsed.errors.filter(({ code }) => (fatal.has(code) || code < 2000) && !(code >= 18002 && references.length > 0)));
  const [problem] = problems;
  if (problem) throw new CommandError(`${placeOf(cwd, config, problem)}: ${sentence(cwd, problem)}; mend it, or name another tsconfig.json by --project`);
  read.set(config, { config: shown(config, cwd), options: parsed.options, files: parsed.fileNames.map((path) => resolve(path)) });
  for (const { path } of references) readProject(cwd, configAt(cwd, path), read);
}

function placeOf(cwd: string, config: string, { file, start }: ts.Diagnostic): string {
  if (file === undefined || start === undefined) return shown(config, cwd);
  const { line, character } = ts.getLineAndCharacterOfPosition(file, start);
  return `${shown(config, cwd)}:${line + 1}:${character + 1}`;
}

function sentence(cwd: string, { messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, " ").replace(/\.$/, "");
  return text.replaceAll(`${cwd.replaceAll("\\", "/")}/`, "");
}
