/**
 * What the plugin understood of a set of proto files: plain data, in the words of proto, that says nothing of any target language.
 * Every decision that a descriptor does not make by itself carries its reason.
 */
import type { MessageModel } from "./message.js";
import type { ServiceModel } from "./servicer.js";

export interface Model {
  /** The files to generate, by path. */
  readonly files: readonly FileModel[];
}

export interface FileModel {
  /** For example `loom/v1/event.proto`. */
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

export interface EnumModel {
  readonly typeName: string;
}

/** Why something is as it is. */
export interface Reason {
  /** The rule that decided, as it is called in the docs. */
  readonly rule: "value message" | "JSON text" | "name" | "well-known type";
  /** What it found. */
  readonly because: string;
}

/** A type, without its container. */
export type TypeModel =
  | { readonly role: "scalar"; readonly scalar: ScalarName; readonly asString: boolean }
  /** A string with JSON text in it. */
  | { readonly role: "json" }
  | { readonly role: "enum"; readonly typeName: string }
  | MessageRef;

/** A message, by how its face comes about: generated beside it, shipped with the runtime, or protobuf-es's own. */
export type MessageRef = { readonly role: "message" | "wellKnown" | "foreign"; readonly typeName: string };

export type ScalarName =
  | "double"
  | "float"
  | "int32"
  | "int64"
  | "uint32"
  | "uint64"
  | "sint32"
  | "sint64"
  | "fixed32"
  | "fixed64"
  | "sfixed32"
  | "sfixed64"
  | "bool"
  | "string"
  | "bytes";
