/** What the tests of `protobridge sync` share: projects in temporary directories, and the command as a function. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeInside } from "../src/command/files.js";
import { withMark } from "../src/command/sync/mark.js";
import { planSync, type SyncOptions, type SyncResult } from "../src/command/sync/run.js";
import { generate, proto, withFiles } from "./support.js";

/** Files by their paths. */
export type Files = Readonly<Record<string, string>>;

/** A service of all kinds of RPC, with a link, as it has become. */
export const jobs: string = proto(
  "acme.v1",
  'import "google/protobuf/empty.proto";',
  'import "other/v1/other.proto";',
  "service Jobs {",
  "  // Starts a job.",
  "  rpc Start(StartRequest) returns (StartResponse);",
  "  // Stops a job.",
  "  //",
  "  // It may take long.",
  "  rpc Stop(StopRequest) returns (StopResponse);",
  "  rpc Watch(WatchRequest) returns (stream WatchResponse);",
  "  rpc Upload(stream UploadRequest) returns (UploadResponse);",
  "  rpc Mirror(stream UploadRequest) returns (stream UploadResponse);",
  "  rpc Ping(google.protobuf.Empty) returns (other.v1.Pong);",
  "  // Talks.",
  "  rpc Talk(stream Say) returns (stream Say);",
  "}",
  "service Doors { rpc Open(Note) returns (Note); rpc Shut(Note) returns (Note); rpc Lock(Note) returns (Note); }",
  "service Admin { rpc Reset(other.v1.Pong) returns (google.protobuf.Empty); }",
  "message StartRequest { string name = 1; }",
  "message StartResponse { bool success = 1; string error_message = 2; }",
  "message StopRequest { string name = 1; }",
  "message StopResponse { string name = 1; }",
  "message WatchRequest {} message WatchResponse { string line = 1; }",
  "message UploadRequest { bytes data = 1; } message UploadResponse { int32 size = 1; }",
  "message Say { string correlation = 1; oneof what { Ask ask = 2; AskRes ask_res = 3; Get get = 4; GetRes get_res = 5; Note note = 6; } }",
  "message Ask { string text = 1; } message AskRes { string text = 1; } message Get {} message GetRes {} message Note {}",
);
const other = proto("other.v1", "message Pong { string text = 1; }");

/** The generated modules of {@link jobs}, in src/gen. */
export function generated(protos: Files = { "acme/v1/jobs.proto": jobs, "other/v1/other.proto": other }, parameter = "target=ts,import_extension=js"): Files {
  return Object.fromEntries([...generate(protos, parameter)].map(([path, text]) => [`src/gen/${path}`, text]));
}

/** A tsconfig.json with these options, for all of src. */
export function tsconfig(options: object = {}): string {
  return JSON.stringify({ compilerOptions: { module: "nodenext", target: "es2022", strict: true, ...options }, include: ["src"] });
}

/** What a run did to a project. */
export interface Synced extends SyncResult {
  /** The hand-written files behind it. */
  readonly files: Files;
  /** What it told, as the command prints it when it writes. */
  readonly lines: readonly string[];
}

/** Brings a project in a directory up to date. */
export function syncIn(directory: string, options: Partial<SyncOptions> = {}): Synced {
  const result = planSync({ cwd: directory, directory: undefined, projects: [], create: false, marks: false, ...options });
  for (const { path, after } of result.changes) writeInside(directory, path, withMark(path, after));
  const lines = result.told.map(({ kind, path, lineAfter, text }) => `${path}:${lineAfter}: ${kind}: ${text}`);
  return {
    ...result,
    lines,
    files: Object.fromEntries(result.changes.map(({ path }) => [path.slice(path.indexOf(directory) + directory.length + 1), readFileSync(path, "utf8")])),
  };
}

/** Writes files into a directory. */
export function writeFiles(directory: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}

/** Brings a project of these files up to date, and looks that a second run finds nothing to do. */
export function synced(files: Files, options: Partial<SyncOptions> = {}): Synced {
  return withFiles({ "tsconfig.json": tsconfig(), ...generated(), ...files }, (directory) => {
    const first = syncIn(directory, options);
    const again = syncIn(directory, options);
    if (again.changes.length > 0) throw new Error(`not idempotent: ${again.changes.map(({ after }) => after).join("\n")}`);
    return first;
  });
}

/** Whether a text is another one without some characters: nothing in it was changed or taken away. */
export function isSubsequence(text: string, of: string): boolean {
  let at = 0;
  for (let i = 0; i < of.length && at < text.length; i++) if (of.charAt(i) === text.charAt(at)) at++;
  return at === text.length;
}
