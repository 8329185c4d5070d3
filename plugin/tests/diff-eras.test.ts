/** The eras of a real protocol: which RPCs came and went, and where a field has another number. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Change } from "../src/diff/change.js";
import { changes } from "./diff-support.js";
import { root } from "./support.js";

const committed = readFileSync(join(root, "fixtures/snakepit/snakepit_bridge.proto"), "utf8");

/** Takes out lines that begin so, each of which is there once. */
function without(text: string, ...lines: readonly string[]): string {
  return lines.reduce((left, line) => {
    const parts = left.split("\n");
    expect(parts.filter((each) => each.trim().startsWith(line))).toHaveLength(1);
    return parts.filter((each) => !each.trim().startsWith(line)).join("\n");
  }, text);
}

const rpcs = (...names: readonly string[]): readonly string[] => names.map((name) => `rpc ${name}(`);

/** Takes out messages, with all that is in them. */
function withoutMessages(text: string, names: readonly string[]): string {
  return names.reduce((left, name) => {
    const start = left.indexOf(`\nmessage ${name} {`);
    expect(start, name).toBeGreaterThan(0);
    return left.slice(0, start) + left.slice(left.indexOf("\n}\n", start) + 2);
  }, text);
}

const toolBridge = ["RegisterTools", "GetExposedElixirTools", "ExecuteElixirTool"];
const variables = ["GetVariable", "SetVariable", "GetVariables", "SetVariables", "RegisterVariable", "ListVariables", "DeleteVariable", "WatchVariables"];
const stage4 = ["AddDependency", "StartOptimization", "StopOptimization", "GetVariableHistory", "RollbackVariable"];
const ofVariables = [
  ...["Variable", "OptimizationStatus", "VariableUpdate", "VariableHistoryEntry"],
  ...[...variables, ...stage4].flatMap((name) => {
    const message = /^[GS]etVariables$/.test(name) ? `Batch${name}` : name;
    return name === "WatchVariables" ? [`${message}Request`] : [`${message}Request`, `${message}Response`];
  }),
];

/** Variables go, and tool_count takes the number of variable_count. */
function variablesGo(text: string): string {
  const fields = ["map<string, Variable> initial_variables", "repeated string required_variables", "int32 variable_count"];
  const left = without(text, ...rpcs(...variables, ...stage4), ...fields).replace("int32 tool_count = 5;", "int32 tool_count = 4;");
  return withoutMessages(left, ofVariables);
}

const withTools = without(committed, ...rpcs("StreamTelemetry"));
const withoutTools = without(withTools, ...rpcs(...toolBridge));
const beforeRename = without(withoutTools, ...rpcs("GetSession", "Heartbeat")).replace("service BridgeService", "service SnakepitBridge");
const withoutVariables = variablesGo(withTools);
const last = variablesGo(committed);

const compare = (before: string, after: string, wire = false): readonly Change[] =>
  changes({ protos: { "snakepit_bridge.proto": before } }, { protos: { "snakepit_bridge.proto": after } }, { wire });
/** The RPCs that came and went. */
const methods = (all: readonly Change[], became: Change["became"]): readonly string[] =>
  all.filter((change) => change.what === "method" && change.became === became).map(({ element }) => element.split(".").at(-1) as string);

it.each<readonly [what: string, before: string, after: string, added: readonly string[], removed: readonly string[]]>([
  ["the tool bridge", withoutTools, withTools, toolBridge, []],
  ["the service gets its name, and two RPCs", beforeRename, withoutTools, ["GetSession", "Heartbeat"], []],
  ["variables go", withTools, withoutVariables, [], [...variables, ...stage4]],
  ["telemetry comes", withoutVariables, last, ["StreamTelemetry"], []],
  ["from v0.4.1 to the last", withTools, last, ["StreamTelemetry"], [...variables, ...stage4]],
])("%s: exactly the RPCs that came and went", (_what, before, after, added, removed) => {
  const all = compare(before, after);
  expect(methods(all, "added").toSorted()).toEqual(added.toSorted());
  expect(methods(all, "removed").toSorted()).toEqual(removed.toSorted());
  expect(methods(all, "renamed")).toEqual([]);
  expect(methods(all, "changed")).toEqual([]);
});

it("tells that the service was renamed, and how its names are kept", () => {
  const renamed = compare(beforeRename, withoutTools).find(({ what }) => what === "service");
  expect(renamed).toMatchObject({ became: "renamed", guess: true, element: "snakepit.bridge.BridgeService" });
  expect(renamed?.pin).toEqual({ section: "services", selector: "snakepit.bridge.BridgeService", name: "SnakepitBridge" });
});

it("tells that a count was moved to the number of another one", () => {
  const [moved, ...others] = compare(withTools, withoutVariables, true).filter(({ element }) => element.startsWith("snakepit.bridge.GetSessionResponse."));
  expect(moved).toMatchObject({ became: "changed", element: "snakepit.bridge.GetSessionResponse.tool_count", source: false });
  expect(moved?.wire).toEqual(["the number of tool_count was 5 and is 4", expect.stringContaining("(FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED)")]);
  expect(others).toMatchObject([{ became: "removed", element: "snakepit.bridge.GetSessionResponse.variable_count", place: { side: "old" } }]);
});
