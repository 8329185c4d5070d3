/** What methods, handlers, groups and declarations of links are called, also where the proto has names that TypeScript or links keep. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withProject } from "./consumer.js";
import { generate, proto, withFiles } from "./support.js";

/** Members that are requests, and what their methods and handlers are called. */
const requests: readonly (readonly [member: string, method: string])[] = [
  ["get_it", "getIt"],
  ["close", "close$"],
  ["with", "with$"],
  ["on", "on$"],
  ["off", "off$"],
  ["then", "then$"],
  ["state", "state$"],
  ["stats", "stats$"],
  ["opening", "opening$"],
  ["constructor", "constructor$"],
  ["prototype", "prototype"],
  ["toString", "toString$"],
  ["has_own_property", "hasOwnProperty$"],
  ["value_of", "valueOf$"],
  ["__proto__", "Proto"],
  ["catch", "catch"],
  ["new", "new"],
  ["class", "class"],
  ["await", "await"],
  ["_1st", "1st"],
];

/** Notifications, and what they are called in their group. */
const grouped: readonly (readonly [member: string, method: string, group: string, inside: string])[] = [
  ["turn_on", "turnOn", "turn", "on"],
  ["turn_close", "turnClose", "turn", "close"],
  ["turn_then", "turnThen", "turn", "then$"],
  ["turn_constructor", "turnConstructor", "turn", "constructor$"],
  ["turn_new", "turnNew", "turn", "new"],
  ["delete_all", "deleteAll", "delete", "all"],
  ["delete_one", "deleteOne", "delete", "one"],
  // These groups would be called as something that each object, or each link, has.
  ["isPrototypeOf_a", "isPrototypeOfA", "isPrototypeOf$", "a"],
  ["isPrototypeOf_b", "isPrototypeOfB", "isPrototypeOf$", "b"],
  ["toJSON_a", "toJSONA", "toJSON$", "a"],
  ["toJSON_b", "toJSONB", "toJSON$", "b"],
];

const members = [...requests.flatMap(([name]) => [name, `${name}_res`]), ...grouped.map(([name]) => name)];
const odd = proto(
  "odd.v1",
  "service Odd { rpc Talk(stream Envelope) returns (stream Envelope); }",
  `message Envelope { string id = 100; string session = 101; oneof body { ${members.map((name, i) => `Text ${name} = ${i + 1};`).join(" ")} } }`,
  "message Text { string text = 1; }",
);

/** What a link's interface declares, in its order. */
function declared(code: string, name: string): string[] {
  const [, body = ""] = new RegExp(`^export interface ${name.replaceAll("$", "\\$")} .*\\{\\n([\\s\\S]*?)^\\}`, "m").exec(code) ?? [];
  return [...body.matchAll(/^ {2}(?:readonly )?"?([\w$]+)"?\??[(:]/gm)].map(([, key = ""]) => key);
}

describe("members that are called as something else is", () => {
  const code = generate({ "odd.proto": odd }).get("odd_bridge.ts") ?? "";
  const methods = [...requests, ...grouped].map(([, method]) => method);
  it.each(["OddTalkClientHandlers", "OddTalkServerHandlers"])("%s", (name) => expect(declared(code, name)).toEqual(methods));
  it.each(["OddTalkLink", "OddTalkServerLink"])("%s", (name) => {
    expect(declared(code, name)).toEqual([...methods, ...new Set(grouped.map(([, , group]) => group)), "with"]);
  });

  it("compile under the strict settings, and are what is said and heard", { timeout: 120_000 }, () => {
    const access = (name: string): string => `[${JSON.stringify(name)}]`;
    const main = `import { memory } from "@protobridge/runtime/memory";
import { OddClient, OddServicer, type OddTalkClientHandlers, type OddTalkServerHandlers } from "./gen/odd_bridge.js";

const heard: string[] = [];
const handlers = (end: string): OddTalkClientHandlers & OddTalkServerHandlers => ({
${requests.map(([, method]) => `  ${JSON.stringify(method)}: ({ text }, { session }) => ({ text: \`\${end} ${method} \${text} \${session}\` }),`).join("\n")}
${grouped.map(([, method]) => `  ${JSON.stringify(method)}: ({ text }) => void heard.push(\`${method} \${text}\`),`).join("\n")}
});
const asked: string[] = [];
const servicer = OddServicer.from({
  talk: (link) => {
    void link.then$({ text: "back" }).then(({ text }) => asked.push(text));
    return handlers("server");
  },
});
const channel = memory([servicer]);
const link = new OddClient(channel).talk(handlers("client"));
const session = link.with({ session: "s" });
const said: string[] = [];
${requests.map(([, method]) => `said.push((await session${access(method)}({ text: "a" })).text);`).join("\n")}
${grouped.map(([, method, group, inside]) => `await link${access(group)}${access(inside)}({ text: "b" });\nawait link${access(method)}({ text: "c" });`).join("\n")}
const isLink = (await link) === link && (await link.turn) === link.turn;
await link.close();
await channel.close();
console.log(JSON.stringify({ said, heard, asked, isLink }));
`;
    const template = {
      version: "v2",
      plugins: ["protoc-gen-es", "protoc-gen-bridge"].map((local) => ({ local, out: "src/gen", opt: ["target=ts", "import_extension=js"] })),
    };
    const files = {
      "buf.yaml": "version: v2\nmodules:\n  - path: proto\n",
      "buf.gen.yaml": JSON.stringify(template),
      "proto/odd.proto": odd,
      "src/main.ts": main,
    };
    withProject(files, ({ run }) => {
      expect(run("buf", "generate")).toMatchObject({ status: 0, stderr: "" });
      expect(run("tsc", "-p", ".")).toMatchObject({ status: 0, stdout: "" });
      const { status, stdout, stderr } = run(process.execPath, "dist/main.js");
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(JSON.parse(stdout)).toEqual({
        said: requests.map(([, method]) => `server ${method} a s`),
        heard: grouped.flatMap(([, method]) => [`${method} b`, `${method} c`]),
        asked: ["client then$ back "],
        isLink: true,
      });
    });
  });
});

describe("groups", () => {
  /** The groups in the type of an end's link, by what is declared of them. */
  const groupsOf = (...names: string[]): string[] => {
    const text = `message C { oneof body { ${names.map((name, i) => `T ${name} = ${i + 1};`).join(" ")} } } message T {}`;
    const code = generate({ "a.proto": proto("a", "service Svc { rpc Do(stream C) returns (stream T); }", text) }).get("a_bridge.ts") ?? "";
    return [...code.matchAll(/^ {2}readonly (.*);$/gm)].map(([, type = ""]) => type);
  };
  it.each<[what: string, members: string[], groups: string[]]>([
    ["show what is in them as it is on the link", ["kv_get", "kv_put"], ['kv: { readonly get: SvcDoLink["kvGet"]; readonly put: SvcDoLink["kvPut"] }']],
    ["are called otherwise where the link has the name", ["on_a", "on_b"], ['on$: { readonly a: SvcDoLink["onA"]; readonly b: SvcDoLink["onB"] }']],
    ["give way to a member, though it is called otherwise", ["on", "on_a", "on_b"], []],
    [
      "inside of others have nothing to give way to",
      ["x_on_a", "x_on_b"],
      [
        'x: { readonly onA: SvcDoLink["xOnA"]; readonly onB: SvcDoLink["xOnB"]; readonly on: { readonly a: SvcDoLink["xOnA"]; readonly b: SvcDoLink["xOnB"] } }',
      ],
    ],
  ])("%s", (_what, members, groups) => expect(groupsOf(...members)).toEqual(groups));
});

describe("the declarations of a link", () => {
  const named = (service: string, more: string, config?: string): string[] => {
    const text = proto("a", service, `message C { oneof body { T x = 1; } } message T {} ${more}`);
    const code = withFiles({ "bridge.yaml": config ?? "enums:\n" }, (directory) =>
      generate({ "a.proto": text }, `target=ts,config=${join(directory, "bridge.yaml")}`).get("a_bridge.ts"),
    );
    return [...(code ?? "").matchAll(/^export interface (\S*(?:Link|Handlers)\$*) /gm)].map(([, name = ""]) => name);
  };
  const all = (prefix: string): string[] => ["Link", "ClientHandlers", "ServerLink", "ServerHandlers"].map((end) => `${prefix}${end}`);
  const service = "service Svc { rpc Do(stream C) returns (stream T); }";
  it.each<[what: string, service: string, config: string | undefined, names: string[]]>([
    ["service and RPC", service, undefined, all("SvcDo")],
    ["an RPC in lower case, with a capital", "service Svc { rpc do(stream C) returns (stream T); }", undefined, all("SvcDo")],
    ["what the config calls the RPC", service, "methods: { a.Svc.Do: { name: talk } }", all("SvcTalk")],
    ["what the config calls the service", service, "services: { a.Svc: { name: Other } }", all("OtherDo")],
  ])("are named after %s", (_what, service, config, names) => expect(named(service, "", config)).toEqual(names));
  it("leave a message its name", () => {
    expect(named(service, "message SvcDoLink {}")).toEqual(["SvcDoLink", "SvcDoLink$", "SvcDoClientHandlers", "SvcDoServerLink", "SvcDoServerHandlers"]);
  });
});

describe("a message that comes bare", () => {
  it.each([
    ["TelemetryEvent", "telemetryEvent"],
    ["Close", "close$"],
    ["Then", "then$"],
    ["event_v2", "eventV2"],
    ["URL", "uRL"],
  ])("%s is heard as %s", (message, handler) => {
    const text = `message C { oneof body { M x = 1; } } message M {} message ${message} {}`;
    const code = generate({ "a.proto": proto("a", `service Svc { rpc Do(stream C) returns (stream ${message}); }`, text) }).get("a_bridge.ts") ?? "";
    expect(declared(code, "SvcDoClientHandlers")).toEqual([handler]);
    expect(declared(code, "SvcDoServerLink")).toEqual([handler]);
  });
});
