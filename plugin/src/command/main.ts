/** Entry of the command `protobridge`. The build bundles it into one file. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ProblemsError } from "../diagnostics.js";
import { CommandError } from "./buf.js";
import { runExplain } from "./explain.js";

const help = `protobridge: what Protobridge makes of your protos

  protobridge explain [SELECTOR] [options]

explain prints every decision about the protos, and why: the rule, the profile,
or the line of the config. It checks the whole config, too.

  SELECTOR             only this package, file, service, RPC, message, field,
                       oneof or enum
  --input INPUT        what buf build takes; may be given again
                       (default: the inputs of buf.gen.yaml, or .)
  --template FILE      the buf.gen.yaml that says inputs and config=
                       (default: ./buf.gen.yaml, if it is there)
  --config FILE        the config (default: config= in buf.gen.yaml)
  --json               the model as JSON
  --help, --version

buf compiles the protos: it has to be in PATH, as npx puts it there.
Exit code 0; 1 if the protos or the config are wrong; 2 for a wrong command.
`;

class UsageError extends Error {}

function main(args: readonly string[]): void {
  const { values, positionals } = read(args);
  const [command, selector, ...rest] = positionals;
  if (values.version) {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
    process.stdout.write(`protobridge ${version}\n`);
  } else if (values.help || command === "help") process.stdout.write(help);
  else if (command === undefined) throw new UsageError("what shall I do?");
  else if (command !== "explain") throw new UsageError(`there is no command ${command}`);
  else if (rest.length > 0) throw new UsageError(`explain takes one selector, not also ${rest.join(" ")}`);
  else {
    const { output, warnings } = runExplain({
      selector,
      inputs: values.input ?? [],
      template: values.template,
      config: values.config,
      json: values.json ?? false,
    });
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    process.stdout.write(output);
  }
}

function read(args: readonly string[]): {
  values: { input?: string[]; template?: string; config?: string; json?: boolean; help?: boolean; version?: boolean };
  positionals: string[];
} {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        input: { type: "string", multiple: true },
        template: { type: "string" },
        config: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (reason) {
    throw new UsageError(reason instanceof Error ? reason.message : String(reason));
  }
}

try {
  main(process.argv.slice(2));
} catch (reason) {
  if (reason instanceof UsageError) {
    process.stderr.write(`protobridge: ${reason.message}\n\n${help}`);
    process.exitCode = 2;
  } else if (reason instanceof CommandError || reason instanceof ProblemsError) {
    process.stderr.write(`protobridge: ${reason.message}\n`);
    process.exitCode = 1;
  } else throw reason;
}
