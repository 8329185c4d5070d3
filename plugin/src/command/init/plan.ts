/** What `protobridge init` is about to do. Nothing is written before all of it is known. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readYaml } from "../buf.js";
import { preambleOf } from "../check/preamble.js";
import { filesUnder } from "../check/regenerate.js";
import { isDirectory, shown } from "../files.js";
import { bridgeYaml, bufGenYaml, bufYaml, configFile, lacks, out } from "./bufFiles.js";
import { completed, emptyManifest, type Needs } from "./manifest.js";
import { packageManagerOf } from "./packages.js";
import { findProtos, isModule } from "./protos.js";
import { readTsconfig } from "./tsconfig.js";

/** What happens to one file. */
export interface Step {
  readonly action: "write" | "edit" | "keep";
  readonly path: string;
  /** What of it: half a sentence. */
  readonly about: string;
  /** What it is to be, unless it is kept. */
  readonly text?: string;
  /** What it is now, if it is edited. */
  readonly before?: string;
}

/** All that happens, and what is to be done then. */
export interface Plan {
  readonly steps: readonly Step[];
  /** What is worth knowing: sentences. */
  readonly notes: readonly string[];
  /** Commands, in their order. */
  readonly next: readonly string[];
}

/** What a plan depends on. */
export interface PlanOptions {
  readonly project: string;
  /** Whether a bridge.yaml is wanted. */
  readonly hasConfig: boolean;
  readonly needs: Needs;
}

/** @throws CommandError if there is no proto, or a file that is there cannot be read */
export function planOf({ project, hasConfig, needs }: PlanOptions): Plan {
  const at = (name: string): string => join(project, name);
  const steps: Step[] = [];
  const notes: string[] = [];
  const hasBufYaml = existsSync(at("buf.yaml")) || existsSync(at("buf.work.yaml"));
  const module = hasBufYaml ? undefined : findProtos(project);
  const isOwnModule = module !== undefined && module !== "." && isModule(at(module));

  if (hasBufYaml) steps.push({ action: "keep", path: at(existsSync(at("buf.yaml")) ? "buf.yaml" : "buf.work.yaml"), about: "it is there" });
  else if (isOwnModule) steps.push({ action: "keep", path: at(`${module}/buf.yaml`), about: "it is there, and makes a module of its directory" });
  else if (module !== undefined) steps.push({ action: "write", path: at("buf.yaml"), about: `the module ${module}`, text: bufYaml(module) });

  const wanted = readTsconfig(project);
  if (existsSync(at("buf.gen.yaml"))) {
    const told = lacks(readYaml(shown(at("buf.gen.yaml"))), { ...wanted, hasConfig });
    steps.push({ action: "keep", path: at("buf.gen.yaml"), about: ["it is there", ...told].join("; ") });
  } else {
    const strangers = strangersIn(at(out));
    if (strangers) notes.push(`${shown(at(out))} has files that are not generated, so buf.gen.yaml does not say clean: true, which would delete them`);
    const text = bufGenYaml({ ...wanted, hasConfig, input: isOwnModule ? module : undefined, clean: !strangers });
    const about = `protoc-gen-es and protoc-gen-bridge into ${out}, import_extension=${wanted.extension}: ${wanted.reason}`;
    steps.push({ action: "write", path: at("buf.gen.yaml"), about, text });
  }

  if (hasConfig && existsSync(at(configFile))) steps.push({ action: "keep", path: at(configFile), about: "it is there" });
  else if (hasConfig) steps.push({ action: "write", path: at(configFile), about: "with its schema, for editors", text: bridgeYaml(schemaFrom(project)) });

  const before = existsSync(at("package.json")) ? readFileSync(at("package.json"), "utf8") : undefined;
  const manifest = completed(shown(at("package.json")), before ?? emptyManifest, needs);
  const { text, added } = manifest;
  const about = Object.entries(added).flatMap(([section, names]) => (names.length === 0 ? [] : [`${section} ${names.join(", ")}`]));
  notes.push(...manifest.notes);
  if (before === undefined) steps.push({ action: "write", path: at("package.json"), about: about.join("; "), text });
  else if (text === before) steps.push({ action: "keep", path: at("package.json"), about: "nothing is to be added" });
  else steps.push({ action: "edit", path: at("package.json"), about: about.join("; "), text, before });

  const isChange = steps.some(({ action }) => action !== "keep");
  if (isChange && !isInGit(project)) notes.push("this is not a git repository: what is written cannot be undone by git");
  const manager = packageManagerOf(project);
  const hasNew = added.dependencies.length + added.devDependencies.length > 0;
  const generate = manifest.otherScripts.includes("generate") ? manager.exec("buf generate") : manager.run("generate");
  return { steps, notes, next: [...(hasNew ? [manager.install] : []), generate, manager.exec("protobridge explain")] };
}

/** Whether something lies where code is to be generated that was not. */
function strangersIn(directory: string): boolean {
  return isDirectory(directory) && filesUnder(directory).some((path) => !preambleOf(readFileSync(path, "utf8")));
}

/** Where the schema of the config is, or will be: packages of a workspace are installed above it. */
function schemaFrom(project: string): string {
  let root = project;
  while (!existsSync(join(root, "node_modules/@protobridge/plugin")) && dirname(root) !== root) root = dirname(root);
  const base = existsSync(join(root, "node_modules/@protobridge/plugin")) ? relative(project, root).replaceAll("\\", "/") : "";
  return `${base === "" ? "" : `${base}/`}node_modules/@protobridge/plugin/schema/bridge.schema.json`;
}

function isInGit(directory: string): boolean {
  return existsSync(join(directory, ".git")) || (dirname(directory) !== directory && isInGit(dirname(directory)));
}
