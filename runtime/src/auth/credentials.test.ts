import { afterAll, afterEach, describe, expect, test } from "vitest";
import { startConnectGrpc } from "../../tests/connect.js";
import { all, EchoClient, type EchoMethods, EchoServicer, OpenRequests, plain, type Start, startGrpc, startMemory, thrownBy } from "../../tests/echo.js";
import { Leaks } from "../../tests/leaks.js";
import { BridgeError } from "../errors.js";
import { intercept } from "../interceptors/intercept.js";
import type { Channel } from "../transport.js";
import { channel } from "../transports/grpc/index.js";
import { memory } from "../transports/memory.js";
import { authenticate } from "./authenticate.js";
import { type CredentialsOptions, credentials } from "./credentials.js";
import { type Identity, identity } from "./identity.js";
import type { TokenRequest } from "./tokens.js";

const leaks = new Leaks();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => leaks.check(8));

const refused = async (work: Promise<unknown> | AsyncIterable<unknown>): Promise<BridgeError> => leaks.see((await thrownBy(work)) as BridgeError);
const whoami: EchoMethods = { ...plain, say: (_request, { values }) => values.get(identity)?.subject ?? "nobody" };

/** Gives tokens, of which the server knows some. */
class Tokens {
  readonly valid = new Set<string>();
  readonly asked: TokenRequest[] = [];
  /** Calls that the server looked at. */
  seen: string[] = [];
  /** Whether what is given from here on is known to the server. */
  isGood = true;

  readonly source = (request: TokenRequest): string => {
    this.asked.push(request);
    const token = leaks.secret(`secret-token-${this.asked.length}-of-the-test`);
    if (this.isGood) this.valid.add(token);
    return token;
  };
  readonly verify = (token: string): Identity | undefined => {
    this.seen.push(token);
    return this.valid.has(token) ? { subject: token.slice(0, "secret-token-1".length) } : undefined;
  };
}

describe.each<[string, Start]>([
  ["grpc", startGrpc],
  ["memory", startMemory],
  ["connect", startConnectGrpc],
])("over %s", (name, start) => {
  const open = async (tokens: Tokens, options: Partial<CredentialsOptions> = {}, methods: Partial<EchoMethods> = whoami): Promise<EchoClient> => {
    // A Connect transport does not tell.
    const allowPlaintext = name === "connect";
    const served = await start(
      methods,
      { interceptors: [leaks.watch, authenticate({ bearer: tokens.verify })] },
      { interceptors: [leaks.watch, credentials({ bearer: tokens.source, allowPlaintext, ...options } as CredentialsOptions)] },
    );
    ends.push(() => served.close());
    return served.client;
  };

  test("calls of each kind have the token, which is asked for once", async () => {
    const tokens = new Tokens();
    const client = await open(tokens);
    expect(await Promise.all([client.say(""), client.say("")])).toEqual(["secret-token-1", "secret-token-1"]);
    expect(await all(client.list("a b"))).toEqual(["a", "b"]);
    expect(await client.join(["a", "b"])).toBe("a+b");
    expect(await all(client.chat(["a"]))).toEqual(["A"]);
    expect(tokens.asked).toHaveLength(1);
  });

  test("a unary call whose token is refused is made once more with another one; calls beside it share that", async () => {
    const tokens = new Tokens();
    const client = await open(tokens);
    await client.say("");
    tokens.valid.clear();
    tokens.seen = [];
    expect(await Promise.all([client.say(""), client.say("")])).toEqual(["secret-token-2", "secret-token-2"]);
    expect(tokens.asked.map(({ refused }) => refused)).toEqual([undefined, "secret-token-1-of-the-test"]);
    expect(tokens.seen).toHaveLength(4);
  });

  test("a fresh token that is refused is not tried again, and not used again", async () => {
    const tokens = new Tokens();
    tokens.isGood = false;
    const client = await open(tokens);
    expect(await refused(client.say(""))).toMatchObject({ code: "unauthenticated", message: "the bearer token is not accepted" });
    expect([tokens.seen.length, tokens.asked.length]).toEqual([1, 1]);
    expect(await refused(client.say(""))).toMatchObject({ code: "unauthenticated" });
    expect([tokens.seen.length, tokens.asked.length]).toEqual([2, 2]);
  });

  test("a second token that is refused, too, ends the call", async () => {
    const tokens = new Tokens();
    const client = await open(tokens);
    await client.say("");
    tokens.valid.clear();
    tokens.isGood = false;
    tokens.seen = [];
    expect(await refused(client.say(""))).toMatchObject({ code: "unauthenticated" });
    expect([tokens.seen.length, tokens.asked.length]).toEqual([2, 2]);
    tokens.isGood = true;
    expect(await client.say("")).toBe("secret-token-3");
  });

  test("a stream is not made again, and the next call has another token", async () => {
    const tokens = new Tokens();
    const client = await open(tokens);
    for (const call of [() => client.list("a"), () => client.join(["a"]), () => client.chat(["a"])]) {
      await client.say("");
      tokens.valid.clear();
      tokens.seen = [];
      expect(await refused(call())).toMatchObject({ code: "unauthenticated" });
      expect(tokens.seen).toHaveLength(1);
      expect(await client.say("")).toBe(`secret-token-${tokens.asked.length}`);
    }
    expect(tokens.asked).toHaveLength(4);
  });

  test("a stream that is open keeps the token that it began with, when another one is given", async () => {
    const tokens = new Tokens();
    const client = await open(tokens);
    const chat = client.chat(new OpenRequests("a", "b"))[Symbol.asyncIterator]();
    expect(await chat.next()).toEqual({ done: false, value: "A" });
    tokens.valid.clear();
    expect(await client.say("")).toBe("secret-token-2");
    expect(await chat.next()).toEqual({ done: false, value: "B" });
    await chat.return?.();
  });

  test("the same token once more is no other one", async () => {
    const tokens = new Tokens();
    const token = leaks.secret("the-one-and-only");
    let asked = 0;
    const client = await open(tokens, {
      bearer: () => {
        asked++;
        return token;
      },
    });
    tokens.valid.add(token);
    await client.say("");
    tokens.valid.clear();
    tokens.seen = [];
    expect(await refused(client.say(""))).toMatchObject({ code: "unauthenticated" });
    expect([tokens.seen, asked]).toEqual([[token], 2]);
  });

  test("an error that the servicer has for others is no refusal", async () => {
    const tokens = new Tokens();
    let calls = 0;
    const client = await open(
      tokens,
      {},
      {
        say() {
          calls++;
          throw new BridgeError("permission_denied", "not you");
        },
      },
    );
    await refused(client.say(""));
    await refused(client.say(""));
    expect([calls, tokens.asked.length]).toEqual([2, 1]);
  });

  test("no token, no call", async () => {
    const tokens = new Tokens();
    const client = await open(tokens, {
      bearer: () => {
        throw new Error(`POST /token: ${leaks.secret("hunter2")}`);
      },
    });
    expect(await refused(client.say(""))).toMatchObject({ code: "unavailable", message: "no token could be had" });
    expect(await refused(client.list(""))).toMatchObject({ code: "unavailable" });
    expect(tokens.seen).toEqual([]);
  });

  test("a call has no more than its own time to wait for a token", async () => {
    const client = await open(new Tokens(), { bearer: () => new Promise(() => {}) });
    expect(await refused(client.say("", { timeoutMs: 30 }))).toMatchObject({ code: "deadline_exceeded" });
  });

  test("a header that the call has itself is kept", async () => {
    const tokens = new Tokens();
    tokens.valid.add("secret-token-7-of-another");
    const client = await open(tokens);
    expect(await client.say("", { metadata: { authorization: "Bearer secret-token-7-of-another" } })).toBe("secret-token-7");
    expect(tokens.asked).toEqual([]);
  });

  test("API keys, in a header of their own", async () => {
    const key = leaks.secret("an-api-key-of-the-test");
    for (const header of ["x-worker-key", undefined]) {
      const served = await start(
        whoami,
        { interceptors: [leaks.watch, authenticate({ apiKey: { header, keys: { worker: key } } })] },
        { interceptors: [credentials({ apiKey: key, header, allowPlaintext: true })] },
      );
      ends.push(() => served.close());
      expect(await served.client.say("")).toBe("worker");
    }
  });
});

describe("a channel that others can read along", () => {
  const seen: string[] = [];
  const source = (): string => {
    seen.push("asked");
    return leaks.secret("never-in-plaintext");
  };

  test("gets no credentials, unless one says so", async () => {
    const refusing = channel("192.0.2.1:50051", { interceptors: [credentials({ bearer: source })] });
    ends.push(() => refusing.close());
    const client = new EchoClient(refusing);
    for (const call of [() => client.say(""), () => client.list(""), () => client.join([])])
      expect(await refused(call())).toMatchObject({ code: "failed_precondition", message: /allowPlaintext/ });
    expect(seen).toEqual([]);
    const allowing = channel("192.0.2.1:50051", { interceptors: [credentials({ bearer: source, allowPlaintext: true }), () => async () => "sent"] });
    ends.push(() => allowing.close());
    expect(await new EchoClient(allowing).say("")).toBe("sent");
    expect(seen).toEqual(["asked"]);
  });

  test("is one that does not tell, too", async () => {
    const made = memory([EchoServicer.from(plain)]);
    ends.push(() => made.close());
    const silent: Channel = { unary: (...call) => made.unary(...call), stream: (...call) => made.stream(...call), close: () => made.close() };
    const client = new EchoClient(intercept(silent, { interceptors: [credentials({ bearer: "t" })] }));
    expect(await refused(client.say(""))).toMatchObject({ code: "failed_precondition" });
  });
});

describe("options that are wrong are told at once", () => {
  test.each<[CredentialsOptions, RegExp]>([
    [{} as never, /needs bearer or apiKey/],
    [{ bearer: "t", apiKey: "k" } as never, /needs bearer or apiKey/],
    [{ bearer: "" }, /bearer is no function, and no printable/],
    [{ bearer: "topsecret\n" }, /bearer is no function, and no printable/],
    [{ apiKey: 7 as never }, /apiKey is no function/],
    [{ apiKey: "topsecret", header: "a b" }, /header: "a b" is no name/],
    [{ bearer: "topsecret", header: "x-token" } as never, /header is for an apiKey/],
    [{ bearer: "topsecret", refreshBeforeMs: -1 }, /refreshBeforeMs must be a number from 0/],
    [{ bearer: "topsecret", tokenTimeoutMs: 0 }, /tokenTimeoutMs must be a number from 1/],
  ])("%#", (options, message) => {
    expect(() => credentials(options)).toThrow(TypeError);
    expect(() => credentials(options)).toThrow(message);
    expect(() => credentials(options)).not.toThrow(/topsecret/);
  });
});
