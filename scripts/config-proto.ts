/** The schema of the config as a descriptor, with its comments: what its reference and its JSON Schema are made from. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createFileRegistry, type DescFile, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { getComments } from "@bufbuild/protoplugin";

/** Where the schema lies, in its module. */
export const path = "protobridge/v1/config.proto";

/** Has buf compile the schema. */
export function readConfigProto(): DescFile {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const { status, stdout, stderr } = spawnSync("buf", ["build", "plugin/proto", "-o", "-#format=binpb"], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`buf build failed:\n${stderr}`);
  const file = createFileRegistry(fromBinary(FileDescriptorSetSchema, stdout)).getFile(path);
  if (!file) throw new Error(`there is no ${path}`);
  return file;
}

/** The comment before an element, in one line. */
export function comment(desc: Parameters<typeof getComments>[0]): string {
  return (getComments(desc).leading ?? "")
    .split("\n")
    .map((line) => line.trim())
    .join(" ")
    .trim();
}
