/** What those who use a bridge import. What generated code calls is in codegen-0.1.ts, the well-known types are in wkt.ts. */
export { CallContext, type CallContextInit, type ContextKey, ContextValues, createContextKey, type Peer, type PeerCertificate } from "./context.js";
export { BridgeError, type BridgeErrorInit, type Code, codeFromNumber, codes, type ErrorDetail, errorDetail } from "./errors.js";
export { ErrorInfo, type ErrorInfoInit } from "./fault/errorInfo.js";
export { Call, type CallInit, type CallKind } from "./interceptors/call.js";
export { boundTo, type Interceptor, type InterceptorOptions, type Next, type Scope } from "./interceptors/chain.js";
export { intercept } from "./interceptors/intercept.js";
export { type CallEnd, Traffic } from "./interceptors/traffic.js";
export type { Link, LinkEvents, LinkProblem, LinkState, LinkStats, UnconfirmedNotification } from "./link/link.js";
export type {
  ExchangeContext,
  LinkLimits,
  LinkOptions,
  OpeningLinkOptions,
  ReconnectOptions,
  RequestOptions,
  SendOptions,
  ServerLinkOptions,
} from "./link/options.js";
export type { AnyCodec, MessageCodec, UnknownField } from "./message/codec.js";
export { appendMetadata, emptyMetadata, type Metadata, type MetadataValue, type MutableMetadata, metadataValues } from "./metadata.js";
export { Client } from "./servicer/client.js";
export type { CallOptions, Requests } from "./servicer/options.js";
export type { ErrorListener } from "./servicer/routes.js";
export type { MethodInfo, MethodKind, ServiceInfo } from "./servicer/service.js";
export { type Awaitable, Servicer, serviceInfo } from "./servicer/servicer.js";
export type { Channel, ChannelCallOptions, ConnectOptions, ServerHandle } from "./transport.js";
export type { AnyInit, AnyValue } from "./value/any.js";
export { BinaryValue } from "./value/binary.js";
export { Float, float } from "./value/float.js";
export { type JsonInit, type JsonValue, RawJson } from "./value/json.js";
export { Typed, typed } from "./value/typed.js";
export { UnknownValue } from "./value/value.js";
