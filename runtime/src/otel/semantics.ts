/** What calls are named by in spans and metrics. Source: OpenTelemetry's semantic conventions for RPC and gRPC, as in @opentelemetry/semantic-conventions 1.45.0. */
import type { Attributes } from "@opentelemetry/api";
import { type Code, grpcNameOf } from "../errors.js";
import type { Call } from "../interceptors/call.js";
import type { CallEnd } from "../interceptors/traffic.js";

/** Under which name spans and metrics are made. */
export const scopeName = "@protobridge/runtime";

/** What tells the protocol when nobody says. */
export const defaultSystem = "grpc";

/** The code of an error that came inside a response, whose status is OK. There is no name for it in the conventions. */
const faultCode = "protobridge.fault.code";

/** The codes that a server is to blame for. A client takes every code for an error. */
const serverErrors: ReadonlySet<Code> = new Set(["unknown", "deadline_exceeded", "unimplemented", "internal", "unavailable", "data_loss"]);

/** Whether the call failed, as far as its end of it goes. */
export function isFailure(call: Call, { error }: CallEnd): boolean {
  return error !== undefined && (call.outgoing || serverErrors.has(error.code));
}

/** What is known of a call from its beginning: few values, since metrics are kept for each of them. */
export function attributesOf(call: Call, system: string): Attributes {
  return { "rpc.system.name": system, "rpc.method": call.name };
}

/** How the call ended. */
export function outcomeOf(call: Call, end: CallEnd): Attributes {
  const { error, inBand } = end;
  if (!error) return { "rpc.status_code": "OK" };
  const code = grpcNameOf(error.code);
  const outcome: Attributes = inBand ? { "rpc.status_code": "OK", [faultCode]: code } : { "rpc.status_code": code };
  if (isFailure(call, end)) outcome["error.type"] = code;
  return outcome;
}

/** The other end of the call, as far as it is known. */
export function peerAttributesOf({ outgoing, peer }: Call): Attributes {
  const { host, port } = partsOf(peer.address);
  if (host === "") return {};
  if (outgoing) return { "server.address": host, ...(port === undefined ? {} : { "server.port": port }) };
  if (port === undefined) return { "client.address": host, "network.peer.address": host };
  return { "client.address": host, "client.port": port, "network.peer.address": host, "network.peer.port": port };
}

/** An address in any notation that transports have: `host:port`, `[ipv6]:port`, `unix:/path`, `dns:///host:port`. */
function partsOf(address: string): { host: string; port: number | undefined } {
  if (address.startsWith("unix:")) return { host: address.slice("unix:".length).replace(/^\/\/(?=\/)/, ""), port: undefined };
  const name = address.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*\//, "");
  const [, host = name, port] = /^(.*):([0-9]+)$/.exec(name) ?? [];
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: port === undefined ? undefined : Number(port) };
}
