/** The files of buf, and bridge.yaml: what they are made of, and what those that are there lack. */
import { isObject, listOf } from "../buf.js";
import type { Wanted } from "./tsconfig.js";

/** Where code is generated. */
export const out = "src/gen";

/** The config that a buf.gen.yaml names. */
export const configFile = "bridge.yaml";

/** The plugins, in the order in which they run. */
const plugins = ["protoc-gen-es", "protoc-gen-bridge"] as const;

/** A buf.yaml with one module. */
export function bufYaml(module: string): string {
  // Packages bring protos of their own, which are no part of the project.
  const excludes = module === "." ? "    excludes:\n      - node_modules\n" : "";
  return `version: v2\nmodules:\n  - path: ${module}\n${excludes}`;
}

/** What a buf.gen.yaml is made of. */
export interface GenerateOptions extends Wanted {
  /** What is generated from, if not all modules of the buf.yaml beside it. */
  readonly input: string | undefined;
  /** Whether buf may empty what is generated into. */
  readonly clean: boolean;
  /** Whether it names a config. */
  readonly hasConfig: boolean;
}

/** A buf.gen.yaml with both plugins. */
export function bufGenYaml(options: GenerateOptions): string {
  const { clean, input } = options;
  const inputs = input === undefined ? "" : `inputs:\n  - directory: ${input}\n`;
  return `version: v2\n${clean ? "clean: true\n" : ""}${inputs}plugins:\n${plugins.map((plugin) => entryOf(plugin, options, out)).join("")}`;
}

function entryOf(plugin: string, { extension, erasable, hasConfig }: Pick<GenerateOptions, "extension" | "erasable" | "hasConfig">, out: string): string {
  const isBridge = plugin === "protoc-gen-bridge";
  // TypeScript's enums cannot be erased, and protoc-gen-es writes some.
  const target = erasable && !isBridge ? "js+dts" : "ts";
  const options = [`target=${target}`, `import_extension=${extension}`, ...(isBridge && hasConfig ? [`config=${configFile}`] : [])];
  return `  - local: ${plugin}\n    strategy: all\n    out: ${out}\n    opt: [${options.join(", ")}]\n`;
}

/** What a buf.gen.yaml that is there lacks, each a sentence with what is to be added. */
export function lacks(content: Readonly<Record<string, unknown>>, options: Pick<GenerateOptions, "extension" | "erasable" | "hasConfig">): readonly string[] {
  const present = listOf(content["plugins"]).filter(isObject);
  const found = plugins.map((plugin) => present.find((entry) => isOf(entry, plugin)));
  const isOld = content["version"] !== "v2";
  const [es, bridge] = found;
  // The modules of the one import those of the other: what is added goes where the other one is.
  const other = String((es ?? bridge)?.["out"] ?? out);
  const missing = plugins.filter((_, i) => !found[i]);
  if (missing.length > 0) {
    const text = missing.map((plugin) => entryOf(plugin, options, other)).join("");
    const hint = es || bridge ? `; import_extension and js_import_style as the other plugin has them` : "";
    return [`it lacks ${missing.join(" and ")}: add to plugins${hint}\n${isOld ? asVersion1(text) : text}`.trimEnd()];
  }
  const notes: string[] = [];
  if (es?.["out"] !== bridge?.["out"])
    notes.push(`${plugins.join(" and ")} have to have the same out, and have ${String(es?.["out"])} and ${String(bridge?.["out"])}`);
  const opt = String(bridge?.["opt"] ?? "");
  if (options.hasConfig && !opt.includes("config=")) notes.push(`protoc-gen-bridge does not read ${configFile} yet: add config=${configFile} to its opt`);
  return notes;
}

/** Whether an entry runs a plugin: by `local`, of version 2, or by `plugin` or `name`, of version 1; as a package of buf's registry, too. */
function isOf(entry: Readonly<Record<string, unknown>>, plugin: string): boolean {
  const short = plugin.replace("protoc-gen-", "");
  const isNamed = [entry["plugin"], entry["name"]].some((name) => name === short);
  const { local, remote, path } = entry as { local?: unknown; remote?: unknown; path?: unknown };
  const isRemote = plugin === "protoc-gen-es" && [remote, entry["plugin"]].some((name) => String(name).startsWith("buf.build/bufbuild/es"));
  return isNamed || isRemote || [local, path, entry["plugin"]].some((command) => String(command ?? "").includes(plugin));
}

function asVersion1(text: string): string {
  return text.replaceAll("- local: protoc-gen-", "- plugin: ");
}

/** A config that says nothing yet. @param schema where its schema is, from its directory */
export function bridgeYaml(schema: string): string {
  return `# yaml-language-server: $schema=${schema}
# What the protos do not tell. What is understood without it, and why: npx protobridge explain
`;
}
