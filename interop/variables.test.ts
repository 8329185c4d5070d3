/** Values of snakepit in google.protobuf.Any and the bytes beside it, as its Python writes and reads them, and what fails in the response. */
import { createHash } from "node:crypto";
import { BinaryValue, BridgeError, float, type JsonValue, RawJson, typed } from "@protobridge/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BridgeServiceClient, BridgeServiceServicer, type ExecuteToolRequest, type VariableInit } from "../fixtures/gen/snakepit_bridge_bridge.js";
import { caught } from "./caught.js";
import { PythonClient, type Report } from "./client.js";
import { type FromPython, fromPython, type TowardsPython, towardsPython } from "./peers.js";

const snakepit = "type.googleapis.com/snakepit.";

/** What we write, and what Python reads: the type URL, the type of the JSON value, and what Python prints. */
const written: readonly (readonly [name: string, value: VariableInit["value"], tag: string, type: string, repr: string])[] = [
  ["a number", 1.5, "float", "float", "1.5"],
  ["a whole number", 7, "integer", "int", "7"],
  ["float(7)", float(7), "float", "float", "7.0"],
  ["NaN", Number.NaN, "float", "str", "'NaN'"],
  ["-Infinity", Number.NEGATIVE_INFINITY, "float", "str", "'-Infinity'"],
  ["2n ** 70n", 2n ** 70n, "integer", "int", "1180591620717411303424"],
  ["a boolean", false, "boolean", "bool", "False"],
  ["a string", "säße \u{1f600}", "string", "str", "'säße \u{1f600}'"],
  ["a string that is JSON", '{"a":1}', "string", "str", `'{"a":1}'`],
  ["null", null, "string", "NoneType", "None"],
  ["a list", [1, [float(2)], Number.NaN, null], "list", "list", "[1, [2.0], nan, None]"],
  ["a map", { low: Number.NEGATIVE_INFINITY, big: 2n ** 70n, gone: undefined }, "map", "dict", "{'low': -inf, 'big': 1180591620717411303424}"],
  ["a choice", typed("choice", "red"), "choice", "str", "'red'"],
  ["an embedding", typed("embedding", [0.5, 1.5]), "embedding", "list", "[0.5, 1.5]"],
  ["a tensor", typed("tensor", { shape: [1], data: [0.5] }), "tensor", "dict", "{'shape': [1], 'data': [0.5]}"],
  ["text that is JSON already", new RawJson('{"a": [1.0]}'), "map", "dict", "{'a': [1.0]}"],
];

const shared: Readonly<Record<string, JsonValue>> = {
  float: 1.5,
  "float nan": Number.NaN,
  "float -inf": Number.NEGATIVE_INFINITY,
  integer: 7,
  "integer 2**70": 2n ** 70n,
  boolean: true,
  string: "säße \u{1f600}",
  "map with nan": { nan: Number.NaN, inf: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], big: 2n ** 70n },
};
const hostile = new TextEncoder().encode("cos\nsystem\n(S'exit 1'\ntR.");

/** What Python writes, and what we read. */
const read: Readonly<Record<string, unknown>> = {
  ...shared,
  ...Object.fromEntries(Object.entries(shared).map(([name, value]) => [`${name}, other prefix`, value])),
  "float 7.0": 7,
  "float 2**70": 2 ** 70,
  "float inf": Number.POSITIVE_INFINITY,
  "string None": "None",
  choice: "red",
  module: "math",
  embedding: [0.5, 1.5],
  tensor: { shape: [2, 1], data: [[0.5], [1.5]] },
  "list with nan": [Number.NaN, null],
  "StringValue with JSON": { a: [1, "é"] },
  "StringValue with a JSON number": 7,
  "StringValue, packed": "säße",
  "StringValue, packed repr": "{'a': None}",
  "StringValue, packed and empty": "",
  "Value with JSON": 7.5,
  "Value, packed": 7.5,
  "no JSON": new RawJson("1,5"),
  "embedding, pickled": expect.any(BinaryValue),
  "tensor, hostile pickle": expect.any(BinaryValue),
};
const allBytes = Uint8Array.from({ length: 256 }, (_, i) => i);

describe("our client, a Python server", () => {
  let peers: TowardsPython;
  let client: BridgeServiceClient;
  let values: Record<string, unknown>;
  beforeAll(async () => {
    peers = await towardsPython();
    client = new BridgeServiceClient(peers.connection);
    const { variables, missingVariables } = await client.session("s").getVariables();
    expect(missingVariables).toEqual(["s"]);
    values = Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, value]));
  });
  afterAll(() => peers?.end());

  it.each(Object.keys(read))("we read Python's %s", (name) => {
    expect(values[name]).toEqual(read[name]);
  });

  it("nothing is left out", () => {
    expect(Object.keys(values).toSorted()).toEqual(Object.keys(read).toSorted());
  });

  it("Python reads all of what we write, and raw bytes as they are", async () => {
    const parameters = { ...Object.fromEntries(written.map(([name, value]) => [name, value])), raw: allBytes };
    const { result } = await client.session("s").executeTool({ toolName: "describe", parameters });
    const { session, seen, bytes } = result as { session: string; seen: object; bytes: Record<string, string> };
    expect(session).toBe("s");
    expect(seen).toEqual(Object.fromEntries(written.map(([name, , tag, type, repr]) => [name, [snakepit + tag, type, repr]])));
    expect(bytes).toEqual({ raw: createHash("sha256").update(allBytes).digest("hex") });
  });

  it("raw bytes come back, alone or with what describes them", async () => {
    expect((await client.executeTool({ toolName: "bytes" })).result).toEqual(allBytes);
    const { result } = await client.executeTool({ toolName: "bytes_described" });
    expect(result).toMatchObject({ type: `${snakepit}map`, meta: {}, data: allBytes });
  });

  it("pickles are bytes to us, and go back verbatim", async () => {
    const embedding = values["embedding, pickled"] as BinaryValue;
    const meta = { shape: [1281], dtype: "float32", binary_format: "pickle", type: "embedding" };
    expect(embedding).toMatchObject({ type: "embedding", meta });
    expect([...embedding.data.subarray(0, 2)]).toEqual([0x80, 5]);
    expect(values["tensor, hostile pickle"]).toMatchObject({ type: "tensor", data: hostile });
    const session = client.session("s");
    for (const name of ["embedding, pickled", "tensor, hostile pickle"]) {
      const value = values[name] as BinaryValue;
      expect(await session.setVariable({ variableIdentifier: name, value })).toMatchObject({ success: true, newVersion: 1 });
      const again = (await session.getVariable({ variableIdentifier: name })).variable?.value as BinaryValue;
      expect([again.type, again.meta, again.data]).toEqual([value.type, value.meta, value.data]);
    }
    const { result } = await client.executeTool({ toolName: "unpickle", parameters: { x: embedding } });
    expect(result).toEqual([true, `${snakepit}embedding.binary`, "dict", expect.stringMatching(/^\{'shape': \[1281\], 'dtype': 'float32'/)]);
  });

  it("success: false is an error with all of the response", async () => {
    const error = await caught(client.executeTool({ toolName: "fail" }));
    expect([error.code, error.message, error.details]).toEqual(["unknown", "no such model", []]);
    expect(error.response).toMatchObject({ success: false, metadata: { tried: "3" }, executionTimeMs: 5n });
    const later = await caught(client.executeTool({ toolName: "fail_at_length" }));
    expect(later.message).toBe('{"type": "ValueError", "message": "no such model", "context": {"n": NaN}}');
    const conflict = await caught(client.session("s").setVariable({ variableIdentifier: "x", value: 1, expectedVersion: 3 }));
    expect(conflict).toMatchObject({ code: "unknown", message: "version_mismatch: 4", response: { success: false } });
  });

  it("a status stays a status", async () => {
    const absent = await caught(client.session("s").setVariable({ variableIdentifier: "absent", value: 1 }));
    expect([absent.code, absent.message, "response" in absent]).toEqual(["not_found", "Variable not found: absent", false]);
    const raised = await caught(client.executeTool({ toolName: "raise" }));
    expect([raised.code, raised.message, "response" in raised]).toEqual(["unknown", "Exception calling application: a bug in a tool", false]);
  });
});

describe("a Python client, our server", () => {
  let peers: FromPython;
  let worker: TowardsPython;
  let parameters: ExecuteToolRequest["parameters"] = {};
  beforeAll(async () => {
    worker = await towardsPython();
    const inner = new BridgeServiceClient(worker.connection);
    const failures: Readonly<Record<string, () => BridgeError>> = {
      absent: () => new BridgeError("not_found", "Variable not found: absent"),
      locked: () => new BridgeError("internal", "variable_locked_for_optimization"),
      stale: () => new BridgeError("aborted", "version_mismatch: 4"),
      unexplained: () => new BridgeError("unknown", "no"),
    };
    const servicer = BridgeServiceServicer.from({
      getVariables: () => ({ variables: Object.fromEntries(written.map(([name, value]) => [name, { name, value }])) }),
      setVariable({ variableIdentifier }) {
        const failure = failures[variableIdentifier];
        if (failure) throw failure();
        return { newVersion: 2 };
      },
      executeTool(request, { signal }) {
        ({ parameters } = request);
        if (request.toolName === "bytes") return { result: allBytes };
        if (request.toolName === "bug") throw new TypeError("no such table");
        return inner.executeTool(request, { signal });
      },
    });
    peers = await fromPython([servicer]);
  });
  afterAll(async () => {
    await peers?.end();
    await worker?.end();
  });

  const call = (method: string, request: object, more: object = {}): Promise<Report> =>
    peers.client.call({ method: `BridgeService.${method}`, requests: [request], ...more });

  it("Python reads what we write", async () => {
    const { responses } = await call("GetVariables", {});
    const { variables } = responses[0] as { variables: Record<string, { value: unknown }> };
    expect(Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, value]))).toEqual(
      Object.fromEntries(written.map(([name, , tag, type, repr]) => [name, [snakepit + tag, type, repr]])),
    );
    expect((await call("ExecuteTool", { toolName: "bytes" })).responses).toEqual([
      { success: true, binary_result: `base64:${Buffer.from(allBytes).toString("base64")}` },
    ]);
  });

  it("we read what Python writes, and what we pass on is what Python wrote", async () => {
    const direct = new PythonClient(worker.server.address);
    try {
      const request = { sessionId: "s", toolName: "describe" };
      const expected = await direct.call({ method: "BridgeService.ExecuteTool", requests: [request], samples: true });
      const relayed = await call("ExecuteTool", request, { samples: true });
      expect(expected.code).toBe("OK");
      expect(relayed.responses).toEqual(expected.responses);
      expect(parameters).toEqual({ ...read, "raw bytes": allBytes });
      expect(parameters["tensor, hostile pickle"]).toMatchObject({ type: "tensor", data: hostile });
    } finally {
      await direct.end();
    }
  });

  it("an error is success: false, with its code in a trailer, which Python does not mind", async () => {
    const stale = await call("SetVariable", { variableIdentifier: "stale" });
    expect(stale).toMatchObject({ code: "OK", responses: [{ error_message: "version_mismatch: 4" }], fault: { code: 10 }, status: null });
    expect(stale.failure).toBeUndefined();
    expect(stale.trailer).toContainEqual(["bridge-fault-bin", "base64:CAo="]);
    const unexplained = await call("SetVariable", { variableIdentifier: "unexplained" });
    expect(unexplained).toMatchObject({ code: "OK", responses: [{ error_message: "no" }], fault: null });
    expect(await call("ExecuteTool", { toolName: "bug" })).toMatchObject({ code: "OK", responses: [{ error_message: "no such table" }] });
    expect(await call("SetVariable", {})).toMatchObject({ code: "OK", responses: [{ success: true, new_version: 2 }] });
  });

  it("codes that Elixir answers as a status are statuses", async () => {
    const absent = await call("SetVariable", { variableIdentifier: "absent" });
    expect(absent).toMatchObject({ code: "NOT_FOUND", details: "Variable not found: absent", responses: [], fault: null });
    const locked = await call("SetVariable", { variableIdentifier: "locked" });
    expect(locked).toMatchObject({ code: "INTERNAL", details: "variable_locked_for_optimization", fault: null });
  });

  it("a worker's failure goes through us as it is", async () => {
    const { code, responses, fault } = await call("ExecuteTool", { toolName: "fail" });
    expect([code, fault, responses]).toEqual(["OK", null, [{ error_message: "no such model" }]]);
  });
});
