/**
 * What the plugin understood of a set of proto files: plain data, in the words of proto, that says nothing of any target language.
 * Every decision that a descriptor does not make by itself carries its reason.
 */
import type { DescFile } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { Edition } from "@bufbuild/protobuf/wkt";
import { type MessageModel, messageModel } from "./message.js";
import { type ServiceModel, serviceModel } from "./servicer.js";
import { isShipped } from "./type.js";

/** All that was understood of one request. */
export interface Model {
  /** The files to generate, by path. */
  readonly files: readonly FileModel[];
}

/** One proto file. */
export interface FileModel {
  /** For example `acme/v1/event.proto`. */
  readonly path: string;
  readonly package: string;
  /** `proto2`, `proto3`, or an edition such as `2023`. */
  readonly syntax: string;
  /** Every enum of the file, nested ones included, in the order of the file. */
  readonly enums: readonly EnumModel[];
  /** Every message of the file, nested ones included, in the order of the file. */
  readonly messages: readonly MessageModel[];
  readonly services: readonly ServiceModel[];
}

/** An enum: nothing was to be decided about it. */
export interface EnumModel {
  readonly typeName: string;
}

/**
 * Makes the model of the files that are to be generated. The files of the well-known types are left out: the runtime ships their faces.
 *
 * Every message gets a face, not only those that a service of the same run reaches: buf runs a plugin once a directory, and the service
 * that reaches a message may stand in another.
 */
export function buildModel(files: readonly DescFile[]): Model {
  return {
    files: files
      .filter((file) => !isShipped(file.proto.name))
      .map(fileModel)
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

function fileModel(file: DescFile): FileModel {
  const types = [...nestedTypes(file)];
  return {
    path: file.proto.name,
    package: file.proto.package,
    syntax: Edition[file.edition].replace("EDITION_", "").toLowerCase(),
    enums: types.filter((type) => type.kind === "enum").map(({ typeName }) => ({ typeName })),
    messages: types.filter((type) => type.kind === "message").map(messageModel),
    services: types.filter((type) => type.kind === "service").map(serviceModel),
  };
}
