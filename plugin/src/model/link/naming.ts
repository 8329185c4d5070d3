/** What names tell of requests and their replies. */
import type { DescField } from "@bufbuild/protobuf";

/** How members of an envelope end: a request may also end in none of these. */
const requestEndings = ["_req", "_request", "_call", "_query"];
const replyEndings = ["_res", "_resp", "_response", "_reply", "_result", "_answer", "_ack"];

/** How their messages end. */
const requestMessages = ["Request", "Req", "Call", "Query"];
const replyMessages = ["Response", "Res", "Reply", "Result", "Answer", "Ack"];

/** The members whose name is that of a reply to a member: `kv_get_res` to `kv_get`, `tool_result` to `tool_call`, `pong` to `ping`. */
export function repliesByName(request: string, members: readonly DescField[]): readonly DescField[] {
  const stems = [request, ...requestEndings.flatMap((ending) => withoutEnding(request, ending))];
  const names = new Set(stems.flatMap((stem) => replyEndings.map((ending) => `${stem}${ending}`)));
  if (/(^|_)ping$/.test(request)) names.add(request.replace(/ping$/, "pong"));
  return members.filter(({ name }) => names.has(name));
}

/**
 * The members whose message is called as a reply to that of a member: `OpenResponse` to `OpenRequest`. Each message has to be that of one
 * member of its end, or it would not tell which.
 */
export function repliesByMessage(request: DescField, beside: readonly DescField[], members: readonly DescField[]): readonly DescField[] {
  const name = request.message?.name ?? "";
  const names = new Set(requestMessages.flatMap((ending) => withoutEnding(name, ending)).flatMap((stem) => replyMessages.map((ending) => `${stem}${ending}`)));
  const isOnly = (field: DescField, fields: readonly DescField[]): boolean =>
    fields.every(({ message }, i) => message !== field.message || fields[i] === field);
  if (!isOnly(request, beside)) return [];
  return members.filter((field) => names.has(field.message?.name ?? "") && isOnly(field, members));
}

/** The name without its ending, if it has it, and more than that. */
function withoutEnding(name: string, ending: string): readonly string[] {
  return name.endsWith(ending) && name.length > ending.length ? [name.slice(0, -ending.length)] : [];
}
