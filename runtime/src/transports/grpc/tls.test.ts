import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { certificates } from "../../../tests/certificates.js";
import { all, plain, type Served, startGrpc, thrownBy } from "../../../tests/echo.js";
import { type ChannelTls, channel, type ServerTls, serve } from "./index.js";

let pems: Awaited<ReturnType<typeof certificates>>;
let directory: string;
const path = (name: string): string => join(directory, name);

beforeAll(async () => {
  pems = await certificates();
  directory = mkdtempSync(join(tmpdir(), "bridge-tls-"));
  writeFileSync(path("ca.pem"), pems.ca.cert);
  writeFileSync(path("server.pem"), pems.server.cert);
  writeFileSync(path("server.key"), pems.server.key);
});
afterAll(() => rmSync(directory, { recursive: true }));

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function start(server: ServerTls | undefined, client: true | ChannelTls | undefined): Promise<Served> {
  served = await startGrpc(plain, { tls: server }, { tls: client });
  return served;
}

const serverName = "bridge.test";

describe("PEM", () => {
  test("as text", async () => {
    const { client } = await start(pems.server, { ca: pems.ca.cert, serverName });
    expect(await client.say("you")).toBe("hello you");
    expect(await all(client.chat(["a", "b"]))).toEqual(["A", "B"]);
  });

  test("as paths of files", async () => {
    const { client } = await start({ cert: path("server.pem"), key: path("server.key") }, { ca: path("ca.pem"), serverName });
    expect(await client.say("you")).toBe("hello you");
  });

  test("as bytes", async () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const { client } = await start({ cert: bytes(pems.server.cert), key: bytes(pems.server.key) }, { ca: bytes(pems.ca.cert), serverName });
    expect(await client.say("you")).toBe("hello you");
  });
});

describe("who is refused", () => {
  const refused = { code: "unavailable" };

  test("a server whose authority is not trusted", async () => {
    expect(await thrownBy((await start(pems.server, { ca: pems.strangers.cert, serverName })).client.say(""))).toMatchObject(refused);
  });

  test("a server whose authority the system does not know", async () => {
    expect(await thrownBy((await start(pems.server, true)).client.say(""))).toMatchObject(refused);
  });

  test("a server of another name", async () => {
    expect(await thrownBy((await start(pems.server, { ca: pems.ca.cert })).client.say(""))).toMatchObject(refused);
  });

  test("a client without TLS, and a server without it", async () => {
    expect(await thrownBy((await start(pems.server, undefined)).client.say(""))).toMatchObject(refused);
    await served?.close();
    expect(await thrownBy((await start(undefined, { ca: pems.ca.cert, serverName })).client.say(""))).toMatchObject(refused);
  });
});

describe("a server that requires client certificates", () => {
  const mutual = (): ServerTls => ({ ...pems.server, ca: pems.ca.cert, requireClientCert: true });

  test("takes one of its authority", async () => {
    const { client } = await start(mutual(), { ...pems.client, ca: pems.ca.cert, serverName });
    expect(await client.say("you")).toBe("hello you");
  });

  test("refuses one of another authority", async () => {
    const { client } = await start(mutual(), { ...pems.stranger, ca: pems.ca.cert, serverName });
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable" });
  });

  test("refuses a client without one", async () => {
    const { client } = await start(mutual(), { ca: pems.ca.cert, serverName });
    expect(await thrownBy(client.say(""))).toMatchObject({ code: "unavailable" });
  });
});

describe("options that cannot be", () => {
  const refusal = async (tls: unknown): Promise<string> => ((await thrownBy(serve([], { address: "127.0.0.1:0", tls: tls as ServerTls }))) as Error).message;

  test("of a server", async () => {
    expect(await refusal({ cert: pems.server.cert })).toBe("tls.cert is given without tls.key: each needs the other");
    expect(await refusal({ key: pems.server.key })).toBe("tls.key is given without tls.cert: each needs the other");
    expect(await refusal({})).toBe("tls.cert and tls.key are missing: a server needs both");
    expect(await refusal({ ...pems.server, requireClientCert: true })).toBe(
      "tls.requireClientCert needs tls.ca: the authorities whose certificates are accepted",
    );
    expect(await refusal({ ...pems.server, key: path("none.key") })).toBe(`tls.key: ${path("none.key")} cannot be read (ENOENT)`);
    expect(await refusal({ ...pems.server, ca: directory })).toBe(`tls.ca: ${directory} cannot be read (EISDIR)`);
    expect(await refusal({ cert: "-----BEGIN nonsense", key: pems.server.key })).toMatch(/^the certificates in tls cannot be used: /);
  });

  test("of a channel", () => {
    const make = (tls: ChannelTls) => () => channel("127.0.0.1:1", { tls });
    expect(make({ cert: pems.client.cert })).toThrow("tls.cert is given without tls.key: each needs the other");
    expect(make({ key: pems.client.key })).toThrow("tls.key is given without tls.cert: each needs the other");
    expect(make({ ca: path("none.pem") })).toThrow(`tls.ca: ${path("none.pem")} cannot be read (ENOENT)`);
    expect(make({ ...pems.client, key: "-----BEGIN nonsense" })).toThrow(/^the certificates in tls cannot be used: /);
  });
});
