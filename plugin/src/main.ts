/** Entry of protoc-gen-bridge: reads a CodeGeneratorRequest from standard input. The build bundles it into one file. */
import { readFileSync } from "node:fs";
import { help } from "./options.js";
import { answer, isTerminal } from "./process.js";
import { profiles } from "./profiles.js";
import { templates } from "./templates.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
const args = process.argv.slice(2);

if (args.includes("--help") || args.includes("-h")) {
  process.stdout.write(help(version));
} else if (args[0] === "--version" || (args[0] === "-v" && args.length === 1)) {
  process.stdout.write(`protoc-gen-bridge ${version}\n`);
} else if (args.length > 0) {
  process.stderr.write("protoc-gen-bridge accepts a google.protobuf.compiler.CodeGeneratorRequest on stdin and writes a CodeGeneratorResponse to stdout\n");
  process.exitCode = 1;
} else if (isTerminal()) {
  // Started by hand: without this it would wait for a request that nobody types.
  process.stderr.write(help(version));
  process.exitCode = 1;
} else {
  answer(version, { templates, profiles, onWarning: (text) => process.stderr.write(`protoc-gen-bridge: warning: ${text}\n`) }).catch((reason) => {
    process.stderr.write(`protoc-gen-bridge: ${reason instanceof Error ? reason.message : String(reason)}\n`);
    process.exitCode = 1;
  });
}
