import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { authority, certificates, type Pair, signed } from "../../../tests/certificates.js";
import { all, EchoClient, OpenRequests, plain, type Served, startGrpc, thrownBy } from "../../../tests/echo.js";
import { channel, type ServerProblem, type ServerTls } from "./index.js";
import { Rotation } from "./rotation.js";

const serverName = "bridge.test";
let pems: Awaited<ReturnType<typeof certificates>>;
let next: Pair;
let directory: string;
const path = (name: string): string => join(directory, name);
const write = ({ cert, key }: Pair): void => {
  writeFileSync(path("cert.pem"), cert);
  writeFileSync(path("key.pem"), key);
};
const files = (): ServerTls => ({ cert: path("cert.pem"), key: path("key.pem") });

beforeAll(async () => {
  pems = await certificates();
  next = await signed(serverName, pems.ca);
  directory = mkdtempSync(join(tmpdir(), "bridge-rotation-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

let served: Served | undefined;
let problems: ServerProblem[] = [];
const onProblem = (problem: ServerProblem): void => {
  // Those that only look at the certificate leave during the handshake.
  if (problem.kind === "certificate") problems.push(problem);
};
beforeEach(() => {
  problems = [];
});
afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** The certificate that a new connection gets. */
function presented(address: string): Promise<string> {
  const [host, port] = address.split(":") as [string, string];
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host, port: Number(port), servername: serverName, ca: pems.ca.cert, ALPNProtocols: ["h2"] }, () => {
      resolve(socket.getPeerX509Certificate()?.toString().replace(/\s/g, "") ?? "");
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
const text = ({ cert }: Pair): string => cert.replace(/\s/g, "");
const patience = { interval: 50, timeout: 10_000 };

test("new connections get what is in the files by now, those that are open live on", async () => {
  write(pems.server);
  served = await startGrpc(plain, { tls: files(), onProblem }, { tls: { ca: pems.ca.cert, serverName } });
  const requests = new OpenRequests("a");
  const stream = served.client.chat(requests)[Symbol.asyncIterator]();
  expect(await stream.next()).toEqual({ done: false, value: "A" });
  const { address } = served;
  expect(await presented(address)).toBe(text(pems.server));
  write(next);
  await vi.waitFor(async () => expect(await presented(address)).toBe(text(next)), patience);
  expect(await served.client.say("you")).toBe("hello you");
  await requests.return();
  expect(await stream.next()).toMatchObject({ done: true });
  expect(problems).toEqual([]);
});

test("a new pair that is half written or does not match changes nothing, is told, and is taken when it is whole", async () => {
  write(pems.server);
  served = await startGrpc(plain, { tls: files(), onProblem });
  const { address } = served;
  const tell = async (reason: RegExp): Promise<void> => {
    await vi.waitFor(async () => {
      expect(await presented(address)).toBe(text(pems.server));
      expect(problems.at(-1)).toEqual({ kind: "certificate", reason: expect.stringMatching(reason) });
    }, patience);
  };
  writeFileSync(path("cert.pem"), next.cert.slice(0, 200));
  await tell(/^the certificates stay as they were: the certificates in tls cannot be used: /);
  writeFileSync(path("cert.pem"), next.cert);
  await tell(/: the certificates in tls cannot be used: .*key values mismatch/);
  rmSync(path("key.pem"));
  await tell(/^the certificates stay as they were: tls\.key: .* cannot be read \(ENOENT\)$/);
  expect(problems).toHaveLength(3);
  writeFileSync(path("key.pem"), next.key);
  await vi.waitFor(async () => expect(await presented(address)).toBe(text(next)), patience);
  expect(problems).toHaveLength(3);
});

test("a function gives them, also a promise of them; what it throws changes nothing", async () => {
  let give: () => Promise<ServerTls> | ServerTls = () => pems.server;
  served = await startGrpc(plain, { tls: () => give(), onProblem });
  const { address } = served;
  expect(await presented(address)).toBe(text(pems.server));
  give = () => Promise.reject(new Error("the vault is closed"));
  await vi.waitFor(async () => {
    expect(await presented(address)).toBe(text(pems.server));
    expect(problems).toEqual([{ kind: "certificate", reason: "the certificates stay as they were: the vault is closed" }]);
  }, patience);
  give = async () => next;
  await vi.waitFor(async () => expect(await presented(address)).toBe(text(next)), patience);
});

test("an authority for clients that is added in the file is accepted, one that is removed is refused", async () => {
  const others = await authority("Others");
  const client = await signed("client.test", others);
  writeFileSync(path("ca.pem"), pems.ca.cert);
  const options = { tls: { ...pems.server, ca: path("ca.pem"), requireClientCert: true } };
  served = await startGrpc(plain, options, { tls: { ...pems.client, ca: pems.ca.cert, serverName } });
  expect(await served.client.say("you")).toBe("hello you");
  const { address } = served;
  const say = async (pair: Pair): Promise<string> => {
    const opened = channel(address, { tls: { ...pair, ca: pems.ca.cert, serverName } });
    try {
      return await new EchoClient(opened).say("you");
    } finally {
      await opened.close();
    }
  };
  expect(await thrownBy(say(client))).toMatchObject({ code: "unavailable" });
  writeFileSync(path("ca.pem"), others.cert);
  await vi.waitFor(async () => expect(await say(client)).toBe("hello you"), patience);
  expect(await thrownBy(say(pems.client))).toMatchObject({ code: "unavailable" });
  expect(await served.client.say("still here")).toBe("hello still here");
});

test("a channel's next connection is made with what is in its files by now", async () => {
  const certificatesOf: unknown[] = [];
  write(pems.client);
  const say = (_request: string, { peer }: Parameters<typeof plain.say>[1]): string => {
    certificatesOf.push(peer.certificate?.serialNumber);
    return "";
  };
  const tls = { ...pems.server, ca: pems.ca.cert, requireClientCert: true };
  served = await startGrpc({ ...plain, say }, { tls, limits: { idleMs: 50 } }, { tls: { ...files(), ca: pems.ca.cert, serverName } });
  const { client } = served;
  await client.say("");
  const renewed = await signed("client.test", pems.ca);
  write(renewed);
  await vi.waitFor(
    async () => {
      await client.say("");
      expect(new Set(certificatesOf).size).toBe(2);
    },
    { interval: 200, timeout: 10_000 },
  );
  expect(await all(client.list("a b"))).toEqual(["a", "b"]);
});

test("whoever waits for new material waits a second at most", async () => {
  vi.useFakeTimers();
  try {
    const read = vi.fn(() => new Promise<number>(() => {}));
    const rotation = new Rotation({ material: 1, read, make: (material) => `made of ${material}`, onProblem: () => {} });
    expect(await rotation.current()).toBe("made of 1");
    expect(read).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    const both = Promise.all([rotation.current(), rotation.current()]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await both).toEqual(["made of 1", "made of 1"]);
    expect(read).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});
