/** One suite on the Node that runs this: writes its result as JSON to a file. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { callsSuite } from "./suites/calls.js";
import { codecSuite } from "./suites/codec.js";
import { pluginSuite } from "./suites/plugin.js";
import { sizeSuite } from "./suites/size.js";
import type { Result, SuiteName, SuiteOptions } from "./suites/suite.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: "boolean", default: false }, out: { type: "string" } } });
const [suite, ...requests] = positionals;
const suites: Record<SuiteName, (options: SuiteOptions) => Promise<Result>> = {
  codec: codecSuite,
  calls: callsSuite,
  plugin: (options) => pluginSuite(options, requests),
  size: sizeSuite,
};
const result = await suites[suite as SuiteName]({ quick: values.quick });
writeFileSync(values.out as string, JSON.stringify(result));
