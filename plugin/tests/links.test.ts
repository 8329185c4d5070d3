/** What makes a link, who says what on it, and what answers what. */
import { describe, expect, it } from "vitest";
import { decide, decideText } from "./links-support.js";

describe("a link", () => {
  const both = (client: string, server: string, more = ""): string =>
    `service Svc { rpc Do(stream C) returns (stream S); } ${client} ${server} message X {} message Y {} ${more}`;
  const envelope = (name: string): string => `message ${name} { oneof body { X x = 1; Y y = 2; } }`;
  const bare = (name: string): string => `message ${name} { int32 n = 1; }`;

  it("is a bidirectional stream of envelopes", () => {
    expect(decideText(both(envelope("C"), envelope("S"))).link.reason).toEqual({ rule: "link", because: "C and S are envelopes", from: null });
  });
  it("is one with an envelope in either direction: what comes bare is a notification that is named after the message", () => {
    const { link, member } = decideText(both(envelope("C"), bare("S")));
    expect(link.reason.because).toBe("C is an envelope, S comes bare");
    expect(link.server).toMatchObject({ envelope: null, members: [{ name: "S", role: "notification", message: { typeName: "a.S" } }], groups: [] });
    expect(member("server", "S").reason.because).toBe("S comes bare, without an envelope");
    expect(decideText(both(bare("C"), envelope("S"))).says("client")).toEqual(["C"]);
  });

  const none: [name: string, client: string, because: string | null][] = [
    ["a message without a oneof", bare("C"), null],
    ["a oneof with a scalar", "message C { oneof body { X x = 1; string y = 2; } }", "C is no envelope: y, of its oneof body, carries no message"],
    ["a value message", "message C { oneof v { string s = 1; L l = 2; } } message L { repeated C c = 1; }", null],
    ["an optional field", "message C { optional X x = 1; }", null],
    [
      "two oneofs with scalars",
      "message C { oneof a { X x = 1; int32 n = 3; } oneof b { Y y = 2; int32 m = 4; } }",
      "C is no envelope: none of its oneofs has nothing but messages",
    ],
  ];
  it.each(none)("is none of %s", (_name, client, because) => {
    const { method, problems } = decideText(both(client, bare("S")));
    expect(method).toMatchObject({ link: null, noLink: because === null ? null : { rule: "envelope", because } });
    expect(problems).toEqual([]);
  });
  it("is none of streams in one direction, and of single messages", () => {
    const { file } = decideText(
      `service Svc { rpc Do(stream C) returns (stream C); rpc A(C) returns (stream C); rpc B(stream C) returns (C); rpc D(C) returns (C); } ${envelope("C")} message X {} message Y {}`,
    );
    expect(file.services[0]?.methods.map(({ name, link }) => [name, link !== null])).toEqual([
      ["Do", true],
      ["A", false],
      ["B", false],
      ["D", false],
    ]);
  });
  it("is none where an Any in the oneof reads as a value", () => {
    const text = both("message C { oneof body { google.protobuf.Any any = 1; X x = 2; } }", bare("S"));
    expect(decideText(text).says("client")).toEqual(["any", "x"]);
    const any = { content: "JSON", type_url: "x/{tag}" };
    expect(decideText(text, { packages: { a: { any } } }).method.noLink?.because).toBe("C is no envelope: any, of its oneof body, carries no message");
  });
  it("keeps the requests of links out of scopes, and those of streams that are none in", () => {
    const text = `service Svc { rpc Do(stream C) returns (stream C); rpc A(X) returns (X); rpc B(X) returns (X); } message C { string s_id = 1; oneof body { X x = 2; } } message X { string s_id = 1; }`;
    expect(decideText(text).file.services[0]?.scopes[0]?.methods).toEqual(["A", "B"]);
    expect(decideText(text, { methods: { "a.Svc.Do": { link: { none: true } } } }).file.services[0]?.scopes[0]?.methods).toEqual(["Do", "A", "B"]);
  });

  it("is none where a message has several oneofs, with a warning that names the config that settles it", () => {
    const two = "message C { oneof body { X x = 1; } oneof who { Y y = 2; } }";
    const { method, problems } = decideText(both(two, bare("S")));
    expect(method.noLink?.because).toBe("C is no envelope: it has several oneofs, and body or who could have the members");
    expect(problems).toEqual([
      "warning a.proto:4: a.C is no envelope, since it has several oneofs: say messages: a.C: { envelope: { oneof: body or who } }, or { envelope: { none: true } }",
    ]);
    const settled = decideText(both(two, bare("S")), { messages: { "a.C": { envelope: { oneof: "who" } } } });
    expect(settled.says("client")).toEqual(["y"]);
    expect(settled.link.client.envelope).toMatchObject({ oneof: "who", stamps: ["body"], reason: { from: "bridge.yaml messages a.C envelope oneof" } });
    expect(settled.problems).toEqual([]);
    expect(decideText(both(two, bare("S")), { messages: { "a.C": { envelope: { none: true } } } }).problems).toEqual([]);
  });
  it("is none where the config says so, of the RPC or of both messages", () => {
    const text = both(envelope("C"), envelope("S"));
    expect(decideText(text, { methods: { "a.Svc.Do": { link: { none: true } } } }).method).toMatchObject({
      link: null,
      noLink: { rule: "link", because: "it is none", from: "bridge.yaml methods a.Svc.Do link none" },
    });
    const none = { envelope: { none: true } };
    expect(decideText(text, { messages: { "a.C": none } }).says("client")).toEqual(["C"]);
    expect(decideText(text, { messages: { "a.C": none, "a.S": none } }).method.noLink?.because).toBe("C is no envelope");
  });
  it("has no members that are skipped", () => {
    const config = { fields: { "a.C.x": { skip: true } } };
    expect(decideText(both("message C { oneof body { string x = 1; Y y = 2; } }", envelope("S")), config).says("client")).toEqual(["y"]);
    const { method } = decideText(both("message C { oneof body { X x = 1; } }", bare("S")), config);
    expect(method.link).toBeNull();
  });
});

describe("directions", () => {
  it("are both, of an envelope that both ends send", () => {
    const { says, link } = decide({ client: "get get_res note" });
    expect(link.reason.because).toBe("E, which both ends send, is an envelope");
    expect(says("client")).toEqual(["get -> get_res", "get_res (reply)", "note"]);
    expect(says("server")).toEqual(says("client"));
  });
  it("are what the config says, and replies go the other way", () => {
    const { says, member } = decide(
      { client: "get get_res note tell" },
      { fields: { "a.E.get": { member: { from: "CLIENT" } }, "a.E.tell": { member: { from: "SERVER" } } } },
    );
    expect(says("client")).toEqual(["get -> get_res", "note"]);
    expect(says("server")).toEqual(["get_res (reply)", "note", "tell"]);
    expect(member("server", "tell").direction).toEqual({
      rule: "direction",
      because: "the server alone says it",
      from: "bridge.yaml fields a.E.tell member from",
    });
    expect(member("server", "get_res").reason.because).toBe("it answers get");
    expect(member("client", "note").direction).toBeNull();
  });
  it("of a reply make its request a notification where the reply cannot come", () => {
    const { says } = decide({ client: "get get_res" }, { fields: { "a.E.get_res": { member: { from: "SERVER" } } } });
    expect(says("client")).toEqual(["get -> get_res"]);
    expect(says("server")).toEqual(["get", "get_res (reply)"]);
  });
});

describe("pairs", () => {
  const names: [request: string, reply: string][] = [
    ...["res", "resp", "response", "reply", "result", "answer", "ack"].map((ending): [string, string] => ["kv_get", `kv_get_${ending}`]),
    ["kv_get_req", "kv_get_res"],
    ["kv_get_request", "kv_get_response"],
    ["tool_call", "tool_result"],
    ["price_query", "price_answer"],
    ["tool_call", "tool_call_ack"],
    ["ping", "pong"],
    ["line_ping", "line_pong"],
  ];
  it.each(names)("%s is answered by %s", (request, reply) => {
    const { says, member } = decide({ client: request, server: reply });
    expect(says("client")).toEqual([`${request} -> ${reply}`]);
    expect(says("server")).toEqual([`${reply} (reply)`]);
    expect(member("client", request).reason).toEqual({ rule: "pair", because: `${reply} answers it, by its name`, from: null });
  });
  const strangers: [request: string, other: string][] = [
    ["kv_get", "kv_getres"],
    ["kv_get", "kv_put_res"],
    ["kv_get", "res"],
    ["_req", "_res"],
    ["shipping", "shippong"],
    ["ping", "ping_pong"],
  ];
  it.each(strangers)("%s is not answered by %s", (request, other) => {
    const { says, member } = decide({ client: request, server: other });
    expect(says("client")).toEqual([request]);
    expect(member("client", request).reason).toEqual({ rule: "notification", because: "nothing from the other end is called as a reply to it", from: null });
  });
  it("are looked for at the other end alone", () => {
    expect(decide({ client: "get get_res", server: "x" }).says("client")).toEqual(["get", "get_res"]);
  });
  it("go in both directions, and each end may ask", () => {
    const { says } = decide({ client: "get put_res", server: "put get_res" });
    expect(says("client")).toEqual(["get -> get_res", "put_res (reply)"]);
    expect(says("server")).toEqual(["put -> put_res", "get_res (reply)"]);
  });
  it("may have one reply for several requests", () => {
    const { says, member } = decide({ client: "get get_call", server: "get_res" });
    expect(says("client")).toEqual(["get -> get_res", "get_call -> get_res"]);
    expect(member("server", "get_res").reason.because).toBe("it answers get, get_call");
  });
  it("are told by messages where members do not tell", () => {
    const { says, member } = decide({ client: "open:OpenRequest shut:ShutCall", server: "opened:OpenResponse done:ShutAck" });
    expect(says("client")).toEqual(["open -> opened", "shut -> done"]);
    expect(member("client", "open").reason.because).toBe("opened answers it, by their messages");
  });
  it("are not told by messages that several members have", () => {
    expect(decide({ client: "a:OpenRequest b:OpenRequest", server: "c:OpenResponse" }).says("client")).toEqual(["a", "b"]);
    expect(decide({ client: "a:OpenRequest", server: "c:OpenResponse d:OpenResponse" }).says("client")).toEqual(["a"]);
    expect(decide({ client: "a:Request", server: "b:Response" }).says("client")).toEqual(["a"]);
    expect(decide({ client: "a:Open", server: "b:OpenResponse" }).says("client")).toEqual(["a"]);
  });
  it("are told by members first", () => {
    expect(decide({ client: "get:OpenRequest", server: "x:OpenResponse get_res" }).says("client")).toEqual(["get -> get_res"]);
  });
  it("end where a reply is: what answers is no request", () => {
    const { says, problems } = decide({ client: "x x_ack x_ack_ack" });
    expect(says("client")).toEqual(["x -> x_ack", "x_ack (reply)", "x_ack_ack"]);
    expect(problems).toEqual([]);
    expect(decide({ client: "x_ack:OpenRequest x:OpenResponse" }).says("client")).toEqual(["x_ack (reply)", "x -> x_ack"]);
  });
  it("are none where two could answer, with a warning that names the config that settles it", () => {
    const stream = { client: "get", server: "get_res get_reply" };
    const { says, member, problems } = decide(stream);
    expect(says("client")).toEqual(["get"]);
    expect(says("server")).toEqual(["get_res", "get_reply"]);
    expect(member("client", "get").reason.because).toBe("get_res or get_reply could answer it");
    const fix = "say fields: a.C.get: { member: { reply: ... } }, or { member: { no_reply: true } }";
    expect(problems).toEqual([`warning a.proto:4: a.C.get is a notification, since get_res or get_reply could answer it: ${fix}`]);
    const settled = decide(stream, { fields: { "a.C.get": { member: { reply: "get_reply" } } } });
    expect(settled.says("client")).toEqual(["get -> get_reply"]);
    expect(settled.says("server")).toEqual(["get_res", "get_reply (reply)"]);
    expect(settled.member("client", "get").reason).toEqual({ rule: "pair", because: "get_reply answers it", from: "bridge.yaml fields a.C.get member reply" });
    expect(settled.problems).toEqual([]);
    expect(decide(stream, { fields: { "a.C.get": { member: { no_reply: true } } } }).problems).toEqual([]);
  });
  it("are none where two messages could answer, with the same warning", () => {
    const { says, problems } = decide({ client: "get:OpenRequest", server: "a:OpenResponse b:OpenReply" });
    expect(says("client")).toEqual(["get"]);
    expect(problems).toEqual([expect.stringContaining("a.C.get is a notification, since a or b could answer it: say fields: a.C.get")]);
  });
  it("are none across a message that comes bare", () => {
    const text = "service Svc { rpc Do(stream C) returns (stream GetRes); } message C { oneof body { M get = 1; } } message M {} message GetRes {}";
    const { says, member } = decideText(text);
    expect(says("client")).toEqual(["get"]);
    expect(member("client", "get").reason.because).toBe("GetRes, which comes bare, cannot tell what it answers");
  });
  it("are none with a reply that is skipped", () => {
    expect(decide({ client: "get", server: "get_res x" }, { fields: { "a.S.get_res": { skip: true } } }).says("client")).toEqual(["get"]);
  });
  it("are none where the config says so of either", () => {
    const stream = { client: "get", server: "get_res" };
    const { says, member } = decide(stream, { fields: { "a.C.get": { member: { no_reply: true } } } });
    expect(says("server")).toEqual(["get_res"]);
    expect(member("client", "get").reason).toEqual({ rule: "notification", because: "nothing answers it", from: "bridge.yaml fields a.C.get member no_reply" });
    expect(decide(stream, { fields: { "a.S.get_res": { member: { no_reply: true } } } }).says("client")).toEqual(["get"]);
  });
  it("of the config come first: a request is no reply, whatever it is called", () => {
    const stream = { client: "x done", server: "x_ack y" };
    const { says, problems } = decide(stream, { fields: { "a.S.x_ack": { member: { reply: "done" } } } });
    expect(says("client")).toEqual(["x", "done (reply)"]);
    expect(says("server")).toEqual(["x_ack -> done", "y"]);
    expect(problems).toEqual([]);
  });
});
