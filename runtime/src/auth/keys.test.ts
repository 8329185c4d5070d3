import { expect, test } from "vitest";
import { staticKeys } from "./keys.js";

test("each key is that of its subject, wherever it comes from", async () => {
  let asked = 0;
  const verify = staticKeys({
    first: "one",
    second: () => {
      asked++;
      return "two";
    },
    third: { keys: ["three", () => "drei"], scopes: ["read"] },
  });
  expect(asked).toBe(1);
  expect(await Promise.all(["one", "two", "three", "drei"].map(verify))).toEqual([
    { subject: "first" },
    { subject: "second" },
    { subject: "third", scopes: ["read"] },
    { subject: "third", scopes: ["read"] },
  ]);
  expect(await Promise.all(["", "on", "onee", "ONE", "first", "one ", "thre\u0000e"].map(verify))).toEqual(Array(7).fill(undefined));
  expect(asked).toBe(1);
});

test.each<[string, Parameters<typeof staticKeys>[0], RegExp]>([
  ["is empty", { a: "" }, /the key of a is missing or empty/],
  ["is not in the environment", { a: () => undefined }, /the key of a is missing or empty/],
  ["is empty among others", { a: { keys: ["topsecret", ""] } }, /the key of a is missing or empty/],
  ["is none", { a: { keys: [] } }, /a has no key/],
  ["ends in a new line", { a: "topsecret\n" }, /the key of a is no printable/],
  ["ends in a space", { a: "topsecret " }, /the key of a is no printable/],
  ["is not ASCII", { a: "topsecrét" }, /the key of a is no printable/],
  ["is that of another", { a: "topsecret", b: "topsecret" }, /a key of b is a key of a, too/],
  ["is there twice", { a: { keys: ["topsecret", "topsecret"] } }, /a key of a is there twice/],
  ["is of nobody", { "": "topsecret" }, /a subject has no name/],
  ["is a number", { a: 7 as never }, /the key of a is missing or empty/],
  ["is not there", {}, /there are no keys/],
])("a key that %s is refused at once, without telling it", (_what, subjects, message) => {
  expect(() => staticKeys(subjects)).toThrow(TypeError);
  expect(() => staticKeys(subjects)).toThrow(message);
  expect(() => staticKeys(subjects)).not.toThrow(/topsecr/);
});
