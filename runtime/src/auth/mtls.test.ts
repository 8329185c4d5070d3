import { afterEach, expect, test } from "vitest";
import { certificates, type Pair, signed } from "../../tests/certificates.js";
import { EchoClient, EchoServicer, thrownBy } from "../../tests/echo.js";
import type { ChannelTls } from "../transports/grpc/index.js";
import { channel, serve } from "../transports/grpc/index.js";
import { type AuthenticateOptions, authenticate } from "./authenticate.js";
import { credentials } from "./credentials.js";
import { identity } from "./identity.js";

const { ca, server: own, client, stranger } = await certificates();
const other = await signed("other.test", ca, { more: [{ type: 6, value: "spiffe://example.org/batch" }] });

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const whoami = EchoServicer.from({ say: (_request, { values }) => values.get(identity)?.subject ?? "nobody" });

async function open(options: Partial<AuthenticateOptions>): Promise<(pair?: Pair, token?: string) => EchoClient> {
  const server = await serve([whoami], {
    address: "127.0.0.1:0",
    tls: { ...own, ca: ca.cert },
    interceptors: [
      authenticate({
        certificate: ({ subjectAltNames, validTo }) => {
          const [name] = subjectAltNames.flatMap((text) => /^DNS:(client\.test)$|^URI:(spiffe:.*)$/.exec(text)?.slice(1) ?? []).filter(Boolean);
          return name === undefined ? undefined : { subject: name, expiresAt: validTo };
        },
        ...options,
      }),
    ],
  });
  ends.push(() => server.close({ drainMs: 0 }));
  return (pair, token) => {
    const tls: ChannelTls = { ca: ca.cert, serverName: "bridge.test", ...pair };
    const opened = channel(server.address, { tls, interceptors: token === undefined ? [] : [credentials({ bearer: token })] });
    ends.push(() => opened.close());
    return new EchoClient(opened);
  };
}

test("the names of a client's certificate tell who calls", async () => {
  const as = await open({});
  expect(await as(client).say("")).toBe("client.test");
  expect(await as(other).say("")).toBe("spiffe://example.org/batch");
});

test("a client without a certificate is not known, and one whose certificate nobody vouches for does not get that far", async () => {
  const as = await open({});
  expect(await thrownBy(as().say(""))).toMatchObject({ code: "unauthenticated", message: "there are no credentials: a client certificate is needed" });
  expect(await thrownBy(as(stranger).say(""))).toMatchObject({ code: "unavailable" });
});

test("a verified certificate that the verifier does not know is refused", async () => {
  const as = await open({});
  expect(await thrownBy(as(own).say(""))).toMatchObject({ code: "unauthenticated", message: "the client certificate is not accepted" });
});

test("a token decides before a certificate", async () => {
  const as = await open({ bearer: (token) => (token === "good" ? { subject: "Ada" } : undefined) });
  expect(await as(client, "good").say("")).toBe("Ada");
  expect(await thrownBy(as(client, "bad").say(""))).toMatchObject({ code: "unauthenticated" });
  expect(await as(client).say("")).toBe("client.test");
});
