/** How `protobridge sync` writes: in the style of each file, and what it writes compiles. */
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, run, strict, withFiles } from "./support.js";
import { generated, synced, syncIn, tsconfig } from "./sync-support.js";

/** What becomes of src/a.ts. */
function written(text: string, options: object = {}): string | undefined {
  return synced({ "tsconfig.json": tsconfig(options), "src/a.ts": text }).files["src/a.ts"];
}

const admin = `import { AdminServicer } from "./gen/acme/v1/jobs_bridge.js";\n`;
const error = (quote = '"'): string =>
  `throw new BridgeError(${quote}unimplemented${quote}, ${quote}acme.v1.Admin.Reset is not implemented${quote}, { inBand: false })`;
const signature = "async reset(_request: Pong, _context: CallContext): Promise<EmptyInit> {";

describe("the style of a file", () => {
  it("CRLF, tabs, single quotes, no semicolons", () => {
    const text = [
      "import { AdminServicer } from './gen/acme/v1/jobs_bridge.js'",
      "",
      "export class Admin extends AdminServicer {",
      "\tname = 'a'",
      "}",
      "",
    ].join("\r\n");
    expect(written(text)).toBe(
      [
        "import { BridgeError, CallContext } from '@protobridge/runtime'",
        "import { EmptyInit } from '@protobridge/runtime/wkt'",
        "import { AdminServicer } from './gen/acme/v1/jobs_bridge.js'",
        "import { Pong } from './gen/other/v1/other_bridge.js'",
        "",
        "export class Admin extends AdminServicer {",
        "\tname = 'a'",
        "",
        `\toverride ${signature}`,
        `\t\t${error("'")}`,
        "\t}",
        "}",
        "",
      ].join("\r\n"),
    );
  });

  it("four spaces, braces without spaces, public methods", () => {
    const text = `import {JobsServicer} from "./gen/acme/v1/jobs_bridge.js";
export class Jobs extends JobsServicer {
    public override start() { return {}; }
    public override stop() { return {}; }
    public override async *watch() {}
    public override upload() { return {}; }
    public override async *mirror() {}
    public override talk() { return {}; }
}
`;
    expect(written(text)).toBe(`import {BridgeError, CallContext} from "@protobridge/runtime";
import {Empty} from "@protobridge/runtime/wkt";
import {JobsServicer} from "./gen/acme/v1/jobs_bridge.js";
import {PongInit} from "./gen/other/v1/other_bridge.js";
export class Jobs extends JobsServicer {
    public override start() { return {}; }
    public override stop() { return {}; }
    public override async *watch() {}
    public override upload() { return {}; }
    public override async *mirror() {}
    public override async ping(_request: Empty, _context: CallContext): Promise<PongInit> {
        throw new BridgeError("unimplemented", "acme.v1.Jobs.Ping is not implemented", {inBand: false});
    }
    public override talk() { return {}; }
}
`);
  });

  it("a byte order mark, and a file that does not end in a new line", () => {
    const text = `\uFEFF${admin}export class Admin extends AdminServicer {}`;
    const after = written(text);
    expect(after?.startsWith("\uFEFFimport { BridgeError")).toBe(true);
    expect(after?.endsWith(`extends AdminServicer {\n  override ${signature}\n    ${error()};\n  }\n}`)).toBe(true);
  });

  it.each<[what: string, before: string, after: string]>([
    ["a trailing comma", "{\n  lock: f,\n  open: f,\n}", "{\n  lock: f,\n  open: f,\n  NEW,\n}"],
    ["no trailing comma", "{\n  lock: f,\n  open: f\n}", "{\n  lock: f,\n  open: f,\n  NEW\n}"],
    ["a comment behind the last", "{\n  lock: f,\n  open: f // one, two\n}", "{\n  lock: f,\n  open: f, // one, two\n  NEW\n}"],
    ["a comment behind a comma", "{\n  open: f, // one\n  lock: f,\n}", "{\n  open: f, // one\n  NEW,\n  lock: f,\n}"],
    ["a comment in front of a comma", "{\n  lock: f,\n  open: f /* , */,\n}", "{\n  lock: f,\n  open: f /* , */,\n  NEW,\n}"],
    ["empty lines between", "{\n  open: f,\n\n  lock: f,\n}", "{\n  open: f,\n\n  NEW,\n\n  lock: f,\n}"],
    ["one line", "{ open: f, lock: f }", "{ open: f,\n  NEW,\n   lock: f }"],
    ["one line, at its end", "{ lock: f, open: f }", "{ lock: f, open: f,\n  NEW\n }"],
    ["what is spread into it", "{\n  open: f,\n  ...{ lock: f },\n}", "{\n  open: f,\n  NEW,\n  ...{ lock: f },\n}"],
    ["nothing before it in the proto", "{\n  lock: f,\n  ...{ open: f },\n}", "{\n  lock: f,\n  ...{ open: f },\n  NEW,\n}"],
    ["nothing in it but a comment", "{\n  // later\n  ...{ open: f, lock: f }\n}", "{\n  // later\n  ...{ open: f, lock: f },\n  NEW\n}"],
  ])("an object with %s", (_what, before, after) => {
    const text = `import { DoorsServicer } from "./gen/acme/v1/jobs_bridge.js";\nconst f = () => ({});\nDoorsServicer.from(${before});\n`;
    const method = / async shut\(_request: Note, _context: CallContext\): Promise<NoteInit> \{\n.*\n {2}\}/;
    expect(written(text)?.split("DoorsServicer.from(").at(-1)?.replace(method, " NEW")).toBe(`${after});\n`);
  });

  it.each<[what: string, before: string, after: string]>([
    ["empty", "{}", "{\n  NEW\n}"],
    ["empty, on two lines", "{\n}", "{\n  NEW\n}"],
    ["a comment", "{\n  // later\n}", "{\n  // later\n\n  NEW\n}"],
    ["one line", "{ a() {} }", "{ a() {}\n\n  NEW\n }"],
    ["comments at the end", "{\n  a() {} // a\n  // the end\n}", "{\n  a() {} // a\n  // the end\n\n  NEW\n}"],
    ["an empty line at the end", "{\n  a() {}\n\n}", "{\n  a() {}\n\n  NEW\n}"],
    ["methods without empty lines", "{\n  a() {}\n  b() {}\n}", "{\n  a() {}\n  b() {}\n  NEW\n}"],
    ["a property without a semicolon", "{\n  a = 1\n}", "{\n  a = 1\n\n  NEW\n}"],
  ])("a class with %s", (_what, before, after) => {
    const text = `${admin}export class A extends AdminServicer ${before}\n`;
    const method = new RegExp(`override ${signature.replaceAll(/[()*{]/g, "\\$&")}\\n.*\\n {2}\\}`);
    expect(written(text)?.split("AdminServicer ").at(-1)?.replace(method, "NEW")).toBe(`${after}\n`);
  });

  it("puts a method behind the one that precedes it in the proto, else at the end", () => {
    const order = (names: readonly string[]): readonly string[] => {
      const body = names.map((name) => `  ${name}: any = null;`).join("\n");
      const after = written(`import { JobsServicer } from "./gen/acme/v1/jobs_bridge.js";\nexport abstract class A extends JobsServicer {\n${body}\n}\n`);
      return [...(after ?? "").matchAll(/^ {2}(?:override async \*?)?(\w+)[(:]/gm)].map(([, name = ""]) => name);
    };
    expect(order(["upload", "stop", "other"])).toEqual(["upload", "mirror", "ping", "talk", "stop", "watch", "other", "start"]);
    expect(order(["other"])).toEqual(["other", "start", "stop", "watch", "upload", "mirror", "ping", "talk"]);
  });
});

describe("imports", () => {
  const body = "export class A extends AdminServicer {}\n";
  const imports = (text: string, options: object = {}, rest = body): readonly string[] | undefined =>
    written(text + rest, options)
      ?.split("\nexport ")[0]
      ?.split("\n");
  const verbatim = { verbatimModuleSyntax: true };

  it("are extended in the order of their names", () => {
    expect(
      imports(
        `import { BridgeError, type CallOptions, codes } from "@protobridge/runtime";\nimport { type StartRequest, AdminServicer } from "./gen/acme/v1/jobs_bridge.js";\nimport type { Zebra } from "./gen/other/v1/other_bridge.js";`,
        verbatim,
        `\n${body}`,
      ),
    ).toEqual([
      `import { BridgeError, type CallContext, type CallOptions, codes } from "@protobridge/runtime";`,
      `import type { EmptyInit } from "@protobridge/runtime/wkt";`,
      `import { type StartRequest, AdminServicer } from "./gen/acme/v1/jobs_bridge.js";`,
      `import type { Pong, Zebra } from "./gen/other/v1/other_bridge.js";`,
    ]);
  });

  it("on lines of their own", () => {
    const text = `import {\n    z,\n    a,\n} from "@protobridge/runtime";\nimport {\n  AdminServicer, // base\n} from "./gen/acme/v1/jobs_bridge.js";\n`;
    expect(imports(text)).toEqual([
      "import {",
      "    z,",
      "    a,",
      "    BridgeError,",
      "    CallContext,",
      `} from "@protobridge/runtime";`,
      `import { EmptyInit } from "@protobridge/runtime/wkt";`,
      "import {",
      "  AdminServicer, // base",
      `} from "./gen/acme/v1/jobs_bridge.js";`,
      `import { Pong } from "./gen/other/v1/other_bridge.js";`,
    ]);
  });

  it("of types stand apart, where they do so in the file", () => {
    const text = `import type { Server } from "node:http";\nimport { AdminServicer } from "./gen/acme/v1/jobs_bridge.js";\n`;
    expect(imports(text, verbatim)).toEqual([
      `import type { Server } from "node:http";`,
      `import type { CallContext } from "@protobridge/runtime";`,
      `import { BridgeError } from "@protobridge/runtime";`,
      `import type { EmptyInit } from "@protobridge/runtime/wkt";`,
      `import { AdminServicer } from "./gen/acme/v1/jobs_bridge.js";`,
      `import type { Pong } from "./gen/other/v1/other_bridge.js";`,
    ]);
  });

  it("are not needed for what is there: by another name, or all of a module", () => {
    const text = `import * as bridge from "@protobridge/runtime";\nimport type { EmptyInit as Nothing } from "@protobridge/runtime/wkt";\nimport { AdminServicer } from "./gen/acme/v1/jobs_bridge.js";\nimport type * as other from "./gen/other/v1/other_bridge.js";\n`;
    expect(written(text + body)).toBe(
      `${text}export class A extends AdminServicer {\n  override async reset(_request: other.Pong, _context: bridge.CallContext): Promise<Nothing> {\n    throw new bridge.BridgeError("unimplemented", "acme.v1.Admin.Reset is not implemented", { inBand: false });\n  }\n}\n`,
    );
  });

  it("get another name where theirs is taken, or means something global in the file", () => {
    const text = `${admin}class Pong {}\nconst CallContext = 1;\nexport const x: Promise<EmptyInit> = null as never;\ntype Promise<T> = T;\nvoid CallContext;\nvoid Pong;\n`;
    const after = written(text + body);
    expect(after).toContain(`import { BridgeError, CallContext as CallContext$1 } from "@protobridge/runtime";\n`);
    expect(after).toContain(`import { EmptyInit as EmptyInit$1 } from "@protobridge/runtime/wkt";\n`);
    expect(after).toContain(`import { Pong as Pong$1 } from "./gen/other/v1/other_bridge.js";\n`);
    expect(after).toContain("async reset(_request: Pong$1, _context: CallContext$1): globalThis.Promise<EmptyInit$1> {");
  });

  it("go through a barrel that has them, and take the extension and the alias of the others", () => {
    const barrel = `export * from "./gen/acme/v1/jobs_bridge.js";\nexport { type Pong as Pang } from "./gen/other/v1/other_bridge.js";\n`;
    const { files } = synced({
      "tsconfig.json": tsconfig({ module: "esnext", moduleResolution: "bundler", paths: { "@/*": ["./src/*"] } }),
      "src/barrel.ts": barrel,
      "src/a.ts": `import { JobsServicer } from "./barrel";\nexport class A extends JobsServicer {\n  override start: any; override stop: any; override upload: any; override mirror: any; override ping: any; override talk: any;\n}\n`,
      "src/b.ts": `import { AdminServicer } from "@/gen/acme/v1/jobs_bridge";\n${body}`,
    });
    expect(files["src/a.ts"]).toContain(`import { JobsServicer, WatchRequest, WatchResponseInit } from "./barrel";\n`);
    expect(files["src/b.ts"]).toContain(`import { Pong } from "@/gen/other/v1/other_bridge";\n`);
  });

  it("begin a file behind its first comments and directives", () => {
    const gen = `export { AdminServicer as Base } from "./gen/acme/v1/jobs_bridge.js";\n`;
    const text = `#!/usr/bin/env node\n"use strict";\n\nconst { Base } = require("./base.js") as typeof import("./base.js");\nclass A extends Base {}\n`;
    const { files } = synced({ "src/base.ts": gen, "src/a.ts": text });
    expect(files["src/a.ts"]?.split("\n").slice(0, 7)).toEqual([
      "#!/usr/bin/env node",
      `"use strict";`,
      "",
      `import { BridgeError, CallContext } from "@protobridge/runtime";`,
      `import { EmptyInit } from "@protobridge/runtime/wkt";`,
      `import { Pong } from "./gen/other/v1/other_bridge.js";`,
      "",
    ]);
  });
});

it("what is written compiles under the strictest settings, and answers UNIMPLEMENTED", () => {
  const from = `"./gen/acme/v1/jobs_bridge.js"`;
  const files = {
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify({ compilerOptions: { ...strict, noEmit: false, rootDir: "src", outDir: "dist", module: "nodenext" }, include: ["src"] }),
    ...generated(),
    "src/class.ts": `import { JobsServicer } from ${from};\nexport class Jobs extends JobsServicer {}\n`,
    "src/namespace.ts": `import * as gen from ${from};\nexport class Jobs implements gen.JobsMethods {}\n`,
    "src/object.ts": `import { JobsServicer } from ${from};\nexport const jobs: JobsServicer = JobsServicer.from({});\n`,
    "src/typed.ts": `import type { JobsMethods } from ${from};\nexport const jobs: JobsMethods = {};\n`,
    "src/handlers.ts": `import type { JobsTalkServerHandlers } from ${from};\nexport const handlers: JobsTalkServerHandlers = { note() {} };\n`,
    "src/clash.ts": `import { JobsServicer } from ${from};\nclass CallContext {}\nexport type X = CallContext;\nexport class Jobs extends JobsServicer {}\n`,
    "src/generic.ts": `import { JobsServicer } from ${from};\nexport abstract class Jobs<T> extends JobsServicer { abstract readonly t: T }\n`,
    "src/main.ts": `import { BridgeError } from "@protobridge/runtime";
import { memory } from "@protobridge/runtime/memory";
import { JobsClient, JobsServicer } from ${from};
import { Jobs } from "./class.js";
import { jobs } from "./object.js";
import { jobs as typed } from "./typed.js";

const nothing: object = {};
for (const servicer of [new Jobs(), jobs, JobsServicer.from(typed), JobsServicer.from(nothing)]) {
  const client = new JobsClient(memory([servicer]));
  const unary = await client.start({}).catch((error: BridgeError) => \`\${error.code} \${error.message} \${error.response}\`);
  const streamed = await Array.fromAsync(client.watch({})).catch((error: BridgeError) => \`\${error.code} \${error.message}\`);
  console.log(unary, "|", streamed);
}
`.replace("Array.fromAsync(client.watch({}))", "(async () => { for await (const each of client.watch({})) return each.line; return 0; })()"),
  };
  withFiles(files, (directory) => {
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
    const { changes } = syncIn(directory);
    expect(changes.length).toBe(7);
    expect(run("tsc", ["-p", "."], directory).toString()).toBe("");
    const line = "unimplemented acme.v1.Jobs.Start is not implemented undefined | unimplemented acme.v1.Jobs.Watch is not implemented\n";
    expect(execFileSync(process.execPath, ["dist/main.js"], { cwd: directory, encoding: "utf8" })).toBe(line.repeat(4));
  });
});
