import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ts } from "ts-morph";
import { yaml } from "../../config/document.js";
import { CommandError } from "../command.js";
import { shown } from "../files.js";
import type { Service } from "./contract.js";
import { importEnding, relativeSpecifier } from "./endings.js";
import { readStyle, type Style } from "./style.js";
import type { World } from "./world.js";

/** A file for a service that nobody serves. */
export interface Skeleton {
  readonly path: string;
  /** A class without methods: those come by what brings every servicer up to date. */
  readonly text: string;
}

/** The style of the first hand-written file, for those that are new. */
export function styleOf(world: World, reaching: readonly string[]): Style {
  const [first] = reaching;
  const isVerbatim = world.sources.options.verbatimModuleSyntax === true;
  return readStyle(first === undefined ? ts.createSourceFile("", "", ts.ScriptTarget.Latest) : world.sources.module(first).file, isVerbatim);
}

/** The skeletons of services. Those with equal names get the names of their packages, too. */
export function skeletonsFor(world: World, services: readonly Service[], directory: string, reaching: readonly string[], style: Style): readonly Skeleton[] {
  const ending = importEnding(world, reaching);
  return services.map(({ name, typeName, servicer, module }) => {
    const isAlone = services.every((other) => other.typeName === typeName || kebab(other.name) !== kebab(name));
    const path = join(directory, `${kebab(isAlone ? name : typeName)}.ts`);
    const { quote, semicolon, lineEnd, space } = style;
    const specifier = relativeSpecifier(path, module.path, ending);
    const lines = [
      `import {${space}${servicer}${space}} from ${quote}${specifier}${quote}${semicolon}`,
      "",
      `/** Serves ${typeName}. */`,
      `export class ${name} extends ${servicer} {}`,
      "",
    ];
    return { path, text: lines.join(lineEnd) };
  });
}

/** `ControlPlane` and `acme.v1.ControlPlane` as names of files: `control-plane`, `acme-v1-control-plane`. */
function kebab(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .replaceAll(/[._]/g, "-")
    .toLowerCase();
}

/**
 * Where new files go: the directory that was named, else `src`, else here.
 *
 * @throws CommandError if generated code lies there: buf deletes strangers
 */
export function directoryForNew(cwd: string, named: string | undefined, generated: Iterable<string>): string {
  const directory = resolve(cwd, named ?? (existsSync(join(cwd, "src")) ? "src" : "."));
  const outs = outsOf(cwd).map((out) => resolve(cwd, out));
  const out = outs.find((out) => directory === out || directory.startsWith(`${out}/`));
  const isGenerated = [...generated].some((path) => dirname(path) === directory);
  if (out === undefined && !isGenerated) return directory;
  const why = out === undefined ? "generated code lies there" : `it is an out of buf.gen.yaml, or below one`;
  throw new CommandError(`nothing is created in ${shown(directory, cwd)}: ${why}, and buf deletes what it has not generated; name another directory`);
}

/** The directories that buf generates into, as buf.gen.yaml says. */
export function outsOf(cwd: string): readonly string[] {
  const path = join(cwd, "buf.gen.yaml");
  if (!existsSync(path)) return [];
  try {
    const { plugins } = yaml().parse(readFileSync(path, "utf8"), { maxAliasCount: 100 }) as { readonly plugins?: readonly { readonly out?: unknown }[] };
    return (plugins ?? []).flatMap(({ out }) => (typeof out === "string" && out !== "." ? [out] : []));
  } catch {
    // buf itself says what is wrong with it.
    return [];
  }
}
