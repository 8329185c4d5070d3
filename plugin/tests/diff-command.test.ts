/** `protobridge diff` as a user runs it: the built command, buf, and a git repository of two commits. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseConfigFile } from "../src/config/yaml.js";
import { root, withFiles } from "./support.js";

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const path = `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`;
// The user's own settings have no say.
const identity = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b.c",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b.c",
};

function exec(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, PATH: path, ...identity, ...env },
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

function write(directory: string, files: Readonly<Record<string, string | null>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(directory, name);
    if (text === null) rmSync(file);
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}

function commit(directory: string, message: string): void {
  for (const args of [
    ["add", "--all"],
    ["commit", "--quiet", "--message", message],
  ])
    expect(exec(directory, "git", args)).toMatchObject({ status: 0 });
}

const header = 'syntax = "proto3";\npackage acme.v1;\n\n';
const before = {
  "buf.yaml": "version: v2\nmodules:\n  - path: proto\n",
  "buf.gen.yaml":
    "version: v2\ninputs:\n  - directory: proto\nplugins:\n  - local: protoc-gen-es\n    out: gen\n  - local: protoc-gen-bridge\n    out: gen\n    opt: [target=ts, config=bridge.yaml]\n",
  "bridge.yaml": "fields:\n  acme.v1.Job.secret: { skip: true }\n",
  "proto/acme/v1/jobs.proto": `${header}import "acme/v1/kinds.proto";

service Jobs {
  rpc Start(StartRequest) returns (Job);
  rpc Stop(StopRequest) returns (StopResponse);
}

message StartRequest {
  string session_id = 1;
  Kind kind = 2;
}

message Job {
  string id = 1;
  int32 priority = 2;
  string secret = 3;
}

message StopRequest {
  string session_id = 1;
}

message StopResponse {}
`,
  "proto/acme/v1/kinds.proto": `${header}enum Kind {
  KIND_UNSPECIFIED = 0;
  KIND_FAST = 1;
}
`,
};
const after = {
  "bridge.yaml": "fields:\n  acme.v1.Job.note: { text: JSON }\n",
  "proto/acme/v1/jobs.proto": `${header}import "acme/v1/kinds.proto";

service Jobs {
  rpc Start(StartRequest) returns (Job);
  rpc Halt(StopRequest) returns (StopResponse);
  rpc Watch(StartRequest) returns (stream Job);
}

message StartRequest {
  string session_id = 1;
  Kind kind = 2;
}

message Job {
  string id = 1;
  string priority = 2;
  string secret = 3;
  string note = 4;
}

message StopRequest {
  string session_id = 1;
}

message StopResponse {}
`,
  "proto/acme/v1/kinds.proto": `${header}enum Kind {
  KIND_UNSPECIFIED = 0;
  KIND_FAST = 1;
  KIND_SLOW = 2;
}
`,
};

/** A repository whose first commit is `v1`, and whose working tree has the second version, not committed. */
function withRepository<T>(work: (directory: string, diff: (...args: string[]) => Ran) => T, inside = ""): T {
  const place = (files: object) => Object.fromEntries(Object.entries(files).map(([name, text]) => [`${inside}${name}`, text as string]));
  return withFiles(place(before), (directory) => {
    expect(exec(directory, "git", ["init", "--quiet", "--initial-branch", "main"])).toMatchObject({ status: 0 });
    commit(directory, "one");
    expect(exec(directory, "git", ["tag", "v1"])).toMatchObject({ status: 0 });
    write(directory, place(after));
    return work(directory, (...args) => protobridge(join(directory, inside), "diff", ...args));
  });
}

function protobridge(cwd: string, ...args: string[]): Ran {
  return exec(cwd, process.execPath, [join(root, "plugin/bin/protobridge.cjs"), ...args]);
}

const golden = (name: string): string => fileURLToPath(new URL(`golden/${name}`, import.meta.url));

describe("a commit and the working tree", () => {
  it.each(["text", "json", "markdown"])("as %s", async (format) => {
    const { status, stdout, stderr } = withRepository((_directory, diff) => diff("v1", "--format", format));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    await expect(stdout).toMatchFileSnapshot(golden(`diff.${format === "text" ? "txt" : format === "json" ? "json" : "md"}`));
    if (format === "text") for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    if (format === "json") expect(Object.keys(JSON.parse(stdout) as object)).toEqual(["version", "old", "new", "wireChecked", "summary", "changes"]);
  });

  it("is what the page shows", () => {
    const page = readFileSync(join(root, "docs/commands.md"), "utf8");
    expect(page).toContain(`\`\`\`text\n${readFileSync(golden("diff.txt"), "utf8")}\`\`\`\n`);
  });

  it("two commits, by name, by distance and by directory, give the same as their trees", () => {
    withRepository((directory, diff) => {
      const { stdout } = diff("v1", "--format", "json");
      const changes = (text: string): unknown => (JSON.parse(text) as { changes: unknown }).changes;
      commit(directory, "two");
      for (const args of [["v1", "main"], ["HEAD~1"], ["HEAD~1", "HEAD"], ["refs/tags/v1", "main"]]) {
        expect(changes(diff(...args, "--format", "json").stdout)).toEqual(changes(stdout));
      }
      // Of a directory, the config need not fit all.
      expect(diff("v1:proto", "main:./proto", "--format", "json")).toMatchObject({ status: 0, stderr: "" });
      expect(diff("HEAD")).toEqual({ status: 0, stdout: "HEAD -> working tree: nothing changed for TypeScript or on the wire\n", stderr: "" });
      expect(diff("HEAD", "--format", "markdown").stdout).toBe("### `HEAD` → `working tree`\n\nNothing changed for TypeScript or on the wire.\n");
    });
  });

  it("in a directory of the repository", () => {
    const whole = withRepository((_directory, diff) => diff("v1", "--format", "json"));
    expect(withRepository((_directory, diff) => diff("v1", "--format", "json"), "packages/bridge/")).toEqual(whole);
  });

  it("leaves the repository as it is, and nothing in the temporary directory", () => {
    withRepository((directory, diff) => {
      const state = (): Ran[] => [exec(directory, "git", ["status", "--porcelain"]), exec(directory, "git", ["worktree", "list"])];
      const known = state();
      expect(diff("v1").status).toBe(0);
      expect(state()).toEqual(known);
    });
  });

  it("a commit that has links: those that lead out of it are not followed", () => {
    withRepository((directory, diff) => {
      write(directory, { "shared/v1/more.proto": 'syntax = "proto3";\npackage acme.v1;\nmessage More {}\n' });
      symlinkSync("../../../shared/v1/more.proto", join(directory, "proto/acme/v1/more.proto"));
      symlinkSync("/etc", join(directory, "proto/etc"));
      symlinkSync("../../../..", join(directory, "proto/acme/v1/up"));
      commit(directory, "links");
      for (const name of ["etc", "acme/v1/up"]) rmSync(join(directory, "proto", name));
      rmSync(join(directory, "proto/acme/v1/more.proto"));
      const { stdout, status } = diff("HEAD");
      expect({ status, gone: stdout.includes("More and MoreInit are gone") }).toEqual({ status: 0, gone: true });
    });
  });
});

describe("what else can be compared", () => {
  it("directories, images and inputs of buf", () => {
    withRepository((directory, diff) => {
      expect(exec(directory, "buf", ["build", ".", "-o", "new.binpb"])).toMatchObject({ status: 0 });
      commit(directory, "two");
      const names = (...args: string[]): string[] =>
        (JSON.parse(diff(...args, "--format", "json").stdout) as { changes: { element: string }[] }).changes.map(({ element }) => element).toSorted();
      const wanted = names("v1:proto", "proto");
      expect(wanted).toContain("acme.v1.Jobs.Watch");
      expect(names("v1:proto", "new.binpb")).toEqual(wanted);
      // By the config of the working directory, which has never heard of the secret.
      expect(names(".git#tag=v1,subdir=proto", "proto")).toEqual(wanted.filter((name) => name !== "acme.v1.Job.secret"));
    });
  });

  it("protos with the config of the working directory: what it names may be missing", () => {
    withRepository((directory, diff) => {
      expect(exec(directory, "buf", ["build", ".git#tag=v1", "-o", "old.binpb"])).toMatchObject({ status: 0 });
      const { status, stderr, stdout } = diff("old.binpb");
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).not.toContain("Job.secret");
    });
  });
});

describe("what the new config line keeps", () => {
  it("brings the old names back", () => {
    withRepository((directory, diff) => {
      const [, pins = ""] = diff("v1").stdout.split("to keep the old names, in bridge.yaml:\n");
      expect(Object.keys(parseConfigFile("bridge.yaml", pins.replaceAll(/^ {2}/gm, "")).config.methods)).toEqual(["acme.v1.Jobs.Halt"]);
      write(directory, { "bridge.yaml": `${after["bridge.yaml"]}${pins.replaceAll(/^ {2}/gm, "")}` });
      const { stdout } = diff("v1");
      expect(stdout).not.toContain("to keep the old names");
      expect(stdout).toContain("JobsClient.stop may be the RPC Halt now");
    });
  });
});

describe("--fail-on", () => {
  const wire = {
    "proto/acme/v1/jobs.proto": before["proto/acme/v1/jobs.proto"].replace("int32 priority", "sint32 priority"),
    "bridge.yaml": before["bridge.yaml"],
    "proto/acme/v1/kinds.proto": before["proto/acme/v1/kinds.proto"],
  };
  const source = { ...wire, "proto/acme/v1/jobs.proto": before["proto/acme/v1/jobs.proto"].replace("int32 priority", "int32 urgency") };
  const added = {
    ...wire,
    "proto/acme/v1/jobs.proto": before["proto/acme/v1/jobs.proto"].replace("int32 priority = 2;", "int32 priority = 2;\n  int32 more = 9;"),
  };
  it.each<readonly [what: string, files: Readonly<Record<string, string>>, codes: readonly number[]]>([
    ["the wire alone", wire, [0, 1, 0, 1, 0]],
    ["TypeScript alone", source, [0, 0, 1, 1, 0]],
    ["nothing", added, [0, 0, 0, 0, 0]],
  ])("%s breaks", (_what, files, codes) => {
    withRepository((directory, diff) => {
      write(directory, files);
      const all = [[], ["--fail-on", "wire"], ["--fail-on", "source"], ["--fail-on=any"], ["--fail-on", "none"]];
      expect(all.map((args) => diff("v1", ...args).status)).toEqual(codes);
    });
  });
});

describe("--wire json", () => {
  it("tells what breaks protobuf's JSON, too", () => {
    withRepository((directory, diff) => {
      write(directory, {
        "proto/acme/v1/jobs.proto": before["proto/acme/v1/jobs.proto"].replace("int32 priority", "int32 urgency"),
        "bridge.yaml": before["bridge.yaml"],
      });
      expect(diff("v1").stdout).not.toContain("breaks the wire");
      expect(diff("v1", "--wire", "json").stdout).toContain("(FIELD_SAME_NAME)");
    });
  });
});

describe("what is wrong", () => {
  it.each<readonly [what: string, args: readonly string[], files: Readonly<Record<string, string | null>>, status: number, stderr: string | RegExp]>([
    ["no OLD", [], {}, 2, /^protobridge: diff needs OLD: /],
    ["another format", ["v1", "--format", "html"], {}, 2, /^protobridge: --format is text, json, markdown, not html\n/],
    ["too many", ["v1", "v1", "v1"], {}, 2, /^protobridge: diff takes 2 arguments, not also v1\n/],
    ["no such commit", ["mian"], {}, 1, 'protobridge: mian is no path, no commit of git, and no input of buf; the nearest is "main"\n'],
    ["no such directory in a commit", ["v1:nowhere"], {}, 1, "protobridge: the old side, v1:nowhere: there is no nowhere in that commit\n"],
    ["a directory out of the repository", ["v1:../x"], {}, 1, "protobridge: v1:../x leads out of the repository\n"],
    ["standard input", ["-"], {}, 1, "protobridge: a side cannot be read from standard input: name a file\n"],
    [
      "a broken proto",
      ["v1"],
      { "proto/acme/v1/kinds.proto": "message {" },
      1,
      /^protobridge: the new side, working tree: buf build proto failed:\nproto\/acme\/v1\/\w+\.proto:\d+:/,
    ],
    [
      "a config that does not fit",
      ["v1"],
      { "bridge.yaml": "messages: { acme.v1.Gone: { name: X } }\n" },
      1,
      /^protobridge: the new side, working tree: bridge\.yaml:1:\d+: no message "acme\.v1\.Gone"/,
    ],
    [
      "an input of more than one string",
      ["v1"],
      { "buf.gen.yaml": "version: v2\ninputs:\n  - git_repo: x.git\n    branch: y\n" },
      1,
      /name what is to be compared as OLD and NEW\n$/,
    ],
    [
      "no package in common",
      ["v1", "other"],
      { "other/a.proto": 'syntax = "proto3";\npackage b.v1;\nmessage M {}\n', "buf.yaml": "version: v2\nmodules:\n  - path: proto\n  - path: other\n" },
      1,
      "protobridge: the two sides have no package in common: old has acme.v1; new has b.v1\n",
    ],
  ])("%s", (_what, args, files, status, stderr) => {
    withRepository((directory, diff) => {
      write(directory, files);
      expect(diff(...args)).toEqual({ status, stdout: "", stderr: typeof stderr === "string" ? stderr : expect.stringMatching(stderr) });
    });
  });

  it("a proto that is broken in the commit: its path is none of this machine", () => {
    withRepository((directory, diff) => {
      write(directory, { "proto/acme/v1/kinds.proto": "message {" });
      commit(directory, "broken");
      write(directory, after);
      expect(diff("HEAD")).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^protobridge: the old side, HEAD: buf build proto failed:\nproto\/acme\/v1\/\w+\.proto:\d+:/),
      });
    });
  });

  it("no git repository", () => {
    withFiles(before, (directory) => {
      const env = { GIT_CEILING_DIRECTORIES: dirname(directory) };
      const { status, stderr } = exec(directory, process.execPath, [join(root, "plugin/bin/protobridge.cjs"), "diff", "main"], env);
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: "protobridge: main is no path, and no commit can be meant: this directory is in no git repository, or git is not installed\n",
      });
    });
  });

  it("no buf", () => {
    withRepository((directory) => {
      const bin = join(directory, "bin");
      mkdirSync(bin);
      symlinkSync(exec(directory, "sh", ["-c", "command -v git"]).stdout.trim(), join(bin, "git"));
      const ran = exec(directory, process.execPath, [join(root, "plugin/bin/protobridge.cjs"), "diff", "v1"], { PATH: bin });
      expect(ran).toMatchObject({ status: 1, stderr: expect.stringMatching(/^protobridge: the old side, v1: buf is not installed, or not in PATH: /) });
    });
  });

  it("protos that buf reads no image of: told, and an error only for who asked about the wire", () => {
    const odd = 'syntax = "proto2";\npackage acme.v1;\nmessage Odd {\n  map<string, Shade> shades = 1;\n}\nenum Shade {\n  SHADE_DARK = 1;\n}\n';
    withRepository((directory, diff) => {
      write(directory, { "proto/acme/v1/odd.proto": odd });
      expect(diff("v1")).toMatchObject({ status: 0, stderr: expect.stringMatching(/^warning: buf breaking cannot tell what breaks the wire: /) });
      expect(diff("v1", "--fail-on", "source").status).toBe(1);
      expect(diff("v1", "--fail-on", "wire")).toMatchObject({
        status: 1,
        stdout: "",
        stderr: expect.stringMatching(/^protobridge: buf breaking cannot tell /),
      });
    });
  });
});
