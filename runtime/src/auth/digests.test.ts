import { expect, test } from "vitest";
import { Digests, indexAmong } from "./digests.js";

/** The bytes, and how often each of them was looked at. */
function watched(bytes: readonly number[]): { bytes: ArrayLike<number>; looks: number[] } {
  const looks = bytes.map(() => 0);
  const proxy = new Proxy(bytes as number[], {
    get(target, key) {
      if (typeof key === "string" && /^\d+$/.test(key)) looks[Number(key)] = (looks[Number(key)] ?? 0) + 1;
      return Reflect.get(target, key) as unknown;
    },
  });
  return { bytes: proxy, looks };
}

const known = [
  [1, 2, 3, 4],
  [1, 2, 3, 255],
  [9, 2, 3, 4],
];

test("the right digest is found, and none that differs in one bit", () => {
  for (const [index, digest] of known.entries()) {
    expect(indexAmong(known, digest)).toBe(index);
    for (let at = 0; at < 4; at++) {
      for (let bit = 0; bit < 8; bit++)
        expect(
          indexAmong(
            [digest],
            digest.map((byte, where) => (where === at ? byte ^ (1 << bit) : byte)),
          ),
        ).toBe(-1);
    }
  }
  expect(indexAmong([], [1, 2, 3, 4])).toBe(-1);
  expect(indexAmong(known, [1, 2, 3])).toBe(-1);
  expect(indexAmong(known, [1, 2, 3, 4, 0])).toBe(-1);
});

test("each byte of each digest is looked at once, wherever it differs, and whichever is the right one", () => {
  for (const given of [...known, [0, 0, 0, 0], [9, 9, 9, 9], [1, 2, 3, 5]]) {
    const digests = known.map(watched);
    const looked = watched(given);
    indexAmong(
      digests.map(({ bytes }) => bytes),
      looked.bytes,
    );
    expect([digests.map(({ looks }) => looks), looked.looks]).toEqual([known.map(() => [1, 1, 1, 1]), [3, 3, 3, 3]]);
  }
});

test("digests are of 32 bytes, the same for the same secret, and another one's are others", async () => {
  const digests = new Digests();
  const [once, again, different] = await Promise.all([digests.of("key"), digests.of("key"), digests.of("kez")]);
  expect(once).toHaveLength(32);
  expect(again).toEqual(once);
  expect(different).not.toEqual(once);
  expect(await new Digests().of("key")).not.toEqual(once);
});
