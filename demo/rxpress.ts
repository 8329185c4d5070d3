/** rxpress: a handler in another process, and the control plane that it talks back over. */
import { BridgeError } from "@protobridge/runtime";
import { channel } from "@protobridge/runtime/grpc";
import {
  ControlPlaneClient,
  type ControlPlaneConnectServerHandlers,
  ControlPlaneServicer,
  type InvokeRequest,
  type InvokeResponseInit,
  InvokerClient,
  InvokerServicer,
  type Value,
} from "../fixtures/gen/handler_bridge_bridge.js";
import { type Comparison, dynamicClient, show } from "./side-by-side.js";

export class RxpressHandlers extends InvokerServicer {
  override invoke({ handlerName, correlation, input }: InvokeRequest): InvokeResponseInit {
    if (handlerName !== "sentiment.analyse") throw new BridgeError("not_found", `handler not found: ${handlerName}`);
    const text = String(input["text"] ?? "");
    const score = (text.match(/good|fine/g)?.length ?? 0) - (text.match(/bad/g)?.length ?? 0);
    return { correlation, output: { status: 200, body: { text, score }, exact: 2n ** 60n, raw: new TextEncoder().encode(text), ratio: score / 4, note: null } };
  }
}

export class RxpressControl extends ControlPlaneServicer {
  readonly #store = new Map<string, Value>();

  override connect(): ControlPlaneConnectServerHandlers {
    return {
      kvPut: ({ bucket, key, value }) => void this.#store.set(`${bucket}:${key}`, value ?? null),
      kvGet: ({ bucket, key }) => ({ value: this.#store.get(`${bucket}:${key}`) ?? null }),
    };
  }
}

export async function rxpressCalls(address: string): Promise<Comparison[]> {
  const connection = channel(address);
  const invoker = dynamicClient(address, "rxpress", "handler_bridge.proto", "bridge.Invoker");
  const plane = dynamicClient(address, "rxpress", "handler_bridge.proto", "bridge.ControlPlane");
  try {
    const { output } = await new InvokerClient(connection).invoke({ handlerName: "sentiment.analyse", method: "api", input: { text: "good, fine, bad" } });
    const answer = (await invoker.unary("invoke", { handlerName: "sentiment.analyse", method: "api", input: { text: { s: "good, fine, bad" } } })) as {
      output: Record<string, Wire>;
    };

    const failed = await new InvokerClient(connection).invoke({ handlerName: "nobody" }).catch((error: BridgeError) => `${error.code}: ${error.message}`);
    // rxpress knows one code for all failures: which one it was travels beside the response, for clients that look there.
    const failedToo = (await invoker.unary("invoke", { handlerName: "nobody" })) as { status: { code: number; message: string } };

    const link = new ControlPlaneClient(connection).connect();
    await link.kv.put({ bucket: "demo", key: "k", value: { nested: [1, "two", null] } });
    const { value } = await link.kv.get({ bucket: "demo", key: "k" });
    await link.close();
    const dynamicReplies = (await plane.bidi("connect", [{ correlation: "2", kvGet: { bucket: "demo", key: "k" } }], 1)) as { kvGetRes: { value: Wire } }[];

    return [
      {
        call: 'bridge.Invoker.Invoke "sentiment.analyse"',
        generated: show(plain(output)),
        dynamic: show(plain(Object.fromEntries(Object.entries(answer.output).map(([key, value]) => [key, unwrap(value)])))),
      },
      {
        call: "bridge.Invoker.Invoke of a handler that is not there",
        generated: String(failed),
        dynamic: `${failedToo.status.code === 1 ? "not_found" : failedToo.status.code}: ${failedToo.status.message}`,
      },
      { call: "bridge.ControlPlane.Connect, kv_put and kv_get", generated: show(value), dynamic: show(unwrap(dynamicReplies[0]?.kvGetRes.value as Wire)) },
    ];
  } finally {
    invoker.close();
    plane.close();
    await connection.close();
  }
}

/** A bridge.Value as a client without our codecs sees it. */
type Wire = { v: "s" | "i64" | "f64" | "b" | "bin" | "json"; s: string; i64: string; f64: number; b: boolean; bin: Buffer; json: string };

function unwrap(value: Wire): unknown {
  if (value.v === "json") return JSON.parse(value.json);
  return value.v === "i64" && Number.isSafeInteger(Number(value.i64)) ? Number(value.i64) : value[value.v];
}

function plain(values: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value instanceof Uint8Array ? Buffer.from(value).toString() : value]));
}
