/** A project from its first day: set up, filled in by hand, served and called; then its proto changes, and CI tells what is behind. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Project, type Said, withProject } from "./consumer.js";

/** The proto on the first day, and after it has gained an RPC and a request of the link, and lost an RPC. */
const desk = (grown: boolean): string => `syntax = "proto3";

package desk.v1;

service Desk {
  rpc Ask(AskRequest) returns (AskReply);
${grown ? "  rpc Count(CountRequest) returns (CountReply);" : "  rpc Knock(KnockRequest) returns (KnockReply);"}
  rpc Talk(stream FromClient) returns (stream FromServer);
}

message AskRequest { string name = 1; }
message AskReply { string text = 1; }
${grown ? "message CountRequest {}\nmessage CountReply { int32 count = 1; }" : "message KnockRequest {}\nmessage KnockReply {}"}
message Add { repeated int32 numbers = 1; }
message AddRes { int32 sum = 1; }
message Upper { string text = 1; }
message UpperRes { string text = 1; }

message FromClient {
  string correlation = 1;
  oneof body {
    Add add = 2;
${grown ? "    Upper upper = 3;" : ""}
  }
}

message FromServer {
  string correlation = 1;
  oneof body {
    AddRes add_res = 2;
${grown ? "    UpperRes upper_res = 3;" : ""}
  }
}
`;

/** What somebody has written by hand: one RPC, and the link. */
const servicer = (
  rest = "",
  handlers = "",
): string => `import { type AskReplyInit, type AskRequest, DeskServicer, type DeskTalkServerHandlers } from "./gen/desk/v1/desk_bridge.js";

export class Desk extends DeskServicer {
  override ask({ name }: AskRequest): AskReplyInit {
    return { text: \`hello \${name}\` };
  }
${rest}
  override talk(): DeskTalkServerHandlers {
    return { add: ({ numbers }) => ({ sum: numbers.reduce((sum, number) => sum + number, 0) })${handlers} };
  }
}
`;

const main = (calls: string): string => `import { channel, serve } from "@protobridge/runtime/grpc";
import { DeskClient } from "./gen/desk/v1/desk_bridge.js";
import { Desk } from "./desk.js";

const server = await serve([new Desk()], { address: "127.0.0.1:0" });
const connection = channel(server.address);
const client = new DeskClient(connection);
const link = client.talk();
console.log((await client.ask({ name: "Ada" })).text);
console.log((await link.add({ numbers: [1, 2, 3] })).sum);
${calls}
await link.close();
await connection.close();
await server.close();
`;

const first = {
  "proto/desk/v1/desk.proto": desk(false),
  "src/main.ts": main("await client.knock({});"),
};

it("is set up, generates, runs, and is told what is behind when its proto changes", { timeout: 300_000 }, () => {
  withProject({ ...first, ".git/HEAD": "" }, (project) => {
    const { run, directory } = project;
    const write = (path: string, text: string): void => writeFileSync(join(directory, path), text);
    const passes = (said: Said): string => {
      expect({ ...said, stdout: "" }, said.stdout).toEqual({ status: 0, stdout: "", stderr: "" });
      return said.stdout;
    };

    // The first day.
    expect(passes(run("protobridge", "init", "--config"))).toMatch(/\nNext:\n {2}npm install\n {2}npm run generate\n {2}npx protobridge explain\n$/);
    expectInstalled(project);
    const ci = (): Said => run("npm", "run", "--silent", "check:bridge");
    expect(ci()).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^missing {2}src\/gen\/desk\/v1\/desk_bridge\.ts\nmissing {2}.*desk_pb\.ts\n2 problems/),
    });
    passes(run("npm", "run", "--silent", "generate"));
    expect(passes(run("protobridge", "explain"))).toContain("service Desk");
    const created = run("protobridge", "sync", "--create");
    expect({ ...created, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: "3 methods added to 1 file\n" });
    expect(readFileSync(join(directory, "src/desk.ts"), "utf8")).toMatch(
      /class Desk extends DeskServicer[\s\S]* override async ask\([\s\S]* override async talk\(/,
    );
    // Somebody fills it in.
    write("src/desk.ts", servicer("\n  override knock(): object {\n    return {};\n  }\n"));
    passes(run("tsc", "-p", "."));
    expect(passes(run(process.execPath, "dist/main.js"))).toBe("hello Ada\n6\n");
    const fine = "2 generated files are as the protos, the config and the plugins make them.\n";
    expect(passes(ci())).toBe(fine);

    // The proto changes, and nobody generates.
    write("proto/desk/v1/desk.proto", desk(true));
    expect(ci()).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(
        /^stale {2}src\/gen\/desk\/v1\/desk_bridge\.ts:\d+\nstale {2}.*\n2 problems in 2 generated files\. Next:\n {2}npx protobridge check --fix\n$/,
      ),
    });
    passes(run("tsc", "-p", "."));
    const fixed = run("protobridge", "check", "--fix");
    expect(fixed.status).toBe(1);
    expect(fixed.stdout).toMatch(/^written .*\nwritten .*\nmissing +src\/desk\.ts:\d+: .*count/);
    expect(fixed.stdout).toMatch(/\ngone +src\/desk\.ts:\d+: .*knock/);
    expect(fixed.stdout).toMatch(/Next:\n {2}npx protobridge sync\n$/);

    // What is gone is an error where it is used, and nothing else is one.
    const errors = run("tsc", "--pretty", "false").stdout;
    expect([...errors.matchAll(/^src\/(\S+)\(\d+,\d+\): error TS\d+: .*(override|knock)/gm)].map(([, file]) => file)).toEqual(["desk.ts", "main.ts"]);
    expect(errors.match(/error TS/g)).toHaveLength(2);

    // What is new is inserted, and not implemented until somebody fills it in. What is gone is theirs to remove.
    const synced = run("protobridge", "sync");
    expect(synced).toMatchObject({ status: 0, stdout: expect.stringContaining("src/desk.ts") });
    const grown = readFileSync(join(directory, "src/desk.ts"), "utf8");
    expect(grown).toMatch(/override async count\([\s\S]*upper/);
    expect(ci()).toMatchObject({ status: 1, stdout: expect.stringMatching(/^gone +src\/desk\.ts:\d+: .*knock.*\n1 problem/) });
    write("src/desk.ts", grown.replace("\n  override knock(): object {\n    return {};\n  }\n", ""));
    expect(passes(ci())).toBe(fine);
    const failing = `for (const call of [client.count({}), link.upper({ text: "a" })]) await call.catch((error: Error) => console.log(error.message));`;
    write("src/main.ts", main(failing));
    passes(run("tsc", "-p", "."));
    expect(passes(run(process.execPath, "dist/main.js"))).toMatch(/^hello Ada\n6\n.*not implemented.*\n.*upper.*\n$/i);
    write(
      "src/desk.ts",
      servicer("\n  override count(): { count: number } {\n    return { count: 2 };\n  }\n", ", upper: ({ text }) => ({ text: text.toUpperCase() })"),
    );
    write("src/main.ts", main(`console.log((await client.count({})).count, (await link.upper({ text: "a" })).text);`));
    passes(run("tsc", "-p", "."));
    expect(passes(run(process.execPath, "dist/main.js"))).toBe("hello Ada\n6\n2 A\n");

    // Somebody edits what is generated: CI finds it, and nothing is lost unless they say so.
    const bridge = "src/gen/desk/v1/desk_bridge.ts";
    write(bridge, `${readFileSync(join(directory, bridge), "utf8")}// mine\n`);
    expect(ci()).toMatchObject({ status: 1, stdout: expect.stringMatching(/^edited {2}src\/gen\/desk\/v1\/desk_bridge\.ts:\d+: /) });
    expect(run("protobridge", "check", "--fix").status).toBe(1);
    expect(readFileSync(join(directory, bridge), "utf8")).toContain("// mine");
    expect(run("protobridge", "check", "--fix", "--force").status).toBe(0);

    // A fresh clone in CI.
    const clone = mkdtempSync(join(tmpdir(), "protobridge-clone-"));
    try {
      cpSync(directory, clone, { recursive: true, filter: (path) => !path.endsWith("/dist") });
      expect(passes(run("sh", "-c", `cd "${clone}" && npm run --silent check:bridge`))).toBe(fine);
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });
});

/** What package.json asks for is what the project has. */
function expectInstalled({ directory }: Project): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Record<string, Record<string, string>>;
  const names = Object.keys({ ...dependencies, ...devDependencies });
  expect(names).toHaveLength(5);
  for (const name of names) expect(existsSync(join(directory, "node_modules", name, "package.json"))).toBe(true);
  expect(existsSync(join(directory, readFileSync(join(directory, "bridge.yaml"), "utf8").split("\n")[0]?.split("$schema=")[1] ?? ""))).toBe(true);
}
