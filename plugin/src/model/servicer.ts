import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { type Deciding, isSkipped, pinOf } from "./deciding.js";
import { type CodeName, codeName, type FaultModel, faultModel, isFault } from "./fault.js";
import { isLink, type LinkModel, linkModel } from "./link/link.js";
import type { Pin, Reason } from "./reason.js";
import { type ScopeModel, scopeModels } from "./scope.js";
import { type MessageRef, messageRef } from "./type.js";

/** A service, for its servicer and its client. */
export interface ServiceModel {
  readonly typeName: string;
  readonly pin: Pin | null;
  readonly methods: readonly MethodModel[];
  readonly scopes: readonly ScopeModel[];
}

/** One RPC of a service. */
export interface MethodModel {
  /** Its name in the proto. */
  readonly name: string;
  readonly pin: Pin | null;
  readonly kind: DescMethod["methodKind"];
  readonly streamsRequests: boolean;
  readonly streamsResponses: boolean;
  readonly input: MessageRef;
  readonly output: MessageRef;
  /** What the proto says in `idempotency_level`; null for nothing. */
  readonly idempotency: "no_side_effects" | "idempotent" | null;
  /** Where its one response carries an error; null if it has no place for one. */
  readonly fault: MethodFaultModel | null;
  /** Why a response that looks as if it had a place for errors has none. */
  readonly noFault: Reason | null;
  /** Set if it is a bidirectional stream that carries many exchanges. */
  readonly link: LinkModel | null;
  /** Why a bidirectional stream that looks like a link is none. */
  readonly noLink: Reason | null;
}

/** The error in the response of an RPC. */
export interface MethodFaultModel extends FaultModel {
  /** Codes that are told as a status, never in the response. */
  readonly statuses: readonly CodeName[];
  readonly statusesFrom: string | null;
}

const idempotencies = {
  [MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN]: null,
  [MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS]: "no_side_effects",
  [MethodOptions_IdempotencyLevel.IDEMPOTENT]: "idempotent",
} as const;

/** Decides what a service is: its RPCs, but for those that are skipped, and its scopes. */
export function serviceModel(desc: DescService, deciding: Deciding): ServiceModel {
  const methods = desc.methods.filter(({ name }) => !isSkipped("RPC", `${desc.typeName}.${name}`, deciding.settings.method(desc.typeName, name), deciding));
  const models = methods.map((method) => methodModel(method, deciding));
  const links = new Set(models.filter(({ link }) => link).map(({ name }) => name));
  return {
    typeName: desc.typeName,
    pin: pinOf(deciding.settings.service(desc.typeName)),
    methods: models,
    scopes: scopeModels(desc, methods, links, deciding),
  };
}

function methodModel(desc: DescMethod, deciding: Deciding): MethodModel {
  const said = deciding.settings.method(desc.parent.typeName, desc.name);
  for (const message of [desc.input, desc.output]) {
    if (!deciding.settings.message(message.typeName).rule.skip) continue;
    const name = `${desc.parent.typeName}.${desc.name}`;
    deciding.problems.error(
      deciding.place(desc),
      `the RPC ${name} cannot be generated: its message ${message.typeName} is skipped; say methods: ${name}: { skip: true }, too`,
    );
  }
  const streamsResponses = desc.methodKind === "server_streaming" || desc.methodKind === "bidi_streaming";
  const found = streamsResponses ? undefined : faultModel(desc.output, deciding);
  const fault = isFault(found) ? found : null;
  const link = linkModel(desc, deciding);
  const statuses = said.rule.statuses.map(codeName);
  if (statuses.length > 0 && !fault) {
    deciding.problems.error(
      said.from("statuses") ?? deciding.place(desc),
      `${desc.parent.typeName}.${desc.name}: statuses say nothing, since its response has no fault: all its errors are statuses`,
    );
  }
  return {
    name: desc.name,
    pin: pinOf(said),
    kind: desc.methodKind,
    streamsRequests: desc.methodKind === "client_streaming" || desc.methodKind === "bidi_streaming",
    streamsResponses,
    input: messageRef(desc.input),
    output: messageRef(desc.output),
    idempotency: idempotencies[desc.idempotency],
    fault: fault && { ...fault, statuses, statusesFrom: said.from("statuses") ?? null },
    noFault: found && !isFault(found) ? found : null,
    link: isLink(link) ? link : null,
    noLink: link && !isLink(link) ? link : null,
  };
}
