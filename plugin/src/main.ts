/** Entry of protoc-gen-bridge: reads a CodeGeneratorRequest from standard input. */
import { readFileSync } from "node:fs";
import { runNodeJs } from "@bufbuild/protoplugin";
import { createPlugin } from "./plugin.js";
import type { Templates } from "./rendering/render.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };

// Written by the build, from templates/.
const compiled = new URL("./templates.js", import.meta.url).href;
const { templates } = (await import(compiled)) as { templates: Templates };

runNodeJs(createPlugin(version, templates));
