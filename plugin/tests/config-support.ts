import { type ConfigFile, parseConfigFile } from "../src/config/yaml.js";
import { ProblemsError } from "../src/diagnostics.js";

/** Reads a `bridge.yaml` with this text. */
export const parse = (text: string): ConfigFile => parseConfigFile("bridge.yaml", text);

/** What is wrong, one line a problem. */
export function mistakes(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ProblemsError) return error.message.split("\n");
    throw error;
  }
  return [];
}

/** What is wrong in a `bridge.yaml` with this text. */
export const refused = (text: string): string[] => mistakes(() => parse(text));

/** A config with something of everything. */
export const valid = `# yaml-language-server: $schema=bridge.schema.json
packages:
  acme.v1:
    any:
      content: JSON
      type_url: type.googleapis.com/acme.{tag}
      also_type_urls: ["acme/{tag}"]
      tags:
        - { name: "null", kind: NULL }
        - name: float
          kind: FLOAT
      bare_tokens: true
      tag_field: type
services:
  acme.v1.Greeter: { name: Welcome, scopes: { session_id: { name: session }, agent_id: { none: true } } }
methods:
  acme.v1.Greeter.SayHello: { statuses: [NOT_FOUND, INTERNAL] }
messages:
  acme.v1.Reply:
    fault:
      code:
        field: status.code
        ok: [0]
        codes:
          - { wire: 1, code: UNKNOWN }
      message: status.message
  acme.v1.Gone:
fields:
  acme.v1.Event.body: { text: JSON, name: payload }
oneofs: { acme.v1.Event.what: { name: content } }
enums:
ignore_profiles: [loom]
`;
