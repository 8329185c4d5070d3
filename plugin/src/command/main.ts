/** Entry of the command `protobridge`. The build bundles it into one file. */
import { readFileSync } from "node:fs";
import { nearest } from "../config/nearest.js";
import { ProblemsError } from "../diagnostics.js";
import { check } from "./check.js";
import { type Command, CommandError, type Output, readArguments, UsageError } from "./command.js";
import { diff } from "./diff/diff.js";
import { explain } from "./explain.js";
import { init } from "./init.js";
import { sync } from "./sync.js";

const commands: readonly Command[] = [init, check, sync, diff, explain];

const width = Math.max(...commands.map(({ name }) => name.length));
const help = `protobridge: what Protobridge makes of your protos

${commands.map(({ name, summary }) => `  protobridge ${name.padEnd(width)}  ${summary}`).join("\n")}

  protobridge COMMAND --help   all about a command
  protobridge --version

Exit code 0; 1 if something is not as it should be; 2 for a wrong command.
`;

const output: Output = {
  print: (text) => void process.stdout.write(text),
  tell: (line) => void process.stderr.write(`${line}\n`),
};

async function main([first, ...rest]: readonly string[]): Promise<number> {
  if (first === "--version") {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
    output.print(`protobridge ${version}\n`);
    return 0;
  }
  if (first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    output.print(help);
    return 0;
  }
  if (first === undefined) throw new UsageError("what shall I do?");
  const name = first === "help" ? rest[0] : first;
  const command = commands.find((command) => command.name === name);
  if (!command) throw unknown(name as string);
  if (first === "help") {
    output.print(command.help);
    return 0;
  }
  return run(command, rest);
}

async function run(command: Command, args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = readArguments(command, args);
    if (values["help"] === true) {
      output.print(command.help);
      return 0;
    }
    return await command.run(values, positionals, output);
  } catch (reason) {
    if (!(reason instanceof UsageError)) throw reason;
    return fail(reason, command.help);
  }
}

function unknown(name: string): UsageError {
  if (name.startsWith("-")) return new UsageError(`the first argument is a command, not ${name}`);
  const near = nearest(
    name,
    commands.map(({ name }) => name),
  );
  return new UsageError(`there is no command ${name}${near?.likely ? `; did you mean ${near.name}?` : ""}`);
}

function fail(reason: UsageError, usage: string): number {
  output.tell(`protobridge: ${reason.message}\n\n${usage.trimEnd()}`);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (reason: unknown) => {
    if (reason instanceof UsageError) process.exitCode = fail(reason, help);
    else if (reason instanceof CommandError || reason instanceof ProblemsError) {
      output.tell(`protobridge: ${reason.message}`);
      process.exitCode = 1;
    } else throw reason;
  },
);
