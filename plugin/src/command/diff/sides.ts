/** Reads the two versions: their protos by buf, and the config of each. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { loadSettings } from "../../config/load.js";
import { Problems, ProblemsError } from "../../diagnostics.js";
import type { Place } from "../../diff/change.js";
import { Side } from "../../diff/side.js";
import { buildModel, type FileModel } from "../../model/model.js";
import { checkPins } from "../../names.js";
import type { Int64 } from "../../options.js";
import { profiles } from "../../profiles.js";
import { type Built, buildImage, type GenerateTemplate, readGenerateTemplate } from "../buf.js";
import { CommandError } from "../command.js";
import type { Origin } from "./arguments.js";

/** What is said of both sides. */
export interface ReadOptions {
  readonly template: string | undefined;
  readonly config: string | undefined;
}

/** A side, and what buf compares. */
export interface ReadSide {
  readonly side: Side;
  readonly image: Uint8Array;
  readonly packages: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/** What of a side is compiled, and by which config it is read. */
interface Source {
  /** Where buf runs. */
  readonly directory: string;
  readonly inputs: readonly string[];
  readonly configPath: string | undefined;
  readonly configDirectory: string;
  /** Whether the config was made for other protos. */
  readonly borrowed: boolean;
  readonly int64: Int64;
}

/**
 * Reads one side.
 *
 * @throws CommandError that says which side it is
 */
export function readSide(which: Place["side"], origin: Origin, options: ReadOptions): ReadSide {
  // A path that errors name must not be one of this machine.
  const directory = origin.of === "commit" ? realpathSync(mkdtempSync(join(tmpdir(), "protobridge-diff-"))) : "";
  try {
    const source = origin.of === "commit" ? commitSource(origin, directory, options) : treeSource(origin, options);
    return sideOf(which, source);
  } catch (reason) {
    if (!(reason instanceof CommandError || reason instanceof ProblemsError)) throw reason;
    const message = directory === "" ? reason.message : reason.message.replaceAll(`${directory}/`, "");
    throw new CommandError(`the ${which} side, ${origin.label}: ${message}`);
  } finally {
    if (directory !== "") rmSync(directory, { recursive: true, force: true });
  }
}

const fix = "name what is to be compared as OLD and NEW";

function treeSource(origin: Exclude<Origin, { of: "commit" }>, { template, config }: ReadOptions): Source {
  const found = readGenerateTemplate(template, ".", fix);
  return {
    ...{ directory: ".", configDirectory: ".", configPath: config ?? found.configPath, int64: int64Of(found) },
    inputs: origin.of === "input" ? [origin.input] : inputsOf(found),
    borrowed: origin.of === "input",
  };
}

function commitSource(origin: Extract<Origin, { of: "commit" }>, root: string, { template, config }: ReadOptions): Source {
  const { repository, commit, path } = origin;
  const tree = repository.tree(commit);
  const { prefix } = repository;
  if (path !== undefined && !tree.has(path)) throw new CommandError(`there is no ${path} in that commit`);
  if (path === undefined && prefix !== "" && !tree.has(prefix)) throw new CommandError(`there is no ${prefix} in that commit`);
  const inTree = (file: string | undefined): string | undefined => {
    const inside = file === undefined ? undefined : repository.inside(file);
    return inside !== undefined && tree.has(inside) ? inside : undefined;
  };
  tree.write(
    root,
    [inTree(template)].flatMap((name) => name ?? []),
  );
  const here = join(root, prefix);
  const isOwn = inTree(template ?? "buf.gen.yaml") !== undefined;
  // A commit that had none yet is read as the working tree is.
  const found = isOwn ? readGenerateTemplate(template, here, fix) : readGenerateTemplate(template, ".", fix);
  const configPath = config ?? found.configPath;
  const isConfigOwn = inTree(configPath) !== undefined || (isOwn && config === undefined);
  const inputs = path === undefined ? inputsOf(found) : [posix.relative(prefix === "" ? "." : prefix, path) || "."];
  for (const input of inputs) {
    if (posix.join(prefix, input).startsWith("..")) throw new CommandError(`its input ${input} leads out of the repository`);
  }
  tree.write(root, [...[inTree(configPath)].flatMap((name) => name ?? []), ...inputs.map((input) => posix.join(prefix, input))]);
  return {
    ...{ directory: here, inputs, configPath, configDirectory: isConfigOwn ? here : ".", int64: int64Of(found) },
    borrowed: !isConfigOwn || path !== undefined,
  };
}

function inputsOf({ inputs }: GenerateTemplate): readonly string[] {
  return inputs.length > 0 ? inputs : ["."];
}

function int64Of({ options }: GenerateTemplate): Int64 {
  const said = options.find((option) => option.startsWith("int64="))?.slice("int64=".length);
  return said === "number" || said === "string" ? said : "bigint";
}

function sideOf(which: Place["side"], { directory, inputs, configPath, configDirectory, borrowed, int64 }: Source): ReadSide {
  const built = inputs.map((input) => buildImage(input, directory));
  const problems = new Problems();
  const all = built.flatMap(({ files }) => files);
  const models = new Map<string, FileModel>();
  const own = new Set(built.flatMap((each) => each.own.map(({ proto }) => proto.name)));
  for (const [i, each] of built.entries()) {
    // The config is checked once, against all inputs together.
    const checked = { checked: borrowed ? [] : all, problems: i === 0 ? problems : new Problems(), whole: !borrowed };
    const { settings } = loadSettings({ files: each.files, ...checked, configPath, directory: configDirectory, borrowed, profiles });
    const wanted = new Set(each.own.map(({ proto }) => proto.name));
    for (const file of buildModel(each.files, { settings, problems: { of: problems, files: wanted } }).files) {
      if (wanted.has(file.path) || !models.has(file.path)) models.set(file.path, file);
    }
  }
  const model = { files: [...models.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
  checkPins({ files: model.files.filter(({ path }) => own.has(path)) }, problems);
  // What a config says of other protos need not fit these.
  if (!borrowed) problems.check();
  const warnings = problems.all
    .filter(({ severity }) => severity === "error")
    .map(({ place, message }) => `the ${which} side: ${place === "" ? "" : `${place}: `}${message}`);
  return {
    side: new Side(which, { files: filesOf(built), own, model, int64 }),
    image: imageOf(built),
    packages: new Set(built.flatMap((each) => each.own.map(({ proto }) => proto.package))),
    warnings,
  };
}

/** The files of all inputs: of one that several have, that of its own. */
function filesOf(built: readonly Built[]): Built["files"] {
  const files = new Map(built.flatMap((each) => each.files.map((file) => [file.proto.name, file])));
  for (const each of built) for (const file of each.own) files.set(file.proto.name, file);
  return [...files.values()];
}

function imageOf(built: readonly Built[]): Uint8Array {
  const [only] = built;
  if (built.length === 1 && only) return only.image;
  const own = new Set(built.flatMap((each) => each.own.map(({ proto }) => proto.name)));
  const files = new Map<string, ReturnType<typeof create<typeof FileDescriptorSetSchema>>["file"][number]>();
  for (const each of built) {
    const mine = new Set(each.own.map(({ proto }) => proto.name));
    for (const file of fromBinary(FileDescriptorSetSchema, each.image).file) {
      if (mine.has(file.name) || (!own.has(file.name) && !files.has(file.name))) files.set(file.name, file);
    }
  }
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [...files.values()] }));
}
