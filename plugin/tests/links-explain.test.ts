/** What `explain` tells of links: each decision once, with its reason. */
import { createFileRegistry, fromBinary, type JsonObject } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../src/config/load.js";
import { Problems } from "../src/diagnostics.js";
import { explain, selectorsOf } from "../src/explain.js";
import { buildModel, type Model } from "../src/model/model.js";
import { decide, type Stream } from "./links-support.js";
import { resources, run } from "./support.js";

const models = new Map<string, Model>();

/** What is decided of a directory of fixtures, with the profiles that the plugin brings. */
function modelOf(directory: string): Model {
  const known = models.get(directory);
  if (known) return known;
  const set = fromBinary(FileDescriptorSetSchema, run("buf", ["build", `fixtures/${directory}`, "-o", "-#format=binpb"]));
  const files = [...createFileRegistry(set).files];
  const problems = new Problems();
  const { settings } = loadSettings({ files, checked: files, configPath: undefined, profiles: resources.profiles, problems, whole: true });
  const model = buildModel(files, { settings, problems: { of: problems, files: new Set(files.map(({ proto }) => proto.name)) } });
  expect(problems.all).toEqual([]);
  models.set(directory, model);
  return model;
}

/** The decisions, each in a line. */
function linesOf(text: string): string[] {
  return text
    .replaceAll(/\n {4,}/g, " ")
    .split("\n")
    .filter((line) => line.startsWith("  ") && !line.startsWith("  service "))
    .map((line) => line.trim());
}

describe("the links of fixtures", () => {
  it("orders", () => {
    expect(explain(modelOf("links"), "orders.v1")).toBe(`orders/v1/orders.proto (package orders.v1, proto3): 1 service, 14 messages, 1
    enum
  service DispatchService
    Attend  stream FromTill -> stream FromDispatcher
  link DispatchService.Attend: FromTill and FromDispatcher are envelopes
  envelope FromTill: its oneof body has nothing but messages
  correlation FromTill: request_id is a string of both envelopes
  stamps FromTill: branch can go with each member
  envelope FromDispatcher: its oneof body has nothing but messages
  correlation FromDispatcher: request_id is a string of both envelopes
  reply FromTill.taken of the client: it answers take
  fault FromTill.taken: TakeOrderResponse: it has a bool success and a string
    error_message
  reply FromTill.cancel_result of the client: it answers cancel
  fault FromTill.cancel_result: CancelOrderResult: outcome has an integer code
    and a string message
  reply FromTill.pong of the client: it answers ping
  notification FromTill.payment of the client: nothing from the other end is
    called as a reply to it
  notification FromTill.failure of the client: nothing from the other end is
    called as a reply to it
  request FromDispatcher.take of the server: taken answers it, by their messages
  request FromDispatcher.cancel of the server: cancel_result answers it, by its
    name
  request FromDispatcher.ping of the server: pong answers it, by its name
  notification FromDispatcher.price of the server: nothing from the other end is
    called as a reply to it
  notification FromDispatcher.close of the server: nothing from the other end is
    called as a reply to it
  error member FromTill.failure: failure is called so, and has a string message
    and a code
  probe FromDispatcher.ping: ping is a request of that name
  JSON TakeOrderRequest.notes_json: notes_json is a string whose name ends in
    _json, and there is no notes
`);
  });
  it("jobs", () => {
    expect(explain(modelOf("links"), "jobs.v1")).toBe(`jobs/v1/jobs.proto (package jobs.v1, proto3): 1 service, 12 messages, 1 enum
  service JobService
    Work  stream WorkRequest -> stream WorkResponse
  link JobService.Work: WorkRequest and WorkResponse are envelopes
  envelope WorkRequest: its oneof said has nothing but messages
  no correlation WorkRequest: no string of both envelopes is called as one that
    tells it
  envelope WorkResponse: its oneof said has nothing but messages
  no correlation WorkResponse: no string of both envelopes is called as one that
    tells it
  request WorkRequest.submit_call of the client: submit_result answers it, by
    its name
  id WorkRequest.submit_call: id is a string of both messages
  request WorkRequest.cancel_req of the client: cancel_res answers it, by its
    name
  id WorkRequest.cancel_req: job_id is a string of both messages
  request WorkRequest.status_query of the client: status_answer answers it, by
    its name
  order WorkRequest.status_query: neither the envelopes nor both messages have a
    string that tells it
  notification WorkRequest.log of the client: nothing from the other end is
    called as a reply to it
  reply WorkResponse.submit_result of the server: it answers submit_call
  reply WorkResponse.cancel_res of the server: it answers cancel_req
  fault WorkResponse.cancel_res: Cancelled: it has a bool success and a string
    error_message
  reply WorkResponse.status_answer of the server: it answers status_query
  notification WorkResponse.progress of the server: nothing from the other end
    is called as a reply to it
  notification WorkResponse.drain of the server: nothing from the other end is
    called as a reply to it
  value Argument: its only content is the oneof kind, each member of another
    kind: string text, float number, boolean flag, json json
`);
  });
  it("files", () => {
    expect(explain(modelOf("links"), "files.v1")).toBe(`files/v1/files.proto (package files.v1, proto3): 1 service, 15 messages
  service FileService
    Share  stream Frame -> stream Frame
  link FileService.Share: Frame, which both ends send, is an envelope
  envelope Frame: its oneof body has nothing but messages
  correlation Frame: exchange_id is a string of the envelope
  stamps Frame: session, trace can go with each member
  request Frame.fs_read of either end: fs_read_res answers it, by its name
  request Frame.fs_write of either end: done answers it
    (files/v1/files.proto:28)
  request Frame.fs_dir_list of either end: fs_dir_list_res answers it, by its
    name
  request Frame.fs_dir_make of either end: done answers it
    (files/v1/files.proto:32)
  request Frame.fs_dir_remove of either end: done answers it
    (files/v1/files.proto:34)
  request Frame.fs_watch_start of either end: fs_watch_start_res answers it, by
    its name
  request Frame.fs_watch_stop of either end: done answers it
    (files/v1/files.proto:38)
  reply Frame.fs_read_res of either end: it answers fs_read
  fault Frame.fs_read_res: FileContent: outcome has an integer code and a string
    message
  reply Frame.fs_dir_list_res of either end: it answers fs_dir_list
  fault Frame.fs_dir_list_res: DirectoryContent: outcome has an integer code and
    a string message
  reply Frame.fs_watch_start_res of either end: it answers fs_watch_start
  fault Frame.fs_watch_start_res: WatchStarted: it has a bool success and a
    string error_message
  reply Frame.done of either end: it answers fs_write, fs_dir_make,
    fs_dir_remove, fs_watch_stop
  fault Frame.done: Done: outcome has an integer code and a string message
  notification Frame.fs_watch_change of either end: nothing from the other end
    is called as a reply to it
  request Frame.keep_alive of either end: keep_alive_ack answers it, by its name
  reply Frame.keep_alive_ack of either end: it answers keep_alive
  notification Frame.error of either end: nothing from the other end is called
    as a reply to it
  group fs_ in FileService.Share of either end: fs_read, fs_write, fs_dir_list,
    fs_dir_make, fs_dir_remove, fs_watch_start, fs_watch_stop, fs_watch_change
    begin with fs_
  group fs_dir_ in FileService.Share of either end: fs_dir_list, fs_dir_make,
    fs_dir_remove begin with fs_dir_
  group fs_watch_ in FileService.Share of either end: fs_watch_start,
    fs_watch_stop, fs_watch_change begin with fs_watch_
  probe Frame.keep_alive: keep_alive is a request of that name
  error member Frame.error: error is called so, and has a string message and a
    code
`);
  });

  it.each(["links", "rxpress", "loom", "snakepit"])("%s: one reason for each decision, in lines of at most 80 columns", (directory) => {
    const model = modelOf(directory);
    for (const line of explain(model).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    for (const { services } of model.files) {
      for (const { typeName, methods } of services) {
        for (const { name } of methods.filter(({ link }) => link)) {
          const what = linesOf(explain(model, `${typeName}.${name}`)).map((line) => line.split(": ")[0]);
          expect(what.filter((text, i) => what.indexOf(text) !== i)).toEqual([]);
        }
      }
    }
  });
});

describe("the links of the systems", () => {
  const byProfile = (directory: string, rpc: string): string[] => linesOf(explain(modelOf(directory), rpc)).filter((line) => line.includes("(profile "));

  it("rxpress: what its profile says of Connect", () => {
    expect(byProfile("rxpress", "bridge.ControlPlane.Connect")).toEqual([
      "direction Control.log: the client alone says it (profile rxpress)",
      "request Control.emit of the client: kv_common_res answers it (profile rxpress)",
      "direction Control.emit: the client alone says it (profile rxpress)",
      "empty reply Control.emit: an envelope with nothing but its correlation answers it, too (profile rxpress)",
      "direction Control.kv_get: the client alone says it (profile rxpress)",
      "idempotent Control.kv_get: it may be sent again (profile rxpress)",
      "request Control.kv_put of the client: kv_common_res answers it (profile rxpress)",
      "direction Control.kv_put: the client alone says it (profile rxpress)",
      "empty reply Control.kv_put: an envelope with nothing but its correlation answers it, too (profile rxpress)",
      "request Control.kv_del of the client: kv_common_res answers it (profile rxpress)",
      "direction Control.kv_del: the client alone says it (profile rxpress)",
      "empty reply Control.kv_del: an envelope with nothing but its correlation answers it, too (profile rxpress)",
      "fault Control.kv_get_res: KVGetRes: status has an integer code and a string message (profile rxpress)",
      "fault Control.kv_common_res: KVCommonRes: status has an integer code and a string message (profile rxpress)",
    ]);
  });
  it("loom: what its profile says of EventStream", () => {
    expect(byProfile("loom", "loom.v1.Bridge.EventStream")).toEqual([
      "opening Bridge.EventStream: the client says ack on each connection before all else (profile loom)",
      "fault ClientEvent.tool_result: ToolResult: status tells a fault (profile loom)",
    ]);
  });
  it("snakepit: StreamTelemetry needs nothing of a profile", () => {
    const bare = "TelemetryEvent, which comes bare, cannot tell what it answers";
    expect(linesOf(explain(modelOf("snakepit"), "snakepit.bridge.BridgeService.StreamTelemetry"))).toEqual([
      "link BridgeService.StreamTelemetry: TelemetryControl is an envelope, TelemetryEvent comes bare",
      "envelope TelemetryControl: its oneof control has nothing but messages",
      "no correlation TelemetryControl: no field tells it, since TelemetryEvent has no envelope",
      `notification TelemetryControl.toggle of the client: ${bare}`,
      `notification TelemetryControl.sampling of the client: ${bare}`,
      `notification TelemetryControl.filter of the client: ${bare}`,
      "notification TelemetryEvent of the server: TelemetryEvent comes bare, without an envelope",
    ]);
  });
});

describe("a part of a link is told by its name", () => {
  const group = (prefix: string, members: string): string => `group ${prefix} in FileService.Share of either end: ${members} begin with ${prefix}`;
  it.each<[selector: string, lines: string[]]>([
    [
      "jobs.v1.WorkRequest.cancel_req",
      ["request WorkRequest.cancel_req of the client: cancel_res answers it, by its name", "id WorkRequest.cancel_req: job_id is a string of both messages"],
    ],
    ["jobs.v1.WorkResponse.progress", ["notification WorkResponse.progress of the server: nothing from the other end is called as a reply to it"]],
    ["files.v1.Frame.session", ["stamps Frame: session, trace can go with each member"]],
    ["files.v1.Frame.exchange_id", ["correlation Frame: exchange_id is a string of the envelope"]],
    ["files.v1.Frame.body", ["envelope Frame: its oneof body has nothing but messages"]],
    [
      "files.v1.Frame.fs_watch_change",
      [
        "notification Frame.fs_watch_change of either end: nothing from the other end is called as a reply to it",
        group("fs_", "fs_read, fs_write, fs_dir_list, fs_dir_make, fs_dir_remove, fs_watch_start, fs_watch_stop, fs_watch_change"),
        group("fs_watch_", "fs_watch_start, fs_watch_stop, fs_watch_change"),
      ],
    ],
    [
      "orders.v1.FromDispatcher.ping",
      ["request FromDispatcher.ping of the server: pong answers it, by its name", "probe FromDispatcher.ping: ping is a request of that name"],
    ],
  ])("%s", (selector, lines) => {
    expect(selectorsOf(modelOf("links"))).toContain(selector);
    expect(linesOf(explain(modelOf("links"), selector))).toEqual(lines);
  });
});

describe("what fixtures do not have", () => {
  const stream = {
    client: "get kv kv_get kv_put",
    server: "get_res error:Wrong",
    fields: { client: "string id = 20;", server: "string id = 20;" },
    more: "message Wrong { string message = 1; }",
  };
  const member = (name: string, member: JsonObject): JsonObject => ({ fields: { [name]: { member } } });
  it.each<[what: string, stream: Stream, config: JsonObject, line: string]>([
    [
      "no link, by config",
      stream,
      { methods: { "a.Svc.Do": { link: { none: true } } } },
      "no link Svc.Do: it is none (bridge.yaml methods a.Svc.Do link none)",
    ],
    [
      "no link, by the envelopes",
      { client: "x" },
      { messages: { "a.E": { envelope: { none: true } } } },
      "no link Svc.Do: E is no envelope (bridge.yaml messages a.E envelope none)",
    ],
    [
      "an oneof, by config",
      stream,
      { messages: { "a.C": { envelope: { oneof: "body" } } } },
      "envelope C: its oneof body has nothing but messages (bridge.yaml messages a.C envelope oneof)",
    ],
    [
      "a correlation, by config",
      stream,
      { messages: { "a.C": { envelope: { correlation: "id" } } } },
      "correlation C: id tells it (bridge.yaml messages a.C envelope correlation)",
    ],
    [
      "no correlation, by config",
      stream,
      { messages: { "a.C": { envelope: { no_correlation: true } } } },
      "no correlation C: no field tells it (bridge.yaml messages a.C envelope no_correlation)",
    ],
    [
      "a notification, by config",
      stream,
      member("a.C.get", { no_reply: true }),
      "notification C.get of the client: nothing answers it (bridge.yaml fields a.C.get member no_reply)",
    ],
    [
      "an idempotent request",
      stream,
      member("a.C.get", { idempotent: true }),
      "idempotent C.get: it may be sent again (bridge.yaml fields a.C.get member idempotent)",
    ],
    [
      "a probe, by config",
      stream,
      member("a.C.get", { probe: true }),
      "probe C.get: get asks whether the other end is there (bridge.yaml fields a.C.get member probe)",
    ],
    [
      "no error member, by config",
      stream,
      { messages: { "a.S": { envelope: { no_error: true } } } },
      "no error member S: no member tells an error (bridge.yaml messages a.S envelope no_error)",
    ],
    ["an error member, by rule", stream, {}, "error member S.error: error is called so, and has a string message"],
    ["no group", stream, {}, "no group kv_ in Svc.Do of the client: a member has its name: kv_get, kv_put"],
    ["the order", { client: "get", server: "get_res" }, {}, "order C.get: neither the envelopes nor both messages have a string that tells it"],
    ["two that could answer", { client: "get", server: "get_res get_ack" }, {}, "notification C.get of the client: get_res or get_ack could answer it"],
    [
      "what one end alone says",
      { client: "x y" },
      member("a.E.x", { from: "SERVER" }),
      "direction E.x: the server alone says it (bridge.yaml fields a.E.x member from)",
    ],
  ])("%s", (_what, stream, config, line) => {
    expect(linesOf(explain({ files: [decide(stream, config).file] }, "a.Svc.Do"))).toContain(line);
  });
});
