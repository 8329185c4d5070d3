import type { IncomingHttpHeaders } from "node:http2";

/**
 * Undoes what Node and grpc-js do to metadata that is not theirs:
 *
 * - Node joins the values of a repeated key with ", ", and nobody can take apart what is text. They become a list.
 * - grpc-js prints what it takes for illegal to the console. It is left out.
 *
 * @param raw names and values in turn, as they came
 */
export function repairHeaders(headers: IncomingHttpHeaders, raw: unknown): void {
  const names = Object.keys(headers);
  for (const name of names) {
    if (name.startsWith(":") || (/^[0-9a-z_.-]+$/.test(name) && (name.endsWith("-bin") || isPrintable(headers[name])))) continue;
    delete headers[name];
  }
  if (!Array.isArray(raw) || raw.length === names.length * 2) return;
  const values = new Map<string, string[]>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = String(raw[i]);
    const before = values.get(name);
    if (before) before.push(String(raw[i + 1]));
    else values.set(name, [String(raw[i + 1])]);
  }
  for (const [name, all] of values) {
    if (all.length > 1 && !name.endsWith("-bin") && headers[name] === all.join(", ")) headers[name] = all;
  }
}

/**
 * Has grpc-js read an error's message whole. It leaves the percent-encoding of `:`, `/`, `,` and the like, of which a peer may make use:
 * servers made with Connect do.
 */
export function repairMessage(headers: IncomingHttpHeaders): void {
  const message = headers["grpc-message"];
  if (typeof message !== "string" || !message.includes("%")) return;
  try {
    headers["grpc-message"] = encodeURI(decodeURIComponent(message));
  } catch {
    // What is no percent-encoding is told as it came.
  }
}

function isPrintable(value: string | string[] | undefined): boolean {
  return Array.isArray(value) ? value.every(isPrintable) : /^[ -~]*$/.test(value ?? "");
}
