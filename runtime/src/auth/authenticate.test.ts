import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { startConnectGrpc } from "../../tests/connect.js";
import {
  aborted,
  all,
  type EchoClient,
  type EchoMethods,
  EchoServicer,
  OpenRequests,
  plain,
  type Start,
  startGrpc,
  startMemory,
  thrownBy,
} from "../../tests/echo.js";
import { Leaks } from "../../tests/leaks.js";
import { RawClient } from "../../tests/raw.js";
import type { PeerCertificate } from "../context.js";
import { ContextValues } from "../context.js";
import { BridgeError } from "../errors.js";
import { Call } from "../interceptors/call.js";
import { Traffic } from "../interceptors/traffic.js";
import type { CallOptions } from "../servicer/options.js";
import { service } from "../servicer/service.js";
import { healthFile } from "../transports/grpc/descriptors.js";
import { serve } from "../transports/grpc/index.js";
import { StringValue } from "../wkt.js";
import { type AuthenticateOptions, authenticate } from "./authenticate.js";
import { type Identity, identity } from "./identity.js";
import { staticKeys } from "./keys.js";

const leaks = new Leaks();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => leaks.check(40));

const good = leaks.secret("good-token-5Xq");
const bad = leaks.secret("bad-token-9Zk");
const key = leaks.secret("static-key-3Wd");

/** Knows the tokens of a map; those that are an error it throws. */
function knowing(tokens: Readonly<Record<string, Partial<Identity> | Error>>): (token: string) => Identity | undefined {
  return (token) => {
    const found = Object.hasOwn(tokens, token) ? tokens[token] : undefined;
    if (found instanceof Error) throw found;
    return found && { subject: "Ada", ...found };
  };
}

const bearing = (token: string): CallOptions => ({ metadata: { authorization: `Bearer ${token}` } });
const inMs = (ms: number): Date => new Date(Date.now() + ms);

/** Answers who calls. */
const whoami: Partial<EchoMethods> = {
  say: (request, { values }) => `${request}${values.get(identity)?.subject ?? "nobody"}`,
  async *list(request, { values }) {
    yield `${request}${values.get(identity)?.subject ?? "nobody"}`;
  },
};

describe.each<[string, Start]>([
  ["grpc", startGrpc],
  ["memory", startMemory],
  ["connect", startConnectGrpc],
])("over %s", (_name, start) => {
  const open = async (options: AuthenticateOptions, methods: Partial<EchoMethods> = whoami): Promise<EchoClient> => {
    const served = await start(methods, { interceptors: [leaks.watch, authenticate(options)] });
    ends.push(() => served.close());
    return served.client;
  };
  const refused = async (work: Promise<unknown> | AsyncIterable<unknown>): Promise<BridgeError> => leaks.see((await thrownBy(work)) as BridgeError);

  test("who is known is admitted to each kind of call, and who is not to none", async () => {
    const client = await open({ bearer: knowing({ [good]: {} }) }, { ...plain, ...whoami });
    expect(await client.say("", bearing(good))).toBe("Ada");
    expect(await all(client.list("", bearing(good)))).toEqual(["Ada"]);
    expect(await client.join(["a", "b"], bearing(good))).toBe("a+b");
    expect(await all(client.chat(["a"], bearing(good)))).toEqual(["A"]);
    for (const options of [{}, bearing(bad)]) {
      const what = options.metadata ? "the bearer token is not accepted" : "there are no credentials: a bearer token is needed";
      const calls = [client.say("", options), client.list("", options), client.join([], options), client.chat([], options)];
      for (const error of await Promise.all(calls.map(refused))) expect(error).toMatchObject({ code: "unauthenticated", message: what });
    }
  });

  test.each<[string, string | string[]]>([
    ["a header without a token", "Bearer"],
    ["two tokens in one", `Bearer ${good}, Bearer ${bad}`],
    ["a token and more", `Bearer ${good} ${bad}`],
  ])("%s is refused, without asking for it", async (_what, authorization) => {
    const verify = vi.fn(knowing({ [good]: {} }));
    const client = await open({ bearer: verify });
    const error = await refused(client.say("", { metadata: { authorization } }));
    expect(error).toMatchObject({ code: "unauthenticated", message: "the header authorization has no bearer token that can be read" });
    expect(verify).not.toHaveBeenCalled();
  });

  test("another scheme of the header counts as no token; how the scheme is written is no matter", async () => {
    const client = await open({ bearer: knowing({ [good]: {} }) });
    expect(await refused(client.say("", { metadata: { authorization: `Basic ${bad}` } }))).toMatchObject({ code: "unauthenticated", message: /^there are no/ });
    expect(await client.say("", { metadata: { authorization: `bearer  ${good}` } })).toBe("Ada");
  });

  test("what has expired is refused, also by a date that is none", async () => {
    const client = await open({
      bearer: knowing({ [good]: { expiresAt: inMs(60_000) }, [bad]: { expiresAt: inMs(-1) }, odd: { expiresAt: new Date("never") } }),
    });
    expect(await client.say("", bearing(good))).toBe("Ada");
    for (const token of [bad, "odd"])
      expect(await refused(client.say("", bearing(token)))).toMatchObject({ code: "unauthenticated", message: "the bearer token has expired" });
  });

  test("API keys, in a header of their own", async () => {
    const client = await open({ apiKey: { keys: { worker: key } } });
    expect(await client.say("", { metadata: { "x-api-key": key } })).toBe("worker");
    expect(await refused(client.say("", { metadata: { "x-api-key": bad } }))).toMatchObject({
      code: "unauthenticated",
      message: "the API key is not accepted",
    });
    expect(await refused(client.say("", bearing(key)))).toMatchObject({ message: "there are no credentials: an API key is needed" });
    const other = await open({ apiKey: { header: "X-Worker-Key", verify: staticKeys({ worker: key }) } });
    expect(await other.say("", { metadata: { "x-worker-key": key } })).toBe("worker");
    expect(await refused(other.say("", { metadata: { "x-api-key": key } }))).toMatchObject({ code: "unauthenticated" });
  });

  test("the first scheme for which there are credentials decides", async () => {
    const client = await open({ bearer: knowing({ [good]: {} }), apiKey: { keys: { worker: key } } });
    const keyed = { "x-api-key": key };
    expect(await client.say("", { metadata: { ...keyed } })).toBe("worker");
    expect(await client.say("", { metadata: { ...keyed, ...bearing(good).metadata } })).toBe("Ada");
    expect(await refused(client.say("", { metadata: { ...keyed, ...bearing(bad).metadata } }))).toMatchObject({ message: "the bearer token is not accepted" });
    expect(await refused(client.say(""))).toMatchObject({ message: "there are no credentials: a bearer token or an API key is needed" });
  });

  test("a verifier that throws admits nobody: a BridgeError as it is, anything else as unavailable, of which the peer learns nothing", async () => {
    const client = await open({
      bearer: knowing({ [good]: new BridgeError("resource_exhausted", "too many of you"), [bad]: new Error(`fetch failed: ${bad}`), odd: { subject: "" } }),
    });
    expect(await refused(client.say("", bearing(good)))).toMatchObject({ code: "resource_exhausted", message: "too many of you" });
    for (const token of [bad, "odd"])
      expect(await refused(client.say("", bearing(token)))).toMatchObject({ code: "unavailable", message: "the credentials could not be verified" });
  });

  test("a verifier that hangs is given up, and its signal is aborted; so it is when the call is over before", async () => {
    const signals: AbortSignal[] = [];
    const hanging = (_token: string, _call: Call, signal: AbortSignal): Promise<undefined> => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const client = await open({ bearer: hanging, verifyTimeoutMs: 50 });
    const error = await refused(client.list("", bearing(good)));
    expect(error).toMatchObject({ code: "unavailable", message: "the credentials could not be verified within 50 ms" });
    const patient = await open({ bearer: hanging });
    expect(await refused(patient.say("", { ...bearing(good), timeoutMs: 50 }))).toMatchObject({ code: "deadline_exceeded" });
    await vi.waitUntil(() => signals.length === 2 && signals.every(({ aborted }) => aborted), { timeout: 10_000 });
  });

  test("the most specific rule counts, and what no rule is for is refused", async () => {
    const client = await open(
      {
        bearer: knowing({ reader: { subject: "reader", scopes: ["read"] }, writer: { subject: "writer", scopes: ["read", "write"] } }),
        rules: {
          "*": (_who, { name }) => name === "nothing",
          "test.Echo/*": "authenticated",
          "test.Echo/Say": "public",
          "test.Echo/Join": { scopes: ["read", "write"] },
          "test.Echo/Chat": ({ subject }, { kind }) => kind === "bidi_streaming" && subject === "writer",
          "test.Other/*": "public",
        },
      },
      { ...plain, ...whoami },
    );
    expect(await client.say("")).toBe("nobody");
    expect(await client.say("", bearing(bad))).toBe("nobody");
    expect(await refused(client.list(""))).toMatchObject({ code: "unauthenticated" });
    expect(await all(client.list("", bearing("reader")))).toEqual(["reader"]);
    expect(await refused(client.join([], bearing("reader")))).toMatchObject({ code: "permission_denied", message: "test.Echo/Join needs the scope write" });
    expect(await client.join(["a"], bearing("writer"))).toBe("a");
    expect(await refused(client.chat([], bearing("reader")))).toMatchObject({ code: "permission_denied", message: "the caller may not call test.Echo/Chat" });
    expect(await all(client.chat(["a"], bearing("writer")))).toEqual(["A"]);
  });

  test("with any rule, what no rule is for is refused, also to who is known; without, it is open to who is known", async () => {
    const bearer = knowing({ [good]: {} });
    const strict = await open({ bearer, rules: { "test.Echo/List": "authenticated", "test.Other/*": "public" } });
    const denied = { code: "permission_denied", message: "nobody may call test.Echo/Say: no rule is for it" };
    expect(await refused(strict.say("", bearing(good)))).toMatchObject(denied);
    expect(await refused(strict.say(""))).toMatchObject(denied);
    const lax = await open({ bearer, rules: {} });
    expect(await lax.say("", bearing(good))).toBe("Ada");
    expect(await refused(lax.say(""))).toMatchObject({ code: "unauthenticated" });
  });

  test("a rule that throws, gives something else than true, or hangs, admits nobody", async () => {
    const rules: AuthenticateOptions["rules"] = {
      "test.Echo/Say": () => {
        throw new Error(`no such table: ${good}`);
      },
      "test.Echo/List": () => 1 as never,
      "test.Echo/Join": () => new Promise(() => {}),
      "test.Echo/Chat": () => {
        throw new BridgeError("permission_denied", "not today");
      },
    };
    const client = await open({ bearer: knowing({ [good]: {} }), rules, verifyTimeoutMs: 50 });
    expect(await refused(client.say("", bearing(good)))).toMatchObject({ code: "unavailable", message: "the right to call could not be verified" });
    expect(await refused(client.list("", bearing(good)))).toMatchObject({ code: "permission_denied" });
    expect(await refused(client.join([], bearing(good)))).toMatchObject({ code: "unavailable", message: /within 50 ms/ });
    expect(await refused(client.chat([], bearing(good)))).toMatchObject({ code: "permission_denied", message: "not today" });
  });

  describe("streams that outlive their credentials", () => {
    const signals: AbortSignal[] = [];
    const waiting: Partial<EchoMethods> = {
      async *list(_request, { signal }) {
        signals.push(signal);
        yield "first";
        await aborted(signal);
      },
      async join(requests, { signal }) {
        signals.push(signal);
        await Promise.race([all(requests), aborted(signal)]);
        return "";
      },
      async *chat(requests, { signal }) {
        signals.push(signal);
        yield* requests;
      },
    };
    /** Time for the first messages to arrive. */
    const verify = (): Identity => ({ subject: "Ada", expiresAt: inMs(1000) });

    test.each(["end", "refuse"] as const)("end, and their handlers hear of it (%s)", async (onExpiry) => {
      signals.length = 0;
      const client = await open({ bearer: verify, onExpiry }, waiting);
      const got: string[] = [];
      const reading = async (responses: AsyncIterable<string>): Promise<void> => {
        for await (const response of responses) got.push(response);
      };
      const calls = [
        reading(client.list("", bearing(good))),
        client.join(new OpenRequests("a"), bearing(good)),
        reading(client.chat(new OpenRequests("second"), bearing(good))),
      ];
      for (const error of await Promise.all(calls.map(refused)))
        expect(error).toMatchObject({ code: "unauthenticated", message: "the credentials have expired" });
      expect(got.sort()).toEqual(["first", "second"]);
      await vi.waitUntil(() => signals.length === 3 && signals.every(({ aborted }) => aborted), { timeout: 10_000 });
      expect(signals.map(({ reason }) => (reason as BridgeError).code)).toEqual(Array(3).fill("unauthenticated"));
    });

    test("go on if one says so; a unary call was admitted, and is answered in any case", async () => {
      const expiresAt = inMs(100);
      const bearer = (): Identity => ({ subject: "Ada", expiresAt });
      const after: Partial<EchoMethods> = {
        async say() {
          await vi.waitUntil(() => Date.now() > expiresAt.getTime() + 20, { timeout: 10_000 });
          return "late";
        },
        async *list() {
          yield "early";
          await vi.waitUntil(() => Date.now() > expiresAt.getTime() + 20, { timeout: 10_000 });
          yield "late";
        },
      };
      const ignoring = await open({ bearer, onExpiry: "ignore" }, after);
      const ending = await open({ bearer }, after);
      expect(await Promise.all([all(ignoring.list("", bearing(good))), ending.say("", bearing(good))])).toEqual([["early", "late"], "late"]);
    });

    test("that are over before keep no timer", async () => {
      const clear = vi.spyOn(globalThis, "clearTimeout");
      const set = vi.spyOn(globalThis, "setTimeout");
      try {
        const client = await open({ bearer: () => ({ subject: "Ada", expiresAt: inMs(3_456_789) }) });
        await all(client.list("", bearing(good)));
        const timers = (): unknown[] =>
          set.mock.calls.flatMap(([, ms], call) => (Number(ms) > 3_400_000 && Number(ms) <= 3_456_789 ? [set.mock.results[call]?.value] : []));
        expect(timers()).toHaveLength(1);
        await vi.waitUntil(() => clear.mock.calls.some(([timer]) => timer === timers()[0]), { timeout: 10_000 });
      } finally {
        set.mockRestore();
        clear.mockRestore();
      }
    });
  });
});

describe("client certificates", () => {
  const certificate: PeerCertificate = {
    subject: { CN: "worker-7", OU: ["bridge", "batch"] },
    issuer: { CN: "Authority" },
    subjectAltNames: ["URI:spiffe://example.org/worker"],
    fingerprint256: "AB:CD",
    serialNumber: "01",
    validFrom: new Date(0),
    validTo: inMs(60_000),
    raw: new Uint8Array(),
  };
  const [say] = service("test.Echo", [["say", "Say", "unary", StringValue, StringValue]]).methods.values();
  const call = (init: { certificate?: PeerCertificate; metadata?: Record<string, string> }): Call =>
    new Call({
      kind: "unary",
      method: say as NonNullable<typeof say>,
      outgoing: false,
      values: new ContextValues(),
      metadata: init.metadata ?? {},
      signal: new AbortController().signal,
      peer: { address: "192.0.2.7:1234", certificate: init.certificate },
      traffic: new Traffic(),
      read: () => "",
      answer: async () => "",
    });
  const interceptor = authenticate({
    bearer: knowing({ [good]: {} }),
    certificate: ({ subject, validTo }) => (subject["CN"] === "worker-7" ? { subject: `${subject["CN"]}`, expiresAt: validTo } : undefined),
  });
  const admitted = async (it: Call): Promise<string | undefined> => {
    await interceptor(async () => "")(it);
    return it.values.get(identity)?.subject;
  };

  test("tell who calls, if no other credentials do", async () => {
    expect(await admitted(call({ certificate }))).toBe("worker-7");
    expect(await admitted(call({ certificate, metadata: { authorization: `Bearer ${good}` } }))).toBe("Ada");
  });

  test("that are not known, or not there, are refused", async () => {
    expect(await thrownBy(admitted(call({ certificate: { ...certificate, subject: { CN: "stranger" } } })))).toMatchObject({
      code: "unauthenticated",
      message: "the client certificate is not accepted",
      inBand: false,
    });
    expect(await thrownBy(admitted(call({})))).toMatchObject({ message: "there are no credentials: a bearer token or a client certificate is needed" });
  });
});

test("the calls that an end makes itself pass by", async () => {
  const opened = await startMemory(plain, {}, { interceptors: [authenticate({ apiKey: { keys: { worker: key } } })] });
  ends.push(() => opened.close());
  expect(await opened.client.say("Ada")).toBe("hello Ada");
});

test("probes of health need no credentials if a rule says so", async () => {
  const servicer = EchoServicer.from(whoami);
  const check = async (rules: AuthenticateOptions["rules"]): Promise<unknown> => {
    const interceptors = [leaks.watch, authenticate({ bearer: knowing({}), rules, servicers: [servicer] })];
    const server = await serve([servicer], { address: "127.0.0.1:0", health: true, interceptors });
    const prober = new RawClient(server.address, healthFile);
    ends.push(
      () => server.close({ drainMs: 0 }),
      () => prober.close(),
    );
    return prober.unary("Check", {});
  };
  expect(await check({ "grpc.health.v1.Health/*": "public", "test.Echo/*": "authenticated" })).toEqual({ status: "SERVING" });
  expect(await check({})).toMatchObject({ code: 16, details: "there are no credentials: a bearer token is needed" });
});

describe("options that are wrong are told at once", () => {
  const bearer = (): undefined => undefined;
  test.each<[AuthenticateOptions, RegExp]>([
    [{}, /needs bearer, apiKey or certificate/],
    [{ bearer: "token" as never }, /bearer is a string, not a function/],
    [{ apiKey: {} as never }, /apiKey needs verify or keys/],
    [{ apiKey: { keys: { a: "k" }, verify: bearer } as never }, /apiKey needs verify or keys/],
    [{ apiKey: { keys: {} } }, /there are no keys/],
    [{ apiKey: { header: "x key", verify: bearer } }, /apiKey.header: "x key" is no name/],
    [{ apiKey: { header: "x-key-bin", verify: bearer } }, /apiKey.header: "x-key-bin" is no name/],
    [{ bearer, apiKey: { header: "authorization", verify: bearer } }, /authorization has the bearer token/],
    [{ bearer, verifyTimeoutMs: 0 }, /verifyTimeoutMs must be a number from 1/],
    [{ bearer, onExpiry: "stop" as never }, /onExpiry must be/],
    [{ bearer, rules: { "test.Echo/Say": "publc" as never } }, /rules: that of test.Echo\/Say is none/],
    [{ bearer, rules: { "test.Echo/Say": undefined as never } }, /rules: that of test.Echo\/Say is none/],
    [{ bearer, rules: { "test.Echo/Say": { scopes: [] } } }, /rules: that of test.Echo\/Say is none/],
    [{ bearer, rules: { "/test.Echo/Say": "public" } }, /rules: "\/test.Echo\/Say" names nothing/],
    [{ bearer, rules: { "test.Echo": "public" } }, /rules: "test.Echo" names nothing/],
    [{ bearer, rules: { "test.*": "public" } }, /rules: "test.\*" names nothing/],
    [{ bearer, rules: { "test.Echo/Shout": "public" }, servicers: [new EchoServicer()] }, /rules: nothing that is served is named test.Echo\/Shout/],
    [{ bearer, rules: { "test.Ecco/*": "public" }, servicers: [new EchoServicer()] }, /rules: nothing that is served is named test.Ecco\/\*/],
    [{ bearer, rules: { "test.Echo/Say/word": "public" }, servicers: [new EchoServicer()] }, /named test.Echo\/Say\/word/],
  ])("%o", (options, message) => {
    expect(() => authenticate(options)).toThrow(TypeError);
    expect(() => authenticate(options)).toThrow(message);
  });

  test("rules for what is served are fine", () => {
    authenticate({ bearer, rules: { "*": "public", "test.Echo/*": "public", "test.Echo/Say": "public" }, servicers: [new EchoServicer()] });
  });
});
