/** The plugin as a library: the model of proto files, and the plugin itself. */
export { buildModel } from "./model/build.js";
export type { FieldModel, MessageModel, OneofModel, PropertyModel } from "./model/message.js";
export type { EnumModel, FileModel, MessageRef, Model, Reason, ScalarName, TypeModel } from "./model/model.js";
export type { MethodModel, ServiceModel } from "./model/servicer.js";
export type { ValueKind, ValueModel } from "./model/value.js";
export { type Int64, type Options, optionInfos, parseOptions } from "./options.js";
export { createPlugin } from "./plugin.js";
export type { Templates } from "./rendering/render.js";
