/** Templates of the user's own, in place of ours of the same file name. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type HandlebarsModule from "handlebars";
import type { HelperDeclareSpec, HelperDelegate, TemplateDelegate } from "handlebars";

/** Counts the changes of what templates are given that an override has to follow. templates/README.md tells each. */
export const templatesVersion = 1;

/** A template that a user wrote. */
export interface Override {
  /** The template that it stands for, or a partial of the user's own. */
  readonly name: string;
  /** For people. */
  readonly path: string;
  readonly source: string;
}

/**
 * Reads the templates of a directory.
 *
 * @param known the names of our own templates
 * @throws Error if the directory cannot be read, or has a template that stands for none of ours
 */
export function readOverrides(directory: string, known: readonly string[]): readonly Override[] {
  const attempt = <T>(path: string, read: () => T): T => {
    try {
      return read();
    } catch (reason) {
      throw new Error(`templates=${directory}: ${path} cannot be read: ${reason instanceof Error ? reason.message : String(reason)}`);
    }
  };
  const files = attempt(directory, () => readdirSync(directory)).filter((file) => file.endsWith(".hbs"));
  if (files.length === 0) throw new Error(`templates=${directory}: there is no template in it; there are ${known.map((name) => `${name}.hbs`).join(", ")}`);
  return files.toSorted().map((file) => {
    const name = file.slice(0, -".hbs".length);
    const path = join(directory, file);
    if (!known.includes(name) && !name.startsWith("_")) {
      const list = known.map((each) => `${each}.hbs`).join(", ");
      throw new Error(`${path} stands for no template: there are ${list}; a partial of your own begins with _`);
    }
    const source = attempt(path, () => readFileSync(path, "utf8"));
    const version = /\{\{!(?:--)?\s*templates version (\d+)\b/.exec(source)?.[1];
    if (version !== undefined && Number(version) !== templatesVersion)
      throw new Error(`${path} is for version ${version} of the templates, and this is version ${templatesVersion}: templates/README.md tells what changed`);
    return { name, path, source };
  });
}

/** Handlebars with its compiler: loaded only where there is something to compile. */
export function loadHandlebars(): typeof HandlebarsModule {
  return (createRequire(import.meta.url)("handlebars") as typeof HandlebarsModule).create();
}

/**
 * Compiles an override.
 *
 * @param helpers the names of those that it can call
 * @returns the template, which throws errors that name its file and line
 * @throws Error if it is no template
 */
export function compileOverride(handlebars: typeof HandlebarsModule, { path, source }: Override, helpers: readonly string[]): TemplateDelegate {
  const knownHelpers = Object.fromEntries(helpers.map((name) => [name, true]));
  const options = { strict: true, noEscape: true, knownHelpers: knownHelpers as unknown as KnownHelpers, knownHelpersOnly: true };
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (reason) {
      throw reason instanceof TemplateError ? reason : new TemplateError(path, reason);
    }
  };
  // compile() puts its work off until the template is called: this finds what is wrong with the text before.
  guard(() => handlebars.precompile(source, options));
  const template = handlebars.compile(source, options);
  return (context, runtimeOptions) => guard(() => template(context, runtimeOptions));
}

/** Helpers whose errors tell the line from which they were called. */
export function locateHelpers(helpers: HelperDeclareSpec): HelperDeclareSpec {
  return Object.fromEntries(
    Object.entries(helpers).map(([name, helper]): [string, HelperDelegate] => [
      name,
      function (this: unknown, ...args: unknown[]): unknown {
        try {
          return (helper as (...args: unknown[]) => unknown).apply(this, args);
        } catch (reason) {
          const { loc } = args.at(-1) as { loc?: { start: { line: number } } };
          if (reason instanceof Error && loc && !("lineNumber" in reason)) Object.defineProperty(reason, "lineNumber", { value: loc.start.line });
          throw reason;
        }
      },
    ]),
  );
}

/** What went wrong in a template of the user's. */
class TemplateError extends Error {
  constructor(path: string, reason: unknown) {
    const text = reason instanceof Error ? reason.message : String(reason);
    const line = (reason as { lineNumber?: number }).lineNumber ?? /^Parse error on line (\d+)/.exec(text)?.[1];
    super(`${path}${line === undefined ? "" : `:${line}`}: ${text.replace(/ - \d+:\d+$/, "")}`, { cause: reason });
  }
}
