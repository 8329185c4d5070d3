/** `name:` in bridge.yaml keeps the names of TypeScript over a rename in the proto: one program, unchanged, on both sides of it. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withProject } from "./consumer.js";

const types = `syntax = "proto3";
package acme.v1;
enum Level {
  LEVEL_UNSPECIFIED = 0;
  LEVEL_HIGH = 1;
}
message Item {
  message Part {
    int32 count = 1;
  }
  string title = 1;
  Level level = 2;
  repeated Part parts = 3;
  oneof choice {
    string text = 4;
    Part part = 5;
  }
  map<string, Part> by_name = 6;
  string extra_json = 7;
}
`;
const store = `syntax = "proto3";
package acme.v1;
import "acme/v1/types.proto";
service Store {
  rpc GetItem(GetItemRequest) returns (Item);
  rpc PutItem(PutItemRequest) returns (PutItemResponse);
  rpc WatchItems(GetItemRequest) returns (stream Item);
}
message GetItemRequest {
  string session_id = 1;
  Level least = 2;
}
message PutItemRequest {
  string session_id = 1;
  Item item = 2;
}
message PutItemResponse {
  Item.Part first = 1;
}
`;

/** Every name of the proto that TypeScript shows, and what it is called later; the package stays. */
const renames: readonly (readonly [before: string, after: string])[] = [
  ["Level", "Severity"],
  ["LEVEL_", "SEVERITY_"],
  ["PutItemResponse", "PlaceThingReply"],
  ["PutItemRequest", "PlaceThingCall"],
  ["GetItemRequest", "FetchThingCall"],
  ["GetItem", "FetchThing"],
  ["PutItem", "PlaceThing"],
  ["WatchItems", "FollowThings"],
  ["Item", "Thing"],
  ["Part", "Piece"],
  ["title", "headline"],
  ["level", "severity"],
  ["parts", "pieces"],
  ["choice", "selection"],
  ["text", "words"],
  ["part ", "piece "],
  ["count", "amount"],
  ["by_name", "by_label"],
  ["extra_json", "rest_json"],
  ["Store", "Depot"],
  ["session_id", "conversation_id"],
  ["least", "lowest"],
  [" item ", " thing "],
  ["first", "leading"],
];
const renamed = (text: string): string =>
  text
    .split("\n")
    .map((line) => (line.startsWith("import") ? line : renames.reduce((all, [before, after]) => all.replaceAll(before, after), line)))
    .join("\n");

const pins = `enums:
  acme.v1.Severity: { name: Level }
messages:
  acme.v1.Thing: { name: Item }
  acme.v1.Thing.Piece: { name: Item_Part }
  acme.v1.FetchThingCall: { name: GetItemRequest }
  acme.v1.PlaceThingCall: { name: PutItemRequest }
  acme.v1.PlaceThingReply: { name: PutItemResponse }
fields:
  acme.v1.Thing.headline: { name: title }
  acme.v1.Thing.severity: { name: level }
  acme.v1.Thing.pieces: { name: parts }
  acme.v1.Thing.words: { name: text }
  acme.v1.Thing.piece: { name: part }
  acme.v1.Thing.by_label: { name: byName }
  acme.v1.Thing.rest_json: { name: extra }
  acme.v1.Thing.Piece.amount: { name: count }
  acme.v1.FetchThingCall.conversation_id: { name: sessionId }
  acme.v1.FetchThingCall.lowest: { name: least }
  acme.v1.PlaceThingCall.conversation_id: { name: sessionId }
  acme.v1.PlaceThingCall.thing: { name: item }
  acme.v1.PlaceThingReply.leading: { name: first }
oneofs:
  acme.v1.Thing.selection: { name: choice }
services:
  acme.v1.Depot: { name: Store, scopes: { conversation_id: { name: session } } }
methods:
  acme.v1.Depot.FetchThing: { name: getItem }
  acme.v1.Depot.PlaceThing: { name: putItem }
  acme.v1.Depot.FollowThings: { name: watchItems }
`;

/** Uses every one of the names. */
const main = `import { BridgeError } from "@protobridge/runtime";
import { memory } from "@protobridge/runtime/memory";
import {
  type GetItemRequest,
  type GetItemRequestInit,
  type PutItemRequest,
  PutItemResponse,
  type PutItemResponseInit,
  StoreClient,
  type StoreMethods,
  StoreServicer,
  StoreSession,
} from "./gen/acme/v1/store_bridge.js";
import { Item, Item_Part, type Item_PartInit, type ItemInit, Level } from "./gen/acme/v1/types_bridge.js";

const items = new Map<string, Item>();

class Here extends StoreServicer {
  override getItem({ sessionId, least }: GetItemRequest): ItemInit {
    const item = items.get(sessionId);
    if (!item || item.level < least) throw new BridgeError("not_found", "no item");
    return item;
  }
  override putItem({ sessionId, item }: PutItemRequest): PutItemResponseInit {
    if (item) items.set(sessionId, item);
    return { first: item?.parts[0] };
  }
  override async *watchItems(request: GetItemRequest): AsyncIterable<ItemInit> {
    yield this.getItem(request);
    yield { choice: { case: "text", value: "end" } };
  }
}

const part: Item_PartInit = { count: 3 };
const client = new StoreClient(memory([new Here()]));
const session: StoreSession = client.session("s1");
const given: ItemInit = { title: "t", level: Level.HIGH, parts: [part], choice: { case: "part", value: part }, byName: { a: part }, extra: { x: [1] } };
const put: PutItemResponse = await session.putItem({ item: given });
const got: Item = await session.getItem({ least: Level.UNSPECIFIED } satisfies GetItemRequestInit);
const watched: unknown[] = [];
for await (const { choice } of session.watchItems({})) watched.push(choice);
const { getItem }: Partial<StoreMethods> = StoreServicer.from({ getItem: () => ({ title: "from" }) });
console.log(
  JSON.stringify({
    put,
    got,
    watched,
    alone: typeof getItem,
    bytes: [...Item.encode(got)],
    parts: Item_Part.decode(new Uint8Array([8, 7])),
    empty: PutItemResponse.decode(new Uint8Array(0)),
    missing: await client.getItem({ sessionId: "other" }).catch((error: BridgeError) => error.message),
  }),
);
`;

const template = `version: v2
plugins:
  - local: protoc-gen-es
    out: src/gen
    opt: [target=ts, import_extension=js]
  - local: protoc-gen-bridge
    out: src/gen
    opt: [target=ts, import_extension=js, config=bridge.yaml]
`;

it("a program written for the old names compiles and runs on the new ones", { timeout: 120_000 }, () => {
  const files = {
    "buf.yaml": "version: v2\nmodules:\n  - path: proto\n",
    "buf.gen.yaml": template,
    "bridge.yaml": "enums:\n",
    "proto/acme/v1/types.proto": types,
    "proto/acme/v1/store.proto": store,
    "src/main.ts": main,
  };
  withProject(files, ({ directory, run }) => {
    const outcome = (): string => {
      rmSync(join(directory, "src/gen"), { recursive: true, force: true });
      expect(run("buf", "generate")).toMatchObject({ status: 0, stderr: "" });
      expect(run("tsc", "-p", ".")).toMatchObject({ status: 0, stdout: "" });
      const { status, stdout, stderr } = run(process.execPath, "dist/main.js");
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      return stdout;
    };
    const before = outcome();
    expect(JSON.parse(before)).toMatchObject({
      put: { first: { count: 3 } },
      got: { title: "t", level: 1, parts: [{ count: 3 }], choice: { case: "part", value: { count: 3 } }, byName: { a: { count: 3 } }, extra: { x: [1] } },
      watched: [{ case: "part" }, { case: "text", value: "end" }],
      alone: "function",
      parts: { count: 7 },
      missing: "no item",
    });
    for (const [path, text] of Object.entries({ types, store })) writeFileSync(join(directory, `proto/acme/v1/${path}.proto`), renamed(text));
    // Without the pins it does not compile: that is what they are for.
    rmSync(join(directory, "src/gen"), { recursive: true });
    expect(run("buf", "generate").status).toBe(0);
    expect(run("tsc", "-p", ".").stdout).toContain("has no exported member");
    writeFileSync(join(directory, "bridge.yaml"), pins);
    expect(outcome()).toBe(before);
    const explained = run("protobridge", "explain");
    expect(explained).toMatchObject({ status: 0, stderr: "" });
    for (const line of [
      "  enum Severity: is called Level (bridge.yaml:2:23)",
      "  service Depot: is called Store (bridge.yaml:",
      "  RPC Depot.FetchThing: is called getItem (bridge.yaml:",
      "  oneof Thing.selection: is called choice (bridge.yaml:",
      "  field Thing.Piece.amount: is called count (bridge.yaml:",
    ])
      expect(explained.stdout).toContain(line);
  });
});
