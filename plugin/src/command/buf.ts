import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createFileRegistry, type DescFile, fromBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { yaml } from "../config/document.js";
import { CommandError } from "./command.js";

/** The files of an input of buf, and those of them that are its own, not imported ones. */
export interface Built {
  readonly files: readonly DescFile[];
  readonly own: readonly DescFile[];
  /** The image as buf wrote it. */
  readonly image: Uint8Array;
}

const timeoutMs = 120_000;
const maxImageBytes = 512 * 1024 * 1024;

/** What is told where there is no buf. */
export const noBuf = "buf is not installed, or not in PATH: npm install --save-dev @bufbuild/buf, and run this by npx";

/** What buf said. */
interface Ran {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** @throws CommandError if buf is not there, or does not end */
export function runBuf(args: readonly string[], what: string, cwd: string = process.cwd()): Ran {
  const { status, stdout, stderr, error } = spawnSync("buf", args, { cwd, maxBuffer: maxImageBytes, timeout: timeoutMs });
  if (error && (error as NodeJS.ErrnoException).code === "ENOENT") throw new CommandError(noBuf);
  if (error) throw new CommandError(`${what}: ${error.message}`);
  return { status, stdout, stderr: stderr.toString() };
}

/**
 * Has buf compile an input: a directory, an image, a module, whatever `buf build` takes.
 *
 * @param cwd where it runs
 * @throws CommandError if buf is not there, or what it says if it fails
 */
export function buildImage(input: string, cwd?: string): Built {
  const { status, stdout, stderr } = runBuf(["build", input, "-o", "-#format=binpb"], `buf build ${input}`, cwd);
  if (status !== 0) throw new CommandError(`buf build ${input} failed:\n${stderr.trimEnd()}`);
  const { file } = fromBinary(FileDescriptorSetSchema, stdout);
  const files = [...createFileRegistry(fromBinary(FileDescriptorSetSchema, stdout)).files];
  const imported = new Set(file.filter((proto) => isImport(proto.$unknown ?? [])).map(({ name }) => name));
  return { files, own: files.filter(({ proto }) => !imported.has(proto.name)), image: stdout };
}

/** Whether buf says of a file that it was only imported. Source: buf's image.proto (ImageFile.buf_extension = 8042, is_import = 1). */
function isImport(unknown: readonly { readonly no: number; readonly wireType: number; readonly data: Uint8Array }[]): boolean {
  const extension = unknown.find(({ no, wireType }) => no === 8042 && wireType === WireType.LengthDelimited);
  if (!extension) return false;
  const outer = new BinaryReader(extension.data);
  const reader = new BinaryReader(outer.bytes());
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1 && wireType === WireType.Varint) return reader.bool();
    reader.skip(wireType, number);
  }
  return false;
}

/** What a buf.gen.yaml says that matters here. */
export interface GenerateTemplate {
  /** What is generated from, as buf build takes it. */
  readonly inputs: readonly string[];
  /** The config of protoc-gen-bridge. */
  readonly configPath: string | undefined;
  /** All its options, as `name=value`. */
  readonly options: readonly string[];
}

/** The kinds of input that one string tells. Source: buf's reference of buf.gen.yaml. */
const inputKinds = ["directory", "module", "proto_file", "binary_image", "json_image", "text_image", "yaml_image"];

/**
 * Reads a buf.gen.yaml; nothing, if there is none at the path that is looked at by default.
 *
 * @param directory that the path starts from
 * @param fix for inputs that take more than one string
 * @throws CommandError if it cannot be read, or names such inputs
 */
export function readGenerateTemplate(path: string | undefined, directory = ".", fix = "name what is to be explained by --input"): GenerateTemplate {
  const file = path ?? defaultTemplate;
  const full = resolve(directory, file);
  if (path === undefined && !existsSync(full)) return { inputs: [], configPath: undefined, options: [] };
  const { inputs, plugins } = readYaml(file, directory);
  const given = listOf(inputs).map((input) => {
    const kind = inputKinds.find((kind) => isObject(input) && typeof input[kind] === "string");
    if (kind === undefined) throw new CommandError(`${file}: an input is of none of the kinds ${inputKinds.join(", ")}: ${fix}`);
    return (input as Record<string, string>)[kind] as string;
  });
  const bridge = listOf(plugins).find((plugin) => isObject(plugin) && Object.values(plugin).some((value) => String(value).includes("protoc-gen-bridge")));
  const opt = isObject(bridge) ? bridge["opt"] : undefined;
  const options = (Array.isArray(opt) ? opt : [opt]).flatMap((option) => String(option ?? "").split(","));
  return { inputs: given, configPath: options.find((option) => option.startsWith("config="))?.slice("config=".length), options };
}

/** The file that buf generate looks for. */
export const defaultTemplate = "buf.gen.yaml";

/** Reads a file of buf; nothing, if it is no map. @throws CommandError if it cannot be read */
export function readYaml(file: string, directory = "."): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = yaml().parse(readFileSync(resolve(directory, file), "utf8"), { maxAliasCount: 100 });
    return isObject(content) ? content : {};
  } catch (reason) {
    throw new CommandError(`${file} cannot be read: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

/** Whether a value is a map, as YAML and JSON have it. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The items of a list; none, if it is no list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
