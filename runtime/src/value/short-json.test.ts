import fc from "fast-check";
import { expect, it } from "vitest";
import { parseShortJson } from "./short-json.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it("reads what it reads as JSON.parse does", () => {
  const decimal = fc.tuple(fc.integer({ min: -(10 ** 8), max: 10 ** 8 }), fc.integer({ min: 0, max: 10 })).map(([digits, scale]) => digits / 10 ** scale);
  const short = fc.oneof(
    decimal,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.string({ maxLength: 70 }),
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.boolean(),
    fc.constant(null),
  );
  fc.assert(
    fc.property(short, (value) => {
      const text = JSON.stringify(value);
      const read = parseShortJson(bytes(text));
      if (read !== undefined) expect(read).toStrictEqual(JSON.parse(text));
      else if (typeof value === "boolean" || value === null) expect(read).toBe(value);
    }),
  );
});

it("leaves to others what is not exactly such JSON", () => {
  const others = [
    "",
    "-",
    "-0",
    "01",
    "-0.5",
    "00.5",
    ".5",
    "5.",
    "-.5",
    "1.5.",
    "1.2.3",
    "1.5e3",
    "0.123456789012345",
    "1e3",
    "1234567890123456",
    '"',
    '"a',
    'a"',
    '"a"b"',
    '"\\n"',
    '"\n"',
    '"é"',
    "tru",
    "True",
    "nulL",
    " 1",
    "1 ",
    "[]",
    "{}",
    "NaN",
  ];
  expect(others.map((text) => parseShortJson(bytes(text)))).toEqual(others.map(() => undefined));
  expect(
    ["0", "-1", "123456789012345", "0.1", "-1.10", "0.0", "99999999.9999999", "1.00000000000001", '""', '"a b"', "true", "false", "null"].map((text) =>
      parseShortJson(bytes(text)),
    ),
  ).toEqual([0, -1, 123456789012345, 0.1, -1.1, 0, 99999999.9999999, 1.00000000000001, "", "a b", true, false, null]);
});
