/** A link that lives through a restart: a control plane and its client, over gRPC. */
import type { ServerHandle } from "@protobridge/runtime";
import { channel, serve } from "@protobridge/runtime/grpc";
import { ControlPlaneClient, ControlPlaneServicer, type Value } from "../fixtures/gen/handler_bridge_bridge.js";

/** What is kept when the server goes: its store, and what it heard. */
class Plane {
  readonly #store = new Map<string, Value>();
  readonly heard: string[] = [];

  serve(address: string): Promise<ServerHandle> {
    const servicer = ControlPlaneServicer.from({
      connect: () => ({
        log: ({ level, msg }, { meta }) => void this.heard.push(`log ${level} "${msg}" of ${meta?.tenant ?? "nobody"}`),
        emit: ({ topic, data }) => void this.heard.push(`event ${topic} ${JSON.stringify(data)}`),
        kvPut: ({ bucket, key, value }) => void this.#store.set(`${bucket}:${key}`, value ?? null),
        kvGet: ({ bucket, key }) => ({ value: this.#store.get(`${bucket}:${key}`) ?? null }),
      }),
    });
    return serve([servicer], { address });
  }
}

/** Exchanges log, emit and kv while the server is restarted. Says what happens; returns whether all of it arrived. */
export async function live(say: (text: string) => void): Promise<boolean> {
  const plane = new Plane();
  let server = await plane.serve("127.0.0.1:0");
  const connection = channel(server.address);
  const link = new ControlPlaneClient(connection).connect();
  link.on("open", ({ connection }) => say(`connection ${connection} is open`));
  link.on("waiting", ({ error, delayMs }) => say(`lost: ${error.message}; again in ${delayMs} ms`));
  link.on("unknown", ({ notifications, more }) => say(`${notifications.length + more} notifications may be lost`));
  const acme = link.with({ meta: { tenant: "acme" } });
  try {
    await acme.log({ level: "info", msg: "before" });
    await link.kv.put({ bucket: "demo", key: "score", value: { of: "before", n: 1 } });
    say(`kv.get: ${JSON.stringify((await link.kv.get({ bucket: "demo", key: "score" })).value)}`);

    say("the server is restarted");
    const { address } = server;
    await server.close({ drainMs: 1000 });
    await acme.log({ level: "info", msg: "while nobody listens" });
    const emitted = link.emit({ topic: "demo.done", data: { waited: true } }, { timeoutMs: 10_000 });
    server = await plane.serve(address);
    await emitted;
    say(`kv.get: ${JSON.stringify((await link.kv.get({ bucket: "demo", key: "score" })).value)}`);

    await link.close();
    for (const line of plane.heard) say(`the server heard: ${line}`);
    const { sent, received, reconnects, unconfirmed } = link.stats;
    say(`${sent} sent, ${received} received, ${reconnects} reconnect, ${unconfirmed} may be lost`);
    return plane.heard.length === 3 && reconnects === 1 && unconfirmed === 0;
  } finally {
    await link.close({ drainMs: 0 });
    await connection.close();
    await server.close({ drainMs: 0 });
  }
}
