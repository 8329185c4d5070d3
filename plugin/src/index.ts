/** The plugin as a library: the model of proto files, what decides with it, and the plugin itself. */

export { loadSettings, type SettingsSource } from "./config/load.js";
export { type Layer, type Said, Settings } from "./config/settings.js";
export { type ConfigFile, parseConfigFile, readConfigFile } from "./config/yaml.js";
export { type Problem, Problems, ProblemsError } from "./diagnostics.js";
export { explain } from "./explain.js";
export type { AnyModel } from "./model/any.js";
export type { DialectModel, TagKind } from "./model/dialect.js";
export type { CodeName, FaultCodeModel, FaultModel, PathModel } from "./model/fault.js";
export type { FieldModel, MessageModel, OneofModel, PropertyModel } from "./model/message.js";
export { buildModel, type EnumModel, type FileModel, type Model, type ModelOptions } from "./model/model.js";
export type { Pin, Reason } from "./model/reason.js";
export type { ScopeModel } from "./model/scope.js";
export type { MethodFaultModel, MethodModel, ServiceModel } from "./model/servicer.js";
export type { JsonTextModel, MessageRef, ScalarName, TypeModel } from "./model/type.js";
export type { ValueKind, ValueModel } from "./model/value.js";
export { type Int64, type Options, optionInfos, parseOptions } from "./options.js";
export { createPlugin, type Resources } from "./plugin.js";
export { profiles } from "./profiles.js";
export { templatesVersion } from "./rendering/overrides.js";
export type { Templates } from "./rendering/render.js";
export { templates } from "./templates.js";
