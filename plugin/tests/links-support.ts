/** Links of small protos, as the model has them. */
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { Settings } from "../src/config/settings.js";
import { Problems } from "../src/diagnostics.js";
import { ConfigSchema } from "../src/gen/protobridge/v1/config_pb.js";
import type { EndModel, LinkModel, MemberModel } from "../src/model/link/link.js";
import { buildModel, type FileModel } from "../src/model/model.js";
import type { MethodModel } from "../src/model/servicer.js";
import { descriptors, proto } from "./support.js";

/** What the ends of a stream send. */
export interface Stream {
  /** Members of the client's envelope `C`, as `log kv_get:GetRequest`. Without a type, a member has an empty message of its own. */
  readonly client: string;
  /** Those of the server's envelope `S`; the client's, which is then called `E`, goes both ways by default. */
  readonly server?: string;
  /** Fields of the envelopes beside the oneof. */
  readonly fields?: { readonly client?: string; readonly server?: string };
  /** Messages, and whatever else. */
  readonly more?: string;
}

/** What follows the package in the proto of a stream: the RPC `a.Svc.Do`, and its messages. */
export function streamText({ client, server, fields = {}, more = "" }: Stream): string {
  const specs = [client, server ?? ""].flatMap((members) => members.split(" ").filter((member) => member !== ""));
  const types = [...new Set(specs.map(typeOf))].filter((type) => !type.includes(".") && !new RegExp(`message ${type}\\b`).test(more));
  const names = server === undefined ? ["E", "E"] : ["C", "S"];
  const messages = [envelope(names[0] ?? "", client, fields.client), ...(server === undefined ? [] : [envelope("S", server, fields.server)])];
  return [`service Svc { rpc Do(stream ${names[0]}) returns (stream ${names[1]}); }`, ...messages, ...types.map((type) => `message ${type} {}`), more].join(
    " ",
  );
}

function envelope(name: string, members: string, fields = ""): string {
  const list = members.split(" ").map((member, i) => `${typeOf(member)} ${member.split(":")[0]} = ${i + 1};`);
  return `message ${name} { ${fields} oneof body { ${list.join(" ")} } }`;
}

function typeOf(member: string): string {
  const [name, type] = member.split(":") as [string, string?];
  return type ?? `M_${name}`;
}

/** What was decided of a stream. */
export interface DecidedLink {
  readonly file: FileModel;
  readonly method: MethodModel;
  readonly problems: readonly string[];
  /** The link; throws if there is none. */
  readonly link: LinkModel;
  /** Each member of an end, as `kv_get -> kv_get_res`, `log`, `kv_get_res (reply)` or `ack (opening)`. */
  says(side: "client" | "server"): readonly string[];
  member(side: "client" | "server", name: string): MemberModel;
}

/** What was decided of the RPC `a.Svc.Do` in a proto. Config comes from `bridge.yaml`, or from a profile; other protos can be imported. */
export function decideText(lines: string, config: JsonObject = {}, profile: JsonObject = {}, others: Readonly<Record<string, string>> = {}): DecidedLink {
  const text = proto("a", 'import "google/protobuf/wrappers.proto"; import "google/protobuf/any.proto";', lines);
  const files = descriptors({ ...others, "a.proto": text });
  const layer = (said: JsonObject, name: string, mayMiss: boolean) => ({
    config: fromJson(ConfigSchema, said),
    mayMiss,
    place: (...path: string[]): string => `${name} ${path.join(" ")}`,
  });
  const settings = new Settings([layer(profile, "profile", true), layer(config, "bridge.yaml", false)]);
  const problems = new Problems();
  const { files: models } = buildModel(files, { settings, problems: { of: problems, files: new Set(["a.proto"]) } });
  const file = models.find(({ path }) => path === "a.proto") as FileModel;
  const method = file.services[0]?.methods.find(({ name }) => name === "Do") as MethodModel;
  const link = (): LinkModel => {
    if (!method.link) throw new Error(`no link: ${method.noLink?.because}`);
    return method.link;
  };
  return {
    file,
    method,
    problems: problems.all.map(({ severity, place, message }) => `${severity} ${place}: ${message}`),
    get link() {
      return link();
    },
    says: (side) => link()[side].members.map(described),
    member: (side, name) => link()[side].members.find((member) => member.name === name) as MemberModel,
  };
}

/** The same for a stream. */
export function decide(stream: Stream, config: JsonObject = {}, profile: JsonObject = {}): DecidedLink {
  return decideText(streamText(stream), config, profile);
}

function described({ name, role, request }: MemberModel): string {
  if (request) return `${name} -> ${request.reply}`;
  return role === "notification" ? name : `${name} (${role})`;
}

/** The groups of an end, by their names. */
export function groupsIn({ groups }: Pick<EndModel, "groups">): object {
  return Object.fromEntries(
    groups.map(({ name, members, groups }) => [name, [...members.map((member) => member.name), ...(groups.length > 0 ? [groupsIn({ groups })] : [])]]),
  );
}
