/** Entry of protoc-gen-bridge: reads a CodeGeneratorRequest from standard input. The build bundles it into one file. */
import { readFileSync } from "node:fs";
import { runNodeJs } from "@bufbuild/protoplugin";
import { help } from "./options.js";
import { createPlugin } from "./plugin.js";
import { templates } from "./templates.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };

if (process.argv.includes("--help") || process.argv.includes("-h")) {
  process.stdout.write(help(version));
} else if (process.stdin.isTTY && process.argv.length === 2) {
  // Started by hand: without this it would wait for a request that nobody types.
  process.stderr.write(help(version));
  process.exitCode = 1;
} else {
  runNodeJs(createPlugin(version, templates));
}
