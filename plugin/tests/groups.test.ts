/** Messages that look like values, and are none: groups among their members, or extensions beside them. */
import { expect, it } from "vitest";
import { buildModel } from "../src/model/model.js";
import type { Reason } from "../src/model/reason.js";
import { descriptors } from "./support.js";

function reasonOf(text: string): Reason | null | undefined {
  const { messages } = buildModel(descriptors({ "a.proto": text })).files[0] ?? {};
  const message = messages?.find(({ typeName }) => typeName === "a.M");
  expect(message?.value).toBeNull();
  return message?.reason;
}

it("a list that is a group", () => {
  expect(reasonOf('syntax = "proto2"; package a; message M { oneof v { string s = 1; group L = 2 { repeated M items = 1; } } }')).toEqual({
    rule: "value message",
    because: "no value: l carries none of the kinds of a value",
    from: null,
  });
});
it("a map that is a group, by a feature", () => {
  const text = 'edition = "2023"; package a; import "google/protobuf/struct.proto";';
  const field = "google.protobuf.Struct m = 2 [features.message_encoding = DELIMITED];";
  expect(reasonOf(`${text} message M { oneof v { string s = 1; ${field} } }`)).toMatchObject({ because: "no value: m carries none of the kinds of a value" });
});
it("a list of groups", () => {
  const list = "message L { repeated M items = 1 [features.message_encoding = DELIMITED]; }";
  expect(reasonOf(`edition = "2023"; package a; message M { oneof v { string s = 1; L l = 2; } } ${list}`)).toMatchObject({
    because: "no value: l carries none of the kinds of a value",
  });
});
it("a message that can be extended, whose extensions a value would lose", () => {
  expect(reasonOf('syntax = "proto2"; package a; message M { oneof v { string s = 1; bool b = 2; } extensions 100 to 200; }')).toBeNull();
});
