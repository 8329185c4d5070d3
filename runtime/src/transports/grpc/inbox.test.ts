import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { Inbox } from "./inbox.js";

/** As many messages as somebody reads. */
function endless(): Readable & { made: number } {
  const stream = Object.assign(new Readable({ objectMode: true, read: () => void stream.push(Buffer.from([stream.made++ % 256])) }), { made: 0 });
  return stream;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("the messages of a stream whose wire is not known come in order, and then the end", async () => {
  const inbox = new Inbox(Readable.from(Array.from({ length: 100 }, (_, i) => Buffer.from([i]))));
  const read: number[] = [];
  for await (const [byte] of inbox) read.push(byte as number);
  expect(read).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test("nothing more is read while nobody asks", async () => {
  const stream = endless();
  const inbox = new Inbox(stream);
  for (let i = 0; i < 10; i++) await turn();
  const ahead = stream.made;
  expect(ahead).toBeLessThan(64);
  for (let i = 0; i < 10; i++) await turn();
  expect(stream.made).toBe(ahead);
  for (let i = 0; i < 1_000; i++) expect((await inbox.next()).value?.[0]).toBe(i % 256);
  for (let i = 0; i < 10; i++) await turn();
  expect(stream.made - 1_000).toBeLessThan(64);
  stream.destroy();
});

test("who leaves gets nothing more, and the stream stops", async () => {
  const stream = endless();
  const inbox = new Inbox(stream);
  await inbox.next();
  await inbox.return();
  expect(await inbox.next()).toEqual({ done: true, value: undefined });
  for (let i = 0; i < 10; i++) await turn();
  const left = stream.made;
  for (let i = 0; i < 10; i++) await turn();
  expect(stream.made).toBe(left);
  stream.destroy();
});
