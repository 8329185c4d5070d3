/** Tools of Loom: JSON text both ways, and failures as Loom and loom-py tell them. */
import { BridgeError, type Code, ErrorInfo, errorDetail } from "@protobridge/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ToolServiceClient, ToolServiceServicer } from "../fixtures/gen/action_bridge.js";
import { Item } from "../fixtures/gen/kinds/v1/kinds_bridge.js";
import { caught } from "./caught.js";
import { type FromPython, fromPython, type TowardsPython, towardsPython } from "./peers.js";

const value = { text: "säße", big: 2n ** 70n, list: [1, 0.5, null, true], nested: { a: {} } };
const repr = "{'text': 'säße', 'big': 1180591620717411303424, 'list': [1, 0.5, None, True], 'nested': {'a': {}}}";

describe("our client, a Python server", () => {
  let peers: TowardsPython;
  let client: ToolServiceClient;
  beforeAll(async () => {
    peers = await towardsPython();
    client = new ToolServiceClient(peers.connection);
  });
  afterAll(() => peers?.end());

  it("arguments and output are JSON", async () => {
    const { output } = await client.call({ id: "1", name: "echo", arguments: value });
    const text = '{"text":"säße","big":1180591620717411303424,"list":[1,0.5,null,true],"nested":{"a":{}}}';
    expect(output).toEqual({ text, read: value, repr });
    expect((await client.call({ name: "echo" })).output).toEqual({ text: "", read: {}, repr: "{}" });
    const { tools } = await client.listTools({});
    expect(tools).toMatchObject([{ parametersSchema: { type: "object", properties: { n: { maximum: 2n ** 70n } } } }]);
  });

  const failures: [name: string, code: Code, message: string, reason: string, facts: Record<string, string>][] = [
    ["py lost", "not_found", "no tool", "NOT_FOUND", {}],
    ["py input", "invalid_argument", "n is missing", "INVALID_INPUT", { field: "n" }],
    ["py arguments", "invalid_argument", "no JSON", "INVALID_ARGUMENTS", {}],
    ["py failed", "unknown", "division by zero", "TOOL_ERROR", {}],
    ["lost", "not_found", "no tool", "NOT_FOUND", {}],
    ["arguments", "invalid_argument", "no JSON", "INVALID_ARGUMENTS", {}],
    ["late", "deadline_exceeded", "after 30 s", "TIMEOUT", {}],
    ["failed", "unknown", "division by zero", "EXECUTION_ERROR", {}],
  ];
  it.each(failures)("a tool that answers %s", async (name, code, message, reason, facts) => {
    const error = await caught(client.call({ id: "c", name }));
    expect([error.code, error.message]).toEqual([code, message]);
    expect(error.findDetail(ErrorInfo)).toMatchObject({ reason, metadata: facts });
    expect(error.response).toMatchObject({ id: "c", error: { code: reason, message, details: facts } });
  });

  it("a tool that fails without a word", async () => {
    expect(await caught(client.call({ name: "silent" }))).toMatchObject({
      code: "unknown",
      message: "/loom.v1.ToolService/Call failed, and the response does not say why",
    });
  });
});

describe("a Python client, our server", () => {
  let peers: FromPython;
  const info = errorDetail(ErrorInfo, { reason: "INVALID_INPUT", metadata: { field: "n" } });
  const errors: Readonly<Record<string, BridgeError>> = {
    lost: new BridgeError("not_found", "no tool"),
    input: new BridgeError("invalid_argument", "n is missing", { details: [info] }),
    arguments: new BridgeError("invalid_argument", "no JSON"),
    late: new BridgeError("deadline_exceeded", "after 30 s"),
    failed: new BridgeError("unknown", "division by zero"),
    busy: new BridgeError("aborted", "later"),
    rich: new BridgeError("aborted", "later", { details: [errorDetail(Item, { text: "pear", count: 2n })] }),
    outside: new BridgeError("aborted", "later", { inBand: false }),
  };
  beforeAll(async () => {
    peers = await fromPython([
      ToolServiceServicer.from({
        call({ id, name, arguments: given }) {
          const error = errors[name];
          if (error) throw error;
          return { id, output: { given: given ?? null, value } };
        },
      }),
    ]);
  });
  afterAll(() => peers?.end());
  const call = (request: object) => peers.client.call({ method: "ToolService.Call", requests: [request] });

  it("arguments and output are JSON", async () => {
    const { responses } = await call({ id: "1", name: "echo", arguments: '{"n": [1, 1180591620717411303424]}' });
    const output = '{"given":{"n":[1,1180591620717411303424]},"value":{"text":"säße","big":1180591620717411303424,"list":[1,0.5,null,true],"nested":{"a":{}}}}';
    expect(responses).toEqual([{ id: "1", output }]);
    expect((await call({ name: "echo", arguments: "" })).responses).toMatchObject([{ output: expect.stringMatching(/^\{"given":null,/) }]);
  });

  const failures: [name: string, status: string, error: object, fault: object | null][] = [
    ["lost", "TOOL_NOT_FOUND", { code: "NOT_FOUND", message: "no tool" }, null],
    ["input", "TOOL_INVALID_ARGUMENTS", { code: "INVALID_INPUT", message: "n is missing", details: { field: "n" } }, null],
    ["arguments", "TOOL_INVALID_ARGUMENTS", { code: "INVALID_ARGUMENTS", message: "no JSON" }, null],
    ["late", "TOOL_TIMEOUT", { code: "TIMEOUT", message: "after 30 s" }, null],
    ["failed", "TOOL_ERROR", { code: "EXECUTION_ERROR", message: "division by zero" }, null],
    ["busy", "TOOL_ERROR", { code: "EXECUTION_ERROR", message: "later" }, { code: 10 }],
    [
      "rich",
      "TOOL_ERROR",
      { code: "EXECUTION_ERROR", message: "later" },
      { code: 10, details: [{ "@type": "type.googleapis.com/kinds.v1.Item", text: "pear", count: "2" }] },
    ],
  ];
  it.each(failures)("a tool that fails as %s", async (name, status, error, fault) => {
    const report = await call({ id: "c", name });
    expect(report).toMatchObject({ code: "OK", responses: [{ status, error }], status: null });
    expect(report.failure).toBeUndefined();
    expect(report.fault).toEqual(fault);
  });

  it("an error that is to be a status is one", async () => {
    expect(await call({ name: "outside" })).toMatchObject({ code: "ABORTED", details: "later", responses: [], fault: null });
  });
});
