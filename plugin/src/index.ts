/** The plugin as a library: the model of proto files, and the plugin itself. */
export { explain } from "./explain.js";
export type { FieldModel, MessageModel, OneofModel, PropertyModel } from "./model/message.js";
export { buildModel, type EnumModel, type FileModel, type Model } from "./model/model.js";
export type { Reason } from "./model/reason.js";
export type { MethodModel, ServiceModel } from "./model/servicer.js";
export type { MessageRef, ScalarName, TypeModel } from "./model/type.js";
export type { ValueKind, ValueModel } from "./model/value.js";
export { type Int64, type Options, optionInfos, parseOptions } from "./options.js";
export { createPlugin } from "./plugin.js";
export type { Templates } from "./rendering/render.js";
