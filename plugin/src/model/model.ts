/**
 * What the plugin understood of a set of proto files: plain data, in the words of proto, that says nothing of any target language.
 * Every decision that a descriptor does not make by itself carries its reason.
 */
import type { DescFile, DescMessage, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { Edition } from "@bufbuild/protobuf/wkt";
import { Settings } from "../config/settings.js";
import { Problems } from "../diagnostics.js";
import { placeOf } from "../place.js";
import { type Deciding, isSkipped, pinOf } from "./deciding.js";
import type { DialectModel } from "./dialect.js";
import { type MessageModel, messageModel } from "./message.js";
import type { OmittedModel, Pin } from "./reason.js";
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
  /** The dialects of the google.protobuf.Any in it. */
  readonly dialects: readonly DialectModel[];
  /** What the config leaves out of it. */
  readonly omitted: readonly OmittedModel[];
}

/** An enum: nothing was to be decided about it, but for its name. */
export interface EnumModel {
  readonly typeName: string;
  readonly pin: Pin | null;
}

/** What a model is made with, beside the descriptors. */
export interface ModelOptions {
  /** What profiles, options in the protos and a config say; nothing by default. */
  readonly settings?: Settings | undefined;
  /** Takes what is wrong, of these files alone. By default an error is thrown. */
  readonly problems?: { readonly of: Problems; readonly files: ReadonlySet<string> } | undefined;
  /** Where an element stands in its proto, for people. By default, its file. */
  readonly place?: Deciding["place"] | undefined;
}

/**
 * Makes the model of the files that are to be generated. The files of the well-known types are left out: the runtime ships their faces.
 *
 * Every message gets a face, not only those that a service of the same run reaches: buf runs a plugin once a directory, and the service
 * that reaches a message may stand in another.
 */
export function buildModel(files: readonly DescFile[], { settings = new Settings(), problems, place = (desc) => placeOf(desc) }: ModelOptions = {}): Model {
  const own = new Problems();
  const models = files
    .filter((file) => !isShipped(file.proto.name))
    .map((file) => {
      const reported = !problems ? own : problems.files.has(file.proto.name) ? problems.of : new Problems();
      return fileModel(file, settings, reported, place);
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  own.check();
  return { files: models };
}

function fileModel(file: DescFile, settings: Settings, problems: Problems, place: Deciding["place"]): FileModel {
  const types = [...nestedTypes(file)];
  const dialects: DialectModel[] = [];
  const omitted: OmittedModel[] = [];
  const deciding: Deciding = { settings, problems, dialects, omitted, place };
  return {
    path: file.proto.name,
    package: file.proto.package,
    syntax: Edition[file.edition].replace("EDITION_", "").toLowerCase(),
    enums: types.filter((type) => type.kind === "enum").map(({ typeName }) => ({ typeName, pin: pinOf(settings.enum(typeName)) })),
    messages: types
      .filter((type) => type.kind === "message" && !isSkipped("message", type.typeName, settings.message(type.typeName), deciding))
      .map((type) => messageModel(type as DescMessage, deciding)),
    services: types
      .filter((type) => type.kind === "service" && !isSkipped("service", type.typeName, settings.service(type.typeName), deciding))
      .map((type) => serviceModel(type as DescService, deciding)),
    dialects,
    omitted,
  };
}
