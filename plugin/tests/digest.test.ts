/** The digest in a generated file: it tells an edit, and nothing else. */
import { expect, it } from "vitest";
import { integrityOf, withDigest, withoutDigest } from "../src/digest.js";
import { generate, proto } from "./support.js";

const protos = { "a.proto": proto("a.v1", "message M { string text = 1; }", "service S { rpc Say(M) returns (M); }") };
const line = /^\/\/ @protobridge-digest [0-9a-f]{16}$/gm;

it.each(["target=ts", "target=js+dts", "target=ts,ts_nocheck=true", "target=ts,elide_plugin_version=true", "target=js,js_import_style=legacy_commonjs"])(
  "stands once in every file of %s, which is intact with it",
  (parameter) => {
    const files = [...generate(protos, parameter).values()];
    expect(files.length).toBeGreaterThan(0);
    for (const text of files) {
      expect(text.match(line)).toHaveLength(1);
      expect(integrityOf(text)).toBe("intact");
      expect(withDigest(withoutDigest(text))).toBe(text);
    }
  },
);

const text = generate(protos).get("a_bridge.ts") as string;

it.each([
  ["a changed character", text.replace("text", "taxt")],
  ["another line at the end", `${text}// mine\n`],
  ["another line before the rest", `// mine\n${text}`],
  ["a line less", text.replace("/* eslint-disable */\n", "")],
  ["another digest", text.replace(/(digest )./, "$1x")],
  ["an empty digest", text.replace(/(digest ).*/, "$1")],
])("tells %s", (_what, edited) => {
  expect(edited).not.toBe(text);
  expect(integrityOf(edited)).toBe("edited");
});

it("does not take line ends for an edit, which git may have changed", () => {
  expect(integrityOf(text.replaceAll("\n", "\r\n"))).toBe("intact");
});

it("is not found in what has none", () => {
  expect(integrityOf(text.replace(line, "").replace("\n\n//", "\n//"))).toBe("unknown");
  expect(integrityOf("")).toBe("unknown");
  expect(integrityOf(`${text.match(line)?.[0]}\n`)).toBe("unknown");
});

it("stays what it is if a comment of the proto looks like it", () => {
  const commented = `// @protobridge-digest 0123456789abcdef\n${protos["a.proto"]}`;
  const generated = generate({ "a.proto": commented }).get("a_bridge.ts") as string;
  expect(generated.match(line)).toHaveLength(2);
  expect(integrityOf(generated)).toBe("intact");
  expect(integrityOf(generated.replace("0123", "3210"))).toBe("edited");
});
