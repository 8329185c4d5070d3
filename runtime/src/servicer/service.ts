import type { Fault } from "../fault/fault.js";
import type { LinkInfo } from "../link/info.js";
import type { AnyCodec } from "../message/codec.js";

/** The four kinds of RPC: which side streams. */
export type MethodKind = "unary" | "server_streaming" | "client_streaming" | "bidi_streaming";

/** One RPC of a service, as transports see it. */
export interface MethodInfo {
  /** Its name in the proto, for example `Invoke`. */
  readonly name: string;
  /** Its name on servicers and clients, for example `invoke`. */
  readonly localName: string;
  /** Its path on the wire, for example `/bridge.Invoker/Invoke`. */
  readonly path: string;
  readonly kind: MethodKind;
  readonly input: AnyCodec;
  readonly output: AnyCodec;
  /** What the proto says in `idempotency_level`. */
  readonly idempotency: "unknown" | "no_side_effects" | "idempotent";
  /** Where the response carries a fault. It counts for the one response of a call, not for the messages of a stream. */
  readonly fault: Fault | undefined;
  /** Set if the stream carries many exchanges. */
  readonly link: LinkInfo | undefined;
}

/** A service: its name and its RPCs. */
export interface ServiceInfo {
  /** Fully qualified name, for example `bridge.Invoker`. */
  readonly typeName: string;
  /** By local name. */
  readonly methods: ReadonlyMap<string, MethodInfo>;
}

/** An RPC in generated code: what {@link service} makes a {@link MethodInfo} from. */
export type MethodEntry = readonly [
  localName: string,
  name: string,
  kind: MethodKind,
  input: AnyCodec,
  output: AnyCodec,
  idempotency?: "no_side_effects" | "idempotent" | undefined,
  fault?: Fault | undefined,
  link?: LinkInfo | undefined,
];

/** Describes a service. Called by generated code. */
export function service(typeName: string, methods: readonly MethodEntry[]): ServiceInfo {
  const infos = methods.map(([localName, name, kind, input, output, idempotency, fault, link]): MethodInfo => {
    return { name, localName, path: `/${typeName}/${name}`, kind, input, output, idempotency: idempotency ?? "unknown", fault, link };
  });
  return { typeName, methods: new Map(infos.map((info) => [info.localName, info])) };
}
