/** What Python's clients get to know of a server's TLS. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerProblem, type ServerTls, serve } from "@protobridge/runtime/grpc";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { KindsServicer } from "../fixtures/gen/kinds/v1/kinds_bridge.js";
import { certificates, signed } from "../runtime/tests/certificates.js";
import { PythonProcess } from "./process.js";

let pems: Awaited<ReturnType<typeof certificates>>;
let directory: string;
const path = (name: string): string => join(directory, name);

beforeAll(async () => {
  pems = await certificates();
  directory = mkdtempSync(join(tmpdir(), "bridge-interop-tls-"));
  const { ca, client, stranger } = pems;
  const expired = await signed("client.test", ca, { from: -2, to: -1 });
  for (const [name, { cert, key }] of Object.entries({ ca, client, stranger, expired })) {
    writeFileSync(path(`${name}.pem`), cert);
    writeFileSync(path(`${name}.key`), key);
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The outcome of a call that Python makes with these files, and what the server is told. */
async function called(tls: Partial<ServerTls>, ...files: string[]): Promise<{ code: string; details: string; reasons: readonly string[] }> {
  const reasons: string[] = [];
  const kinds = KindsServicer.from({ unary: (_request, { peer }) => ({ text: `${peer.certificate?.subject["CN"]}` }) });
  const onProblem = ({ reason }: ServerProblem): void => void reasons.push(reason);
  const server = await serve([kinds], { address: "127.0.0.1:0", tls: { ...pems.server, ...tls }, onProblem });
  ends.push(() => server.close({ drainMs: 0 }));
  const client = new PythonProcess("tls", server.address, ...files.map(path));
  ends.push(() => client.kill());
  const outcome = JSON.parse(await client.line((line) => line.startsWith("{"), "how the call ended")) as { code: string; details: string };
  return { ...outcome, reasons };
}

const mutual = (): Partial<ServerTls> => ({ ca: pems.ca.cert, requireClientCert: true });

it("one with a certificate is served, and its certificate is in the context", async () => {
  expect(await called(mutual(), "ca.pem", "client.pem", "client.key")).toEqual({ code: "OK", details: "\n\x0bclient.test", reasons: [] });
});

it.each([
  ["none", [], /^the server asks for a client certificate/],
  ["one of another authority", ["stranger.pem", "stranger.key"], /^the client's certificate is of an authority that is not trusted here/],
  ["one that has expired", ["expired.pem", "expired.key"], /^the client's certificate has expired/],
])("one with %s is refused, and told why", async (_which, files, reason) => {
  const { code, details, reasons } = await called(mutual(), "ca.pem", ...files);
  expect([code, details]).toEqual(["UNAVAILABLE", expect.stringMatching(reason)]);
  expect(reasons).toContain(details);
});

it("one without TLS is told that the port speaks it", async () => {
  expect(await called({})).toMatchObject({ code: "UNAVAILABLE", details: "this port speaks TLS, and the client does not: set tls on the channel" });
});

it("one that does not trust the server leaves, and the server tells that", async () => {
  const { code, reasons } = await called({}, "stranger.pem");
  expect(code).toBe("UNAVAILABLE");
  await vi.waitFor(() => expect(reasons[0]).toMatch(/does not trust the (server's )?certificate/), { timeout: 10_000 });
});
