import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { readConfigFile } from "../src/config/yaml.js";
import { Code, Tag_Kind } from "../src/gen/protobridge/v1/config_pb.js";
import { misfits, tag } from "./config-misfits.js";
import { mistakes, parse, refused, valid } from "./config-support.js";
import { root, withFiles } from "./support.js";

describe("a config", () => {
  it("is read", () => {
    const { config } = parse(valid);
    expect(config.packages["acme.v1"]?.any).toMatchObject({ typeUrl: "type.googleapis.com/acme.{tag}", bareTokens: true, tagField: "type" });
    expect(config.packages["acme.v1"]?.any?.tags).toMatchObject([
      { name: "null", kind: Tag_Kind.NULL },
      { name: "float", kind: Tag_Kind.FLOAT },
    ]);
    expect(config.services["acme.v1.Greeter"]).toMatchObject({ name: "Welcome", scopes: { session_id: { name: "session" }, agent_id: { none: true } } });
    expect(config.methods["acme.v1.Greeter.SayHello"]?.statuses).toEqual([Code.NOT_FOUND, Code.INTERNAL]);
    expect(config.messages["acme.v1.Reply"]?.fault?.code).toMatchObject({ ok: ["0"], codes: [{ wire: "1", code: Code.UNKNOWN }] });
    expect(config.messages["acme.v1.Gone"]).toMatchObject({ name: "" });
    expect(config.enums).toEqual({});
    expect(config.ignoreProfiles).toEqual(["loom"]);
  });
  it("tells where it says what", () => {
    const { place } = parse(valid);
    expect(place("messages", "acme.v1.Reply", "fault", "code", "field")).toBe("bridge.yaml:22:9");
    expect(place("messages", "acme.v1.Reply", "fault", "code", "codes", "0", "code")).toBe("bridge.yaml:25:24");
    expect(place("messages", "acme.v1.Reply", "fault", "code", "codes", "0")).toBe("bridge.yaml:25:13");
    expect(place("messages", "acme.v1.Reply", "fault", "details", "x")).toBe("bridge.yaml:20:5");
    expect(place("messages", "acme.v1.Other", "fault")).toBe("bridge.yaml:18:1");
    expect(place("ignore_profiles", "0")).toBe("bridge.yaml:32:19");
    expect(place("constructor", "__proto__")).toBe("bridge.yaml");
    expect(place()).toBe("bridge.yaml");
  });
  it.each([
    ["nothing", ""],
    ["a comment", "# nothing\n"],
    ["a document that is empty", "---\n...\n"],
    ["null", "~"],
    ["a byte order mark", "\uFEFFmessages:\n"],
    ["a %YAML 1.2 line", "%YAML 1.2\n---\nmessages: {}\n"],
  ])("may be %s", (_name, text) => {
    expect(parse(text).config).toMatchObject({ messages: {}, ignoreProfiles: [] });
  });
  it("may have aliases, whose places are those of what they stand for", () => {
    const { config, place } = parse("messages:\n  a: &a\n    skip: true\n  b: *a\n");
    expect(config.messages["b"]?.skip).toBe(true);
    expect(place("messages", "b")).toBe("bridge.yaml:4:3");
    expect(place("messages", "b", "skip")).toBe("bridge.yaml:3:5");
  });
  it("may have keys that look like other things, and that JavaScript gives a meaning", () => {
    const { config } = parse("messages: { true: { skip: true }, 1: {}, constructor: {}, toString: { skip: true } }");
    expect(Object.keys(config.messages)).toEqual(["1", "true", "constructor", "toString"]);
  });
});

describe("what does not fit the schema", () => {
  it.each(misfits)("%s", (_name, text, ...expected) => {
    expect(refused(text)).toEqual(expected);
  });
  it("takes an integer's text for a string", () => {
    expect(parse("messages: { a: { fault: { code: { ok: [0, -1, 007], other: 12345678901234567890 } } } }").config.messages["a"]?.fault?.code).toMatchObject({
      ok: ["0", "-1", "007"],
      other: "12345678901234567890",
    });
  });
});

describe("what is no YAML", () => {
  it.each<[name: string, text: string, mistake: string]>([
    ["a tab", "messages:\n\ta: {}\n", "bridge.yaml:2:1: not YAML: Tabs are not allowed as indentation"],
    ["bad indentation", "messages:\n   a: {}\n  b: {}\n", "bridge.yaml:3:1: not YAML: All mapping items must start at the same column"],
    ["two keys in a line", "messages: a: b", "bridge.yaml:1:11: not YAML: Nested mappings are not allowed in compact mappings"],
    ["a quote that does not end", 'messages: "a\n', 'bridge.yaml:2:1: not YAML: Missing closing "quote'],
    ["a key that is a list", "[a]: b", "bridge.yaml:1:1: not YAML: With stringKeys, all keys must be strings"],
    ["a second document", "messages: {}\n---\nmessages: {}\n", "bridge.yaml:2:1: a second document begins here: a config is one document"],
    ["another version", "%YAML 1.1\n---\nmessages: {}\n", "bridge.yaml:1:1: the file is read as YAML 1.2, not 1.1: remove the %YAML line"],
    ["a directive of its own", "%FOO\n---\nmessages: {}\n", "bridge.yaml:1:1: not YAML: Unknown directive %FOO"],
    ["a tag of its own", "messages: !acme {}", "bridge.yaml:1:11: not YAML: Unresolved tag: !acme"],
    ["a tag of YAML 1.1", "ignore_profiles: !!set {}", "bridge.yaml:1:18: not YAML: Unresolved tag: tag:yaml.org,2002:set"],
    ["NUL", "messages:\n  a\0: {}\n", "bridge.yaml:2:4: the character U+0000 must not stand in YAML"],
    ["an alias for nothing", "messages: *a", "bridge.yaml:1:11: there is no anchor &a before this alias"],
    ["an alias inside of what it stands for", "messages: &a { b: *a }", "bridge.yaml:1:19: the alias *a stands inside of what it stands for"],
    ["51 levels", "[".repeat(51) + "]".repeat(51), "bridge.yaml:1:51: nested deeper than 50 levels"],
    ["more than 1 MiB", `#${"é".repeat(600_000)}`, "bridge.yaml: the file is larger than 1 MiB"],
  ])("%s", (_name, text, mistake) => {
    expect(refused(text)).toEqual([mistake]);
  });
  it("takes 50 levels", () => {
    expect(refused("[".repeat(50) + "]".repeat(50))).toEqual([expect.stringContaining("the file is a map")]);
  });
  it("bounds what aliases stand for", () => {
    const many = Array.from({ length: 200 }, (_, i) => `  m${i}: *a`).join("\n");
    expect(refused(`messages:\n  m: &a { fault: { code: { ok: [${"1, ".repeat(100)}] } } }\n${many}`)).toEqual([
      expect.stringMatching(/^bridge\.yaml:2:\d+: aliases stand for more than 10000 values$/),
    ]);
  });
});

describe("what contradicts itself", () => {
  it.each<[name: string, text: string, ...mistakes: string[]]>([
    [
      "skip beside something",
      "messages:\n  a:\n    skip: true\n    name: B\n    value: false\n",
      "bridge.yaml:4:5: name cannot stand beside skip: true (bridge.yaml:3:5)",
      "bridge.yaml:5:5: value cannot stand beside skip: true (bridge.yaml:3:5)",
    ],
    ["skip of a service", "services: { a: { skip: true, scopes: { b: } } }", "bridge.yaml:1:30: scopes cannot stand beside skip: true (bridge.yaml:1:18)"],
    ["skip of an RPC", "methods: { a: { skip: true, statuses: [INTERNAL] } }", "bridge.yaml:1:29: statuses cannot stand beside skip: true (bridge.yaml:1:17)"],
    ["skip of a field", "fields: { a: { text: TEXT, skip: true } }", "bridge.yaml:1:16: text cannot stand beside skip: true (bridge.yaml:1:28)"],
    [
      "no fault with a place",
      "messages: { a: { fault: { none: true, success: ok } } }",
      "bridge.yaml:1:39: success cannot stand beside none: true (bridge.yaml:1:27)",
    ],
    [
      "no scope with a name",
      "services: { a: { scopes: { b: { none: true, name: c } } } }",
      "bridge.yaml:1:45: name cannot stand beside none: true (bridge.yaml:1:33)",
    ],
    ["text beside any", "fields: { a: { text: JSON, any: { content: JSON } } }", "bridge.yaml:1:16: text cannot stand beside any (bridge.yaml:1:28)"],
    [
      "a value with a fault",
      "messages: { a: { value: true, fault: { success: ok } } }",
      "bridge.yaml:1:31: fault cannot stand beside value: true (bridge.yaml:1:18)",
    ],
    [
      "a message with a dialect",
      "fields: { a: { any: { content: MESSAGE, raw_bytes: false } } }",
      "bridge.yaml:1:41: raw_bytes cannot stand beside content: MESSAGE (bridge.yaml:1:23)",
    ],
    [
      "JSON without a tag",
      "fields: { a: { any: { content: JSON, type_url: a/b } } }",
      'bridge.yaml:1:38: type_url has to contain {tag} once, since content is JSON: "a/b"',
    ],
    [
      "JSON with two tags",
      'fields: { a: { any: { content: JSON, also_type_urls: ["{tag}/{tag}"] } } }',
      'bridge.yaml:1:55: a type URL has to contain {tag} once, since content is JSON: "{tag}/{tag}"',
    ],
    ["a tag without a name", tag("{ kind: LIST }"), "bridge.yaml:1:32: a tag has to have a name"],
    ["a tag with a slash", tag("{ name: a/b }"), 'bridge.yaml:1:34: a tag must not contain "/": "a/b"'],
    [
      "a tag twice",
      tag("{ name: a, kind: LIST }, { name: a, kind: MAP }, { name: a, kind: LIST }"),
      "bridge.yaml:1:81: the tag a, LIST is there already (bridge.yaml:1:32)",
    ],
    [
      "a mapping without wire",
      "messages: { a: { fault: { reason: { codes: [{ code: INTERNAL }] } } } }",
      "bridge.yaml:1:45: wire is missing: the value that means the code",
    ],
    [
      "a mapping to OK",
      "messages: { a: { fault: { code: { codes: [{ wire: 1, code: OK }] } } } }",
      "bridge.yaml:1:54: code has to be that of an error, not OK, which it is if it is left out",
    ],
    [
      "a mapping to nothing",
      "messages: { a: { fault: { code: { codes: [{ wire: 1 }] } } } }",
      "bridge.yaml:1:43: code has to be that of an error, not OK, which it is if it is left out",
    ],
    ["OK as a status", "methods: { a: { statuses: [OK] } }", "bridge.yaml:1:28: statuses lists codes of errors: OK is none"],
    ["a name with a hyphen", "fields: { a: { name: b-c } }", 'bridge.yaml:1:16: name is no identifier of TypeScript: "b-c"'],
    ["a name that starts with a digit", "methods: { a: { name: 1a } }", 'bridge.yaml:1:17: name is no identifier of TypeScript: "1a"'],
    ["a type with the name of a keyword", "messages: { a: { name: class } }", 'bridge.yaml:1:18: name is a word that TypeScript keeps to itself: "class"'],
    ["a type with the name of a type", "services: { a: { name: unknown } }", 'bridge.yaml:1:18: name is a word that TypeScript keeps to itself: "unknown"'],
  ])("%s", (_name, text, ...expected) => {
    expect(refused(text)).toEqual(expected);
  });
  it("is not what only looks like it", () => {
    expect(refused("messages: { a: { value: true, fault: { none: true } }, b: { skip: false, name: B } }")).toEqual([]);
    expect(refused("fields: { a: { name: class, text: UNSPECIFIED, any: {} }, b: { any: { type_url: x } } }")).toEqual([]);
  });
});

describe("a file", () => {
  const from = "names it, from the directory in which buf or protoc runs";
  it("is read from its path", () => {
    withFiles({ "bridge.yaml": valid }, (directory) => {
      const path = join(directory, "bridge.yaml");
      const { config, place } = readConfigFile(path);
      expect(config).toEqual(parse(valid).config);
      expect(place("messages")).toBe(`${path}:18:1`);
    });
  });
  it("that cannot be read is one error", () => {
    withFiles({ "a.yaml": "" }, (directory) => {
      const at = (name: string): string => join(directory, name);
      mkdirSync(at("folder"));
      writeFileSync(at("latin1.yaml"), Buffer.from("# caf\xe9", "latin1"));
      writeFileSync(at("utf16.yaml"), Buffer.from("\uFEFFmessages:", "utf16le"));
      writeFileSync(at("huge.yaml"), Buffer.alloc(1024 * 1024 + 1, "#"));
      writeFileSync(at("bom.yaml"), "\uFEFFmessages: 1");
      for (const [name, reason] of [
        ["none.yaml", "there is no such file"],
        ["a.yaml/b.yaml", "there is no such file"],
        ["folder", "it is a directory, not a file"],
        ["latin1.yaml", "the file is not UTF-8"],
        ["utf16.yaml", "the file is not UTF-8"],
        ["huge.yaml", "the file is larger than 1 MiB"],
      ] as const) {
        expect(mistakes(() => readConfigFile(at(name)))).toEqual([`${at(name)}: ${reason}; option config=${at(name)} ${from}`]);
      }
      expect(mistakes(() => readConfigFile(at("bom.yaml")))).toEqual([`${at("bom.yaml")}:1:11: messages is a map, not 1`]);
    });
    expect(mistakes(() => readConfigFile("/dev/zero"))).toEqual([`/dev/zero: it is no regular file; option config=/dev/zero ${from}`]);
    expect(mistakes(() => readConfigFile("a\0b"))[0]).toContain("option config=a\0b names it");
  });
  it("is read by a library that the bundle leaves out", async () => {
    const { metafile } = await build({
      entryPoints: [join(root, "plugin/src/config/yaml.ts")],
      bundle: true,
      platform: "node",
      external: ["typescript", "@typescript/vfs"],
      write: false,
      metafile: true,
      define: { "import.meta.url": '""' },
    });
    const inputs = Object.keys(metafile?.inputs ?? {});
    expect(inputs.filter((path) => path.includes("node_modules/fastest-levenshtein/"))).not.toEqual([]);
    expect(inputs.filter((path) => path.includes("node_modules/yaml/"))).toEqual([]);
  });
});
