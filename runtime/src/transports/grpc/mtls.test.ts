import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { authority, certificates, type Pair, signed } from "../../../tests/certificates.js";
import { EchoClient, type EchoMethods, plain, type Served, startGrpc, thrownBy } from "../../../tests/echo.js";
import type { CallContext } from "../../context.js";
import { type ChannelTls, channel, type ServerProblem, type ServerTls } from "./index.js";

const serverName = "bridge.test";
let pems: Awaited<ReturnType<typeof certificates>>;
let expired: Pair;
let early: Pair;
let named: Pair;
beforeAll(async () => {
  pems = await certificates();
  const more = [{ type: 6, value: "spiffe://bridge.test/worker" }] as const;
  [expired, early, named] = await Promise.all([
    signed("client.test", pems.ca, { from: -2, to: -1 }),
    signed("client.test", pems.ca, { from: 1, to: 2 }),
    signed("client.test", pems.ca, { more }),
  ]);
});

let served: Served | undefined;
let problems: ServerProblem[] = [];
afterEach(async () => {
  await served?.close();
  served = undefined;
  problems = [];
});

async function start(tls: Partial<ServerTls>, client: ChannelTls, methods: Partial<EchoMethods> = plain): Promise<EchoClient> {
  const options = { tls: { ...pems.server, ...tls }, onProblem: (problem: ServerProblem) => problems.push(problem) };
  served = await startGrpc(methods, options, { tls: { ca: pems.ca.cert, serverName, ...client } });
  return served.client;
}

const mutual = (): Partial<ServerTls> => ({ ca: pems.ca.cert, requireClientCert: true });
const peer = expect.stringMatching(/^127\.0\.0\.1:\d+$/);

describe("a server that requires client certificates", () => {
  test("takes one of its authority", async () => {
    const client = await start(mutual(), pems.client);
    expect(await client.say("you")).toBe("hello you");
    expect(problems).toEqual([]);
  });

  const refused: [string, () => ChannelTls, string][] = [
    ["without one", () => ({}), "the server asks for a client certificate, and the client has none: set tls.cert and tls.key on the channel"],
    ["one of another authority", () => pems.stranger, "the client's certificate is of an authority that is not trusted here (UNABLE_TO_VERIFY_LEAF_SIGNATURE)"],
    ["one that has expired", () => expired, "the client's certificate has expired (CERT_HAS_EXPIRED)"],
    ["one that is not valid yet", () => early, "the client's certificate is not valid yet (CERT_NOT_YET_VALID)"],
  ];
  test.each(refused)("refuses a client %s, tells both ends why, and serves others meanwhile", async (_how, tls, reason) => {
    const client = await start(mutual(), tls());
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable", message: expect.stringContaining(reason) });
    expect(problems).toEqual([{ kind: "connection", peer, reason }]);
    const connected = served?.channel.connect?.({ signal: AbortSignal.timeout(10_000) });
    await expect(connected).rejects.toMatchObject({ code: "unavailable", message: `cannot connect to ${served?.address}: ${reason}` });
    expect(await thrownBy(client.chat(["a", "b"]))).toMatchObject({ code: "unavailable", message: expect.stringContaining(reason) });
    const other = channel(served?.address ?? "", { tls: { ...pems.client, ca: pems.ca.cert, serverName } });
    expect(await new EchoClient(other).say("you")).toBe("hello you");
    await other.close();
  });
});

test.each(["TLSv1.2", "TLSv1.3"] as const)("a client without a certificate that comes back with its session of %s is refused again", async (maxVersion) => {
  await start(mutual(), {});
  const options = {
    host: "127.0.0.1",
    port: Number(served?.address.split(":")[1]),
    servername: serverName,
    ca: pems.ca.cert,
    ALPNProtocols: ["h2"],
    maxVersion,
  };
  let session: Buffer | undefined;
  for (let attempt = 0; attempt < 2; attempt++) {
    const socket = connect(session ? { ...options, session } : options);
    socket.on("session", (given: Buffer) => {
      session = given;
    });
    await once(socket, "secureConnect");
    const http2 = connectHttp2("https://bridge.test", { createConnection: () => socket });
    http2.on("error", () => {});
    const stream = http2.request({ ":method": "POST", ":path": "/test.Echo/Say", "content-type": "application/grpc" });
    const [header] = (await once(stream, "response")) as [Record<string, string>];
    expect(header["grpc-status"]).toBe("14");
    http2.destroy();
  }
  expect(problems).toHaveLength(2);
});

describe("a server that asks for client certificates, and does not require them", () => {
  test("takes one of its authority, and clients without", async () => {
    const certified: (string | undefined)[] = [];
    const say = (_request: string, { peer: { certificate } }: CallContext): string => {
      certified.push(certificate?.subject["CN"] as string | undefined);
      return "";
    };
    await (await start({ ca: pems.ca.cert }, pems.client, { say })).say("");
    await served?.close();
    await (await start({ ca: pems.ca.cert }, {}, { say })).say("");
    expect(certified).toEqual(["client.test", undefined]);
  });

  test("refuses one of another authority", async () => {
    const client = await start({ ca: pems.ca.cert }, pems.stranger);
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable", message: expect.stringContaining("of an authority that is not trusted here") });
  });
});

describe("the client's certificate in the context", () => {
  test("is read once a connection", async () => {
    const seen: CallContext["peer"]["certificate"][] = [];
    const say = (_request: string, context: CallContext): string => {
      seen.push(context.peer.certificate, context.peer.certificate);
      return context.peer.address;
    };
    const client = await start(mutual(), named, { say });
    expect(await client.say("")).toEqual(peer);
    await client.say("");
    const [first] = seen;
    expect(seen.every((certificate) => certificate === first)).toBe(true);
    expect(first).toMatchObject({
      subject: { CN: "client.test" },
      issuer: { CN: "Authority" },
      subjectAltNames: ["DNS:client.test", "URI:spiffe://bridge.test/worker"],
      fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      serialNumber: expect.stringMatching(/^[0-9A-F]+$/),
    });
    expect(first?.raw).toBeInstanceOf(Uint8Array);
    expect(named.cert.replace(/\s|-----[A-Z ]+-----/g, "")).toBe(Buffer.from(first?.raw ?? []).toString("base64"));
    expect((first?.validTo.getTime() ?? 0) - (first?.validFrom.getTime() ?? 0)).toBe(86_400_000);
  });

  test("can be read when the call is over", async () => {
    let context: CallContext | undefined;
    const say = (_request: string, given: CallContext): string => {
      context = given;
      return "";
    };
    const client = await start(mutual(), pems.client, { say });
    await client.say("");
    await new Promise((resolve) => setImmediate(resolve));
    expect(context?.peer.certificate?.subject).toEqual({ CN: "client.test" });
  });

  test("is none without TLS, and where the server does not ask", async () => {
    const say = (_request: string, { peer: { certificate } }: CallContext): string => `${certificate}`;
    const client = await start({}, pems.client, { say });
    expect(await client.say("")).toBe("undefined");
    await served?.close();
    served = await startGrpc({ say });
    expect(await served.client.say("")).toBe("undefined");
  });
});

describe("a client refuses", () => {
  const refusal = (reason: string): object => ({ code: "unavailable", message: expect.stringContaining(reason) });

  test("a server whose certificate has expired, which the server tells as well", async () => {
    const client = await start(await signed(serverName, pems.ca, { from: -2, to: -1 }), {});
    expect(await thrownBy(client.say(""))).toMatchObject(refusal("the server's certificate has expired (CERT_HAS_EXPIRED)"));
    expect(problems[0]).toEqual({ kind: "certificate", reason: expect.stringMatching(/^tls\.cert has expired on /) });
  });

  test("a server of another authority", async () => {
    const client = await start(await signed(serverName, await authority("Others")), {});
    expect(await thrownBy(client.say(""))).toMatchObject(refusal("the server's certificate is of an authority that is not trusted here"));
  });

  test("a server of another name", async () => {
    const client = await start({}, { serverName: "other.test" });
    expect(await thrownBy(client.say(""))).toMatchObject(
      refusal("the server's certificate is for another name, see tls.serverName: Hostname/IP does not match"),
    );
  });

  test("a server at an address that its certificate does not name", async () => {
    served = await startGrpc(plain, { tls: pems.server }, { tls: { ca: pems.ca.cert } });
    expect(await thrownBy(served.client.say(""))).toMatchObject(refusal("IP: 127.0.0.1 is not in the cert's list"));
  });
});
