/** The page about production keeps its word: its program runs as the unit and the deployment start it, is probed and ended as they do, and their times fit. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Client, credentials as grpcCredentials } from "@grpc/grpc-js";
import { credentials } from "@protobridge/runtime/auth";
import { channel } from "@protobridge/runtime/grpc";
import { generate } from "selfsigned";
import { afterEach, expect, it } from "vitest";
import { parse } from "yaml";
import { InvokerClient } from "../fixtures/gen/handler_bridge_bridge.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const page = readFileSync(join(root, "docs/production.md"), "utf8");

function block(language: string, firstLine: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\\n(${firstLine}\\n.*?)^\`\`\`$`, "ms").exec(page) ?? [];
  if (text === undefined) throw new Error(`the page has no block ${language} that begins with ${firstLine}`);
  return text;
}

const main = block("ts", "// main.ts");
const drainMs = Number(/drainMs: ([\d_]+)/.exec(main)?.[1]?.replaceAll("_", ""));
const settings = [...main.matchAll(/setting\("(\w+)"\)/g)].map(([, name]) => name).sort();

/** A unit's lines, by name: those that come several times have all. */
const unit = new Map<string, string[]>();
for (const [, name = "", value = ""] of block("ini", "# /etc/systemd/system/bridge.service").matchAll(/^(\w+)=(.*)$/gm)) {
  unit.set(name, [...(unit.get(name) ?? []), value]);
}
const unitEnvironment = Object.fromEntries((unit.get("Environment") ?? []).map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));

interface Probe {
  readonly grpc: { readonly port: number };
}
interface Container {
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string }[];
}
const pod = (parse(block("yaml", "# deployment.yaml")) as { readonly spec: { readonly template: { readonly spec: Pod } } }).spec.template.spec;
const [container] = pod.containers;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

it("the unit and the deployment give the program all that it reads, and time to drain", () => {
  expect(drainMs).toBeGreaterThan(0);
  expect(Object.keys(unitEnvironment).sort()).toEqual(settings);
  expect(Number(unit.get("TimeoutStopSec")?.[0]) * 1000).toBeGreaterThan(drainMs);
  expect(unit.get("KillSignal")).toEqual(["SIGTERM"]);
  expect(unit.get("ExecStart")?.[0]).toMatch(/node \S+\/main\.js$/);
  expect(container.env.map(({ name }) => name).sort()).toEqual(settings);
  expect(container.command).toEqual(["node", "main.js"]);
  expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(container.lifecycle.preStop.sleep.seconds * 1000 + drainMs);
  const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  for (const { grpc } of [container.startupProbe, container.readinessProbe, container.livenessProbe])
    expect(environment["BRIDGE_PROBES"]).toBe(`0.0.0.0:${grpc.port}`);
  expect(container.ports.map(({ containerPort }) => `0.0.0.0:${containerPort}`)).toEqual([environment["BRIDGE_ADDRESS"]]);
  expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual([environment["BRIDGE_TLS"], environment["BRIDGE_KEYS"]]);
  expect(container.volumeMounts.map(({ name }) => name)).toEqual(pod.volumes.map(({ name }) => name));
});

it("the program serves, refuses, is probed, drains at the unit's signal, and ends with 0", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "protobridge-production-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["tls", "keys"]) mkdirSync(join(folder, name));
  const { cert, private: key } = await generate([{ name: "commonName", value: "bridge.internal" }]);
  const secret = "a-key-that-nobody-should-see";
  for (const [name, text] of [
    ["package.json", '{ "type": "module" }'],
    ["main.ts", main],
    ["tls/tls.crt", cert],
    ["tls/tls.key", key],
    ["keys/orchestrator", `${secret}\n`],
  ] as const)
    writeFileSync(join(folder, name), text);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  symlinkSync(join(root, "fixtures/gen"), join(folder, "gen"), "dir");
  const probes = `127.0.0.1:${await freePort()}`;
  const env = {
    PATH: process.env["PATH"],
    BRIDGE_ADDRESS: "127.0.0.1:0",
    BRIDGE_PROBES: probes,
    BRIDGE_TLS: join(folder, "tls"),
    BRIDGE_KEYS: join(folder, "keys"),
  };

  const child = spawn(process.execPath, ["--import", "tsx", "main.ts"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  ends.push(() => child.kill("SIGKILL"));
  const lines: Record<string, unknown>[] = [];
  const started = new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the program ended")));
    createInterface(child.stdout as NonNullable<ChildProcess["stdout"]>).on("line", (line) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
      const entry = lines.at(-1);
      if (entry?.["event"] === "server.started") resolve(String(entry["address"]));
    });
  });
  started.catch(() => {});
  const address = await started;

  const tls = { ca: cert, serverName: "bridge.internal" };
  const known = channel(address, { tls, interceptors: [credentials({ apiKey: secret })] });
  const stranger = channel(address, { tls });
  const plaintext = channel(address);
  ends.push(...[known, stranger, plaintext].map((opened) => () => opened.close()));
  const client = new InvokerClient(known);
  expect((await client.invoke({ input: { name: "Ada" } })).output).toEqual({ hello: "Ada" });
  await expect(new InvokerClient(stranger).invoke({})).rejects.toMatchObject({ code: "unauthenticated" });
  await expect(new InvokerClient(plaintext).invoke({})).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("TLS") });
  expect(await probe(probes)).toBe(1);

  const underWay = client.invoke({ handlerName: "slow" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect((await underWay).output).toEqual({ hello: "world" });
  expect(await ended).toEqual([0, null]);
  const events = lines.map(({ event, message }) => event ?? message);
  for (const event of ["call.failed", "server.problem", "server.draining", "server.stopped", "ended by SIGTERM"]) expect(events).toContain(event);
  expect(JSON.stringify(lines)).not.toContain(secret);
});

/** Asks as the kubelet does: the status of the service "", over plaintext. 1 is SERVING. */
async function probe(address: string): Promise<number | undefined> {
  const client = new Client(address, grpcCredentials.createInsecure());
  const bytes = (value: Buffer): Buffer => value;
  try {
    const response = await new Promise<Buffer>((resolve, reject) => {
      const deadline = Date.now() + 5_000;
      client.makeUnaryRequest("/grpc.health.v1.Health/Check", bytes, bytes, Buffer.alloc(0), { deadline } as never, (error, value) => {
        if (error) reject(error);
        else resolve(value as Buffer);
      });
    });
    return response[1];
  } finally {
    client.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
