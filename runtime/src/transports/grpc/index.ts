/** The gRPC transport, on @grpc/grpc-js. */
export { type ChannelOptions, channel } from "./channel.js";
export { Health, type HealthStatus, type ServiceName } from "./health.js";
export type { KeepaliveOptions } from "./keepalive.js";
export type { Pem } from "./pem.js";
export type { ProblemListener, ServerProblem } from "./problem.js";
export { type GrpcServerHandle, type ServeOptions, serve } from "./serve.js";
export type { ServerKeepalive, ServerLimits } from "./server-limits.js";
export type { SignalOptions } from "./signals.js";
export type { ChannelTls, ServerTls, ServerTlsSource, TlsVersion } from "./tls.js";
