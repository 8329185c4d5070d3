/** What tells which reply is whose, what goes along, and who has a further part to play on a link. */
import type { JsonObject } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupsOf } from "../src/model/link/groups.js";
import type { GroupModel } from "../src/model/link/link.js";
import { type DecidedLink, decide, decideText, groupsIn, streamText } from "./links-support.js";

/** String fields with these names. */
const strings = (...names: string[]): string => names.map((name, i) => `string ${name} = ${i + 20};`).join(" ");

describe("the correlation", () => {
  const names = ["correlation", "correlation_id", "request_id", "exchange_id", "call_id", "message_id", "id"];
  const decideFields = (client: string, server: string, config: JsonObject = {}): DecidedLink =>
    decide({ client: "get", server: "get_res", fields: { client, server } }, config);
  const of = ({ link: { client, server } }: DecidedLink): unknown[] => [client, server].map(({ envelope }) => envelope?.correlation?.field ?? null);

  it.each(names.map((name, i) => [name, names.slice(i).toReversed()] as const))("is %s, before all that come after it", (name, all) => {
    const decided = decideFields(strings(...all, "tenant"), strings(...all));
    expect(of(decided)).toEqual([name, name]);
    const reason = { rule: "correlation", because: `${name} is a string of both envelopes`, from: null };
    expect(decided.link.client.envelope?.correlation?.reason).toEqual(reason);
    expect(decided.member("client", "get").request?.match).toEqual({ by: "correlation", id: null, reason });
  });

  const others: [what: string, client: string, server: string, found: string | null][] = [
    ["in both envelopes, or it is none", strings("correlation", "id"), strings("id"), "id"],
    ["one that may be absent", "optional string id = 20;", strings("id"), "id"],
    ["no string of another name", strings("tenant", "session_id", "trace_id"), strings("tenant", "session_id", "trace_id"), null],
    ["no number", "int64 id = 20;", "int64 id = 20;", null],
    ["no number at one end", strings("id"), "int64 id = 20;", null],
    ["no list", "repeated string id = 20;", strings("id"), null],
    ["no bytes", "bytes id = 20;", strings("id"), null],
    ["nothing where there is nothing", "", "", null],
  ];
  it.each(others)("is %s", (_what, client, server, found) => {
    const decided = decideFields(client, server);
    expect(of(decided)).toEqual([found, found]);
    const because = "no string of both envelopes is called as one that tells it";
    expect(decided.link.server.envelope?.noCorrelation).toEqual(found === null ? { rule: "correlation", because, from: null } : null);
    expect(decided.problems).toEqual([]);
  });
  it("is one of an envelope that both ends send", () => {
    const { link } = decide({ client: "get get_res", fields: { client: strings("id") } });
    expect(link.server.envelope?.correlation).toEqual({ field: "id", reason: { rule: "correlation", because: "id is a string of the envelope", from: null } });
  });
  it("is none across a message that comes bare", () => {
    const { link } = decideText(
      "service Svc { rpc Do(stream C) returns (stream S); } message C { string id = 2; oneof b { S s = 1; } } message S { string id = 1; }",
    );
    expect(link.client.envelope).toMatchObject({ correlation: null, noCorrelation: { because: "no field tells it, since S has no envelope" }, stamps: ["id"] });
  });
  it("is no field that is skipped", () => {
    expect(of(decideFields(strings("correlation", "id"), strings("correlation", "id"), { fields: { "a.S.correlation": { skip: true } } }))).toEqual([
      "id",
      "id",
    ]);
  });

  const said: [what: string, client: string, server: string, config: JsonObject, found: (string | null)[], because: string][] = [
    ["in both, by one name", strings("id", "ticket"), strings("ticket"), { "a.C": { correlation: "ticket" } }, ["ticket", "ticket"], "ticket tells it"],
    ["said of the server's", strings("id", "ticket"), strings("ticket"), { "a.S": { correlation: "ticket" } }, ["ticket", "ticket"], "ticket tells it"],
    [
      "in the other, by rule",
      strings("ticket"),
      strings("id", "call_id"),
      { "a.C": { correlation: "ticket" } },
      ["ticket", "call_id"],
      "ticket and call_id tell it",
    ],
    ["in each, another", strings("a", "b"), strings("a", "b"), { "a.C": { correlation: "a" }, "a.S": { correlation: "b" } }, ["a", "b"], "a and b tell it"],
  ];
  it.each(said)("is what the config says: %s", (_what, client, server, envelopes, found, because) => {
    const config = { messages: Object.fromEntries(Object.entries(envelopes).map(([name, envelope]) => [name, { envelope: envelope as JsonObject }])) };
    const decided = decideFields(client, server, config);
    expect(of(decided)).toEqual(found);
    const [first] = Object.keys(envelopes);
    const reason = { rule: "correlation", because, from: `bridge.yaml messages ${first} envelope correlation` };
    expect(decided.link.client.envelope?.correlation?.reason).toEqual(reason);
    expect(decided.problems).toEqual([]);
  });
  it("is none where the config says so of either", () => {
    const decided = decideFields(strings("id"), strings("id"), { messages: { "a.S": { envelope: { no_correlation: true } } } });
    expect(of(decided)).toEqual([null, null]);
    expect(decided.link.client.envelope?.noCorrelation).toEqual({
      rule: "correlation",
      because: "no field tells it",
      from: "bridge.yaml messages a.S envelope no_correlation",
    });
    expect(decided.link.client.envelope?.stamps).toEqual(["id"]);
  });
});

describe("an id inside of the messages", () => {
  const names = ["id", "correlation_id", "request_id", "call_id", "message_id"];
  const ids = (request: string, reply: string, config: JsonObject = {}, fields = ""): Pick<DecidedLink, "problems"> & { by: unknown } => {
    const more = `message Get { ${request} } message GetRes { ${reply} }`;
    const { member, problems } = decide({ client: "get:Get", server: "get_res:GetRes", fields: { client: fields, server: fields }, more }, config);
    return { by: member("client", "get").request?.match, problems };
  };
  const byOrder = (because: string): unknown => ({ by: "order", id: null, reason: { rule: "order", because, from: null } });

  it.each(names.map((name, i) => [name, names.slice(i).toReversed()] as const))("is %s, before all that come after it", (name, all) => {
    expect(ids(strings("a_id", ...all), strings("a_id", ...all))).toEqual({
      by: { by: "id", id: name, reason: { rule: "id", because: `${name} is a string of both messages`, from: null } },
      problems: [],
    });
  });
  it("is the only one that both have", () => {
    expect(ids(strings("job_id", "run_id"), strings("other_id", "job_id")).by).toMatchObject({ by: "id", id: "job_id" });
  });

  const none: [what: string, request: string, reply: string][] = [
    ["a string of another name", strings("job", "identity", "_id"), strings("job", "identity", "_id")],
    ["a number", "int64 id = 1;", "int64 id = 1;"],
    ["a number in one of them", strings("id"), "uint32 id = 1;"],
    ["a list", "repeated string id = 1;", strings("id")],
    ["a member of a oneof", "oneof o { string id = 1; int32 n = 2; } string x = 3;", strings("id")],
    ["one that the reply lacks", strings("job_id"), ""],
  ];
  it.each(none)("is not %s: then the order tells it", (_what, request, reply) => {
    expect(ids(request, reply)).toEqual({ by: byOrder("neither the envelopes nor both messages have a string that tells it"), problems: [] });
  });
  it("is not in a message that shows as a value", () => {
    const { member } = decide({ client: "get:google.protobuf.StringValue", server: "get_res:google.protobuf.StringValue" });
    expect(member("client", "get").request?.match.by).toBe("order");
  });
  it("is not asked for where the envelopes tell it", () => {
    expect(ids(strings("id"), strings("id"), {}, strings("call_id")).by).toMatchObject({ by: "correlation" });
  });
  it("is none of several, with a warning that names the config that settles it", () => {
    const both = strings("run_id", "job_id");
    expect(ids(both, both)).toEqual({
      by: byOrder("run_id or job_id could tell it"),
      problems: ["warning a.proto:4: a.C.get gets its replies by order, since run_id or job_id could tell them: say fields: a.C.get: { member: { id: ... } }"],
    });
    expect(ids(both, both, { fields: { "a.C.get": { member: { id: "job_id" } } } })).toEqual({
      by: { by: "id", id: "job_id", reason: { rule: "id", because: "job_id of both messages tells it", from: "bridge.yaml fields a.C.get member id" } },
      problems: [],
    });
  });
  it("is what the config says, whatever it is called", () => {
    const both = strings("id", "ticket");
    expect(ids(both, both, { fields: { "a.C.get": { member: { id: "ticket" } } } }).by).toMatchObject({ by: "id", id: "ticket" });
  });
});

describe("stamps", () => {
  const fields = "string tenant = 20; string id = 21; map<string, M_get> named = 22; repeated int32 counts = 23; M_get part = 24; optional bool dry = 25;";
  it("are all fields of the envelope beside the oneof and the correlation", () => {
    const { link } = decide({ client: "get", server: "get_res", fields: { client: fields, server: strings("id") } });
    expect(link.client.envelope?.stamps).toEqual(["tenant", "named", "counts", "part", "dry"]);
    expect(link.server.envelope?.stamps).toEqual([]);
  });
  it("are none that are skipped", () => {
    const config = { fields: { "a.C.named": { skip: true }, "a.C.dry": { skip: true } } };
    expect(decide({ client: "get", server: "x", fields: { client: fields } }, config).link.client.envelope?.stamps).toEqual(["tenant", "id", "counts", "part"]);
  });
});

describe("the opening", () => {
  it.each(["hello", "register", "ack", "opening"])("is not found by a name: %s", (name) => {
    const { says, link } = decide({ client: name, server: "x" });
    expect(says("client")).toEqual([name]);
    expect(link.opening).toBeNull();
  });
  it("is what the config says: it is no request, and nothing answers it", () => {
    const { says, link, member, problems } = decide(
      { client: "hello get", server: "hello_ack get_res" },
      { methods: { "a.Svc.Do": { link: { opening: "hello" } } } },
    );
    expect(says("client")).toEqual(["hello (opening)", "get -> get_res"]);
    expect(says("server")).toEqual(["hello_ack", "get_res (reply)"]);
    expect(link.opening).toEqual({
      member: "hello",
      message: { role: "message", typeName: "a.M_hello" },
      reason: { rule: "opening", because: "the client says it on each connection before all else", from: "bridge.yaml methods a.Svc.Do link opening" },
    });
    expect(member("client", "hello").reason.rule).toBe("opening");
    expect(problems).toEqual([]);
  });
  it("is not all that there is: there is no link on which nothing can be said", () => {
    const from = { fields: { "a.E.hello": { member: { from: "CLIENT" } } }, methods: { "a.Svc.Do": { link: { opening: "hello" } } } };
    const { method, problems } = decide({ client: "hello" }, from);
    expect(method).toMatchObject({ link: null, noLink: { rule: "link", because: "no link: nothing could be said on it" } });
    expect(problems).toEqual(["warning bridge.yaml methods a.Svc.Do link: a.Svc.Do is no link, since nothing could be said on it"]);
  });
  it("of an envelope that both ends send is a notification of the server's", () => {
    const { says } = decide({ client: "ack x" }, { methods: { "a.Svc.Do": { link: { opening: "ack" } } } });
    expect(says("client")).toEqual(["ack (opening)", "x"]);
    expect(says("server")).toEqual(["ack", "x"]);
  });
});

describe("the member that tells errors", () => {
  const grpc = "enum Kind { KIND_NONE = 0; KIND_NOT_FOUND = 5; UNAVAILABLE = 14; }";
  const own = "enum Kind { KIND_NONE = 0; KIND_LOST = 5; }";
  const errorOf = (name: string, fields: string, more = "", config: JsonObject = {}): DecidedLink["link"]["server"]["error"] =>
    decide({ client: "x", server: `y ${name}:Wrong`, more: `message Wrong { ${fields} } ${more}` }, config).link.server.error;

  it.each(["err", "error", "failure"])("is one called %s", (name) => {
    expect(errorOf(name, "string message = 1;")).toEqual({
      member: name,
      typeName: "a.Wrong",
      code: null,
      message: "message",
      reason: { rule: "error member", because: `${name} is called so, and has a string message`, from: null },
    });
  });

  const codes: [what: string, fields: string, more: string, as: "number" | "name" | null][] = [
    ["an integer", "int32 code = 2;", "", "number"],
    ["an integer that may be absent", "optional uint64 code = 2;", "", "number"],
    ["a name", "string code = 2;", "", "name"],
    ["an enum with the numbers of gRPC", "Kind code = 2;", grpc, "number"],
    ["nothing of an enum with others", "Kind code = 2;", own, null],
    ["nothing of a list", "repeated int32 code = 2;", "", null],
    ["nothing of a oneof", "oneof o { int32 code = 2; }", "", null],
    ["nothing of a number with a fraction", "double code = 2;", "", null],
  ];
  it.each(codes)("tells by its code %s", (_what, fields, more, as) => {
    const error = errorOf("error", `string message = 1; ${fields}`, more);
    expect(error?.code).toEqual(as && { field: "code", as });
    expect(error?.reason.because).toBe(`error is called so, and has a string message${as ? " and a code" : ""}`);
  });

  it.each([
    ["another name", "problem", "string message = 1;"],
    ["no message", "error", "string text = 1;"],
    ["a message that is no string", "error", "bytes message = 1;"],
    ["a message in a oneof", "error", "oneof o { string message = 1; int32 n = 2; } string x = 3;"],
  ])("is none with %s", (_what, name, fields) => {
    expect(errorOf(name, fields)).toBeNull();
  });
  it("is no request and no reply", () => {
    const wrong = "message Wrong { string message = 1; }";
    expect(decide({ client: "error:Wrong", server: "error_ack", more: wrong }).link.client.error).toBeNull();
    expect(decide({ client: "x", server: "error:Wrong", more: wrong }, { fields: { "a.C.x": { member: { reply: "error" } } } }).link.server.error).toBeNull();
  });
  it("stays a notification", () => {
    expect(decide({ client: "x", server: "error:Wrong", more: "message Wrong { string message = 1; }" }).says("server")).toEqual(["error"]);
  });
  it("is the first of several by its number", () => {
    const text = "service Svc { rpc Do(stream C) returns (stream C); } message C { oneof b { W err = 2; W failure = 1; } } message W { string message = 1; }";
    expect(decideText(text).link.client.error?.member).toBe("failure");
  });
  it("is what the config says, or none", () => {
    const fields = "string message = 1;";
    expect(errorOf("oops", fields, "", { messages: { "a.S": { envelope: { error: "oops" } } } })).toMatchObject({
      member: "oops",
      reason: { because: "oops tells an error where no reply can", from: "bridge.yaml messages a.S envelope error" },
    });
    const config = { messages: { "a.S": { envelope: { no_error: true } } } };
    expect(errorOf("error", fields, "", config)).toBeNull();
    const { link } = decide({ client: "x", server: "error:Wrong", more: `message Wrong { ${fields} }` }, config);
    expect(link.server.noError).toEqual({ rule: "error member", because: "no member tells an error", from: "bridge.yaml messages a.S envelope no_error" });
  });
});

describe("the probe", () => {
  it.each([
    ["ping", "pong"],
    ["heartbeat", "heartbeat_ack"],
    ["keepalive", "keepalive_res"],
    ["keep_alive", "keep_alive_reply"],
    ["probe", "probe_result"],
  ])("is a request named %s", (request, reply) => {
    expect(decide({ client: `x ${request}`, server: reply }).link.client.probe).toEqual({
      member: request,
      reason: { rule: "probe", because: `${request} is a request of that name`, from: null },
    });
  });
  it("is no notification, nor a request of another name", () => {
    expect(decide({ client: "ping heartbeat", server: "x" }).link.client.probe).toBeNull();
    expect(decide({ client: "line_ping is_there", server: "line_pong is_there_res" }).link.client.probe).toBeNull();
  });
  it("is the first of several by its number", () => {
    const text =
      "service Svc { rpc Do(stream C) returns (stream S); } message C { oneof b { M ping = 3; M probe = 2; } } message S { oneof b { M pong = 1; M probe_ack = 2; } } message M {}";
    expect(decideText(text).link.client.probe?.member).toBe("probe");
  });
  it("is not one whose message needs something", () => {
    const others = { "b.proto": 'syntax = "proto2"; package b; message Ping { required int64 time = 1; } message Free { optional int64 time = 1; }' };
    const probeWith = (type: string): unknown =>
      decideText(`import "b.proto"; ${streamText({ client: `ping:${type} probe`, server: "pong probe_ack" })}`, {}, {}, others).link.client.probe?.member;
    expect(probeWith("b.Ping")).toBe("probe");
    expect(probeWith("b.Free")).toBe("ping");
    expect(decide({ client: "ping:google.protobuf.StringValue", server: "pong" }).link.client.probe).toBeNull();
  });
  it("is what the config says, or another, or none", () => {
    const stream = { client: "ping look", server: "pong look_res" };
    const probing = (member: string, probe: boolean): DecidedLink => decide(stream, { fields: { [`a.C.${member}`]: { member: { probe } } } });
    expect(probing("look", true).link.client.probe).toEqual({
      member: "look",
      reason: { rule: "probe", because: "look asks whether the other end is there", from: "bridge.yaml fields a.C.look member probe" },
    });
    expect(probing("ping", false).link.client.probe).toBeNull();
  });
});

describe("groups", () => {
  const cases: [what: string, members: string, groups: object, no: string[]][] = [
    ["share a word", "kv_get kv_put log", { kv: ["get", "put"] }, []],
    ["are of two members at least", "kv_get log", {}, []],
    ["are told at underscores alone", "kvget kvput kvGet kvPut", {}, []],
    ["hold what shares more", "fs_read fs_dir_list fs_dir_make", { fs: ["read", "dir_list", "dir_make", { dir: ["list", "make"] }] }, []],
    ["hold groups of any depth", "a_b_c_d a_b_c_e", { a: ["b_c_d", "b_c_e", { b: ["c_d", "c_e", { c: ["d", "e"] }] }] }, []],
    ["are not made where a member has the name", "kv kv_get kv_put", {}, ["kv_"]],
    ["are not made where a member in the group has the name", "fs_dir fs_dir_list fs_dir_make", { fs: ["dir", "dir_list", "dir_make"] }, ["fs_dir_"]],
    ["do without leading and double underscores", "_kv_get kv__put", { kv: ["get", "put"] }, []],
    ["take digits for letters", "v1_get v1_put v2_get", { v1: ["get", "put"] }, []],
  ];
  it.each(cases)("%s", (_what, members, groups, no) => {
    const found = groupsOf(members.split(" ").map((name) => ({ name, pin: null })));
    expect(groupsIn(found)).toEqual(groups);
    expect(found.noGroups.map(({ prefix }) => prefix)).toEqual(no);
  });

  it("are of methods: requests and notifications, not replies", () => {
    const { link } = decide({ client: "kv_get kv_note", server: "kv_get_res kv_seen" });
    expect(groupsIn(link.client)).toEqual({ kv: ["get", "note"] });
    expect(groupsIn(link.server)).toEqual({});
  });
  it("are without what the config names, whose name they leave alone", () => {
    const pinned = (member: string, name: string): object =>
      groupsIn(decide({ client: "kv_get kv_put kv_del log", server: "x" }, { fields: { [`a.C.${member}`]: { name } } }).link.client);
    expect(pinned("kv_put", "store")).toEqual({ kv: ["get", "del"] });
    expect(pinned("log", "kv")).toEqual({});
  });
  it("tell why they are there, or not", () => {
    const { link } = decide({ client: "kv_get kv_put fs fs_get fs_put", server: "x" });
    expect(link.client.groups[0]?.reason).toEqual({ rule: "group", because: "kv_get, kv_put begin with kv_", from: null });
    expect(link.client.noGroups).toEqual([{ prefix: "fs_", reason: { rule: "group", because: "a member has its name: fs_get, fs_put", from: null } }]);
  });

  it("lose nothing when the proto gains a member, unless it has the name of a group", () => {
    /** Each place of a member in a group, such as `fs.dir.list is fs_dir_list`. */
    const placesIn = (groups: readonly GroupModel[], path = ""): string[] =>
      groups.flatMap(({ name, members, groups }) => [
        ...members.map((member) => `${path}${name}.${member.name} is ${member.member}`),
        ...placesIn(groups, `${path}${name}.`),
      ]);
    const places = (names: readonly string[]): string[] => placesIn(groupsOf(names.map((name) => ({ name, pin: null }))).groups);
    const name = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 }).map((words) => words.join("_"));
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 8 }), name, (names, added) => {
        const after = new Set(places([...names, added]));
        const lost = places(names).filter((place) => !after.has(place) && !place.split(" is ")[1]?.startsWith(`${added}_`));
        expect(lost).toEqual([]);
      }),
    );
  });
});
