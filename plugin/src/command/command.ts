import { type ParseArgsConfig, parseArgs } from "node:util";

/** What went wrong outside of the protos: told without a stack, with exit code 1. */
export class CommandError extends Error {}

/** What was typed is no command: told with the help, with exit code 2. */
export class UsageError extends Error {}

type OptionsConfig = NonNullable<ParseArgsConfig["options"]>;

/** The values of options, by name. */
export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a command writes to. */
export interface Output {
  /** To standard output: the result. */
  print(text: string): void;
  /** To standard error: progress, and warnings. */
  tell(line: string): void;
}

/** One command of `protobridge`. Each has a file of its own. */
export interface Command {
  readonly name: string;
  /** What it does, in half a line. */
  readonly summary: string;
  /** All that is to be known, of at most 80 columns: how it is called, its options, its exit codes. */
  readonly help: string;
  /** Its options, beside --help. */
  readonly options: OptionsConfig;
  /** How many arguments it takes at most that are no options. */
  readonly maxArguments: number;
  /**
   * Runs it. Gives the exit code: 0, or 1 if what was looked at is not as it should be.
   *
   * @throws CommandError, UsageError or ProblemsError for what the user is told in a sentence
   */
  run(values: Values, args: readonly string[], output: Output): number | Promise<number>;
}

/** Reads what was typed behind the name of a command. @throws UsageError */
export function readArguments({ name, options, maxArguments }: Command, args: readonly string[]): { values: Values; positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, help: { type: "boolean", short: "h" } },
    });
    if (positionals.length > maxArguments) {
      const count = maxArguments === 0 ? "no argument" : maxArguments === 1 ? "one argument" : `${maxArguments} arguments`;
      throw new UsageError(`${name} takes ${count}, not also ${positionals.slice(maxArguments).join(" ")}`);
    }
    return { values: values as Values, positionals };
  } catch (reason) {
    throw reason instanceof UsageError ? reason : new UsageError(reason instanceof Error ? reason.message : String(reason));
  }
}

/** The value of an option that takes a text. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of an option that may be given again. */
export function textsOf(values: Values, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
