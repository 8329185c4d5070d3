import type { FaultModel } from "../model/fault.js";

/** The tag of a call that throws what its response, or its reply, carries. */
export function throwsTag({ success, code }: FaultModel, what: "response" | "reply"): string {
  const path = (success ?? code)?.steps.map(({ member }) => member).join(".");
  return `@throws BridgeError also for a ${what} whose \`${path}\` ${success ? "is false" : "is not ok"}`;
}
