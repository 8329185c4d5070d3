/** What `protobridge sync` finds: each way in which hand-written code answers for a service or a link. */
import { describe, expect, it } from "vitest";
import { proto } from "./support.js";
import { type Files, generated, type Synced, synced } from "./sync-support.js";

const doors = proto(
  "acme.v1",
  "service Doors { rpc Open(Door) returns (Door); rpc Shut(Door) returns (Door); rpc Talk(stream Say) returns (stream Say); }",
  "service Windows { rpc Open(Door) returns (Door); rpc Clean(Door) returns (Door); }",
  "message Door { string name = 1; }",
  "message Say { string correlation = 1; oneof what { Ask ask = 2; AskRes ask_res = 3; Get get = 4; GetRes get_res = 5; Note note = 6; } }",
  "message Ask {} message AskRes { string text = 1; } message Get {} message GetRes {} message Note {}",
);
const gen = generated({ "doors.proto": doors });
/** What becomes the way to the generated module. */
const from = "GEN/doors_bridge.js";

/** The files of all cases, each in a directory of its own: one run for all of them takes a fraction of the time. */
const all: Record<string, string> = {};
let result: Synced | undefined;

/** A case: its files, or the text of one, and what is missing in them. */
type Row = readonly [what: string, files: Files | string, found: readonly string[]];

/** Gives each case a directory, in place of its files. */
function cases(rows: readonly Row[]): readonly (readonly [what: string, directory: string, found: readonly string[]])[] {
  return rows.map(([what, files, found]) => {
    const directory = `src/case${Object.keys(all).length}`;
    for (const [path, text] of Object.entries(typeof files === "string" ? { "a.ts": files } : files)) {
      const up = "../".repeat(path.split("/").length);
      all[`${directory}/${path}`] = text.replaceAll("GEN/", `${up}gen/`);
    }
    return [what, directory, found];
  });
}

/** What is inserted where: `class Mine: shut`, in the order of the text. */
function missing(directory: string): readonly string[] {
  result ??= synced({ ...gen, ...all });
  const { told, changes } = result;
  const isHere = (path: string): boolean => path.includes(`${directory}/`);
  const lines = told.filter(({ kind, path }) => kind === "missing" && isHere(path)).map(({ text }) => text.replace(/ \(.*/, ""));
  // What is told is what is there.
  expect(changes.filter(({ path }) => isHere(path)).reduce((sum, { added }) => sum + added, 0)).toBe(lines.length);
  return lines;
}

const rest = "  override talk() { return {}; }\n";

describe("classes that extend a servicer", () => {
  it.each(
    cases([
      ["by its name", { "a.ts": `import { DoorsServicer } from "${from}";\nclass A extends DoorsServicer {\n${rest}}\n` }, ["class A: open", "class A: shut"]],
      [
        "by an alias",
        { "a.ts": `import { DoorsServicer as Base } from "${from}";\nclass A extends Base {\n${rest}  override open() { return {}; }\n}\n` },
        ["class A: shut"],
      ],
      ["by a namespace", { "a.ts": `import * as gen from "${from}";\nclass A extends gen.WindowsServicer {}\n` }, ["class A: open", "class A: clean"]],
      [
        "by a re-export",
        {
          "deep/barrel.ts": `export * from "GEN/doors_bridge.js";\n`,
          "barrel.ts": `export { WindowsServicer as Base } from "./deep/barrel.js";\n`,
          "a.ts": `import { Base } from "./barrel.js";\nclass A extends Base {}\n`,
        },
        ["class A: open", "class A: clean"],
      ],
      [
        "by a re-exported namespace",
        { "barrel.ts": `export * as gen from "${from}";\n`, "a.ts": `import { gen } from "./barrel.js";\nclass A extends gen.WindowsServicer {}\n` },
        ["class A: open", "class A: clean"],
      ],
      [
        "by a default export",
        {
          "base.ts": `import { WindowsServicer } from "${from}";\nexport default WindowsServicer;\n`,
          "a.ts": `import B from "./base.js";\nclass A extends B {}\n`,
        },
        ["class A: open", "class A: clean"],
      ],
      [
        "by a constant",
        { "a.ts": `import { WindowsServicer } from "${from}";\nconst Base = WindowsServicer;\nclass A extends Base {}\n` },
        ["class A: open", "class A: clean"],
      ],
      [
        "with import = require()",
        { "a.cts": `import gen = require("${from}");\nclass A extends gen.WindowsServicer {}\n` },
        ["class A: open", "class A: clean"],
      ],
      [
        "generic",
        { "a.ts": `import { WindowsServicer } from "${from}";\nclass A<T> extends WindowsServicer { t?: T }\n` },
        ["class A: open", "class A: clean"],
      ],
      [
        "as the default export",
        { "a.ts": `import { WindowsServicer } from "${from}";\nexport default class extends WindowsServicer {}\n` },
        ["the default class: open", "the default class: clean"],
      ],
      [
        "as an expression",
        { "a.ts": `import { WindowsServicer } from "${from}";\nexport const A = class extends WindowsServicer {};\n` },
        ["class A: open", "class A: clean"],
      ],
      [
        "with a cast",
        { "a.ts": `import { WindowsServicer } from "${from}";\nclass A extends (WindowsServicer as typeof WindowsServicer) {}\n` },
        ["class A: open", "class A: clean"],
      ],
      [
        "with decorators",
        {
          "a.ts": `import { WindowsServicer } from "${from}";\nconst d = (..._: unknown[]): any => {};\n@d\nexport class A extends WindowsServicer {\n  @d\n  override open() { return {}; }\n}\n`,
        },
        ["class A: clean"],
      ],
      [
        "through a mixin",
        {
          "a.ts": `import { WindowsServicer } from "${from}";
type Class<T = object> = abstract new (...args: any[]) => T;
function Cleaning<C extends Class>(Base: C) {
  abstract class Cleaner extends Base { clean() { return {}; } }
  return Cleaner;
}
class A extends Cleaning(WindowsServicer) {}
`,
        },
        ["class A: open"],
      ],
      [
        "several in a file",
        {
          "a.ts": `import { DoorsServicer, WindowsServicer } from "${from}";\nclass A extends DoorsServicer { override open() { return {}; } override talk() { return {}; } }\nclass B extends WindowsServicer { override open() { return {}; } }\n`,
        },
        ["class A: shut", "class B: clean"],
      ],
      [
        "in a function",
        {
          "a.ts": `import { WindowsServicer } from "${from}";\nexport function make() {\n  return new (class extends WindowsServicer {\n    override open() { return {}; }\n  })();\n}\n`,
        },
        ["a class without a name: clean"],
      ],
    ]),
  )("%s", (_what, directory, found) => {
    expect(missing(directory)).toEqual(found);
  });

  it("the first class that is not abstract gets what is missing; others have it from there", () => {
    const base = `import { WindowsServicer } from "./gen/doors_bridge.js";\nexport abstract class Base extends WindowsServicer {\n  override open() { return {}; }\n}\n`;
    const mine = `import { Base } from "./base.js";\nexport class Mine extends Base {}\n`;
    const test = `import { Mine } from "./mine.js";\nclass Fake extends Mine {}\n`;
    const found = (files: Files): readonly string[] =>
      synced({ ...gen, ...files })
        .told.filter(({ kind }) => kind === "missing")
        .map(({ text }) => text.replace(/ \(.*/, ""));
    expect(found({ "src/base.ts": base, "src/mine.ts": mine, "src/fake.ts": test })).toEqual(["class Mine: clean"]);
    expect(found({ "src/base.ts": base })).toEqual(["class Base: clean"]);
  });

  const members: readonly (readonly [what: string, member: string])[] = [
    ["a property", "open = async () => ({});"],
    ["a property of the constructor", "constructor(override readonly open: () => {}) { super(); }"],
    ["an accessor", "get open() { return () => ({}); }"],
    ["a name in quotes", `override "open"() { return {}; }`],
    ["a computed name", `override ["open"]() { return {}; }`],
    ["an overload", "override open(request: {}): {};\n  override open() { return {}; }"],
  ];
  const inClass = (member: string): string => `import { WindowsServicer } from "${from}";\nclass A extends WindowsServicer {\n  ${member}\n}\n`;
  it.each(cases(members.map(([what, member]) => [what, inClass(member), ["class A: clean"]])))("%s is a method, too", (_what, directory, found) => {
    expect(missing(directory)).toEqual(found);
  });

  const client = `import { DoorsClient } from "${from}";\nexport { DoorsClient };\n`;
  it.each(
    cases([
      ["of the file", `${client}class WindowsServicer {}\nclass A extends WindowsServicer {}\n`, []],
      ["of another package", `${client}import { WindowsServicer } from "other";\nclass B extends WindowsServicer {}\n`, []],
    ]),
  )("a class of an equal name is left alone: %s", (_what, directory, found) => {
    expect(missing(directory)).toEqual(found);
  });
});

describe("implements", () => {
  it.each(
    cases([
      ["the methods", `import type { WindowsMethods } from "${from}";\nclass A implements WindowsMethods {\n  open() { return {}; }\n}\n`, ["class A: clean"]],
      [
        "an alias of them",
        `import type { WindowsMethods } from "${from}";\ntype M = WindowsMethods;\nclass A implements M {\n  open() { return {}; }\n}\n`,
        ["class A: clean"],
      ],
      [
        "an interface that extends them",
        `import type { WindowsMethods } from "${from}";\ninterface M extends WindowsMethods { more(): void }\nclass A implements M {\n  open() { return {}; }\n  more() {}\n}\n`,
        ["class A: clean"],
      ],
      [
        "two services",
        `import type { DoorsMethods, WindowsMethods } from "${from}";\nclass A implements WindowsMethods, DoorsMethods {\n  talk() { return {}; }\n  open() { return {}; }\n}\n`,
        ["class A: clean", "class A: shut"],
      ],
      [
        "with a base class of one's own",
        `import type { WindowsMethods } from "${from}";\nclass Base { open() { return {}; } }\nclass A extends Base implements WindowsMethods {}\n`,
        ["class A: clean"],
      ],
      [
        "a part of them, which is complete",
        `import type { WindowsMethods } from "${from}";\nclass A implements Partial<WindowsMethods> {}\nclass B implements Pick<WindowsMethods, "open"> { open() { return {}; } }\n`,
        [],
      ],
    ]),
  )("%s", (_what, directory, found) => {
    expect(missing(directory)).toEqual(found);
  });
});

describe("objects", () => {
  const text = (body: string): string =>
    `import { type WindowsMethods, WindowsServicer } from "${from}";\nexport type M = WindowsMethods;\nvoid WindowsServicer;\n${body}\n`;
  const rows: readonly Row[] = [
    ["given to from()", "WindowsServicer.from({ open: () => ({}) });", ["what WindowsServicer.from() is given: clean"]],
    ["a constant given to from()", "const methods = { open: () => ({}) };\nWindowsServicer.from(methods);", ["what WindowsServicer.from() is given: clean"]],
    ["a constant with a type", "export const m: WindowsMethods = { open: () => ({}) };", ["the WindowsMethods: clean"]],
    ["satisfies", "export const m = { open: () => ({}) } satisfies WindowsMethods;", ["the WindowsMethods: clean"]],
    ["what a function gives", "export function m(): WindowsMethods { return { open: () => ({}) }; }", ["the WindowsMethods: clean"]],
    ["what an arrow gives", "export const m = async (): Promise<WindowsMethods> => ({ open: () => ({}) });", ["the WindowsMethods: clean"]],
    ["what only the type of a parameter tells", "function use(_: { m: WindowsMethods }) {}\nuse({ m: { open: () => ({}) } });", ["the WindowsMethods: clean"]],
    ["a part on purpose", "export const m: Partial<WindowsMethods> = { open: () => ({}) };", []],
    ["with what is spread into it", "const base = { clean: () => ({}) };\nWindowsServicer.from({ ...base, open: () => ({}) });", []],
    ["an object of its own", "export const m = { open: () => ({}) };", []],
  ];
  it.each(cases(rows.map(([what, body, found]) => [what, text(body as string), found])))("%s", (_what, directory, found) => {
    expect(missing(directory)).toEqual(found);
  });
});

describe("handlers of a link", () => {
  const imports = `import { type DoorsMethods, DoorsClient, DoorsServicer, type DoorsTalkClientHandlers, type DoorsTalkServerHandlers } from "${from}";\n`;
  const used = "export { DoorsClient, DoorsServicer, type DoorsMethods, type DoorsTalkClientHandlers, type DoorsTalkServerHandlers };\n";
  const server = "the DoorsTalkServerHandlers: get";
  const client = "the DoorsTalkClientHandlers: get";
  const ask = "ask: () => ({})";
  const others = "override open() { return {}; }\n  override shut() { return {}; }";
  const rows: readonly Row[] = [
    ["returned by a servicer", `class A extends DoorsServicer {\n  ${others}\n  override talk() { return { ${ask} }; }\n}`, [server]],
    ["promised by a servicer", `class A extends DoorsServicer {\n  ${others}\n  override async talk() { await 1; return { ${ask} }; }\n}`, [server]],
    ["by an arrow", `class A extends DoorsServicer {\n  ${others}\n  override talk = () => ({ ${ask} });\n}`, [server]],
    [
      "in each branch",
      `class A extends DoorsServicer {\n  ${others}\n  override talk() { return Math.random() ? { ${ask} } : { note() {}, ${ask} }; }\n}`,
      [server, server],
    ],
    ["through a constant", `class A extends DoorsServicer {\n  ${others}\n  override talk() { const handlers = { ${ask} }; return handlers; }\n}`, [server]],
    ["in an object", `DoorsServicer.from({ open: () => ({}), shut: () => ({}), talk: () => ({ ${ask} }) });`, [server]],
    ["a variable with the type", `const handlers: DoorsTalkServerHandlers = { ${ask} };`, [server]],
    ["a field with the type", `class A { readonly handlers: DoorsTalkClientHandlers = { ${ask} }; }`, [client]],
    ["given to a new client", `new DoorsClient(undefined as never).talk({ ${ask} });`, [client]],
    ["given to a client by its name", `const c = new DoorsClient(undefined as never);\nc.talk({ ${ask} });`, [client]],
    ["given to a parameter", `function f(c: DoorsClient) { c.talk({ ${ask} }); }`, [client]],
    ["given to a client that only its type tells", `const all = { c: new DoorsClient(undefined as never) };\nall.c.talk({ ${ask} });`, [client]],
    ["no handlers at all, on purpose", "new DoorsClient(undefined as never).talk({});", []],
    ["no request missing, but a notification", `new DoorsClient(undefined as never).talk({ get: () => ({}), ${ask} });`, []],
  ];
  it.each(cases(rows.map(([what, body, found]) => [what, `${imports}${used}${body as string}\n`, found])))("%s", (_what, directory, found) => {
    expect(missing(directory)).toEqual(found);
  });
});

it("a handler that would answer worse than none is not inserted: of a probe, and where replies come in order without a place for errors", () => {
  const orders = proto(
    "acme.v1",
    "service Lines { rpc Talk(stream Up) returns (stream Down); }",
    "message Up { oneof what { Ping ping = 1; Get get = 2; Put put = 3; } }",
    "message Down { oneof what { Pong pong = 1; GetResult get_result = 2; PutResult put_result = 3; } }",
    "message Ping {} message Pong {} message Get {} message GetResult { string text = 1; }",
    "message Put {} message PutResult { bool success = 1; string error_message = 2; }",
  );
  const text = `import { LinesServicer } from "./gen/lines_bridge.js";\nexport class A extends LinesServicer {\n  override talk() { return { note() {} } as {}; }\n}\n`;
  const handlers = text.replace("{ note() {} } as {}", "{ ping: () => ({}) }");
  for (const parameter of ["target=ts,import_extension=js", "target=js+dts,import_extension=js"]) {
    const lines = generated({ "lines.proto": orders }, parameter);
    expect(synced({ ...lines, "src/a.ts": handlers }).told.map(({ text }) => text)).toEqual(["the LinesTalkServerHandlers: put (a request of the link)"]);
    expect(synced({ ...lines, "src/a.ts": handlers.replace("ping:", "put:") }).told).toEqual([]);
  }
});
