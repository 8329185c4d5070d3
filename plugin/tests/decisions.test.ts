/** Decisions that rules and the config take together. */
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { Settings } from "../src/config/settings.js";
import { Problems } from "../src/diagnostics.js";
import { explain } from "../src/explain.js";
import { ConfigSchema } from "../src/gen/protobridge/v1/config_pb.js";
import type { FieldModel, MessageModel } from "../src/model/message.js";
import { buildModel, type FileModel } from "../src/model/model.js";
import type { MethodModel } from "../src/model/servicer.js";
import { descriptors, proto } from "./support.js";

interface Decided {
  readonly file: FileModel;
  readonly problems: readonly string[];
  message(name: string): MessageModel;
  field(message: string, name: string): FieldModel;
  method(name: string): MethodModel;
}

function decide(lines: string, config: JsonObject = {}): Decided {
  const files = descriptors({ "a.proto": proto("a", 'import "google/protobuf/any.proto";', lines) });
  const settings = new Settings([{ config: fromJson(ConfigSchema, config), place: (...path) => `bridge.yaml ${path.join(" ")}` }]);
  const problems = new Problems();
  const { files: models } = buildModel(files, { settings, problems: { of: problems, files: new Set(["a.proto"]) } });
  const file = models[0] as FileModel;
  const message = (name: string): MessageModel => file.messages.find(({ typeName }) => typeName === `a.${name}`) as MessageModel;
  return {
    file,
    problems: problems.all.map(({ severity, place, message }) => `${severity} ${place}: ${message}`),
    message,
    field: (owner, name) =>
      message(owner)
        .properties.flatMap((property) => (property.role === "oneof" ? property.cases : [property]))
        .find(({ member }) => member === name) as FieldModel,
    method: (name) => file.services.flatMap(({ methods }) => methods).find((method) => method.name === name) as MethodModel,
  };
}

const rpc = (fields: string, more = ""): string =>
  `message Q {} message R { ${fields} } ${more} service S { rpc A(Q) returns (R); rpc W(Q) returns (stream R); }`;

describe("faults", () => {
  it("are a bool success with a string error_message", () => {
    const { method } = decide(rpc("bool success = 1; string error_message = 2; int32 n = 3;"));
    expect(method("A").fault).toEqual({
      success: { steps: [{ message: "a.R", member: "success" }] },
      code: null,
      wireReason: null,
      message: { steps: [{ message: "a.R", member: "error_message" }] },
      details: null,
      reason: { rule: "fault", because: "it has a bool success and a string error_message", from: null },
      statuses: [],
      statusesFrom: null,
    });
  });

  it("are a message with an integer code and a string message", () => {
    const { method } = decide(rpc("Status state = 1;", "message Status { sint64 code = 1; string message = 2; bytes details = 3; }"));
    expect(method("A").fault).toMatchObject({
      success: null,
      code: {
        steps: [
          { message: "a.R", member: "state" },
          { message: "a.Status", member: "code" },
        ],
        ok: [0],
        codes: null,
        other: null,
      },
      details: { as: "status" },
    });
  });

  it("are never in items of a stream", () => {
    expect(decide(rpc("bool success = 1; string error_message = 2;")).method("W").fault).toBeNull();
  });

  const none: [name: string, fields: string, because: string | undefined][] = [
    ["a success alone", "bool success = 1;", "no fault: there is a success, but no error_message"],
    ["partial success", "bool success = 1; string error_message = 2; map<string, string> errors = 3;", "no fault: with errors, success can be partial"],
    ["an error_message alone", "string error_message = 2;", undefined],
    ["a success that is text", "string success = 1; string error_message = 2;", undefined],
    ["members of a oneof", "oneof o { bool success = 1; string error_message = 2; }", undefined],
  ];
  it.each(none)("are not %s", (_name, fields, because) => {
    expect(decide(rpc(fields)).method("A")).toMatchObject({ fault: null, noFault: because === undefined ? null : { because } });
  });

  it("are none where two fields could tell them, with a warning that names the config that settles it", () => {
    const fields = "Status a = 1; Status b = 2;";
    const status = "message Status { int32 code = 1; string message = 2; }";
    const { method, problems } = decide(rpc(fields, status));
    expect(method("A").fault).toBeNull();
    expect(problems).toEqual([
      "warning a.proto:4: a.R has no fault, since a or b could tell it: say messages: a.R: { fault: { none: true } }, or { fault: { code: { field: ... } } }",
    ]);
    const settled = decide(rpc(fields, status), { messages: { "a.R": { fault: { code: { field: "b.code" } } } } });
    expect(settled.problems).toEqual([]);
    expect(settled.method("A").fault).toMatchObject({
      code: { steps: [{ member: "b" }, { member: "code" }] },
      message: { steps: [{ member: "b" }, { member: "message" }] },
    });
  });

  const toolResult = rpc(
    "State state = 1; Failure failure = 2;",
    "enum State { FINE = 0; BAD = 1; LOST = 3; } message Failure { string kind = 1; string text = 2; map<string, string> facts = 3; }",
  );
  it("are what the config says, with names of enum values as numbers", () => {
    const { method, problems } = decide(toolResult, {
      messages: {
        "a.R": {
          fault: {
            code: { field: "state", codes: [{ wire: "LOST", code: "NOT_FOUND" }], other: "BAD" },
            reason: { field: "failure.kind", codes: [{ wire: "TIMEOUT", code: "DEADLINE_EXCEEDED" }], other: "ERROR" },
            message: "failure.text",
            details: "failure.facts",
          },
        },
      },
      methods: { "a.S.A": { statuses: ["NOT_FOUND"] } },
    });
    expect(problems).toEqual([]);
    expect(method("A").fault).toMatchObject({
      code: { ok: [0], codes: [{ wire: 3, code: "NOT_FOUND" }], other: 1 },
      wireReason: { codes: [{ wire: "TIMEOUT", code: "DEADLINE_EXCEEDED" }], other: "ERROR" },
      details: { as: "map" },
      statuses: ["NOT_FOUND"],
      reason: { from: "bridge.yaml messages a.R fault" },
    });
  });

  it("are none where the config says so", () => {
    const { method } = decide(rpc("bool success = 1; string error_message = 2;"), { messages: { "a.R": { fault: { none: true } } } });
    expect(method("A")).toMatchObject({ fault: null, noFault: { because: "there is none", from: "bridge.yaml messages a.R fault none" } });
  });

  const wrong: [name: string, fault: JsonObject, problem: string][] = [
    [
      "a path to nowhere",
      { code: { field: "state.code" } },
      "error bridge.yaml messages a.R fault code field: a.R: fault.code.field: it has to be a field with an integer or an enum, and state.code is not there",
    ],
    [
      "a path to a message",
      { code: { field: "failure" } },
      "error bridge.yaml messages a.R fault code field: a.R: fault.code.field: it has to be a field with an integer or an enum, and failure is none",
    ],
    [
      "no place at all",
      { message: "failure.text" },
      "error bridge.yaml messages a.R fault: a.R: nothing tells a fault from a success: say fault.success or fault.code.field",
    ],
    [
      "a value that the enum does not have",
      { code: { field: "state", other: "GONE" }, message: "failure.text" },
      "error bridge.yaml messages a.R fault code other: a.R: fault.code.other: a.State has no value GONE; there are FINE, BAD, LOST",
    ],
    [
      "two places that tell",
      { success: "x", code: { field: "state" } },
      "error bridge.yaml messages a.R fault: a.R: of fault.success and fault.code.field, only one can tell a fault: leave out the other",
    ],
  ];
  it.each(wrong)("cannot be %s", (_name, fault, problem) => {
    expect(decide(toolResult, { messages: { "a.R": { fault } } }).problems).toEqual([problem]);
  });

  it("are needed for statuses", () => {
    expect(decide(rpc("int32 n = 1;"), { methods: { "a.S.A": { statuses: ["NOT_FOUND"] } } }).problems).toEqual([
      "error bridge.yaml methods a.S.A statuses: a.S.A: statuses say nothing, since its response has no fault: all its errors are statuses",
    ]);
  });
});

describe("scopes", () => {
  const service = (...rpcs: string[]): string =>
    `message A { string session_id = 1; string user_id = 2; } message B { string session_id = 1; int32 user_id = 2; } message C { repeated string session_id = 1; string tenant = 2; } message Env { string session_id = 1; oneof m { A a = 2; } } service S { ${rpcs.join(" ")} }`;
  const two = service(
    "rpc DoA(A) returns (A);",
    "rpc DoB(B) returns (B);",
    "rpc DoC(C) returns (C);",
    "rpc L(stream Env) returns (stream Env);",
    "rpc U(stream A) returns (A);",
  );

  it("are string fields named *_id in two requests, links excluded", () => {
    expect(decide(two).file.services[0]?.scopes).toEqual([
      {
        field: "session_id",
        name: "session",
        methods: ["DoA", "DoB", "U"],
        reason: { rule: "scope", because: "session_id is a string in 3 requests", from: null },
      },
      { field: "user_id", name: "user", methods: ["DoA", "U"], reason: { rule: "scope", because: "user_id is a string in 2 requests", from: null } },
    ]);
  });
  it("are added, renamed and removed by the config", () => {
    const { file } = decide(two, { services: { "a.S": { scopes: { tenant: {}, session_id: { name: "context" }, user_id: { none: true } } } } });
    expect(file.services[0]?.scopes.map(({ field, name, methods }) => [field, name, methods])).toEqual([
      ["session_id", "context", ["DoA", "DoB", "U"]],
      ["tenant", "tenant", ["DoC"]],
    ]);
    expect(file.omitted).toEqual([{ what: "scope", name: "a.S.user_id", from: "bridge.yaml services a.S scopes user_id none" }]);
  });
  it("give way to an RPC of the same name, with a warning", () => {
    const { file, problems } = decide(service("rpc Session(A) returns (A);", "rpc DoB(B) returns (B);"));
    expect(file.services[0]?.scopes).toEqual([]);
    expect(problems).toEqual([
      "warning a.proto:4: a.S has no scope session, since its RPC Session has that name: say services: a.S: { scopes: { session_id: { name: ... } } }, or { none: true }",
    ]);
  });
});

describe("values in google.protobuf.Any", () => {
  const lines = `
    message V { string type = 1; google.protobuf.Any value = 2; bytes binary_value = 3; google.protobuf.Any initial_value = 4; bytes initial_binary_value = 5; }
    message P { map<string, google.protobuf.Any> args = 1; map<string, bytes> binary_args = 2; repeated google.protobuf.Any list = 3; google.protobuf.Any odd_one = 4; bytes binary_odd_one = 5; bytes odd_binary_one = 6; }`;
  const any = { content: "JSON", type_url: "x/{tag}", tag_field: "type", tags: [{ name: "f", kind: "FLOAT" }] };

  it("stay messages unless somebody says more", () => {
    expect(decide(lines).field("V", "value").type).toEqual({ role: "wellKnown", typeName: "google.protobuf.Any" });
    expect(decide(lines).field("V", "binary_value").type).toMatchObject({ scalar: "bytes" });
  });
  it("are joined with their sidecars, and find their tags", () => {
    const { file, field, message, problems } = decide(lines, { packages: { a: { any } } });
    expect(file.dialects).toEqual([{ packed: false, typeUrl: "x/{tag}", alsoTypeUrls: [], tags: [{ name: "f", kind: "float" }], bareTokens: false }]);
    expect(field("V", "value").type).toMatchObject({ role: "any", dialect: 0, tag: "type", sidecar: "binary_value", rawBytes: false });
    expect(field("V", "initial_value").type).toMatchObject({ sidecar: "initial_binary_value" });
    expect(field("P", "args")).toMatchObject({ container: "map", type: { tag: null, sidecar: "binary_args" } });
    expect(field("P", "list")).toMatchObject({ container: "list", type: { sidecar: null } });
    expect(message("V").properties.map(({ member }) => member)).toEqual(["type", "value", "initial_value"]);
    expect(field("V", "value").reason).toEqual({
      rule: "Any dialect",
      because: "it holds JSON behind x/{tag}, its tag is in type, bytes go with it in binary_value",
      from: "bridge.yaml packages a any content",
    });
    expect(problems).toEqual([
      "warning a.proto:6: a.P.odd_one has no sidecar, since it could be binary_odd_one or odd_binary_one: say fields: a.P.odd_one: { any: { sidecar: ... } }",
    ]);
  });
  it("leave bytes alone that were there before", () => {
    const older = "message V { bytes binary_value = 1; google.protobuf.Any value = 2; }";
    expect(decide(older, { packages: { a: { any } } }).field("V", "value").type).toMatchObject({ sidecar: null });
    const said = { packages: { a: { any } }, fields: { "a.V.value": { any: { sidecar: "binary_value" } } } };
    expect(decide(older, said).field("V", "value").type).toMatchObject({ sidecar: "binary_value" });
  });
  it("differ by field", () => {
    const { file, field } = decide(lines, {
      packages: { a: { any } },
      fields: {
        "a.V.value": { any: { content: "MESSAGE" } },
        "a.P.args": { any: { raw_bytes: true } },
        "a.P.odd_one": { any: { content: "PACKED", sidecar: "binary_odd_one" } },
      },
    });
    expect(field("V", "value").type).toMatchObject({ role: "wellKnown" });
    expect(field("V", "binary_value")).toBeDefined();
    expect(field("P", "args").type).toMatchObject({ rawBytes: true, dialect: 0 });
    expect(field("P", "odd_one").type).toMatchObject({ sidecar: "binary_odd_one", dialect: 1 });
    expect(file.dialects[1]).toMatchObject({ packed: true, typeUrl: "type.googleapis.com/google.protobuf.{tag}" });
  });
  it("need a type URL for JSON", () => {
    expect(decide(lines, { fields: { "a.V.value": { any: { content: "JSON" } } } }).problems).toEqual([
      "error bridge.yaml fields a.V.value any content: a.V.value: content JSON needs a type_url with one {tag} in it",
    ]);
  });
});

describe("JSON text", () => {
  const lines = "message M { string arguments = 1; string x_json = 2; string y_json = 3; bytes raw = 4; string y = 5; oneof o { string z_json = 6; } }";
  it("is what the config says", () => {
    const { field } = decide(lines, {
      fields: { "a.M.arguments": { text: "JSON" }, "a.M.x_json": { text: "TEXT" }, "a.M.y_json": { text: "JSON_RAW" }, "a.M.z_json": { text: "JSON_BARE" } },
    });
    expect(field("M", "arguments")).toMatchObject({ name: "arguments", type: { role: "json", form: "value" } });
    expect(field("M", "x_json")).toMatchObject({ name: "x_json", type: { scalar: "string" }, reason: { because: "x_json is text" } });
    expect(field("M", "y_json")).toMatchObject({ name: "y_json", type: { form: "raw" } });
    expect(field("M", "z_json")).toMatchObject({ name: "z_json", type: { form: "bare" } });
  });
  it("is only in strings", () => {
    expect(decide(lines, { fields: { "a.M.raw": { text: "JSON" } } }).problems).toEqual([
      "error bridge.yaml fields a.M.raw text: a.M.raw cannot carry JSON text: it is no singular string",
    ]);
  });
});

describe("value messages", () => {
  const lines =
    "message M { oneof v { string s = 1; string t = 3; bool b = 2; } } message N { oneof v { string s = 1; bool b = 2; } } message O { int32 n = 1; }";
  it("can be settled by the config, either way", () => {
    const { message } = decide(lines, { messages: { "a.M": { value: true }, "a.N": { value: false } } });
    expect(message("M").value?.members).toEqual({ string: "s", boolean: "b" });
    expect(message("M").reason?.because).toBe("it is one: string s, boolean b; kept as they are: t");
    expect(message("N")).toMatchObject({ value: null, reason: { because: "no value", from: "bridge.yaml messages a.N value" } });
  });
  it("need a oneof", () => {
    expect(decide(lines, { messages: { "a.O": { value: true } } }).problems).toEqual([
      "error bridge.yaml messages a.O value: a.O cannot be a value: its only content must be one oneof, with members that carry values",
    ]);
  });
});

describe("skip", () => {
  const lines = "message M { int32 a = 1; X x = 2; } message X {} service S { rpc A(M) returns (M); rpc B(X) returns (M); } service T {}";
  it("leaves out fields, messages, RPCs and services", () => {
    const { file, message, problems } = decide(lines, {
      messages: { "a.X": { skip: true } },
      fields: { "a.M.x": { skip: true } },
      methods: { "a.S.B": { skip: true } },
      services: { "a.T": { skip: true } },
    });
    expect(problems).toEqual([]);
    expect(file.messages.map(({ typeName }) => typeName)).toEqual(["a.M"]);
    expect(message("M")).toMatchObject({ skipped: ["x"], properties: [{ member: "a" }] });
    expect(file.services).toMatchObject([{ typeName: "a.S", methods: [{ name: "A" }] }]);
    expect(file.omitted).toEqual([
      { what: "message", name: "a.X", from: "bridge.yaml messages a.X skip" },
      { what: "field", name: "a.M.x", from: "bridge.yaml fields a.M.x skip" },
      { what: "service", name: "a.T", from: "bridge.yaml services a.T skip" },
      { what: "RPC", name: "a.S.B", from: "bridge.yaml methods a.S.B skip" },
    ]);
    expect(explain({ files: [file] })).toContain("  no RPC S.B: it is skipped: calls are answered with UNIMPLEMENTED (bridge.yaml\n");
  });
  it("is an error that says what else to skip, where something uses it", () => {
    expect(decide(lines, { messages: { "a.X": { skip: true } } }).problems).toEqual([
      "error a.proto:4: the field a.M.x cannot be generated: its message a.X is skipped; say fields: a.M.x: { skip: true }, too",
      "error a.proto:4: the RPC a.S.B cannot be generated: its message a.X is skipped; say methods: a.S.B: { skip: true }, too",
    ]);
  });
});
