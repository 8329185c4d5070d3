/** Streams on which nothing is said for some time, with pings and without: gRPC's C core ends connections that are pinged too often. */
import type { BridgeError } from "@protobridge/runtime";
import { type ChannelOptions, channel } from "@protobridge/runtime/grpc";
import { afterAll, beforeAll, expect, it } from "vitest";
import { KindsClient } from "../fixtures/gen/kinds/v1/kinds_bridge.js";
import { caught } from "./caught.js";
import { Deferred } from "./deferred.js";
import { type TowardsPython, towardsPython } from "./peers.js";

let peers: TowardsPython;
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  peers = await towardsPython();
});
afterAll(async () => {
  for (const end of ends) await end();
  await peers?.end();
});

const silenceMs = 4_000;

/** Makes calls on which nothing is said, one after the other, until one of them outlives the silence and still works. Gives how the others ended. */
async function outlive(options: ChannelOptions): Promise<BridgeError[]> {
  const connection = channel(peers.server.address, options);
  ends.push(() => connection.close());
  const client = new KindsClient(connection);
  const failures: BridgeError[] = [];
  for (;;) {
    const speak = new Deferred();
    async function* requests() {
      await speak.promise;
      yield { text: "still" };
    }
    const responses = client.bidi(requests())[Symbol.asyncIterator]();
    const response = responses.next();
    const failure = caught(response);
    failure.catch(() => {});
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), silenceMs);
    });
    const error = await Promise.race([failure, silence]);
    clearTimeout(timer);
    speak.resolve();
    if (error) failures.push(error);
    else {
      expect(await response).toMatchObject({ value: { text: "STILL" } });
      return failures;
    }
  }
}

it("by default, a silent stream is left alone", async () => {
  expect(await outlive({})).toEqual([]);
});

it("with pings every 300 ms, Python ends the connection, until the interval has doubled often enough", async () => {
  const failures = await outlive({ keepalive: { intervalMs: 300 } });
  // Python ends it with the fourth ping: after 1.2 s of 300 ms, 2.4 s of 600 ms, and 1,200 ms outlive the silence.
  expect(new Set(failures.map(({ code, message }) => `${code}: ${message}`))).toEqual(
    new Set(["unavailable: the server ended the connection: too many pings"]),
  );
  expect(failures.length).toBeLessThanOrEqual(3);
});
