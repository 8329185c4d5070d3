/** What config says of links is checked, all of it, and what is wrong is told with its place. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mistakes } from "./config-support.js";
import { generate, root, withFiles } from "./support.js";

const talk = `syntax = "proto3";
package a;
import "b.proto";
import "google/protobuf/wrappers.proto";
service Svc {
  rpc Talk(stream Ask) returns (stream Answer);
  rpc Share(stream Frame) returns (stream Frame);
  rpc Report(stream Lone) returns (stream Event);
  rpc Work(stream Job) returns (stream Done);
  rpc Hear(stream Event) returns (stream Told);
  rpc Plain(Event) returns (Event);
  rpc Feed(Event) returns (stream Event);
  rpc Echo(stream Event) returns (stream Event);
  rpc Pass(stream Event) returns (stream Note);
}
message Ask {
  string id = 1;
  int32 count = 2;
  oneof body { Hello hello = 10; Get get = 11; Put put = 12; Note note = 13; }
}
message Answer {
  string id = 1;
  string ticket = 2;
  oneof body { GetRes get_res = 10; PutRes put_res = 11; Failure failure = 12; Note seen = 13; }
}
message Frame {
  string id = 1;
  oneof body { Get read = 10; GetRes read_res = 11; Put write = 12; Note done = 13; }
}
message Lone {
  string id = 1;
  oneof body { Get get = 10; Note note = 11; }
}
message Job {
  string ticket = 9;
  oneof said { Get get = 1; Put put = 2; Note note = 3; google.protobuf.StringValue name = 4; b.Old old = 5; }
}
message Done {
  oneof said { GetRes get_res = 1; PutRes put_res = 2; Note name_res = 4; Note old_res = 5; }
}
message Told {
  oneof body { Note note = 1; }
}
message Event { string text = 1; Note note = 2; }
message Hello {}
message Get { string key_id = 1; string user = 2; int64 time = 3; oneof where { string host = 4; int32 port = 5; } }
message GetRes { string key_id = 1; string value = 2; }
message Put { string key_id = 1; }
message PutRes {}
message Note { string text = 1; }
message Failure { string message = 1; }
`;

const protos = { "a.proto": talk, "b.proto": 'syntax = "proto2"; package b; message Old { required int64 time = 1; }' };

/** What a run of the plugin finds wrong. */
function told(config: string, of: Readonly<Record<string, string>> = protos): string[] {
  return withFiles({ "bridge.yaml": config }, (directory) => {
    const lines = mistakes(() => generate(of, `target=ts,config=${join(directory, "bridge.yaml")}`, (path) => !path.startsWith("protobridge/")));
    return lines.map((line) => line.replaceAll(`${directory}/`, ""));
  });
}

it("a config that is right has nothing wrong", () => {
  const right = `methods:
  a.Svc.Talk: { link: { opening: hello } }
  a.Svc.Echo: { link: { none: true } }
messages:
  a.Ask: { envelope: { oneof: body, correlation: id, no_error: true } }
  a.Answer: { envelope: { error: failure } }
  a.Job: { envelope: { no_correlation: true } }
  a.Done: { envelope: { oneof: said } }
fields:
  a.Ask.get: { member: { from: CLIENT, reply: get_res, accept_empty_reply: true, idempotent: true } }
  a.Ask.put: { member: { probe: true } }
  a.Ask.note: { member: { no_reply: true, from: CLIENT } }
  a.Frame.write: { member: { from: SERVER, reply: done } }
  a.Job.get: { member: { id: key_id } }
`;
  expect(told(right)).toEqual([]);
});

describe("what is said of an RPC as a link", () => {
  it.each([
    ["{ a.Svc.Plain: { link: { none: true } } }", "1:27: link is for bidirectional streams: a.Svc.Plain is unary"],
    ["{ a.Svc.Feed: { link: { none: true } } }", "1:26: link is for bidirectional streams: a.Svc.Feed is server streaming"],
    ["{ a.Svc.Talk: { link: { none: true, opening: hello } } }", "1:46: opening cannot stand beside none: true (bridge.yaml:1:34)"],
    ["{ a.Svc.Talk: { link: { opener: hello } } }", '1:34: there is no field "opener" in protobridge.v1.Link; there are none, opening'],
    ["{ a.Svc.Talk: { link: { opening: helo } } }", '1:34: a.Svc.Talk: opening "helo" is no member of a.Ask; did you mean "hello"?'],
    ["{ a.Svc.Talk: { link: { opening: get_res } } }", '1:34: a.Svc.Talk: opening "get_res" is no member of a.Ask; the nearest is "get"'],
    ["{ a.Svc.Hear: { link: { opening: note } } }", '1:34: a.Svc.Hear: opening "note" cannot be said, since the client sends a.Event bare'],
    [
      "{ a.Svc.Share: { link: { opening: read } } }\nfields: { a.Frame.read: { member: { from: SERVER } } }",
      '1:35: a.Svc.Share: opening "read" is not for the client to say: it is from: SERVER',
    ],
    ["{ a.Svc.Echo: { link: {} } }", "1:26: a.Svc.Echo cannot be a link: a.Event is no envelope, a message with one oneof of messages"],
    [
      "{ a.Svc.Pass: { link: { none: false } } }",
      "1:26: a.Svc.Pass cannot be a link: neither a.Event nor a.Note is an envelope, a message with one oneof of messages",
    ],
    ["{ a.Svc.Talk: { statuses: [NOT_FOUND] } }", "1:26: a.Svc.Talk: statuses say nothing, since its response has no fault: all its errors are statuses"],
  ])("%s", (said, problem) => {
    expect(told(`methods: ${said}\n`)).toEqual([`bridge.yaml:${problem}`]);
  });
});

describe("what is said of a message as an envelope", () => {
  it.each([
    ["{ a.Ask: { envelope: { none: true, correlation: id } } }", "1:46: correlation cannot stand beside none: true (bridge.yaml:1:34)"],
    ["{ a.Ask: { envelope: { none: true, no_error: true } } }", "1:46: no_error cannot stand beside none: true (bridge.yaml:1:34)"],
    ["{ a.Ask: { value: true, envelope: { oneof: body } } }", "1:35: envelope cannot stand beside value: true (bridge.yaml:1:22)"],
    ["{ a.Ask: { skip: true, envelope: { oneof: body } } }", "1:34: envelope cannot stand beside skip: true (bridge.yaml:1:22)"],
    ["{ a.Ask: { envelope: { correlation: id, no_correlation: true } } }", "1:34: correlation cannot stand beside no_correlation: true (bridge.yaml:1:51)"],
    ["{ a.Answer: { envelope: { error: failure, no_error: true } } }", "1:37: error cannot stand beside no_error: true (bridge.yaml:1:53)"],
    ["{ a.Event: { envelope: { oneof: body } } }", "1:24: envelope is for messages with a oneof: a.Event has none"],
    ["{ a.Ask: { envelope: { oneof: bdy } } }", '1:34: oneof names one that is not there: a.Ask has no "bdy"; did you mean "body"?'],
    ["{ a.Ask: { envelope: { correlation: idd } } }", '1:34: correlation names a field that is not there: a.Ask has no "idd"; did you mean "id"?'],
    ["{ a.Ask: { envelope: { correlation: count } } }", "1:34: correlation has to be a string outside of oneofs: a.Ask.count is int32"],
    ["{ a.Get: { envelope: { correlation: host } } }", "1:34: correlation has to be a string outside of oneofs: a.Get.host is string, in the oneof where"],
    [
      "{ a.Job: { envelope: { correlation: ticket } } }",
      "1:34: a.Job: the correlation says nothing, since a.Done has no such string field: say messages: a.Done: { envelope: { correlation: ... } }",
    ],
    ["{ a.Ask: { envelope: { correlation: id } } }\nfields: { a.Ask.id: { skip: true } }", "1:34: a.Ask: the correlation id is skipped"],
    ["{ a.Answer: { envelope: { error: failur } } }", '1:37: error names a field that is not there: a.Answer has no "failur"; did you mean "failure"?'],
    [
      "{ a.Answer: { envelope: { error: seen } } }",
      "1:37: error has to be a member of a oneof, a message with a string message: a.Answer.seen is a.Note, in the oneof body",
    ],
    ["{ a.Answer: { envelope: { error: id } } }", "1:37: error has to be a member of a oneof, a message with a string message: a.Answer.id is string"],
    [
      "{ a.Answer: { envelope: { error: failure } } }\nfields: { a.Ask.note: { member: { reply: failure } } }",
      "1:37: a.Answer: the error failure is no notification: it answers note",
    ],
    ["{ a.Answer: { envelope: { error: failure } } }\nfields: { a.Answer.failure: { skip: true } }", "1:37: a.Answer: the error failure is skipped"],
  ])("%s", (said, problem) => {
    expect(told(`messages: ${said}\n`)).toEqual([`bridge.yaml:${problem}`]);
  });

  const two = `syntax = "proto3";
package a;
service Svc { rpc Do(stream Two) returns (stream Note); }
message Two {
  oneof first { Note note = 1; }
  oneof second { Failure failure = 2; string text = 3; }
}
message Note {}
message Failure { string message = 1; }
`;
  it.each([
    ["oneof: second", "a.Two cannot be an envelope: text, of its oneof second, carries no message"],
    ["oneof: first, error: failure", "a.Two: the error failure is no member of first"],
  ])("of several oneofs: %s", (said, problem) => {
    const place = said.includes(",") ? "1:48" : "1:34";
    expect(told(`messages: { a.Two: { envelope: { ${said} } } }\n`, { "a.proto": two })).toEqual([`bridge.yaml:${place}: ${problem}`]);
  });
});

describe("what is said of a field as a member", () => {
  it.each([
    ["{ a.Ask.count: { member: { from: CLIENT } } }", "1:26: member is for members of envelopes, which are messages in a oneof: a.Ask.count is in no oneof"],
    ["{ a.Get.host: { member: { from: CLIENT } } }", "1:25: member is for members of envelopes, which are messages in a oneof: a.Get.host is string"],
    ["{ a.Ask.get: { member: { from: SERVE } } }", '1:40: from is one of CLIENT, SERVER, not "SERVE"; did you mean SERVER?'],
    ["{ a.Ask.get: { member: { from: SERVER } } }", "1:34: a.Ask.get: from: SERVER says nothing, since only the client sends a.Ask"],
    ["{ a.Answer.seen: { member: { from: CLIENT } } }", "1:38: a.Answer.seen: from: CLIENT says nothing, since only the server sends a.Answer"],
    ...Object.entries({ reply: "get_res", id: "key_id", accept_empty_reply: "true", idempotent: "true", probe: "true" }).map(
      ([part, value]): [string, string] => [
        `{ a.Ask.get: { member: { no_reply: true, ${part}: ${value} } } }`,
        `1:50: ${part} cannot stand beside no_reply: true (bridge.yaml:1:34)`,
      ],
    ),
    ...Object.entries({ id: "text", accept_empty_reply: "true", idempotent: "true", probe: "true" }).map(([part, value]): [string, string] => [
      `{ a.Ask.note: { member: { ${part}: ${value} } } }`,
      `1:35: a.Ask.note: ${part} is for requests, and nothing answers it: say reply, too`,
    ]),
    ["{ a.Answer.get_res: { member: { idempotent: true } } }", "1:41: a.Answer.get_res: idempotent is for requests, and nothing answers it: say reply, too"],
  ])("%s", (said, problem) => {
    expect(told(`fields: ${said}\n`)).toEqual([`bridge.yaml:${problem}`]);
  });
});

describe("the reply that is said of a request", () => {
  it.each([
    [
      "{ a.Ask.get: { member: { reply: getres } } }",
      '1:34: a.Ask.get: reply: the server says nothing called "getres": a.Answer has no such member; did you mean "get_res"?',
    ],
    [
      "{ a.Ask.get: { member: { reply: put } } }",
      '1:34: a.Ask.get: reply: the server says nothing called "put": a.Answer has no such member; the nearest is "put_res"',
    ],
    [
      "{ a.Ask.get: { member: { reply: seen } }, a.Answer.seen: { skip: true } }",
      '1:34: a.Ask.get: reply: the server says nothing called "seen": a.Answer has no such member; the nearest is "get_res"',
    ],
    [
      "{ a.Ask.get: { member: { reply: seen } }, a.Answer.seen: { member: { no_reply: true } } }",
      "1:34: a.Ask.get: reply: seen is a notification (bridge.yaml:1:78)",
    ],
    ["{ a.Frame.read: { member: { reply: read } } }", "1:37: a.Frame.read: reply: a member cannot answer itself"],
    [
      "{ a.Frame.read: { member: { reply: done } }, a.Frame.done: { member: { from: CLIENT } } }",
      "1:37: a.Frame.read: reply: done cannot answer it to both ends, since the client alone says done: say from: SERVER of read, too",
    ],
    [
      "{ a.Frame.read: { member: { reply: done, from: CLIENT } }, a.Frame.done: { member: { from: CLIENT } } }",
      "1:37: a.Frame.read: reply: done cannot answer it, since the client says both",
    ],
    [
      "{ a.Frame.read: { member: { reply: done } }, a.Frame.done: { member: { reply: write } } }",
      "1:80: a.Frame.done: reply: done answers read, so that it is no request itself",
    ],
    ["{ a.Lone.get: { member: { reply: note } } }", "1:35: a.Lone.get: reply: no reply can come, since the server sends a.Event bare"],
    [
      "{ a.Ask.hello: { member: { reply: seen } } }\nmethods: { a.Svc.Talk: { link: { opening: hello } } }",
      "1:36: a.Ask.hello: reply: the opening is no request",
    ],
    [
      "{ a.Answer.seen: { member: { reply: hello } } }\nmethods: { a.Svc.Talk: { link: { opening: hello } } }",
      "1:38: a.Answer.seen: reply: hello is the opening, which answers nothing",
    ],
  ])("%s", (said, problem) => {
    expect(told(`fields: ${said}\n`)).toEqual([`bridge.yaml:${problem}`]);
  });
});

describe("what is said of requests", () => {
  it.each([
    ["{ a.Job.get: { member: { id: keyid } } }", '1:34: id names a field that is not there: a.Get has no "keyid"; did you mean "key_id"?'],
    ["{ a.Job.get: { member: { id: time } } }", "1:34: id has to be a string outside of oneofs: a.Get.time is int64"],
    ["{ a.Job.get: { member: { id: host } } }", "1:34: id has to be a string outside of oneofs: a.Get.host is string, in the oneof where"],
    ["{ a.Job.get: { member: { id: user } } }", '1:34: a.Job.get: id: a.GetRes, which answers it, has no string field "user"; the nearest is "value"'],
    ["{ a.Job.get: { member: { id: key_id } }, a.GetRes.key_id: { skip: true } }", "1:34: a.Job.get: id: a.GetRes.key_id is skipped"],
    ["{ a.Job.name: { member: { id: value } } }", "1:35: a.Job.name: id: google.protobuf.StringValue shows as a value"],
    [
      "{ a.Ask.get: { member: { id: key_id } } }",
      "1:34: a.Ask.get: id says nothing, since the envelope's correlation tells: leave it out, or say messages: a.Ask: { envelope: { no_correlation: true } }",
    ],
    [
      "{ a.Job.get: { member: { accept_empty_reply: true } } }",
      "1:34: a.Job.get: accept_empty_reply says nothing, since the envelope has no correlation: an empty one answers nothing",
    ],
    [
      "{ a.Ask.get: { member: { probe: true } }, a.Ask.put: { member: { probe: true } } }",
      "1:74: a.Ask.put: probe: an end has one probe, and that is get (bridge.yaml:1:34)",
    ],
    ["{ a.Job.name: { member: { probe: true } } }", "1:35: a.Job.name: probe: google.protobuf.StringValue stands for a value, and which one is not told"],
    ["{ a.Job.old: { member: { probe: true } } }", "1:34: a.Job.old: probe: b.Old.time is required, and its value is not told"],
  ])("%s", (said, problem) => {
    expect(told(`fields: ${said}\n`)).toEqual([`bridge.yaml:${problem}`]);
  });
});

describe("a name for a member", () => {
  it.each([
    ["{ a.Ask.get: { name: close } }", "1:24: name: a.Ask.get cannot be called close: the name is reserved; close$ is free"],
    ["{ a.Ask.get: { name: opening } }", "1:24: name: a.Ask.get cannot be called opening: the name is reserved; opening$ is free"],
    ["{ a.Ask.get: { name: then } }", "1:24: name: a.Ask.get cannot be called then: the name is reserved; then$ is free"],
    ["{ a.Ask.get: { name: same }, a.Ask.put: { name: same } }", "1:51: name: a.Ask.put cannot be called same: that is the name of a.Ask.get"],
  ])("%s", (said, problem) => {
    expect(told(`fields: ${said}\n`)).toEqual([`bridge.yaml:${problem}`]);
  });
});

it("all mistakes are told together", () => {
  const wrong =
    "fields:\n  a.Ask.get: { member: { reply: nothing } }\n  a.Frame.read: { member: { reply: read } }\n  a.Ask.note: { member: { probe: true } }\n";
  expect(told(wrong).map((line) => line.split(": ")[0])).toEqual(["bridge.yaml:2:26", "bridge.yaml:4:27", "bridge.yaml:3:29"]);
});

describe("an option in the proto", () => {
  const schema = { "protobridge/v1/config.proto": readFileSync(join(root, "plugin/proto/protobridge/v1/config.proto"), "utf8") };
  const base = { ...protos, ...schema };
  /** What is wrong if a part of the proto is another one. */
  const replaced = (part: string, by: string, config = "enums:\n"): string[] => {
    expect(talk.split(part).length).toBe(2);
    const text = talk.replace("package a;", 'package a; import "protobridge/v1/config.proto";').replace(part, by);
    return told(config, { ...base, "a.proto": text });
  };
  const lineOf = (part: string): number => talk.slice(0, talk.indexOf(part)).split("\n").length;
  const talks = "rpc Talk(stream Ask) returns (stream Answer)";

  it.each([
    ["rpc Plain(Event) returns (Event)", "method).link.none = true", "link is for bidirectional streams: a.Svc.Plain is unary"],
    [talks, "method).link = { none: true, opening: 'hello' }", "opening cannot stand beside none: true"],
    [talks, "method).link.opening = 'helo'", 'a.Svc.Talk: opening "helo" is no member of a.Ask; did you mean "hello"?'],
  ])("of an RPC: %s with (%s", (part, option, problem) => {
    expect(replaced(`${part};`, `${part} { option (protobridge.v1.${option}; }`)).toEqual([`a.proto:${lineOf(part)}: ${problem}`]);
  });
  it.each([
    ["message Ask {", "{ correlation: 'idd' }", 'correlation names a field that is not there: a.Ask has no "idd"; did you mean "id"?'],
    ["message Ask {", "{ correlation: 'id', no_correlation: true }", "correlation cannot stand beside no_correlation: true"],
    ["message Event {", "{ oneof: 'body' }", "envelope is for messages with a oneof: a.Event has none"],
  ])("of a message: %s with %s", (part, option, problem) => {
    expect(replaced(part, `${part} option (protobridge.v1.message).envelope = ${option};`)).toEqual([`a.proto:${lineOf(part)}: ${problem}`]);
  });
  it.each([
    [
      "Get read = 10",
      "reply = 'red_res'",
      'a.Frame.read: reply: the server says nothing called "red_res": a.Frame has no such member; did you mean "read_res"?',
    ],
    ["Get read = 10", "reply = 'read'", "a.Frame.read: reply: a member cannot answer itself"],
    ["Hello hello = 10", "from = SERVER", "a.Ask.hello: from: SERVER says nothing, since only the client sends a.Ask"],
    ["Hello hello = 10", "probe = true", "a.Ask.hello: probe is for requests, and nothing answers it: say reply, too"],
  ])("of a field: %s with %s", (part, option, problem) => {
    const told = replaced(`${part};`, `${part} [(protobridge.v1.field).member.${option}];`);
    expect(told[0]).toBe(`a.proto:${lineOf(part)}: ${problem}`);
    expect(new Set(told.map((line) => line.split(": ")[0])).size).toBe(1);
  });
  it("gives way to bridge.yaml, part by part", () => {
    const option = "Note note = 13 [(protobridge.v1.field).member = { reply: 'nothing', idempotent: true }];";
    expect(replaced("Note note = 13;", option, "fields: { a.Ask.note: { member: { reply: seen } } }\n")).toEqual([]);
    expect(replaced("Note note = 13;", option, "fields: { a.Ask.note: { member: { reply: sen } } }\n")[0]).toMatch(/^bridge\.yaml:1:35: /);
  });
});
