/** Headers and trailers, both ways. */
import { type CallContext, type Metadata, type MutableMetadata, metadataValues } from "@protobridge/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvokerClient, InvokerServicer } from "../fixtures/gen/handler_bridge_bridge.js";
import { type BidiRequest, type BidiResponseInit, KindsClient, KindsServicer } from "../fixtures/gen/kinds/v1/kinds_bridge.js";
import { collect } from "./collect.js";
import { Deferred } from "./deferred.js";
import { type FromPython, fromPython, type TowardsPython, towardsPython } from "./peers.js";

const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
const base64 = `base64:${Buffer.from(bytes).toString("base64")}`;
const empty = new Uint8Array(0);

/** Metadata under a prefix: text, text with commas and spaces, keys that repeat, and bytes. */
const ours = (prefix: string): Metadata => ({
  [`${prefix}text`]: "plain, with = and %20",
  [`${prefix}empty`]: "",
  [`${prefix}many`]: ["a, b", "c", "c"],
  [`${prefix}data-bin`]: bytes,
  [`${prefix}list-bin`]: [bytes, new Uint8Array([1]), empty],
});

const theirs = (prefix: string): [string, string][] => [
  [`${prefix}text`, "plain, with = and %20"],
  [`${prefix}empty`, ""],
  [`${prefix}many`, "a, b"],
  [`${prefix}many`, "c"],
  [`${prefix}many`, "c"],
  [`${prefix}data-bin`, base64],
  [`${prefix}list-bin`, base64],
  [`${prefix}list-bin`, "base64:AQ=="],
  [`${prefix}list-bin`, "base64:"],
];

/** By key; the order of the values of a key stays. HTTP/2 promises no other. */
const byKey = (pairs: Iterable<readonly [string, string]>): [string, string][] =>
  [...pairs].map(([key, value]): [string, string] => [key, value]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
const under = (prefix: string, pairs: Iterable<readonly [string, string]>): [string, string][] => byKey([...pairs].filter(([key]) => key.startsWith(prefix)));

describe("our client, a Python server", () => {
  let peers: TowardsPython;
  beforeAll(async () => {
    peers = await towardsPython();
  });
  afterAll(() => peers?.end());

  it("Python gets our metadata whole", async () => {
    const { output } = await new InvokerClient(peers.connection).invoke({ handlerName: "metadata" }, { metadata: ours("x-") });
    expect(under("x-", output["seen"] as [string, string][])).toEqual(byKey(theirs("x-")));
  });

  it("we get Python's headers and trailers whole", async () => {
    let header: Metadata = {};
    let trailer: Metadata = {};
    await new InvokerClient(peers.connection).invoke(
      { handlerName: "metadata" },
      { metadata: { ...ours("h-"), ...ours("t-") }, onHeader: (metadata) => (header = metadata), onTrailer: (metadata) => (trailer = metadata) },
    );
    expect({ ...header }).toEqual(ours("h-"));
    expect({ ...trailer }).toEqual(ours("t-"));
  });

  it("a value of some kilobytes, such as a token", async () => {
    const token = `Bearer ${"x".repeat(4_000)}`;
    const { output } = await new InvokerClient(peers.connection).invoke({ handlerName: "metadata" }, { metadata: { authorization: token } });
    expect(output["seen"]).toContainEqual(["authorization", token]);
  });

  it("headers of a bidi stream arrive before the first message", async () => {
    const headerCame = new Deferred<Metadata>();
    async function* requests() {
      yield { text: String((await headerCame.promise)["h-mark"]) };
    }
    let trailer: Metadata = {};
    const responses = new KindsClient(peers.connection).bidi(requests(), {
      metadata: { "h-mark": "early", "t-mark": "late" },
      onHeader: headerCame.resolve,
      onTrailer: (metadata) => (trailer = metadata),
    });
    expect((await collect(responses)).map(({ text }) => text)).toEqual(["EARLY"]);
    expect(trailer["t-mark"]).toBe("late");
  });
});

class Kinds extends KindsServicer {
  override async *bidi(requests: AsyncIterable<BidiRequest>, { header, trailer }: CallContext): AsyncIterable<BidiResponseInit> {
    header["h-mark"] = "early";
    for await (const { text } of requests) yield { text };
    trailer["t-mark"] = "late";
  }
}

describe("a Python client, our server", () => {
  let peers: FromPython;
  let seen: Metadata = {};
  beforeAll(async () => {
    const fill = (target: MutableMetadata, prefix: string): void => {
      Object.assign(target, ours(prefix));
    };
    const invoker = InvokerServicer.from({
      invoke(_request, { metadata, header, trailer }) {
        seen = metadata;
        fill(header, "h-");
        fill(trailer, "t-");
        return {};
      },
    });
    peers = await fromPython([invoker, new Kinds()]);
  });
  afterAll(() => peers?.end());

  it("we get Python's metadata whole, and Python our headers and trailers", async () => {
    const { code, header, trailer } = await peers.client.call({ method: "Invoker.Invoke", requests: [{}], metadata: theirs("x-") });
    expect(code).toBe("OK");
    for (const [key, value] of Object.entries(ours("x-"))) expect(metadataValues(seen, key)).toEqual(Array.isArray(value) ? value : [value]);
    expect(under("h-", header)).toEqual(byKey(theirs("h-")));
    expect(under("t-", trailer)).toEqual(byKey(theirs("t-")));
  });

  it("headers of a bidi stream arrive before the first message", async () => {
    // Python sends its request when it has them, and we answer only then.
    const report = await peers.client.call({ method: "Kinds.Bidi", requests: [{ text: "a" }], await_header: true });
    expect(report).toMatchObject({ code: "OK", responses: [{ text: "a" }] });
    expect(under("h-", report.early_header ?? [])).toEqual([["h-mark", "early"]]);
    expect(under("t-", report.trailer)).toEqual([["t-mark", "late"]]);
  });
});
