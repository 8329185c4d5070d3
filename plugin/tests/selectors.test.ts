import type { DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { checkFault, checkFieldRule } from "../src/config/rules.js";
import { checkSelectors } from "../src/config/selectors.js";
import { Problems } from "../src/diagnostics.js";
import { FaultSchema, Field_Text, FieldSchema } from "../src/gen/protobridge/v1/config_pb.js";
import { parse } from "./config-support.js";
import { descriptors, proto } from "./support.js";

const files = descriptors({
  "acme/v1/event.proto": proto(
    "acme.v1",
    'import "google/protobuf/any.proto";',
    "service Greeter { rpc SayHello(Event) returns (Reply); rpc Wave(Wavelet) returns (Reply); }",
    "message Event { string session_id = 1; int32 count = 2; oneof what { string text = 3; bytes data = 4; } repeated string tags = 5; Outer.Inner inner = 6; }",
    "message Wavelet { string agent_id = 1; repeated string session_ids = 2; optional string note = 3; }",
    "message Reply { bool success = 1; repeated bool flags = 2; Error error = 3; repeated Error errors = 4; Status status = 5; uint32 number = 6; string reason = 7; map<string, string> facts = 8; map<int32, string> counts = 9; bytes raw = 10; repeated google.protobuf.Any anys = 11; google.protobuf.Any any = 12; }",
    "message Error { int32 code = 1; string message = 2; repeated Status history = 3; map<string, Error> causes = 4; }",
    "message Values { google.protobuf.Any value = 1; bytes blob = 2; map<string, google.protobuf.Any> values = 3; map<string, bytes> blobs = 4; map<int32, bytes> numbered = 5; repeated google.protobuf.Any list = 6; repeated bytes pieces = 7; string type = 8; int32 kind = 9; map<string, string> labels = 10; }",
    "message Outer { message Inner { string s = 1; } enum Kind { KIND_ZERO = 0; } }",
    "enum Status { STATUS_OK = 0; STATUS_FAILED = 1; }",
  ),
  "acme/acme.proto": proto("acme", "message root { string s = 1; }", "message Top { string s = 1; }"),
});
const bare: readonly DescFile[] = descriptors({ "bare.proto": proto("", "message Bare { string s = 1; }", "message lower { string s = 1; }") });

/** What is told of a config, each with its place. */
function told(text: string, options: { whole?: boolean; of?: readonly DescFile[] } = {}): string[] {
  const problems = new Problems();
  checkSelectors(parse(text), options.of ?? files, problems, { whole: options.whole ?? false, profiles: ["loom", "rxpress"] });
  return problems.all.map(({ place, message }) => `${place}: ${message}`);
}

describe("a selector", () => {
  it("names an element of each kind", () => {
    expect(
      told(
        `
packages: { acme.v1: , acme: , google.protobuf: }
services: { acme.v1.Greeter: { scopes: { session_id: , agent_id: } } }
methods: { acme.v1.Greeter.SayHello: }
messages: { acme.v1.Event: , acme.v1.Outer.Inner: , acme.root: }
fields: { acme.v1.Event.session_id: , acme.v1.Event.text: , acme.v1.Outer.Inner.s: , acme.v1.Wavelet.note: }
oneofs: { acme.v1.Event.what: }
enums: { acme.v1.Status: , acme.v1.Outer.Kind: }
ignore_profiles: [rxpress]`,
        { whole: true },
      ),
    ).toEqual([]);
  });
  const no = (what: string, rest: string): string => `no ${what} among the protos of this run; ${rest}`;
  it.each<[name: string, text: string, mistake: string]>([
    ["a message", "messages:\n  acme.v1.Evnt:\n", `bridge.yaml:2:3: ${no('message "acme.v1.Evnt"', 'did you mean "acme.v1.Event"?')}`],
    ["a service", "services: { acme.v1.Greter: }", `bridge.yaml:1:13: ${no('service "acme.v1.Greter"', 'did you mean "acme.v1.Greeter"?')}`],
    [
      "an RPC",
      "methods: { acme.v1.Greeter.sayHello: }",
      `bridge.yaml:1:12: ${no('RPC "acme.v1.Greeter.sayHello"', 'did you mean "acme.v1.Greeter.SayHello"?')}`,
    ],
    [
      "a field",
      "fields: { acme.v1.Event.sessionId: }",
      `bridge.yaml:1:11: ${no('field "acme.v1.Event.sessionId"', 'did you mean "acme.v1.Event.session_id"?')}`,
    ],
    ["a oneof", "oneofs: { acme.v1.Event.wat: }", `bridge.yaml:1:11: ${no('oneof "acme.v1.Event.wat"', 'did you mean "acme.v1.Event.what"?')}`],
    ["an enum", "enums: { acme.v1.Stats: }", `bridge.yaml:1:10: ${no('enum "acme.v1.Stats"', 'did you mean "acme.v1.Status"?')}`],
    ["what is like nothing", "enums: { acme.v1.Zzzzzz: }", `bridge.yaml:1:10: ${no('enum "acme.v1.Zzzzzz"', 'the nearest is "acme.v1.Status"')}`],
    ["a field of no message", "fields: { acme.v1.Event: }", `bridge.yaml:1:11: ${no('field "acme.v1.Event"', "it is a message: put it under messages")}`],
    [
      "a service under messages",
      "messages: { acme.v1.Greeter: }",
      `bridge.yaml:1:13: ${no('message "acme.v1.Greeter"', "it is a service: put it under services")}`,
    ],
    [
      "an RPC under services",
      "services: { acme.v1.Greeter.Wave: }",
      `bridge.yaml:1:13: ${no('service "acme.v1.Greeter.Wave"', "it is an RPC: put it under methods")}`,
    ],
    ["an enum under messages", "messages: { acme.v1.Status: }", `bridge.yaml:1:13: ${no('message "acme.v1.Status"', "it is an enum: put it under enums")}`],
    ["a oneof under fields", "fields: { acme.v1.Event.what: }", `bridge.yaml:1:11: ${no('field "acme.v1.Event.what"', "it is a oneof: put it under oneofs")}`],
    [
      "the oneof of an optional field",
      "oneofs: { acme.v1.Wavelet._note: }",
      `bridge.yaml:1:11: ${no('oneof "acme.v1.Wavelet._note"', 'the nearest is "acme.v1.Event.what"')}`,
    ],
    ["a package under messages", "messages: { acme.v1: }", `bridge.yaml:1:13: ${no('message "acme.v1"', "it is a package: put it under packages")}`],
    [
      "a message under packages",
      "packages: { acme.v1.Event: }",
      `bridge.yaml:1:13: ${no('package "acme.v1.Event"', "it is a message: put it under messages")}`,
    ],
    ["something inside of a lower-case message", "fields: { acme.root.t: }", `bridge.yaml:1:11: ${no('field "acme.root.t"', 'did you mean "acme.root.s"?')}`],
    ["a profile", "ignore_profiles: [loom, rxpres]", 'bridge.yaml:1:25: there is no profile "rxpres"; there are loom, rxpress'],
    [
      "a scope",
      "services: { acme.v1.Greeter: { scopes: { sesion_id: } } }",
      'bridge.yaml:1:42: no request of acme.v1.Greeter has a field "sesion_id"; did you mean "session_id"?',
    ],
    [
      "a scope that is no string",
      "services: { acme.v1.Greeter: { scopes: { count: } } }",
      "bridge.yaml:1:42: a scope binds a string field: acme.v1.Event.count is int32",
    ],
    [
      "a scope that is a list",
      "services: { acme.v1.Greeter: { scopes: { session_ids: } } }",
      "bridge.yaml:1:42: a scope binds a string field: acme.v1.Wavelet.session_ids is repeated string",
    ],
  ])("that misses is told: %s", (_name, text, mistake) => {
    expect(told(text)).toEqual([mistake]);
  });
  it.each([
    ["of another package", "messages: { other.v1.Event: }"],
    ["of a package that begins the same", "messages: { acme.v12.Event: }"],
    ["of a package inside of one of this run", "fields: { acme.v2.Event.s: , acme.v1.sub.Event.s: }"],
    ["that is a package inside of one of this run", "packages: { acme.v2: }"],
    ["without a package, where every file has one", "messages: { Event: }"],
  ])("%s is left for another run, unless this one is the whole", (_name, text) => {
    expect(told(text)).toEqual([]);
    expect(told(text, { whole: true })[0]).toContain("among the protos of this run; ");
  });
  it("without a package is told where a file has none", () => {
    expect(told("messages: { Bare: , lower: }\nfields: { lower.s: }", { of: bare })).toEqual([]);
    expect(told("messages: { Bar: }", { of: bare })).toEqual([`bridge.yaml:1:13: ${no('message "Bar"', 'did you mean "Bare"?')}`]);
    expect(told("fields: { lower.t: , other.v1.Event.s: }", { of: bare })).toEqual([`bridge.yaml:1:11: ${no('field "lower.t"', 'did you mean "lower.s"?')}`]);
  });
  it("that misses among many thousands does not take long", () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `  acme.v1.Missing${i}:\n`).join("");
    const all = told(`messages:\n${names}`);
    expect(all).toHaveLength(20_000);
    expect(all[0]).toContain("; the nearest is ");
    expect(all[19_999]).toBe('bridge.yaml:20001:3: no message "acme.v1.Missing19999" among the protos of this run');
  });
});

const fault = (text: string): string => `messages: { acme.v1.Reply: { fault: ${text} } }`;

describe("a fault", () => {
  it.each([
    ["a flag", "{ success: success, message: error.message }"],
    ["a number", "{ code: { field: error.code, ok: [0, -1], codes: [{ wire: -2147483648, code: INTERNAL }], other: 2147483647 } }"],
    ["an enum", "{ code: { field: status, ok: [STATUS_OK], other: STATUS_FAILED } }"],
    ["a reason", "{ reason: { field: reason, codes: [{ wire: anything, code: INTERNAL }], other: else } }"],
    ["a code whose field a rule finds", "{ code: { other: what it finds } }"],
    ["details in bytes", "{ details: raw }"],
    ["details in a map", "{ details: facts }"],
    ["details in Any", "{ details: anys }"],
  ])("names fields of the right types: %s", (_name, text) => {
    expect(told(fault(text))).toEqual([]);
  });
  it.each<[name: string, text: string, mistake: string]>([
    ["an unknown field", "{ success: succes }", '1:39: success names a field that is not there: acme.v1.Reply has no "succes"; did you mean "success"?'],
    [
      "an unknown field inside",
      "{ message: error.mesage }",
      '1:39: message names a field that is not there: acme.v1.Error has no "mesage"; did you mean "message"?',
    ],
    ["an empty part", "{ message: error. }", '1:39: message names a field that is not there: acme.v1.Error has no ""; the nearest is "code"'],
    [
      "a way through a list",
      "{ message: errors.message }",
      '1:39: message "errors.message" goes through acme.v1.Reply.errors, which is repeated acme.v1.Error, not one message',
    ],
    [
      "a way through a map",
      "{ message: error.causes.message }",
      '1:39: message "error.causes.message" goes through acme.v1.Error.causes, which is map<string, acme.v1.Error>, not one message',
    ],
    ["a way through a string", "{ message: reason.x }", '1:39: message "reason.x" goes through acme.v1.Reply.reason, which is string, not one message'],
    ["success that is no bool", "{ success: status }", "1:39: success has to be a bool: acme.v1.Reply.status is acme.v1.Status"],
    ["success that is a list", "{ success: flags }", "1:39: success has to be a bool: acme.v1.Reply.flags is repeated bool"],
    ["a code that is no number", "{ code: { field: reason } }", "1:47: code has to be an integer or an enum: acme.v1.Reply.reason is string"],
    [
      "a code that is a list",
      "{ code: { field: error.history } }",
      "1:47: code has to be an integer or an enum: acme.v1.Error.history is repeated acme.v1.Status",
    ],
    ["a reason that is no string", "{ reason: { field: status } }", "1:49: reason has to be a string: acme.v1.Reply.status is acme.v1.Status"],
    ["a message that is none", "{ message: error }", "1:39: message has to be a string: acme.v1.Reply.error is acme.v1.Error"],
    [
      "details in another map",
      "{ details: counts }",
      "1:39: details has to be bytes, a map of strings by string, or repeated google.protobuf.Any: acme.v1.Reply.counts is map<int32, string>",
    ],
    [
      "details in one Any",
      "{ details: any }",
      "1:39: details has to be bytes, a map of strings by string, or repeated google.protobuf.Any: acme.v1.Reply.any is google.protobuf.Any",
    ],
    ["an unknown value", "{ code: { field: status, ok: [OK] } }", '1:67: ok is a value of acme.v1.Status, which has no "OK"; the nearest is "STATUS_OK"'],
    [
      "an unknown value of a mapping",
      "{ code: { field: status, codes: [{ wire: STATUS_FAILD, code: INTERNAL }] } }",
      '1:72: wire is a value of acme.v1.Status, which has no "STATUS_FAILD"; did you mean "STATUS_FAILED"?',
    ],
    ["a number for a value", "{ code: { field: status, other: 1 } }", '1:62: other is a value of acme.v1.Status, which has no "1"; the nearest is "STATUS_OK"'],
    ["text for a number", "{ code: { field: error.code, ok: [fine] } }", '1:71: ok is int32 in digits, as acme.v1.Error.code is, not "fine"'],
    ["a number past its type", "{ code: { field: number, other: -1 } }", '1:62: other is uint32 in digits, as acme.v1.Reply.number is, not "-1"'],
    ["a number with a zero in front", "{ code: { field: error.code, other: 007 } }", '1:66: other is int32 in digits, as acme.v1.Error.code is, not "007"'],
  ])("is told if it names %s", (_name, text, mistake) => {
    expect(told(fault(text))).toEqual([`bridge.yaml:${mistake}`]);
  });
});

const field = (name: string, text: string): string => `fields: { acme.v1.Values.${name}: ${text} }`;

describe("a field", () => {
  it.each([
    ["value", "{ any: { content: JSON, sidecar: blob, tag_field: type } }"],
    ["values", "{ any: { sidecar: blobs } }"],
    ["list", "{ any: { content: PACKED } }"],
    ["type", "{ text: JSON_RAW }"],
    ["labels", "{ text: TEXT }"],
  ])("takes what fits: %s %s", (name, text) => {
    expect(told(field(name, text))).toEqual([]);
  });
  it.each<[name: string, text: string, mistake: string]>([
    ["type", "{ any: { content: JSON } }", "1:34: any is for google.protobuf.Any: acme.v1.Values.type is string"],
    ["blobs", "{ any: { content: JSON } }", "1:35: any is for google.protobuf.Any: acme.v1.Values.blobs is map<string, bytes>"],
    ["value", "{ any: { tag_field: typ } }", '1:42: tag_field names a field that is not there: acme.v1.Values has no "typ"; did you mean "type"?'],
    ["value", "{ any: { tag_field: kind } }", "1:42: tag_field has to be a string: acme.v1.Values.kind is int32"],
    ["value", "{ any: { sidecar: blobs } }", "1:42: sidecar has to be bytes: acme.v1.Values.blobs is map<string, bytes>"],
    ["value", "{ any: { sidecar: pieces } }", "1:42: sidecar has to be bytes: acme.v1.Values.pieces is repeated bytes"],
    ["values", "{ any: { sidecar: blob } }", "1:43: sidecar has to be map<string, bytes>: acme.v1.Values.blob is bytes"],
    ["values", "{ any: { sidecar: numbered } }", "1:43: sidecar has to be map<string, bytes>: acme.v1.Values.numbered is map<int32, bytes>"],
    ["list", "{ any: { sidecar: pieces } }", "1:41: a repeated google.protobuf.Any has no sidecar: acme.v1.Values.list"],
    ["kind", "{ text: JSON }", "1:34: text is for strings: acme.v1.Values.kind is int32"],
    ["value", "{ text: TEXT }", "1:35: text is for strings: acme.v1.Values.value is google.protobuf.Any"],
    ["labels", "{ text: JSON }", "1:36: only singular strings can carry JSON: acme.v1.Values.labels is map<string, string>"],
  ])("is told what does not fit: %s %s", (name, text, mistake) => {
    expect(told(field(name, text))).toEqual([`bridge.yaml:${mistake}`]);
  });
  it("that is a list of strings carries no JSON", () => {
    expect(told("fields: { acme.v1.Event.tags: { text: JSON_BARE } }")).toEqual([
      "bridge.yaml:1:33: only singular strings can carry JSON: acme.v1.Event.tags is repeated string",
    ]);
  });
});

it("rules of any layer can be checked, with places of their own", () => {
  const message = files.flatMap(({ messages }) => messages).find(({ name }) => name === "Reply") as DescMessage;
  const problems = new Problems();
  checkFault(message, create(FaultSchema, { success: "none" }), (...path) => `event.proto:7 ${path.join("/")}`, problems);
  checkFieldRule(message.field["success"] as DescField, create(FieldSchema, { text: Field_Text.JSON }), () => "event.proto:8", problems);
  expect(problems.all.map(({ place, message }) => `${place}: ${message}`)).toEqual([
    'event.proto:7 success: success names a field that is not there: acme.v1.Reply has no "none"; the nearest is "any"',
    "event.proto:8: text is for strings: acme.v1.Reply.success is bool",
  ]);
});
