import type { CallContext } from "../context.js";
import type { MutableMetadata } from "../metadata.js";
import type { Serving } from "../servicer/routes.js";
import type { MethodInfo } from "../servicer/service.js";
import { Call, type CallInit } from "./call.js";
import type { Chain } from "./chain.js";
import { Traffic } from "./traffic.js";

/** A call that this end answers, as interceptors see it: what it is made from, but for what is answered. */
export function incoming(
  method: MethodInfo,
  { metadata, header, trailer, values, signal, deadline, peer }: CallContext,
  { traffic = new Traffic(), abort }: Pick<Serving, "traffic" | "abort">,
): Omit<CallInit, "kind" | "read" | "answer"> {
  return { method, outgoing: false, metadata: metadata as MutableMetadata, header, trailer, values, signal, deadline, peer, traffic, abort };
}

/** A method of a servicer with interceptors around it. */
export function intercepted(
  chain: Chain,
  method: MethodInfo,
  implementation: (request: unknown, context: CallContext) => unknown,
): (read: () => unknown, context: CallContext, serving: Serving) => Promise<unknown> {
  return (read, context, serving) =>
    chain.run(
      new Call({
        ...incoming(method, context, serving),
        kind: method.kind,
        read,
        answer: async (call) => implementation(call.message, context),
      }),
    );
}
