import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { type MessageRef, messageRef } from "./type.js";

/** A service, for its servicer and its client. */
export interface ServiceModel {
  readonly typeName: string;
  readonly methods: readonly MethodModel[];
}

/** One RPC of a service. */
export interface MethodModel {
  /** Its name in the proto. */
  readonly name: string;
  readonly kind: DescMethod["methodKind"];
  readonly streamsRequests: boolean;
  readonly streamsResponses: boolean;
  readonly input: MessageRef;
  readonly output: MessageRef;
  /** What the proto says in `idempotency_level`; null for nothing. */
  readonly idempotency: "no_side_effects" | "idempotent" | null;
}

const idempotencies = {
  [MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN]: null,
  [MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS]: "no_side_effects",
  [MethodOptions_IdempotencyLevel.IDEMPOTENT]: "idempotent",
} as const;

/** Reads a service off its descriptor. */
export function serviceModel(desc: DescService): ServiceModel {
  return { typeName: desc.typeName, methods: desc.methods.map(methodModel) };
}

function methodModel(desc: DescMethod): MethodModel {
  return {
    name: desc.name,
    kind: desc.methodKind,
    streamsRequests: desc.methodKind === "client_streaming" || desc.methodKind === "bidi_streaming",
    streamsResponses: desc.methodKind === "server_streaming" || desc.methodKind === "bidi_streaming",
    input: messageRef(desc.input),
    output: messageRef(desc.output),
    idempotency: idempotencies[desc.idempotency],
  };
}
