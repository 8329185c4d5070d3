import { Writable } from "node:stream";
import { pino } from "pino";
import { generate } from "selfsigned";
import { afterEach, expect, test, vi } from "vitest";
import winston from "winston";
import { aborted, all, EchoClient, type EchoMethods, EchoServicer, plain, type Served, startGrpc, startMemory, thrownBy } from "../../tests/echo.js";
import { CallContext, ContextValues } from "../context.js";
import { BridgeError } from "../errors.js";
import { Call } from "../interceptors/call.js";
import { Chain } from "../interceptors/chain.js";
import { Traffic } from "../interceptors/traffic.js";
import { channel, serve } from "../transports/grpc/index.js";
import { type LogEntry, type Logger, type LogLevel, logging } from "./index.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  vi.restoreAllMocks();
});

/** A logger that keeps its lines. */
function keeping(): { logger: Logger; lines: [LogLevel, LogEntry][] } {
  const lines: [LogLevel, LogEntry][] = [];
  const at = (level: LogLevel) => (entry: LogEntry) => lines.push([level, entry]);
  return { lines, logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

async function open(methods: Partial<EchoMethods>, server: Logger, client?: Logger): Promise<Served> {
  const served = await startGrpc(methods, { interceptors: [logging(server)] }, client ? { interceptors: [logging(client)] } : {});
  ends.push(() => served.close());
  return served;
}

test("each failure has one line at each end: the server's knows the exception, none knows messages and metadata", async () => {
  const [server, client] = [keeping(), keeping()];
  const { client: echo } = await open(
    {
      say() {
        throw new TypeError("database password rejected");
      },
      // biome-ignore lint/correctness/useYield: it fails
      async *list() {
        throw new BridgeError("not_found", "no such list");
      },
    },
    server.logger,
    client.logger,
  );
  await thrownBy(echo.say("the body", { metadata: { authorization: "Bearer the-token" } }));
  await thrownBy(echo.list("the body", { metadata: { authorization: "Bearer the-token" } }));
  await vi.waitUntil(() => server.lines.length === 2, { timeout: 10_000 });
  expect(server.lines).toMatchObject([
    [
      "error",
      {
        event: "call.failed",
        message: "test.Echo/Say: internal: internal error",
        call: "test.Echo/Say",
        kind: "unary",
        side: "server",
        code: "internal",
        inBand: false,
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        stack: expect.stringContaining("database password rejected"),
        durationMs: expect.any(Number),
        receivedMessages: 1,
        receivedBytes: 10,
        sentMessages: 0,
      },
    ],
    ["info", { message: "test.Echo/List: not_found: no such list", code: "not_found", kind: "server_streaming" }],
  ]);
  expect(client.lines).toMatchObject([
    ["error", { message: "test.Echo/Say: internal: internal error", side: "client", sentBytes: 10 }],
    ["info", { code: "not_found" }],
  ]);
  expect(client.lines[0]?.[1]).not.toHaveProperty("stack");
  const text = String([...server.lines, ...client.lines].map(([, entry]) => entry.toString()));
  for (const secret of ["the-token", "the body"]) expect(text).not.toContain(secret);
});

test("calls that end well have no line, unless that is asked for; messages are described only by who asks", async () => {
  const quiet = keeping();
  const loud = keeping();
  const served = await startMemory(
    plain,
    { interceptors: [logging(quiet.logger)] },
    { interceptors: [logging(loud.logger, { successes: true, describe: (message) => ({ length: (message as string).length }) })] },
  );
  ends.push(() => served.close());
  await served.client.say("four");
  await all(served.client.chat(["x"]));
  expect(quiet.lines).toEqual([]);
  expect(loud.lines).toMatchObject([
    ["debug", { event: "call.ended", message: "test.Echo/Say: answered", length: 4, receivedBytes: 12 }],
    ["debug", { message: "test.Echo/Chat: answered", kind: "bidi_streaming" }],
  ]);
  expect(loud.lines[1]?.[1]).not.toHaveProperty("length");
});

test("levels go by the code: broken, may pass, somebody's mistake", async () => {
  const { logger, lines } = keeping();
  const { signal } = new CallContext();
  for (const code of ["data_loss", "unavailable", "invalid_argument"] as const) {
    const traffic = new Traffic();
    const call = new Call({
      kind: "unary",
      method: { path: "/a.B/C" } as Call["method"],
      outgoing: false,
      values: new ContextValues(),
      metadata: {},
      signal,
      traffic,
      read: () => undefined,
      answer: async () => undefined,
    });
    await Chain.of({
      interceptors: [
        logging(logger, {
          describe: () => {
            throw new Error("no description");
          },
        }),
      ],
    })?.run(call);
    traffic.end(new BridgeError(code, "why"));
  }
  expect(lines.map(([level]) => level)).toEqual(["error", "warn", "info"]);
  expect(lines[0]?.[1]).toMatchObject({ describe: "no description" });
});

test("a logger that throws changes nothing", async () => {
  const fail = (): never => {
    throw new Error("disk full");
  };
  const { client } = await open({}, { debug: fail, info: fail, warn: fail, error: fail });
  expect(await thrownBy(client.say("x"))).toMatchObject({ code: "unimplemented" });
});

test("pino's, winston's and the console's lines", async () => {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(...String(chunk).trim().split("\n"));
      done();
    },
  });
  const info = vi.spyOn(console, "info").mockImplementation(() => {});
  const loggers: Logger[] = [
    pino({ messageKey: "message" }, stream),
    winston.createLogger({ transports: [new winston.transports.Stream({ stream })] }),
    console,
  ];
  for (const logger of loggers) {
    const { client } = await open(
      {
        say() {
          throw new BridgeError("not_found", "no such name");
        },
      },
      logger,
    );
    await thrownBy(client.say("x"));
  }
  await vi.waitUntil(() => written.length === 2 && info.mock.calls.length === 1, { timeout: 10_000 });
  const expected = { message: "test.Echo/Say: not_found: no such name", event: "call.failed", code: "not_found", receivedBytes: 3 };
  for (const line of written) expect(JSON.parse(line)).toMatchObject(expected);
  const { inspect } = await import("node:util");
  const line = inspect(info.mock.calls[0]?.[0]);
  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toMatchObject(expected);
});

test("a server's lines: its start, what it refuses, its end, and the failures of its calls", async () => {
  const { logger, lines } = keeping();
  const { cert, private: key } = await generate([{ name: "commonName", value: "bridge.test" }]);
  let calls = 0;
  const say = (_request: string, { signal }: CallContext): Promise<never> => {
    calls++;
    return aborted(signal);
  };
  const server = await serve([EchoServicer.from({ say })], { address: "127.0.0.1:0", tls: { cert, key }, logger });
  const plaintext = channel(server.address);
  await thrownBy(new EchoClient(plaintext).say("x"));
  await plaintext.close();
  const opened = channel(server.address, { tls: { ca: cert, serverName: "bridge.test" } });
  const waiting = thrownBy(new EchoClient(opened).say("x"));
  await vi.waitUntil(() => calls === 1, { timeout: 10_000 });
  await server.close({ drainMs: 0 });
  await waiting;
  await opened.close();
  const { address } = server;
  // The client may try again by itself.
  const isAgain = (i: number): boolean => lines[i]?.[1].event === "server.problem" && lines[i - 1]?.[1].event === "server.problem";
  const once = lines.filter((_, i) => !isAgain(i));
  expect(once.map(([level, { event, message }]) => [level, event, message])).toEqual([
    ["info", "server.started", `listening at ${address} (TLS): test.Echo`],
    ["warn", "server.problem", expect.stringMatching(/^127\.0\.0\.1:\d+: this port speaks TLS/)],
    ["info", "server.draining", `${address}: takes no more calls, waits for 1`],
    ["warn", "call.failed", "test.Echo/Say: unavailable: the server is shutting down"],
    ["warn", "server.stopped", `${address}: stopped, and ended 1 calls that were left`],
  ]);
});
