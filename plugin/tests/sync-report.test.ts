/** What `protobridge sync` tells of what the proto no longer has, and does not touch. */
import { describe, expect, it } from "vitest";
import { type Files, synced } from "./sync-support.js";

const from = `"./gen/acme/v1/jobs_bridge.js"`;

/** What is told of src/a.ts but what is missing. */
function told(text: string, files: Files = {}): readonly string[] {
  return synced({ ...files, "src/a.ts": text }).lines.filter((line) => !line.includes(": missing: "));
}

const doors = "override open() { return {}; }\n  override shut() { return {}; }\n  override lock() { return {}; }";
const servicer = (member: string, imported = ""): string =>
  `import { DoorsServicer${imported} } from ${from};\nimport type { CallContext } from "@protobridge/runtime";\nexport type C = CallContext;\nclass A extends DoorsServicer {\n  ${doors}\n  ${member}\n}\n`;

describe("RPCs that are gone", () => {
  it.each<[what: string, text: string, lines: readonly string[]]>([
    ["an override of nothing is sure", servicer("override knock() { return {}; }"), ["src/a.ts:8: gone: class A: knock: acme.v1.Doors has no such RPC now"]],
    [
      "a method with a CallContext looks like one",
      servicer("knock(_: object, context: CallContext) { return context; }"),
      ["src/a.ts:8: gone: class A: knock looks like an RPC that is gone: acme.v1.Doors has no such RPC now"],
    ],
    [
      "so does one that takes a message that is gone, which is told once",
      servicer("async knock(_: Knock): Promise<KnockInit> { return {}; }", ", type Knock, type KnockInit"),
      ["src/a.ts:8: gone: class A: knock looks like an RPC that is gone: acme.v1.Doors has no such RPC now"],
    ],
    [
      "others are one's own",
      servicer(
        "private helper(context: CallContext) { return context; }\n  knock(note: Note) { return note; }\n  static of(context: CallContext) { return context; }\n  #own(context: CallContext) { return context; }",
        ", type Note",
      ),
      [],
    ],
    [
      "what a base class of one's own has is no RPC",
      `import { DoorsServicer } from ${from};\nabstract class Base extends DoorsServicer {\n  ${doors}\n  knock() { return {}; }\n}\nclass A extends Base {\n  override knock() { return {}; }\n}\n`,
      [],
    ],
    [
      "in what implements the methods",
      `import type { DoorsMethods } from ${from};\nimport type { CallContext } from "@protobridge/runtime";\nclass A implements DoorsMethods {\n  open() { return {}; }\n  shut() { return {}; }\n  lock() { return {}; }\n  knock(_: object, context: CallContext) { return context; }\n}\n`,
      ["src/a.ts:7: gone: class A: knock looks like an RPC that is gone: acme.v1.Doors has no such RPC now"],
    ],
    [
      "in an object, also in one that is a part on purpose",
      `import { type DoorsMethods, DoorsServicer } from ${from};\nDoorsServicer.from({ open: () => ({}), shut: () => ({}), lock: () => ({}), knock: () => ({}) });\nexport const m: Partial<DoorsMethods> = { knock: () => ({}) };\n`,
      [
        "src/a.ts:2: gone: what DoorsServicer.from() is given: knock: acme.v1.Doors has no such RPC now",
        "src/a.ts:3: gone: the DoorsMethods: knock: acme.v1.Doors has no such RPC now",
      ],
    ],
    [
      "a message that a link has no more",
      `import type { JobsTalkClientHandlers } from ${from};\nexport const h: JobsTalkClientHandlers = { ask: () => ({}), get: () => ({}), knock: () => ({}) };\n`,
      ["src/a.ts:2: gone: the JobsTalkClientHandlers: knock: JobsTalkClientHandlers has no such message now"],
    ],
    [
      "a whole service, and types that are used elsewhere",
      `import { KnockServicer, type Knock as K } from ${from};\nexport class A extends KnockServicer {\n  override knock(_: K) { return {}; }\n}\n`,
      [
        "src/a.ts:1: gone: KnockServicer: ./gen/acme/v1/jobs_bridge.js does not export it any more",
        "src/a.ts:1: gone: Knock: ./gen/acme/v1/jobs_bridge.js does not export it any more",
      ],
    ],
    [
      "a whole module",
      `import { DoorsServicer } from ${from};\nimport { KnockServicer } from "./gen/acme/v1/knock_bridge.js";\nexport class A extends KnockServicer {}\nvoid DoorsServicer;\n`,
      ["src/a.ts:2: gone: ./gen/acme/v1/knock_bridge.js is not there any more: nothing was generated for its proto"],
    ],
  ])("%s", (_what, text, lines) => {
    expect(told(text)).toEqual(lines);
  });

  it("a name that only shows when it runs says nothing", () => {
    const text = `import { DoorsServicer } from ${from};\nconst name = "knock";\nDoorsServicer.from({ open: () => ({}), shut: () => ({}), lock: () => ({}), [name]: () => ({}) });\n`;
    expect(told(text)).toEqual([]);
  });

  it("what only looks like an import, in a text, is none", () => {
    const text = `export const example = \`import { A } from "./gen/knock_bridge.js";\nimport { b } from "@protobridge/runtime/codegen-9";\`;\n`;
    expect(told(text)).toEqual([]);
    expect(told(`import "./gen/knock_bridge.js";\n${text}`)).toEqual([
      "src/a.ts:1: gone: ./gen/knock_bridge.js is not there any more: nothing was generated for its proto",
    ]);
  });

  it("may have been renamed, if one of the same types is new: a guess, and nothing is renamed", () => {
    const text = `import { AdminServicer, DoorsServicer, type Note } from ${from};
import type { Pong } from "./gen/other/v1/other_bridge.js";
import type { Empty } from "@protobridge/runtime/wkt";
class A extends AdminServicer {
  override async restart(_request: Pong): Promise<Empty> { return {} as Empty; }
}
class B extends DoorsServicer {
  override async enter(_request: Note): Promise<Note> { return {}; }
}
`;
    const { lines, files } = synced({ "src/a.ts": text });
    expect(lines.filter((line) => line.includes("renamed"))).toEqual([
      "src/a.ts:6: renamed: class A: a guess: restart may be reset now, which has the same types",
    ]);
    expect(files["src/a.ts"]).toContain("override async restart(_request: Pong): Promise<Empty> { return {} as Empty; }");
  });
});

describe("types that changed", () => {
  const jobs = "start stop watch upload mirror ping talk".split(" ");
  const others = (own: string): string =>
    jobs
      .filter((name) => name !== own)
      .map((name) => `  override ${name}: any = null;`)
      .join("\n");
  const cases: readonly (readonly [what: string, own: string, member: string, line: string])[] = [
    ["a request", "start", "override start(_: StopRequest) { return {}; }", "start takes StartRequest now, not StopRequest"],
    ["a request that is gone", "start", "override start(_: OldRequest) { return {}; }", "start takes StartRequest now, not OldRequest, which is gone"],
    [
      "a response",
      "start",
      "override async start(): Promise<StopResponseInit> { return {}; }",
      "start answers with StartResponseInit now, not StopResponseInit",
    ],
    [
      "both",
      "start",
      "override start(_: StopRequest): StopResponse { return {} as never; }",
      "start takes StartRequest now, not StopRequest, and answers with StartResponseInit now, not StopResponse",
    ],
    [
      "one request, and now a stream",
      "upload",
      "override upload(_: UploadRequest) { return {}; }",
      "upload takes a stream of UploadRequest now, not UploadRequest",
    ],
    [
      "one response, and now a stream",
      "watch",
      "override async watch(): Promise<WatchResponseInit> { return {}; }",
      "watch answers with a stream of WatchResponseInit now, not WatchResponseInit",
    ],
    [
      "a stream, and now one response",
      "stop",
      "override async *stop(): AsyncIterable<StopResponseInit> {}",
      "stop answers with StopResponseInit now, not a stream of StopResponseInit",
    ],
    ["a generator, and now one response", "stop", "override async *stop() {}", "stop answers once now, not with a stream"],
    ["one response by its looks, and now a stream", "watch", "override async watch() { return {}; }", "watch answers with a stream now, not once"],
    ["the type of an arrow", "start", "override start = async (_: StopRequest) => ({});", "start takes StartRequest now, not StopRequest"],
  ];
  it.each(cases)("%s", (_what, own, member, line) => {
    const names = [
      "JobsServicer",
      "OldRequest",
      "StartRequest",
      "StartResponseInit",
      "StopRequest",
      "StopResponse",
      "StopResponseInit",
      "UploadRequest",
      "WatchResponseInit",
    ];
    const text = `import { ${names.filter((name) => name === "JobsServicer" || member.includes(name)).join(", ")} } from ${from};\nexport class A extends JobsServicer {\n  ${member}\n${others(own)}\n}\n`;
    expect(told(text)).toEqual([`src/a.ts:3: changed: class A: ${line}`]);
  });

  it.each([
    ["a face for an init", "start", "override async start(_: StartRequest): Promise<StartResponse> { return {} as never; }"],
    ["an init for a face", "start", "override start(_: StartRequestInit): StartResponseInit { return {}; }"],
    ["no types at all", "start", "override start() { return {}; }"],
    ["types of one's own", "start", "override start(_: { name: string }): Own { return {} as never; }"],
    ["a generator", "watch", "override async *watch(_: WatchRequest): AsyncGenerator<WatchResponseInit> {}"],
    ["a message of a package", "ping", "override ping(_: wkt.Empty) { return {}; }"],
  ])("%s is no change", (_what, own, member) => {
    const names = ["StartRequest", "StartRequestInit", "StartResponse", "StartResponseInit", "WatchRequest", "WatchResponseInit"];
    const imported = ["JobsServicer", ...names].join(", ");
    const text = `import { ${imported} } from ${from};\nimport * as wkt from "@protobridge/runtime/wkt";\ntype Own = object;\nexport class A extends JobsServicer {\n  ${member}\n${others(own)}\n}\n`;
    expect(told(text)).toEqual([]);
  });
});

describe("--mark-orphans", () => {
  const marked = (member: string): string | undefined =>
    synced({ "src/a.ts": servicer(member) }, { marks: true })
      .files["src/a.ts"]?.split("lock() { return {}; }\n")[1]
      ?.slice(0, -2);
  const mark = "@orphaned acme.v1.Doors has no such RPC.";
  it.each([
    ["override knock() {}", `  /** ${mark} */\n  override knock() {}\n`],
    ["/** Knocks. */\n  override knock() {}", `  /** Knocks. ${mark} */\n  override knock() {}\n`],
    ["/** Knocks.*/ override knock() {}", `  /** Knocks. ${mark} */ override knock() {}\n`],
    ["/**\n   * Knocks.\n   */\n  override knock() {}", `  /**\n   * Knocks.\n   * ${mark}\n   */\n  override knock() {}\n`],
    ["// Knocks.\n  @d override knock() {}", `  // Knocks.\n  /** ${mark} */\n  @d override knock() {}\n`],
  ])("%s", (member, after) => {
    expect(marked(member)).toBe(after);
  });

  it("is written once, and told from then on", () => {
    const text = servicer(`/** ${mark} */\n  override knock() {}`);
    const { changes, lines } = synced({ "src/a.ts": text }, { marks: true });
    expect(changes).toEqual([]);
    expect(lines).toEqual(["src/a.ts:9: gone: class A: knock: acme.v1.Doors has no such RPC now, and is marked so"]);
  });
});

it("two that serve one service are both brought up to date, with a note", () => {
  const text = `import { AdminServicer } from ${from};\nexport class A extends AdminServicer {}\n`;
  const { lines, files } = synced({ "src/a.ts": text, "src/b.ts": `\n${text}` });
  expect(Object.keys(files)).toEqual(["src/a.ts", "src/b.ts"]);
  expect(lines).toContain("src/a.ts:5: note: acme.v1.Admin is served here, and at src/b.ts:6");
});
