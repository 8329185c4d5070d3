/** Many connections to one server, that come and go: for the tests of what they leave behind. */
import { connect, Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import { queryObjects } from "node:v8";
import { expect, vi } from "vitest";
import { certificates } from "./certificates.js";
import { plain, startGrpc } from "./echo.js";

/** How many connections, at once and one batch after the other. */
export interface Crowd {
  readonly batches: number;
  readonly size: number;
  readonly secured: boolean;
  /** Counts objects on the heap as well, which takes long in a process with a large one. */
  readonly heap: boolean;
}

/** What an HTTP/2 client says first: its preface, and settings without any. */
const hello = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]);
const patience = { timeout: 30_000, interval: 50 };

/** Has them come and go, and expects that there is no more of anything after all of them than after the first. */
export async function comeAndGo({ batches, size, secured, heap }: Crowd): Promise<void> {
  const { ca, server } = await certificates();
  const limits = { maxConnections: 2 * size + 1, idleMs: 60_000 };
  const serverName = "bridge.test";
  const served = await startGrpc(plain, { limits, ...(secured && { tls: server }) }, secured ? { tls: { ca: ca.cert, serverName } } : {});
  try {
    expect(await served.client.say("you")).toBe("hello you");
    const port = Number(served.address.split(":")[1]);
    const options = { host: "127.0.0.1", port, ca: ca.cert, servername: serverName, ALPNProtocols: ["h2"] };
    const dial = (): Socket => (secured ? connectTls(options) : connect(port, "127.0.0.1"));
    const handles = active("TCPSocketWrap");
    let before: Readonly<Record<string, number>> | undefined;
    for (let i = 0; i < batches; i++) {
      await batch(size, dial);
      await vi.waitFor(() => expect(active("TCPSocketWrap")).toBeLessThanOrEqual(handles), patience);
      before ??= resources(heap);
    }
    await vi.waitFor(() => {
      for (const [what, count] of Object.entries(resources(heap))) expect(count, what).toBeLessThanOrEqual((before?.[what] ?? 0) + 5);
    }, patience);
    expect(await served.client.say("you")).toBe("hello you");
  } finally {
    await served.close();
  }
}

/** Opens so many connections at once, has HTTP/2 begin on each, and closes them. */
async function batch(size: number, dial: () => Socket): Promise<void> {
  const sockets = Array.from({ length: size }, dial);
  await Promise.all(
    sockets.map((socket) => {
      socket.write(hello);
      return new Promise((resolve, reject) => socket.once("data", resolve).once("error", reject));
    }),
  );
  await Promise.all(
    sockets.map((socket) => {
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.destroy();
      return closed;
    }),
  );
}

/** What there is in the event loop, and on the heap. */
function resources(heap: boolean): Readonly<Record<string, number>> {
  const objects = (kind: new (...args: never[]) => object): number => Number(queryObjects(kind, { format: "count" }));
  return { timers: active("Timeout"), ...(heap && { sockets: objects(Socket), secured: objects(TLSSocket) }) };
}

function active(kind: string): number {
  return process.getActiveResourcesInfo().filter((each) => each === kind).length;
}
