/** `protobridge explain` as a user runs it: the built command, and buf. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, withFiles } from "./support.js";

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const jobs = `syntax = "proto3";
package acme.v1;

import "google/protobuf/any.proto";
import "other/v1/kinds.proto";

service Jobs {
  rpc Start(StartRequest) returns (StartResponse);
  rpc Stop(StopRequest) returns (stream StopResponse);
}

message StartRequest {
  string session_id = 1;
  string arguments_json = 2;
  Value value = 3;
  oneof target {
    string host = 4;
    other.v1.Kind kind = 5;
  }
}

message StartResponse {
  bool success = 1;
  string error_message = 2;
}

message StopRequest {
  string session_id = 1;
  string reason = 2;
  int32 left = 3;
}

message StopResponse {
  google.protobuf.Any result = 1;
  bytes binary_result = 2;
}

message Value {
  oneof kind {
    string text = 1;
    double number = 2;
  }
}
`;
const config = `packages:
  acme.v1: { any: { content: JSON, type_url: "acme/{tag}", tags: [{ name: s, kind: STRING }] } }
methods:
  acme.v1.Jobs.Start: { statuses: [NOT_FOUND, RESOURCE_EXHAUSTED, FAILED_PRECONDITION] }
fields:
  acme.v1.StopRequest.reason: { name: why }
  acme.v1.StopRequest.left: { skip: true }
oneofs:
  acme.v1.StartRequest.target: { name: where }
enums:
  other.v1.Kind: { name: Sort }
`;
const project = {
  "buf.yaml": "version: v2\nmodules:\n  - path: proto\n",
  "buf.gen.yaml": "version: v2\nplugins:\n  - local: protoc-gen-bridge\n    out: gen\n    opt: [target=ts, config=bridge.yaml]\n",
  "bridge.yaml": config,
  "proto/acme/v1/jobs.proto": jobs,
  "proto/other/v1/kinds.proto": 'syntax = "proto3";\npackage other.v1;\nenum Kind {\n  KIND_UNSPECIFIED = 0;\n}\n',
};

/** Runs the command in a directory with these files. */
function run(args: readonly string[], files: Readonly<Record<string, string>> = {}, path?: string): Ran {
  return withFiles({ ...project, ...files }, (directory) => {
    const env = { ...process.env, PATH: path ?? `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` };
    const command = [join(root, "plugin/bin/protobridge.cjs"), ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: directory, env, encoding: "utf8", timeout: 60_000 });
    return { status, stdout, stderr };
  });
}

const whole = `acme/v1/jobs.proto (package acme.v1, proto3): 1 service, 5 messages
  service Jobs
    Start  StartRequest -> StartResponse
    Stop   StopRequest -> stream StopResponse
  scope Jobs.session: session_id is a string in 2 requests
  fault Jobs.Start: StartResponse: it has a bool success and a string
    error_message
  status Jobs.Start: NOT_FOUND, RESOURCE_EXHAUSTED, FAILED_PRECONDITION as a
    status, not in the response (bridge.yaml:4:25)
  oneof StartRequest.target: is called where (bridge.yaml:9:34)
  JSON StartRequest.arguments_json: arguments_json is a string whose name ends
    in _json, and there is no arguments
  field StopRequest.reason: is called why (bridge.yaml:6:33)
  value StopResponse.result: it holds JSON behind acme/{tag}, bytes go with it
    in binary_result (bridge.yaml:2:21)
  value Value: its only content is the oneof kind, each member of another kind:
    string text, float number
  no field StopRequest.left: it is skipped: what comes in it stays with the
    unknown fields (bridge.yaml:7:31)

other/v1/kinds.proto (package other.v1, proto3): 1 enum
  enum Kind: is called Sort (bridge.yaml:11:20)
`;
const header = "acme/v1/jobs.proto (package acme.v1, proto3): 1 service, 5 messages\n";
const kinds = "other/v1/kinds.proto (package other.v1, proto3): 1 enum\n  enum Kind: is called Sort (bridge.yaml:11:20)\n";

describe("explain", () => {
  it("prints every decision, in lines of at most 80 columns", () => {
    expect(run(["explain"])).toEqual({ status: 0, stdout: whole, stderr: "" });
    for (const line of whole.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("breaks the line of a file, too", () => {
    const messages = Array.from({ length: 120 }, (_, i) => `message M${i} {}`).join("\n");
    const path = "proto/acme/internal/v1/quite_long_names.proto";
    const text = `syntax = "proto3";\npackage acme.internal.v1;\n${messages}\nenum E {\n  E_UNSPECIFIED = 0;\n}\n`;
    const { stdout } = run(["explain", "acme/internal/v1/quite_long_names.proto"], { [path]: text });
    expect(stdout).toBe("acme/internal/v1/quite_long_names.proto (package acme.internal.v1, proto3): 120\n    messages, 1 enum\n");
  });

  const service = "  service Jobs\n    Start  StartRequest -> StartResponse\n";
  const start =
    "  fault Jobs.Start: StartResponse: it has a bool success and a string\n    error_message\n  status Jobs.Start: NOT_FOUND, RESOURCE_EXHAUSTED, FAILED_PRECONDITION as a\n    status, not in the response (bridge.yaml:4:25)\n";
  const json = "  JSON StartRequest.arguments_json: arguments_json is a string whose name ends\n    in _json, and there is no arguments\n";
  const target = "  oneof StartRequest.target: is called where (bridge.yaml:9:34)\n";
  const result = "  value StopResponse.result: it holds JSON behind acme/{tag}, bytes go with it\n    in binary_result (bridge.yaml:2:21)\n";
  const value = "  value Value: its only content is the oneof kind, each member of another kind:\n    string text, float number\n";
  it.each([
    ["a package", "acme.v1", whole.slice(0, whole.indexOf("\nother/"))],
    ["the beginning of packages", "other", kinds],
    ["a file", "other/v1/kinds.proto", kinds],
    [
      "a service",
      "acme.v1.Jobs",
      `${header}${service}    Stop   StopRequest -> stream StopResponse\n  scope Jobs.session: session_id is a string in 2 requests\n${start}`,
    ],
    ["an RPC", "acme.v1.Jobs.Start", header + service + start],
    ["an RPC of which nothing was decided", "acme.v1.Jobs.Stop", `${header}  service Jobs\n    Stop  StopRequest -> stream StopResponse\n`],
    ["a message", "acme.v1.StartRequest", header + target + json],
    ["a field", "acme.v1.StartRequest.arguments_json", header + json],
    ["a field of which nothing was decided", "acme.v1.StartRequest.value", `${header}  nothing was to be decided: it is what the proto says\n`],
    ["a member of a oneof", "acme.v1.StartRequest.host", `${header}  nothing was to be decided: it is what the proto says\n`],
    [
      "a field that is skipped",
      "acme.v1.StopRequest.left",
      `${header}  no field StopRequest.left: it is skipped: what comes in it stays with the\n    unknown fields (bridge.yaml:7:31)\n`,
    ],
    ["a field that goes with another", "acme.v1.StopResponse.binary_result", header + result],
    ["a member of a value", "acme.v1.Value.number", header + value],
    ["a oneof", "acme.v1.StartRequest.target", header + target],
    ["an enum", "other.v1.Kind", kinds],
  ])("takes the name of %s", (_what, selector, stdout) => {
    expect(run(["explain", selector])).toEqual({ status: 0, stdout, stderr: "" });
  });

  it.each([
    ["acme.v1.Jbos", "acme.v1.Jobs"],
    ["acme.v1.Jobs.start", "acme.v1.Jobs.Start"],
    ["other/v1/kind.proto", "other/v1/kinds.proto"],
    ["other.v1.Kind.KIND_UNSPECIFIED", "other.v1.Kind"],
    ["", "acme.v1"],
  ])("does not know %j, and names the nearest", (selector, nearest) => {
    const { status, stdout, stderr } = run(["explain", selector]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^protobridge: nothing is called ${selector}; did you mean ${selector === "" ? ".*" : nearest}\\?\\n$`));
  });

  it("--json gives profiles, files and warnings", () => {
    const warned =
      'syntax = "proto3"; package third.v1; message S { int32 code = 1; string message = 2; } message R { S a = 1; S b = 2; } service T { rpc A(R) returns (R); }';
    const { status, stdout, stderr } = run(["explain", "--json"], { "proto/third/v1/third.proto": warned });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { profiles, files, warnings, ...rest } = JSON.parse(stdout) as { profiles: string[]; files: { path: string }[]; warnings: string[] };
    expect(rest).toEqual({});
    expect(profiles).toEqual([]);
    expect(files.map(({ path }) => path)).toEqual(["acme/v1/jobs.proto", "other/v1/kinds.proto", "third/v1/third.proto"]);
    expect(warnings).toEqual([expect.stringContaining("third/v1/third.proto:1: third.v1.R has no fault, since a or b could tell it: ")]);
    const text = run(["explain", "other.v1.Kind"], { "proto/third/v1/third.proto": warned });
    expect(text).toEqual({ status: 0, stdout: kinds, stderr: `warning: ${warnings[0]}\n` });
  });

  it("--json of one element has its file, and what it belongs to", () => {
    const { files } = JSON.parse(run(["explain", "acme.v1.StopRequest.reason", "--json"]).stdout) as {
      files: { path: string; messages: object[]; services: object[] }[];
    };
    expect(files).toMatchObject([{ path: "acme/v1/jobs.proto", messages: [{ typeName: "acme.v1.StopRequest" }], services: [], enums: [] }]);
  });

  it("names the profiles that apply", () => {
    const protos = { "proto/acme/v1/rxpress.proto": 'syntax = "proto3"; package bridge; message M {} service Invoker { rpc Invoke(M) returns (M); }' };
    expect(run(["explain", "bridge.Invoker"], protos).stdout).toBe(
      "profiles: rxpress\n\nacme/v1/rxpress.proto (package bridge, proto3): 1 service, 1 message\n  service Invoker\n    Invoke  M -> M\n",
    );
    const ignored = run(["explain", "bridge.Invoker"], { ...protos, "bridge.yaml": "ignore_profiles: [rxpress]\n" });
    expect(ignored.stdout).toMatch(/^acme\/v1\/rxpress\.proto/);
  });
});

describe("what it is given", () => {
  const template = (opt: string, more = ""): string =>
    `version: v2\n${more}plugins:\n  - local: protoc-gen-es\n    out: gen\n    opt: config=not.yaml\n  - local: [node, ./protoc-gen-bridge.cjs]\n    out: gen\n${opt}`;
  const other = { "other.yaml": "enums:\n  other.v1.Kind: { name: Other }\n" };
  const called = (name: string, place: string): string =>
    `other/v1/kinds.proto (package other.v1, proto3): 1 enum\n  enum Kind: is called ${name} (${place})\n`;
  it.each([
    ["a list", template("    opt: [target=ts, config=other.yaml]\n"), [], called("Other", "other.yaml:2:20")],
    ["one string", template("    opt: target=ts,config=other.yaml,import_extension=js\n"), [], called("Other", "other.yaml:2:20")],
    ["a list of strings with commas", template('    opt: ["target=ts,config=other.yaml"]\n'), [], called("Other", "other.yaml:2:20")],
    ["--config, which wins", template("    opt: [config=bridge.yaml]\n"), ["--config", "other.yaml"], called("Other", "other.yaml:2:20")],
    ["--config=, which wins", template("    opt: [config=nowhere.yaml]\n"), ["--config=other.yaml"], called("Other", "other.yaml:2:20")],
    ["no option", template(""), [], "other/v1/kinds.proto (package other.v1, proto3): 1 enum\n  nothing was to be decided: it is what the proto says\n"],
  ])("the config, by %s", (_how, text, args, stdout) => {
    expect(run(["explain", "other.v1.Kind", ...args], { ...other, "buf.gen.yaml": text })).toEqual({ status: 0, stdout, stderr: "" });
  });

  it("--template names another buf.gen.yaml", () => {
    const files = { ...other, "buf.own.yaml": template("    opt: [config=other.yaml]\n") };
    expect(run(["explain", "other.v1.Kind", "--template", "buf.own.yaml"], files).stdout).toBe(called("Other", "other.yaml:2:20"));
  });

  it("several inputs, of buf.gen.yaml or of --input, which wins", () => {
    const proto = (name: string): string => `syntax = "proto3"; package ${name}.v1; message M {}`;
    const files = {
      "buf.yaml": "version: v2\nmodules:\n  - path: one\n  - path: two\n  - path: three\n",
      "one/one.proto": proto("one"),
      "two/two.proto": proto("two"),
      "three/three.proto": proto("three"),
      "bridge.yaml": "messages: { one.v1.M: { name: N }, two.v1.M: { name: N } }\n",
      "buf.gen.yaml": template("    opt: [config=bridge.yaml]\n", "inputs:\n  - directory: one\n  - directory: two\n"),
    };
    const told = (name: string, at: number): string =>
      `${name}.proto (package ${name}.v1, proto3): 1 message\n  message M: is called N (bridge.yaml:1:${at})\n`;
    expect(run(["explain"], files)).toEqual({ status: 0, stderr: "", stdout: `${told("one", 25)}\n${told("two", 48)}` });
    expect(run(["explain", "--input", "two", "--input", "one"], files).stdout).toBe(`${told("two", 48)}\n${told("one", 25)}`);
    // What it does not see it cannot check.
    expect(run(["explain", "--input", "three"], files)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^protobridge: bridge\.yaml:1:13: no message "one\.v1\.M" among the protos of this run; did you mean "three\.v1\.M"\?\nbridge\.yaml:1:36: /,
      ),
    });
    const git = { "buf.gen.yaml": template("", "inputs:\n  - git_repo: https://example.com/x.git\n    branch: main\n") };
    expect(run(["explain"], git)).toMatchObject({
      status: 1,
      stderr:
        "protobridge: buf.gen.yaml: an input is of none of the kinds directory, module, proto_file, binary_image, json_image, text_image, yaml_image: name what is to be explained by --input\n",
    });
  });
});

describe("what is wrong", () => {
  const overview = "protobridge: what Protobridge makes of your protos\n\n  protobridge init ";
  const usage = "protobridge explain [SELECTOR] [options]\n\n";
  it.each<[what: string, args: readonly string[], said: string, help: string]>([
    ["nothing", [], "what shall I do?", overview],
    ["an unknown command", ["explian"], "there is no command explian; did you mean explain?", overview],
    ["no command, but an option", ["--json"], "the first argument is a command, not --json", overview],
    ["an extra argument", ["explain", "acme.v1", "more"], "explain takes one argument, not also more", usage],
    ["an unknown option", ["explain", "--yaml"], "Unknown option '--yaml'. ", usage],
    ["an option without its value", ["explain", "--config"], "Option '--config <value>' argument missing", usage],
  ])("%s: exit code 2, and how to use it", (_what, args, said, help) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr.startsWith(`protobridge: ${said}`)).toBe(true);
    expect(stderr).toContain(`\n\n${help}`);
  });

  it.each<[what: string, args: readonly string[], files: Readonly<Record<string, string>>, stderr: string]>([
    ["no such config", ["--config", "x.yaml"], {}, "x.yaml: there is no such file; "],
    ["no such template", ["--template", "x.yaml"], {}, "x.yaml cannot be read: ENOENT"],
    ["a template that is no YAML", [], { "buf.gen.yaml": "a: [\n" }, "buf.gen.yaml cannot be read: "],
    [
      "a broken proto",
      [],
      { "proto/acme/v1/jobs.proto": 'syntax = "proto3";\nmessage M { int32 a = ; }\n' },
      "buf build . failed:\nproto/acme/v1/jobs.proto:2:",
    ],
    ["no such input", ["--input", "nowhere"], {}, "buf build nowhere failed:\n"],
    [
      "a selector of the config that matches nothing, in a package that is nowhere",
      [],
      { "bridge.yaml": "enums: { elsewhere.v1.Kind: { name: K } }\n" },
      'bridge.yaml:1:10: no enum "elsewhere.v1.Kind" among the protos of this run; did you mean "other.v1.Kind"?\n',
    ],
    [
      "a mistake in the config",
      [],
      { "bridge.yaml": "enums: { other.v1.Kind: { nam: K } }\n" },
      'bridge.yaml:1:27: there is no field "nam" in protobridge.v1.Enum; did you mean "name"?',
    ],
    [
      "two elements with one name",
      [],
      { "bridge.yaml": "messages: { acme.v1.StartRequest: { name: Same }, acme.v1.StopRequest: { name: Same } }\n" },
      "bridge.yaml:1:74: name: acme.v1.StopRequest cannot be called Same: that is the name of acme.v1.StartRequest\n",
    ],
  ])("%s: exit code 1", (_what, args, files, said) => {
    const { status, stdout, stderr } = run(["explain", ...args], files);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr.slice(0, said.length + 13)).toBe(`protobridge: ${said}`);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it("a selector for a package that is not there lets runs of the plugin pass, by directory", () => {
    const files = { ...project, "bridge.yaml": "enums: { elsewhere.v1.Kind: { name: K } }\n" };
    const plugin = JSON.stringify([process.execPath, join(root, "plugin/bin/protoc-gen-bridge.cjs")]);
    withFiles(
      { ...files, "buf.gen.yaml": `version: v2\nplugins:\n  - local: ${plugin}\n    out: gen\n    opt: [target=ts, config=bridge.yaml]\n` },
      (directory) => {
        const { status, stderr } = spawnSync(join(root, "node_modules/.bin/buf"), ["generate"], { cwd: directory, encoding: "utf8", timeout: 60_000 });
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      },
    );
  });

  it("no buf: exit code 1, and what to do", () => {
    expect(run(["explain"], {}, "")).toEqual({
      status: 1,
      stdout: "",
      stderr: "protobridge: buf is not installed, or not in PATH: npm install --save-dev @bufbuild/buf, and run this by npx\n",
    });
  });
});

describe("what it says of itself", () => {
  it.each([
    [["--help"]],
    [["-h"]],
    [["help"]],
    [["explain", "--help"]],
    [["help", "explain"]],
    [["explain", "nothing.of.this", "--help"]],
    [["check", "--help"]],
    [["help", "init"]],
  ])("%j", (args) => {
    const { status, stdout, stderr } = run(args, {}, "");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const about = args.find((arg) => /^(init|check|explain)$/.test(arg));
    expect(stdout.startsWith(about === undefined ? "protobridge: what Protobridge makes of your protos\n" : `protobridge ${about} [`)).toBe(true);
    expect(stdout).toMatch(/\s2 for a wrong command\.\n$/);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("--version", () => {
    expect(run(["--version"], {}, "")).toEqual({ status: 0, stdout: "protobridge 0.1.0\n", stderr: "" });
  });
});
