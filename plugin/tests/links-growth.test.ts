/** A request that the proto gains can be used at once: it adds to what is generated, and changes none of it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Project, withProject } from "./consumer.js";
import { root } from "./support.js";

const before = readFileSync(join(root, "fixtures/rxpress/handler_bridge.proto"), "utf8");

/** Puts text in front of a part of the proto that is there once. */
function insert(text: string, part: string, added: string): string {
  expect(text.split(part).length).toBe(2);
  return text.replace(part, `${added}${part}`);
}

const messages = `// Lists keys. Answered by \`kv_list_res\`.
message KVListReq {
  // Namespace of the keys.
  string bucket = 1;
}

// Reply to \`kv_list\`.
message KVListRes {
  // Whether the keys could be listed.
  Status status = 1;
  // Keys found.
  repeated string keys = 2;
}

`;
const grown = (): string =>
  insert(
    insert(insert(before, "// Envelope of everything", messages), "    // Reply to `kv_get`.\n", "    // List keys.\n    KVListReq kv_list = 23;\n"),
    "    // Sign of life.\n",
    "    // Reply to `kv_list`.\n    KVListRes kv_list_res = 32;\n",
  );

/** What a program did that was written before. */
const old = (version: string): string => `import { memory } from "@protobridge/runtime/memory";
import {
  ControlPlaneClient,
  type ControlPlaneConnectClientHandlers,
  type ControlPlaneConnectLink,
  type ControlPlaneConnectServerHandlers,
  type ControlPlaneConnectServerLink,
  ControlPlaneServicer,
  type KVGetRes,
  type Value,
} from "./${version}/handler_bridge_bridge.js";

export class Plane extends ControlPlaneServicer {
  protected readonly values: Map<string, Value> = new Map<string, Value>();
  override connect(link: ControlPlaneConnectServerLink): ControlPlaneConnectServerHandlers {
    void link.heartbeat({ note: "hello" });
    return {
      kvPut: ({ bucket, key, value }) => void this.values.set(\`\${bucket}:\${key}\`, value ?? null),
      kvGet: ({ bucket, key }) => ({ value: this.values.get(\`\${bucket}:\${key}\`) ?? null }),
    };
  }
}

export async function use(servicer: ControlPlaneServicer): Promise<unknown[]> {
  const notes: string[] = [];
  const handlers: ControlPlaneConnectClientHandlers = { heartbeat: ({ note }) => void notes.push(note) };
  const channel = memory([servicer]);
  const link: ControlPlaneConnectLink = new ControlPlaneClient(channel).connect(handlers);
  await link.with({ meta: { tenant: "t" } }).kvPut({ bucket: "b", key: "k", value: 1 });
  await link.kv.put({ bucket: "b", key: "l", value: [true] });
  const found: KVGetRes = await link.kvGet({ bucket: "b", key: "l" });
  const { value } = await link.kv.get({ bucket: "b", key: "k" });
  await link.close();
  await channel.close();
  return [found.value, value, notes];
}
`;

/** What one can do now. */
const main = `import { memory } from "@protobridge/runtime/memory";
import { ControlPlaneClient, type ControlPlaneConnectServerHandlers, type ControlPlaneConnectServerLink, type KVListRes } from "./after/handler_bridge_bridge.js";
import { Plane, use as useAfter } from "./use-after.js";
import { Plane as PlaneBefore, use as useBefore } from "./use-before.js";

class Grown extends Plane {
  override connect(link: ControlPlaneConnectServerLink): ControlPlaneConnectServerHandlers {
    return {
      ...super.connect(link),
      kvList: ({ bucket }) => {
        if (bucket === "") return { status: { code: 1, message: "no bucket" } };
        return { keys: [...this.values.keys()].filter((key) => key.startsWith(\`\${bucket}:\`)) };
      },
    };
  }
}

const grown = new Grown();
const unchanged = [await useBefore(new PlaneBefore()), await useAfter(new Plane()), await useAfter(grown)];
const channel = memory([grown]);
const link = new ControlPlaneClient(channel).connect();
const flat: KVListRes = await link.kvList({ bucket: "b" });
const { keys } = await link.kv.list({ bucket: "other" });
const failed = await link.kvList().catch((error: unknown) => String(error));
await link.close();
await channel.close();
console.log(JSON.stringify({ unchanged, flat: flat.keys, keys, failed }));
`;

const plugins = ["protoc-gen-es", "protoc-gen-bridge"].map((local) => ({ local, out: ".", opt: ["target=ts", "import_extension=js"] }));
const files = {
  "buf.gen.yaml": JSON.stringify({ version: "v2", plugins }),
  "src/use-before.ts": old("before"),
  "src/use-after.ts": old("after"),
  "src/main.ts": main,
};

function generate({ directory, run }: Project, version: string, text: string): void {
  mkdirSync(join(directory, "proto", version), { recursive: true });
  writeFileSync(join(directory, "proto", version, "handler_bridge.proto"), text);
  expect(run("buf", "generate", `proto/${version}`, "-o", `src/${version}`)).toMatchObject({ status: 0, stderr: "" });
}

/** All names and types that a module declares, in small pieces: what is between braces, bars and semicolons. */
function declared(directory: string, version: string): string[] {
  const text = readFileSync(join(directory, "dist", version, "handler_bridge_bridge.d.ts"), "utf8");
  const pieces = text
    .replaceAll(/\/\*[\s\S]*?\*\/|^import .*;$/gm, "")
    .split(/[{};|]/)
    .map((piece) => piece.trim().replaceAll(/\s+/g, " "));
  return pieces.filter((piece) => piece !== "");
}

/** What a list has beside another one, whose elements it has in the same order; undefined if it lacks one. */
function additions(small: readonly string[], large: readonly string[]): string[] | undefined {
  const added: string[] = [];
  let at = 0;
  for (const piece of large) {
    if (piece === small[at]) at++;
    else added.push(piece);
  }
  return at === small.length ? added : undefined;
}

it("the proto gains a request: generated code gains it, and nothing else changes", { timeout: 120_000 }, () => {
  withProject(files, (project) => {
    const { directory, run } = project;
    generate(project, "before", before);
    generate(project, "after", grown());
    expect(run("tsc", "-p", ".")).toMatchObject({ status: 0, stdout: "" });
    const added = additions(declared(directory, "before"), declared(directory, "after"));
    const method = "kvList(request?: KVListReqInit, options?: RequestOptions): Promise<KVListRes>";
    const handler = "kvList?(request: KVListReq, envelope:";
    expect(added?.filter((piece) => /^(?:export|case|readonly|kvList)/.test(piece))).toEqual([
      ...["Req", "Res"].flatMap((kind) => [
        `export interface KVList${kind}`,
        `export interface KVList${kind}Init`,
        `export declare const KVList${kind}: MessageCodec<KVList${kind}, KVList${kind}Init>`,
      ]),
      ...['case: "kvList"', 'case: "kvListRes"', 'case: "kvList"', 'case: "kvListRes"'],
      // The profile does not know it, so that either end may ask. Only the client has a group that it falls into.
      ...[method, 'readonly list: ControlPlaneConnectLink["kvList"]', handler, method, handler],
    ]);

    const { status, stdout, stderr } = run(process.execPath, "dist/main.js");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const same = [[true], 1, ["hello"]];
    expect(JSON.parse(stdout)).toEqual({ unchanged: [same, same, same], flat: ["b:k", "b:l"], keys: [], failed: "BridgeError: no bucket" });
  });
});
