import { type EventEmitter, once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { certificates } from "../../../tests/certificates.js";
import { EchoClient, plain, type Served, startGrpc, thrownBy } from "../../../tests/echo.js";
import { channel, type ServeOptions, type ServerProblem, serve } from "./index.js";

const serverName = "bridge.test";
let pems: Awaited<ReturnType<typeof certificates>>;
beforeAll(async () => {
  pems = await certificates();
});

let served: Served;
let problems: ServerProblem[];
const sockets: Socket[] = [];
beforeEach(() => {
  problems = [];
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await served.close();
});

async function start(options: Partial<ServeOptions> = {}, minVersion?: "TLSv1.2" | "TLSv1.3"): Promise<Served> {
  const onProblem = (problem: ServerProblem): void => void problems.push(problem);
  served = await startGrpc(plain, { tls: pems.server, onProblem, ...options }, { tls: { ca: pems.ca.cert, serverName, minVersion } });
  return served;
}

const closing = (end: EventEmitter): Promise<unknown> => new Promise((resolve) => end.once("close", resolve));

/** A connection of TCP, and all that comes on it. */
function dial(): { socket: Socket; text: () => string; closed: Promise<unknown> } {
  const socket = connect(Number(served.address.split(":")[1]), "127.0.0.1");
  sockets.push(socket);
  let text = "";
  socket
    .on("error", () => {})
    .on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
  return { socket, text: () => text, closed: closing(socket) };
}

const problem = (reason: unknown): unknown => ({ kind: "connection", peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/), reason });

describe("a client without TLS, on a port with it", () => {
  const reason = "this port speaks TLS, and the client does not: set tls on the channel";

  test("gets to know it, and others are served", async () => {
    await start();
    const open = channel(served.address);
    const client = new EchoClient(open);
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable", message: expect.stringContaining(reason) });
    expect(await thrownBy(client.chat(["a", "b"]))).toMatchObject({ code: "unavailable", message: expect.stringContaining(reason) });
    await open.close();
    expect(problems[0]).toEqual(problem(reason));
    expect(await served.client.say("you")).toBe("hello you");
  });

  test("if it speaks HTTP/1 or nothing known, is closed", async () => {
    await start();
    for (const words of ["GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/1.1\r\n\r\n", "\0\0\0"]) {
      const { socket, text, closed } = dial();
      socket.write(words);
      await closed;
      expect(text()).toBe("");
    }
    expect(problems).toEqual([1, 2, 3].map(() => problem("the client speaks neither TLS nor HTTP/2")));
  });

  test("if its first words come one by one, is understood", async () => {
    await start();
    const { socket, text, closed } = dial();
    for (const byte of Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await vi.waitFor(() => expect(text().length).toBeGreaterThan(8));
    expect(problems).toEqual([problem(reason)]);
    socket.destroy();
    await closed;
  });
});

test("a channel with TLS, at a port without it, says so", async () => {
  await start({ tls: undefined });
  expect(await thrownBy(served.client.say(""))).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("the server does not speak TLS on this port, and the channel does, see tls (ERR_SSL_"),
  });
});

describe("a handshake that does not end", () => {
  const late = "the TLS handshake took longer than tls.handshakeTimeoutMs";

  test.each([
    ["never begins", Buffer.alloc(0)],
    ["stops after the first bytes of HTTP/2", Buffer.from("PRI * ")],
    ["stops after the first bytes of TLS", Buffer.from([0x16, 3, 1])],
  ])("since it %s: the connection is closed, and told", async (_how, bytes) => {
    await start({ tls: { ...pems.server, handshakeTimeoutMs: 100 } });
    const { socket, closed } = dial();
    socket.write(bytes);
    await closed;
    expect(problems).toEqual([problem(late)]);
    expect(await served.client.say("you")).toBe("hello you");
  });

  test("does not hold up the server's closing", async () => {
    await start();
    const connections = [dial(), dial()];
    connections[1]?.socket.write(Buffer.from([0x16, 3, 1]));
    await Promise.all(connections.map(({ socket }) => once(socket, "connect")));
    await served.shutdown();
    await Promise.all(connections.map(({ closed }) => closed));
  });
});

describe("versions of TLS", () => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)("both ends at least %s", async (minVersion) => {
    await start({ tls: { ...pems.server, minVersion } }, minVersion);
    expect(await served.client.say("you")).toBe("hello you");
  });

  test("a client of 1.2 is refused where 1.3 is asked, at either end", async () => {
    await start({ tls: { ...pems.server, minVersion: "TLSv1.3" } });
    const port = Number(served.address.split(":")[1]);
    const client = connectTls({ host: "127.0.0.1", port, servername: serverName, ca: pems.ca.cert, ALPNProtocols: ["h2"], maxVersion: "TLSv1.2" });
    const [reason] = (await once(client, "error")) as [NodeJS.ErrnoException];
    expect(reason.code).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
    await vi.waitFor(() => expect(problems).toEqual([problem(expect.stringContaining("no version of TLS in common, see tls.minVersion"))]));
    expect(await served.client.say("you")).toBe("hello you");
  });

  test("one that is unknown is refused", async () => {
    await start();
    const minVersion = "TLSv1.1" as "TLSv1.2";
    const message = 'tls.minVersion must be "TLSv1.2" or "TLSv1.3"';
    expect(() => channel(served.address, { tls: { minVersion } })).toThrow(message);
    await expect(serve([], { address: "127.0.0.1:0", tls: { ...pems.server, minVersion } })).rejects.toThrow(message);
  });

  test("a time for handshakes that is none is refused", async () => {
    await start();
    for (const handshakeTimeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(serve([], { address: "127.0.0.1:0", tls: { ...pems.server, handshakeTimeoutMs } })).rejects.toThrow(
        "tls.handshakeTimeoutMs must be a number of milliseconds from 1 to 2147483647",
      );
  });
});

describe("a TLS client that does not speak HTTP/2", () => {
  test.each([
    ["says nothing of it", {}],
    ["says so", { ALPNProtocols: ["http/1.1"] }],
  ])("is closed if it %s", async (_how, alpn) => {
    await start();
    const client = connectTls({ host: "127.0.0.1", port: Number(served.address.split(":")[1]), servername: serverName, ca: pems.ca.cert, ...alpn });
    client.on("error", () => {});
    await closing(client);
    await vi.waitFor(() => expect(problems).toEqual([problem(expect.stringContaining("does not speak HTTP/2 (ALPN h2)"))]));
  });
});

test("those that are told why they are refused do not stay", async () => {
  await start({ tls: { ...pems.server, ca: pems.ca.cert, requireClientCert: true } });
  const session = connectHttp2(`https://${served.address}`, { ca: pems.ca.cert, servername: serverName });
  session.on("error", () => {});
  const stream = session.request({ ":method": "POST", ":path": "/test.Echo/Chat", "content-type": "application/grpc" }, { endStream: false });
  stream.on("error", () => {});
  const [header] = (await once(stream, "response")) as [Record<string, string>];
  expect(header).toMatchObject({ "grpc-status": "14", "content-type": "application/grpc" });
  await closing(session);
});
