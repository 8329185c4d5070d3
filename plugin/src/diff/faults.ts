/** Changes of where a response carries an error. */
import type { FaultModel, PathModel } from "../model/fault.js";
import type { MethodFaultModel, MethodModel } from "../model/servicer.js";
import { type Change, change } from "./change.js";
import type { Comparison, Pair } from "./comparison.js";

/** Compares the faults of an RPC. */
export function compareFaults(
  base: Pick<Change, "element" | "typescript" | "service" | "place">,
  [old, now]: Pair<MethodModel>,
  { after, add }: Comparison,
): void {
  const found = faultChange(base.typescript, after.face(now.output.typeName), [old.fault, now.fault], now.noFault?.because);
  if (found) add(change({ ...base, what: "fault", ...found, covers: [] }));
}

/** What became of a fault; undefined if it is the same. @param who gets it @param response that has it */
export function faultChange(
  who: string,
  response: string,
  [old, now]: Pair<(FaultModel & Partial<MethodFaultModel>) | null>,
  noFault: string | undefined,
): Pick<Change, "became" | "text" | "source"> | undefined {
  if (!old && !now) return undefined;
  if (!old && now) return { became: "added", text: `${who} throws a BridgeError where ${response} tells an error: ${now.reason.because}`, source: true };
  if (old && !now) {
    const why = noFault === undefined ? "" : `: ${noFault}`;
    return { became: "removed", text: `${who} throws no BridgeError any more where ${response} tells an error${why}`, source: true };
  }
  const parts = [
    ...(key(placesOf(old)) === key(placesOf(now)) ? [] : [`it is in ${placesOf(now).join(", ")}, and was in ${placesOf(old).join(", ")}`]),
    ...(key(tablesOf(old)) === key(tablesOf(now)) ? [] : ["its codes mean something else"]),
    ...(key(old?.statuses) === key(now?.statuses)
      ? []
      : [`told as a status: ${now?.statuses?.join(", ") || "nothing"}, before: ${old?.statuses?.join(", ") || "nothing"}`]),
  ];
  return parts.length === 0 ? undefined : { became: "changed", text: `the fault of ${who}: ${parts.join("; ")}`, source: false };
}

function placesOf(fault: FaultModel | null): readonly string[] {
  const paths = [fault?.success, fault?.code, fault?.wireReason, fault?.message, fault?.details];
  return paths.flatMap((path) => (path ? [pathOf(path)] : []));
}

function pathOf({ steps }: PathModel): string {
  return steps.map(({ member }) => member).join(".");
}

function tablesOf(fault: FaultModel | null): unknown {
  const { code, wireReason, details } = fault ?? {};
  return [code?.ok, code?.codes, code?.other, wireReason?.ok, wireReason?.codes, wireReason?.other, details?.as];
}

function key(value: unknown): string {
  return JSON.stringify(value ?? null);
}
