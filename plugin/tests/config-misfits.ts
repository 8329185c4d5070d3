/** Configs that do not fit their schema. */

const tagKinds = "NULL, BOOLEAN, INTEGER, FLOAT, STRING, LIST, MAP";

/** A config with these tags. */
export const tag = (text: string): string => `packages: { a: { any: { tags: [${text}] } } }`;

/** What does not fit, the file, and what is told of it. */
export const misfits: readonly (readonly [name: string, text: string, ...mistakes: string[]])[] = [
  [
    "an unknown field",
    "messages:\n  acme.v1.M:\n    valu: true\n",
    'bridge.yaml:3:5: there is no field "valu" in protobridge.v1.Message; did you mean "value"? There are envelope, fault, name, skip, value',
  ],
  ["an unknown field like no other", "enums: { a: { colour: red } }", 'bridge.yaml:1:15: there is no field "colour" in protobridge.v1.Enum; there are name'],
  [
    "a field in camelCase",
    "packages: { a: { any: { typeUrl: x } } }",
    'bridge.yaml:1:25: there is no field "typeUrl" in protobridge.v1.Any; did you mean "type_url"? There are also_type_urls, bare_tokens, content, raw_bytes, sidecar, tag_field, tags, type_url',
  ],
  ["text for a bool", 'messages:\n  acme.v1.M:\n    skip: "yes"\n', 'bridge.yaml:3:11: skip is true or false, not the string "yes"'],
  ["YAML 1.1's idea of a bool", "messages: { a: { skip: yes } }", 'bridge.yaml:1:24: skip is true or false, not the string "yes"'],
  ["a number for a bool", "messages: { a: { skip: 1 } }", "bridge.yaml:1:24: skip is true or false, not 1"],
  ["null for a bool", "messages:\n  a:\n    skip:\n", "bridge.yaml:3:10: skip is true or false, not null"],
  ["an enum value in the wrong case", tag("{ name: x, kind: Float }"), `bridge.yaml:1:49: kind is one of ${tagKinds}, not "Float"; did you mean FLOAT?`],
  ["null for an enum", tag("{ name: x, kind: null }"), `bridge.yaml:1:49: kind is one of ${tagKinds}, not null; did you mean NULL?`],
  ["nothing for an enum", tag("{ name: x, kind: }"), `bridge.yaml:1:49: kind is one of ${tagKinds}, not null`],
  ["the number of an enum value", tag("{ name: x, kind: 4 }"), `bridge.yaml:1:49: kind is one of ${tagKinds}, not 4`],
  ["a list for an enum", tag("{ name: x, kind: [LIST] }"), `bridge.yaml:1:49: kind is one of ${tagKinds}, not a list`],
  ["a bool for a string", tag("{ name: true }"), 'bridge.yaml:1:40: name is a string, not true; put it in quotes: "true"'],
  ["a float for a string", tag("{ name: 1.50 }"), 'bridge.yaml:1:40: name is a string, not 1.50; put it in quotes: "1.50"'],
  ["null for a string", tag("{ name: ~ }"), "bridge.yaml:1:40: name is a string, not null"],
  ["a map for a string", tag("{ name: {} }"), "bridge.yaml:1:40: name is a string, not a map"],
  ["an empty string", tag('{ name: "" }'), "bridge.yaml:1:40: name is empty: leave it out"],
  ["a list for a map", "messages:\n  - a\n", "bridge.yaml:2:3: messages is a map, not a list"],
  ["text for a map", "messages: a", 'bridge.yaml:1:11: messages is a map, not the string "a"'],
  [
    "text for a message",
    "messages: { a: { fault: x } }",
    'bridge.yaml:1:25: fault is a map with code, details, message, none, reason, success, not the string "x"',
  ],
  ["a bool for a rule", "messages: { acme.v1.M: true }", 'bridge.yaml:1:24: "acme.v1.M" is a map with envelope, fault, name, skip, value, not true'],
  ["text for a list", "ignore_profiles: loom", 'bridge.yaml:1:18: ignore_profiles is a list, not the string "loom"'],
  ["a map for a list", "ignore_profiles: { loom: }", "bridge.yaml:1:18: ignore_profiles is a list, not a map"],
  ["null in a list", "ignore_profiles: [~]", "bridge.yaml:1:19: an item of ignore_profiles is a string, not null"],
  [
    "a list for the file",
    "- a",
    "bridge.yaml:1:1: the file is a map with enums, fields, ignore_profiles, messages, methods, oneofs, packages, services, not a list",
  ],
  ["a key twice", "messages:\n  a: {}\n  a: {}\n", 'bridge.yaml:3:3: "a" stands at bridge.yaml:2:3 already'],
  ["a merge key", "messages: { a: &a { skip: true }, b: { <<: *a } }", 'bridge.yaml:1:40: merge keys ("<<") are not read: write the fields out'],
  ["__proto__", "messages: { __proto__: { skip: true } }", 'bridge.yaml:1:13: the name "__proto__" cannot be used here'],
  ["a control character by escape", 'ignore_profiles: ["\\0"]', "bridge.yaml:1:19: an item of ignore_profiles must not contain the character U+0000"],
  ["half of a surrogate pair by escape", 'ignore_profiles: ["\\uD800"]', "bridge.yaml:1:19: an item of ignore_profiles must not contain the character U+D800"],
  ["long text, shortened", `messages: { a: { skip: ${"x".repeat(1000)} } }`, `bridge.yaml:1:24: skip is true or false, not the string "${"x".repeat(57)}..."`],
  [
    "several mistakes, all told",
    "messages: { a: { skip: 1, nam: x }, b: { value: x } }\noneofs: []\nenums: { e: { name: class } }",
    "bridge.yaml:1:24: skip is true or false, not 1",
    'bridge.yaml:1:27: there is no field "nam" in protobridge.v1.Message; did you mean "name"? There are envelope, fault, name, skip, value',
    'bridge.yaml:1:49: value is true or false, not the string "x"',
    "bridge.yaml:2:9: oneofs is a map, not a list",
    'bridge.yaml:3:15: name is a word that TypeScript keeps to itself: "class"',
  ],
];
