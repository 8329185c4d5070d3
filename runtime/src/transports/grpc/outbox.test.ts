import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { Outbox } from "./outbox.js";

/** Takes all in ticks, as grpc-js does when a connection is lost and it has not told so yet. */
function bottomless(): Writable {
  return new Writable({ objectMode: true, write: (_message, _encoding, done) => process.nextTick(done) });
}

test("the event loop turns while a source that never waits is posted", async () => {
  const abort = new AbortController();
  const outbox = new Outbox(bottomless(), abort.signal);
  setImmediate(() => abort.abort(new Error("lost")));
  let posted = 0;
  const endless = async (): Promise<void> => {
    for (; posted < 10_000; posted++) await outbox.post(Buffer.alloc(1));
  };
  await expect(endless()).rejects.toThrow("lost");
  expect(posted).toBeLessThan(200);
});
