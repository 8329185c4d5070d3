import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { afterEach, expect, test, vi } from "vitest";
import { type EchoMethods, EchoServicer, echo, plain } from "../../../tests/echo.js";
import { RawClient, type RawStream } from "../../../tests/raw.js";
import { service } from "../../servicer/service.js";
import { Servicer } from "../../servicer/servicer.js";
import type { ServerHandle } from "../../transport.js";
import { healthFile } from "./descriptors.js";
import { Health, type ServeOptions, serve } from "./index.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const other = new (class extends Servicer {})(service("test.Other", []));

interface Started {
  readonly server: ServerHandle;
  readonly client: RawClient;
  watch(name: string): RawStream;
  /** What a client is told by Check, on a connection of its own: the status, or the code of an error. */
  check(name?: string): Promise<unknown>;
}

async function start(health: ServeOptions["health"], methods: Partial<EchoMethods> = plain): Promise<Started> {
  const server = await serve([EchoServicer.from(methods), other], { address: "127.0.0.1:0", health });
  const connect = (): RawClient => {
    const client = new RawClient(server.address, healthFile);
    ends.push(() => client.close());
    return client;
  };
  ends.push(() => server.close({ drainMs: 0 }));
  const client = connect();
  return {
    server,
    client,
    watch: (name) => client.stream("Watch", { service: name }),
    async check(name = "") {
      const answer = (await connect().unary("Check", { service: name })) as { status?: string; code?: number };
      return answer.status ?? answer.code;
    },
  };
}

const serving = { status: "SERVING" };
const notServing = { status: "NOT_SERVING" };

test("all is serving, and what is not served is not known", async () => {
  const { client, check } = await start(true);
  expect([await check(), await check("test.Echo"), await check("test.Other")]).toEqual(["SERVING", "SERVING", "SERVING"]);
  expect(await client.unary("Check", { service: "test.None" })).toMatchObject({ code: 5, details: "Health status unknown for service test.None" });
  expect(await client.unary("List")).toEqual({ statuses: { "": serving, "test.Echo": serving, "test.Other": serving } });
});

test("without the option there is no such service", async () => {
  const { check } = await start(undefined);
  expect(await check()).toBe(12);
  const off = await start(false);
  expect(await off.check()).toBe(12);
});

test("the server is serving while all of its services are", async () => {
  const health = new Health();
  const { check } = await start(health);
  const statuses = async (): Promise<unknown> => [await check(), await check("test.Echo"), await check("test.Other")];
  health.set(echo, "not_serving");
  expect(await statuses()).toEqual(["NOT_SERVING", "NOT_SERVING", "SERVING"]);
  health.set("test.Echo", "serving");
  expect(await statuses()).toEqual(["SERVING", "SERVING", "SERVING"]);
});

test("the status of the server itself counts, when it is set", async () => {
  const health = new Health();
  const { check } = await start(health);
  health.set("", "not_serving");
  expect([await check(), await check("test.Echo")]).toEqual(["NOT_SERVING", "SERVING"]);
  health.set("", "serving");
  health.set("test.Echo", "not_serving");
  expect([await check(), await check("test.Echo")]).toEqual(["SERVING", "NOT_SERVING"]);
});

test("what was set before the server is there counts, and for each server", async () => {
  const health = new Health();
  health.set("test.Echo", "not_serving");
  const [one, two] = [await start(health), await start(health)];
  expect([await one.check("test.Echo"), await two.check("test.Echo")]).toEqual(["NOT_SERVING", "NOT_SERVING"]);
  await one.server.close();
  health.set("test.Echo", "serving");
  expect(await two.check("test.Echo")).toBe("SERVING");
});

test("a service that is not served is refused", async () => {
  const reason = "health: the server does not serve test.Ecko, but test.Echo, test.Other";
  const early = new Health();
  early.set("test.Ecko", "not_serving");
  await expect(start(early)).rejects.toThrow(reason);
  const health = new Health();
  const { check } = await start(health);
  expect(() => health.set("test.Ecko", "not_serving")).toThrow(reason);
  expect(await check()).toBe("SERVING");
});

test("who watches is told the status, and then each change of it", async () => {
  const health = new Health();
  const { watch, check } = await start(health);
  const watchers = [watch("test.Echo"), watch("")];
  const next = (): Promise<unknown> => Promise.all(watchers.map((watcher) => watcher.next()));
  expect(await next()).toEqual([serving, serving]);
  health.set("test.Echo", "serving");
  health.set("test.Echo", "not_serving");
  expect(await next()).toEqual([notServing, notServing]);
  // The server as a whole is not serving until both are: it has nothing to tell in between.
  health.set("test.Other", "not_serving");
  health.set("test.Echo", "serving");
  expect(await watchers[0]?.next()).toEqual(serving);
  health.set("test.Other", "serving");
  expect(await watchers[1]?.next()).toEqual(serving);
  expect(await check()).toBe("SERVING");
});

test("who watches a service that is not known waits for it", async () => {
  const { watch, server } = await start(true);
  const watcher = watch("test.None");
  expect(await watcher.next()).toEqual({ status: "SERVICE_UNKNOWN" });
  const closed = server.close();
  expect(await watcher.next()).toMatchObject({ code: 14, details: "the server is shutting down" });
  await closed;
});

test("who watches no more is forgotten", async () => {
  const forget = vi.spyOn(HealthImplementation.prototype as unknown as { removeWatcher(name: string): void }, "removeWatcher");
  ends.push(() => forget.mockRestore());
  const { watch } = await start(true);
  const watcher = watch("test.Echo");
  await watcher.next();
  expect(forget).not.toHaveBeenCalled();
  watcher.cancel();
  await expect.poll(() => forget.mock.calls.map(([name]) => name)).toEqual(["test.Echo"]);
});

test("a malformed request is the client's fault", async () => {
  const { server } = await start(true);
  const client = new Client(server.address, credentials.createInsecure());
  ends.push(() => client.close());
  const asBytes = (bytes: Buffer): Buffer => bytes;
  const error = await new Promise<ServiceError | null>((resolve) => {
    client.makeUnaryRequest("/grpc.health.v1.Health/Check", asBytes, asBytes, Buffer.from([0x17]), resolve);
  });
  expect(error).toMatchObject({ code: 3, details: expect.stringContaining("grpc.health.v1.HealthCheckRequest") });
});

test("two servicers of health are one too many", async () => {
  const own = new (class extends Servicer {})(service("grpc.health.v1.Health", []));
  await expect(serve([own], { address: "127.0.0.1:0", health: true })).rejects.toThrow("two servicers serve grpc.health.v1.Health");
});

test("nothing is serving while the server drains, and it says so to who asks and who watches", async () => {
  let finish: ((answer: string) => void) | undefined;
  const health = new Health();
  const { server, client, watch, check } = await start(health, {
    say: () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  });
  const asBytes = (bytes: Buffer): Buffer => bytes;
  const caller = new Client(server.address, credentials.createInsecure());
  const late = new Client(server.address, credentials.createInsecure());
  ends.push(
    () => caller.close(),
    () => late.close(),
  );
  const say = (from: Client): Promise<ServiceError | "answered"> =>
    new Promise((resolve) => from.makeUnaryRequest("/test.Echo/Say", asBytes, asBytes, Buffer.alloc(0), (error) => resolve(error ?? "answered")));
  const underWay = say(caller);
  const [whole, part] = [watch(""), watch("test.Echo")];
  expect([await whole.next(), await part.next()]).toEqual([serving, serving]);
  await expect.poll(() => finish).toBeDefined();

  const closed = server.close({ drainMs: Number.POSITIVE_INFINITY });
  expect([await whole.next(), await part.next()]).toEqual([notServing, notServing]);
  // On connections of their own.
  expect([await check(), await check("test.Echo"), await check("test.None")]).toEqual(["NOT_SERVING", "NOT_SERVING", 5]);
  expect(await say(late)).toMatchObject({ code: 14, details: "the server is shutting down" });
  health.set("test.Echo", "serving");
  expect(await check("test.Echo")).toBe("NOT_SERVING");
  expect(await client.unary("Check", {})).toEqual(notServing);

  finish?.("done");
  expect(await underWay).toBe("answered");
  expect([await whole.next(), await part.next()]).toMatchObject([{ code: 14, details: "the server is shutting down" }, { code: 14 }]);
  await closed;
  expect(await check()).toBe(14);
});

test("who watches holds up no drain, and is told that nothing is serving even if there is none", async () => {
  const { server, watch } = await start(true);
  const watcher = watch("");
  expect(await watcher.next()).toEqual(serving);
  await server.close({ drainMs: Number.POSITIVE_INFINITY });
  expect(await watcher.next()).toEqual(notServing);
  expect(await watcher.next()).toMatchObject({ code: 14 });
});
