/** The gRPC transport, on @grpc/grpc-js. */
export { type ChannelOptions, channel } from "./channel.js";
export { Health, type HealthStatus, type ServiceName } from "./health.js";
export type { KeepaliveOptions } from "./keepalive.js";
export { type ServeOptions, serve } from "./serve.js";
export type { ChannelTls, Pem, ServerTls } from "./tls.js";
