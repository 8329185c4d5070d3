/**
 * Hand-written servicers live through the versions of two real protos. The protos of the fixtures hold all that ever was; each version is
 * what is left of it without what came later or went before.
 */

import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, withFiles } from "./support.js";
import { type Files, isSubsequence, type Synced, syncIn, writeFiles } from "./sync-support.js";

const fixture = (path: string): string => readFileSync(join(root, "fixtures", path), "utf8");

/** A proto without some declarations, each a whole block or a line, and the comments in front. */
function without(proto: string, kind: "rpc" | "message" | "enum", names: readonly string[]): string {
  return names.reduce((text, name) => {
    const block = new RegExp(`(?: *//.*\\n)* *${kind} ${name}\\b(?:.*;\\n|.*\\{\\}\\n|[\\s\\S]*?\\n\\}\\n)\\n?`);
    if (!block.test(text)) throw new Error(`there is no ${kind} ${name}`);
    return text.replace(block, "");
  }, proto);
}

/** A proto without fields of a message. */
function withoutFields(proto: string, message: string, ...names: readonly string[]): string {
  return proto.replace(new RegExp(`^message ${message} \\{\\n[\\s\\S]*?^\\}`, "m"), (block) =>
    names.reduce((text, name) => text.replace(new RegExp(`(?: *//.*\\n)* *[^;/\\n]*\\b${name} = \\d+;\\n`), ""), block),
  );
}

const generateTemplate = `version: v2
clean: true
plugins:
  - local: protoc-gen-es
    out: src/gen
    opt: [target=ts, import_extension=js]
  - local: ${JSON.stringify([process.execPath, join(root, "plugin/bin/protoc-gen-bridge.cjs")])}
    out: src/gen
    opt: [target=ts, import_extension=js]
`;
const compilerOptions = {
  strict: true,
  noImplicitOverride: true,
  module: "nodenext",
  target: "es2022",
  lib: ["es2022", "esnext.disposable", "dom"],
  types: ["node"],
  noEmit: true,
  skipLibCheck: true,
};

/** A project that lives on from version to version. */
class History {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
    writeFiles(directory, {
      "package.json": '{ "type": "module" }',
      "buf.yaml": "version: v2\nmodules:\n  - path: proto\n",
      "buf.gen.yaml": generateTemplate,
      "tsconfig.json": JSON.stringify({ compilerOptions, include: ["src"] }),
    });
  }

  /** Generates from these protos, and brings the project up to date. */
  step(protos: Files, create = false): Synced {
    rmSync(join(this.#directory, "proto"), { recursive: true, force: true });
    writeFiles(join(this.#directory, "proto"), protos);
    const { status, stderr } = this.#run("buf", "generate");
    expect({ status, stderr: stderr.replaceAll(/^.*warning: .*$\n/gm, "") }).toEqual({ status: 0, stderr: "" });
    const result = syncIn(this.#directory, { create });
    expect(syncIn(this.#directory, { create }).changes).toEqual([]);
    return result;
  }

  /** The errors of the compiler: `file:line text`. */
  errors(): readonly string[] {
    const { stdout } = this.#run("tsc", "-p", ".", "--pretty", "false");
    return [...stdout.matchAll(/^(\S+)\((\d+),\d+\): error (.*)$/gm)].map(([, file, line, text]) => `${file}:${line} ${text}`);
  }

  read(path: string): string {
    return readFileSync(join(this.#directory, path), "utf8");
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.#directory, path), text);
  }

  #run(command: string, ...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
    const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` };
    return spawnSync(join(root, "node_modules/.bin", command), args, { cwd: this.#directory, env, encoding: "utf8", timeout: 60_000 });
  }
}

/** The methods of a class, and of an interface that is generated. */
const methodsOf = (text: string): readonly string[] => [...text.matchAll(/^ {2}override (?:async )?\*?(\w+)\(/gm)].map(([, name = ""]) => name);
const contractOf = (text: string, name: string): readonly string[] => {
  const body = new RegExp(`export interface ${name}Methods \\{\\n([\\s\\S]*?)\\n\\}`).exec(text)?.[1] ?? "";
  return [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, method = ""]) => method);
};

/** The lines of a text, in their order, are all in another one. */
function expectKept(before: string, after: string): void {
  const lines = after.split("\n");
  let at = 0;
  for (const line of before.split("\n")) {
    const found = lines.findIndex((each, i) => i >= at && (each === line || (line.startsWith("import ") && isSubsequence(line, each))));
    expect(found, `the line ${JSON.stringify(line)} is gone`).toBeGreaterThanOrEqual(at);
    at = found + 1;
  }
}

const inserted = ({ told }: Synced): readonly string[] => told.filter(({ kind }) => kind === "missing").map(({ text }) => text.replace(/ \(.*/, ""));

describe("snakepit", () => {
  const union = fixture("snakepit/snakepit_bridge.proto");
  const variableRpcs = "GetVariable SetVariable GetVariables SetVariables RegisterVariable ListVariables DeleteVariable WatchVariables".split(" ");
  const stage4 = "AddDependency StartOptimization StopOptimization GetVariableHistory RollbackVariable".split(" ");
  const variableMessages =
    "Variable OptimizationStatus VariableUpdate VariableHistoryEntry BatchGetVariablesRequest BatchGetVariablesResponse BatchSetVariablesRequest BatchSetVariablesResponse";
  const gone = [...variableRpcs, ...stage4].filter((name) => !/^[GS]etVariables$/.test(name));
  const ofVariables = [
    ...variableMessages.split(" "),
    ...gone.flatMap((name) => (name === "WatchVariables" ? [`${name}Request`] : [`${name}Request`, `${name}Response`])),
  ];
  const telemetry = "TelemetryEvent TelemetryValue TelemetryControl TelemetryToggle TelemetrySamplingUpdate TelemetryEventFilter".split(" ");
  const toolBridge = ["RegisterTools", "GetExposedElixirTools", "ExecuteElixirTool"];

  const noBinaryResults = withoutFields(withoutFields(union, "ExecuteToolResponse", "binary_result"), "ExecuteElixirToolResponse", "binary_result");
  const v041 = without(without(noBinaryResults, "rpc", ["StreamTelemetry"]), "message", telemetry);
  const beforeToolBridge = without(
    without(v041, "rpc", toolBridge),
    "message",
    toolBridge.flatMap((name) => [`${name}Request`, `${name}Response`]).concat("ToolRegistration"),
  );
  const dropVariables = (proto: string): string => {
    const fields = withoutFields(withoutFields(proto, "ToolSpec", "required_variables"), "InitializeSessionResponse", "initial_variables");
    const session = withoutFields(fields, "GetSessionResponse", "variable_count").replace("int32 tool_count = 5;", "int32 tool_count = 4;");
    return without(without(session, "rpc", [...variableRpcs, ...stage4]), "message", ofVariables);
  };
  const at = (proto: string): Files => ({ "snakepit_bridge.proto": proto });

  const one = (name: string, rest: string): string => `  override async ${name.charAt(0).toLowerCase()}${name.slice(1)}${rest}`;
  const plain = (name: string, request = `${name}Request`, response = `${name}Response`): string =>
    one(name, `(request: ${request}): Promise<${response}Init> {\n    this.log("${name}", request);\n    return {};\n  }`);
  const imported = [
    ...["Ping", "InitializeSession", "CleanupSession", "GetSession", "Heartbeat"].flatMap((name) => [`${name}Request`, `${name}ResponseInit`]),
    ...["GetVariable", "SetVariable", "RegisterVariable", "ListVariables", "DeleteVariable", "BatchGetVariables", "BatchSetVariables", "ExecuteTool"].flatMap(
      (name) => [`${name}Request`, `${name}ResponseInit`],
    ),
    ...stage4.flatMap((name) => [`${name}Request`, `${name}ResponseInit`]),
    ..."ToolChunkInit WatchVariablesRequest VariableUpdateInit".split(" "),
  ].toSorted();
  const servicer = `// The state of the pool. Written by hand.
import {
  BridgeServiceServicer,
${imported.map((name) => `  type ${name},`).join("\n")}
} from "./gen/snakepit_bridge_bridge.js";

export class Pool extends BridgeServiceServicer {
  readonly sessions = new Map<string, { created: number }>(); // by id

  override ping = ({ message }: PingRequest): PingResponseInit => ({ message, serverTime: new Date() });

${["InitializeSession", "CleanupSession", "GetSession", "Heartbeat", "GetVariable", "SetVariable"].map((name) => plain(name)).join("\n\n")}

${["Get", "Set"].map((verb) => plain(`${verb}Variables`, `Batch${verb}VariablesRequest`, `Batch${verb}VariablesResponse`)).join("\n\n")}

${["RegisterVariable", "ListVariables", "DeleteVariable", "ExecuteTool"].map((name) => plain(name)).join("\n\n")}

  // Chunks come before an empty last one.
${one("ExecuteStreamingTool", "").replace("async ", "async *")}({ toolName }: ExecuteToolRequest): AsyncIterable<ToolChunkInit> {
    this.log("ExecuteStreamingTool", toolName);
    yield { isFinal: true };
  }

${one("WatchVariables", "").replace("async ", "async *")}(request: WatchVariablesRequest): AsyncIterable<VariableUpdateInit> {
    this.log("WatchVariables", request);
  }

${stage4.map((name) => plain(name)).join("\n\n")}

  private log(rpc: string, request: unknown): void {
    console.log(rpc, request, this.sessions.size);
  }
}
`;

  it("lives through five versions", { timeout: 120_000 }, () => {
    withFiles({}, (directory) => {
      const history = new History(directory);
      writeFiles(directory, { "src/pool.ts": servicer });

      expect(history.step(at(beforeToolBridge)).told).toEqual([]);
      expect(history.read("src/pool.ts")).toBe(servicer);
      expect(history.errors()).toEqual([]);

      const second = history.step(at(v041));
      expect(inserted(second)).toEqual(toolBridge.map((name) => `class Pool: ${name.charAt(0).toLowerCase()}${name.slice(1)}`));
      expect(second.told.length).toBe(3);
      const withTools = history.read("src/pool.ts");
      expectKept(servicer, withTools);
      expect(history.errors()).toEqual([]);

      // The variables go: each method is told once, where it is, and there is no error elsewhere.
      const third = history.step(at(dropVariables(v041)));
      expect(third.changes).toEqual([]);
      const lines = withTools.split("\n");
      const expected = [...variableRpcs, ...stage4].map((name) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`);
      expect(third.told.map(({ kind, isOpen }) => [kind, isOpen])).toEqual(expected.map(() => ["gone", true]));
      expect(third.told.map(({ lineBefore }) => /\*?(\w+)\(/.exec(lines[lineBefore - 1] ?? "")?.[1]).toSorted()).toEqual(expected.toSorted());
      const places = new Set(third.told.map(({ path, lineBefore }) => `${path}:${lineBefore}`));
      const elsewhere = history.errors().filter((error) => !places.has(error.split(" ")[0] ?? ""));
      const signatures = third.told.map(({ lineBefore }) => lines[lineBefore - 1]).join("\n");
      for (const error of elsewhere) expect(signatures).toMatch(new RegExp(`\\b${/no exported member(?: named)? '(\w+)'/.exec(error)?.[1] ?? "(none)"}\\b`));
      expect(history.errors().length).toBeGreaterThanOrEqual(expected.length);

      // Who deletes the methods is told of the imports that are left, and then of nothing.
      const deleted = expected.reduce((text, name) => text.replace(new RegExp(`\\n {2}override async \\*?${name}\\([\\s\\S]*?\\n {2}\\}\\n`), ""), withTools);
      history.write("src/pool.ts", deleted);
      const left = history.step(at(dropVariables(v041)));
      expect(left.told.every(({ text }) => text.endsWith("./gen/snakepit_bridge_bridge.js does not export it any more"))).toBe(true);
      const names = left.told.map(({ text }) => text.replace(/:.*/, ""));
      const clean = names.reduce<string>((text, name) => text.replace(`  type ${name},\n`, ""), deleted);
      history.write("src/pool.ts", clean);

      const fourth = history.step(at(dropVariables(noBinaryResults)));
      expect(inserted(fourth)).toEqual(["class Pool: streamTelemetry"]);
      expect(fourth.told.length).toBe(1);
      const withTelemetry = history.read("src/pool.ts");
      expectKept(clean, withTelemetry);
      expect(history.errors()).toEqual([]);

      expect(history.step(at(dropVariables(union))).told).toEqual([]);
      expect(history.read("src/pool.ts")).toBe(withTelemetry);
      expect(history.errors()).toEqual([]);
      const contract = contractOf(history.read("src/gen/snakepit_bridge_bridge.ts"), "BridgeService");
      expect(["ping", ...methodsOf(withTelemetry)].toSorted()).toEqual(contract.toSorted());
      expect(contract.length).toBe(11);
    });
  });
});

describe("Loom", () => {
  const action = fixture("loom/action.proto");
  const bridge = fixture("loom/bridge.proto");
  const event = fixture("loom/event.proto");
  const memory = fixture("loom/memory.proto");
  const oldAction = without(
    without(action, "message", ["ToolDescriptor", "ToolCall", "ToolResult", "ToolError", "ListToolsRequest", "ListToolsResponse"]),
    "enum",
    ["ToolStatus"],
  )
    .replace("service ToolService", "service ActionBroker")
    .replace("rpc ListTools(ListToolsRequest) returns (ListToolsResponse)", "rpc ListCapabilities(ListCapabilitiesRequest) returns (ListCapabilitiesResponse)")
    .replace("rpc Call(ToolCall) returns (ToolResult)", "rpc Invoke(ActionCall) returns (ActionResult)")
    .replaceAll("  option deprecated = true;\n\n", "");
  const oldBridge = bridge
    .replace("rpc ForwardToolCall(ToolCall) returns (ToolResult)", "rpc ForwardAction(ActionCall) returns (ActionResult)")
    .replace("repeated ToolDescriptor tools = 3;", "repeated CapabilityDescriptor capabilities = 3;")
    .replace("ToolResult tool_result = 4;", "ActionResult action_result = 4;")
    .replace("ToolCall tool_call = 4;", "ActionCall action_call = 4;");

  const servicer = `import type { ActionCall, ActionResultInit } from "./gen/action_bridge.js";
import { ActionBrokerServicer } from "./gen/action_bridge.js";
import type { AgentRegisterRequest, AgentRegisterResponseInit, BridgeEventStreamServerLink } from "./gen/bridge_bridge.js";
import { BridgeServicer } from "./gen/bridge_bridge.js";

/** The core. */
export class Core extends BridgeServicer {
  readonly agents = new Set<string>();

  override registerAgent({ agentId }: AgentRegisterRequest): AgentRegisterResponseInit {
    this.agents.add(agentId);
    return { success: true };
  }

  override eventStream(link: BridgeEventStreamServerLink) {
    this.agents.add(link.opening.messageId);
    return {
      ping: () => ({ status: "ok" }),
      publish: ({ topic }: { topic: string }) => void link.delivery({ topic }),
    };
  }

  override async forwardAction({ id }: ActionCall): Promise<ActionResultInit> {
    return { id };
  }
}

export const broker = ActionBrokerServicer.from({
  invoke: ({ id }) => ({ id }),
});
`;

  it("lives through its two eras", { timeout: 120_000 }, () => {
    withFiles({}, (directory) => {
      const history = new History(directory);
      writeFiles(directory, { "src/core.ts": servicer });

      const first = history.step({
        "action.proto": oldAction,
        "bridge.proto": oldBridge,
        "event.proto": event.replace(/\nservice EventBus[\s\S]*?\n\}\n/, ""),
      });
      expect(inserted(first)).toEqual(["class Core: heartbeat", "what ActionBrokerServicer.from() is given: listCapabilities"]);
      expect(first.told.length).toBe(2);
      const core = history.read("src/core.ts");
      expectKept(servicer, core);
      expect(history.errors()).toEqual([]);

      // Another proto comes; nobody serves it until somebody wants that.
      const withMemory = { "action.proto": oldAction, "bridge.proto": oldBridge, "event.proto": event, "memory.proto": memory };
      expect(history.step(withMemory).told).toEqual([]);
      expect(Object.keys(history.step(withMemory, true).files)).toEqual(["src/event-bus.ts", "src/memory-service.ts"]);
      expect(history.errors()).toEqual([]);

      // The second era: an RPC goes and one comes, with other types; a service goes, and another one comes.
      const second = history.step({ "action.proto": action, "bridge.proto": bridge, "event.proto": event, "memory.proto": memory }, true);
      expect(second.told.filter(({ kind }) => kind !== "missing").map(({ path, lineBefore, kind, text }) => `${path}:${lineBefore} ${kind} ${text}`)).toEqual([
        `src/core.ts:${core.split("\n").findIndex((line) => line.includes("ActionBrokerServicer }")) + 1} gone ActionBrokerServicer: ./gen/action_bridge.js does not export it any more`,
        `src/core.ts:${core.split("\n").findIndex((line) => line.includes("forwardAction")) + 1} gone class Core: forwardAction: loom.v1.Bridge has no such RPC now`,
      ]);
      expect(inserted(second)).toEqual(["class Core: forwardToolCall", "class ToolService: listTools", "class ToolService: call"]);
      const after = history.read("src/core.ts");
      expectKept(core, after);
      const lines = after.split("\n");
      const wrong = history.errors().map((error) => lines[Number(/core\.ts:(\d+)/.exec(error)?.[1]) - 1]);
      expect(wrong.every((line) => /ActionBrokerServicer|forwardAction|invoke:|listCapabilities|_request/.test(line ?? ""))).toBe(true);

      // Without what broke it is a servicer of the last version.
      history.write(
        "src/core.ts",
        after
          .replace(/\n {2}override async forwardAction[\s\S]*?\n {2}\}\n/, "")
          .replace(/\nexport const broker = [\s\S]*?\n\}\);\n/, "")
          .replace('import { ActionBrokerServicer } from "./gen/action_bridge.js";\n', ""),
      );
      expect(history.step({ "action.proto": action, "bridge.proto": bridge, "event.proto": event, "memory.proto": memory }, true).told).toEqual([]);
      expect(history.errors()).toEqual([]);
      for (const [path, module, name] of [
        ["core", "bridge", "Bridge"],
        ["tool-service", "action", "ToolService"],
        ["memory-service", "memory", "MemoryService"],
        ["event-bus", "event", "EventBus"],
      ])
        expect(methodsOf(history.read(`src/${path}.ts`)).toSorted()).toEqual(
          contractOf(history.read(`src/gen/${module}_bridge.ts`), name as string).toSorted(),
        );
    });
  });
});
