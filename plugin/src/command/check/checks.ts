import type { Check } from "./finding.js";
import { checkGenerated } from "./generated.js";
import { checkRuntime } from "./runtime.js";
import { checkServicers } from "./servicers.js";

/** All that `protobridge check` looks at, in this order. What is to be checked besides is one more entry. */
export const checks: readonly Check[] = [checkGenerated, checkRuntime, checkServicers];
