/** What the contenders encode and decode: plain JavaScript values, the same for all, and the same each time. */

/** A dynamic value, as a handler sees it. */
export type Plain = string | number | boolean | null | Uint8Array | Json[] | { [key: string]: Json };
/** What stands within a dynamic value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** `bridge.InvokeRequest` of rxpress: its input is a map of a message with one oneof. */
export interface Invoke {
  readonly handlerName: string;
  readonly method: string;
  readonly correlation: string;
  readonly meta: { readonly traceId: string; readonly spanId: string; readonly tenant: string; readonly baggage: Record<string, string> };
  readonly input: Record<string, Plain>;
}

/** `snakepit.bridge.ExecuteToolRequest`: its parameters are JSON text in a `google.protobuf.Any`, bytes in a map beside them. */
export interface Tool {
  readonly sessionId: string;
  readonly toolName: string;
  readonly parameters: Record<string, Plain>;
  readonly metadata: Record<string, string>;
  readonly stream: boolean;
}

/** `loom.v1.Event`: no dynamic value. */
export interface LoomEvent {
  readonly id: string;
  readonly type: string;
  readonly timestampMs: bigint;
  readonly source: string;
  readonly metadata: Record<string, string>;
  readonly payload: Uint8Array;
  readonly confidence: number;
  readonly tags: string[];
  readonly priority: number;
}

/** The messages that each contender has a codec of, by what they are as plain values. */
export interface Messages {
  invoke: Invoke;
  tool: Tool;
  event: LoomEvent;
}

/** One row of the comparison. */
export interface Case<M extends keyof Messages = keyof Messages> {
  readonly name: string;
  readonly message: M;
  readonly plain: Messages[M];
  /** Calls a round, for each contender: some milliseconds' worth. */
  readonly calls: number;
}

/** The same numbers each time: xorshift, in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function text(next: () => number, length: number, alphabet: string): string {
  const letters = [...alphabet];
  return Array.from({ length }, () => letters[Math.floor(next() * letters.length)]).join("");
}

const ascii = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789";
const beyondAscii = "äöüßéèñçøåłžşğ αβγδεζηθ абвгдежз 漢字仮名 🙂🚀";

function invoke(input: Record<string, Plain>): Invoke {
  return {
    handlerName: "sentiment.analyse",
    method: "api",
    correlation: "7f1c2b9a-55d0-4c1e-9f0b-2a6c8d3e4f50",
    meta: { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", tenant: "acme", baggage: { run_id: "r-1029", region: "eu" } },
    input,
  };
}

/** Five keys, each of another kind. */
export const small: Invoke = invoke({ text: "a fine day", limit: 25, ratio: 0.75, exact: true, body: { lang: "en", tags: ["a", "b"] } });

function mixed(): Record<string, Plain> {
  return {
    text: "to be or not to be, that is the question",
    limit: 640,
    offset: 2 ** 40,
    ratio: 0.3333333333333333,
    exact: false,
    raw: Uint8Array.from({ length: 64 }, (_, i) => i),
    owner: null,
    tags: ["alpha", "beta", "gamma", 4, 5.5, null],
    headers: { accept: "application/json", "x-request-id": "0af7651916cd43dd8448eb211c80319c", "content-length": 348 },
    body: { user: { id: 42, name: "Ada", roles: ["admin", "editor"] }, items: [{ sku: "a-1", count: 2, price: 9.99 }], note: null },
  };
}

/** So many distinct keys, of which every tenth is JSON. */
function keys(count: number, seed: number): Record<string, Plain> {
  const next = numbers(seed);
  const value = (i: number): Plain => {
    if (i % 10 === 9) return { at: i, name: text(next, 8, ascii), list: [i, i + 1] };
    return [text(next, 16, ascii), Math.floor(next() * 100_000), next(), next() < 0.5][i % 4] ?? null;
  };
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`key_${i}_${text(next, 4, "abcdef")}`, value(i)]));
}

/** JSON of about so many bytes, nested four deep. */
function nested(bytes: number): Json {
  const next = numbers(7);
  const leaf = (): Json => ({ id: Math.floor(next() * 1e6), name: text(next, 12, ascii), score: next(), open: next() < 0.5, note: null });
  const branch = (): Json => ({ title: text(next, 10, ascii), leaves: Array.from({ length: 8 }, leaf), more: { deep: { leaf: leaf() } } });
  const branches: Json[] = [];
  for (let size = 0; size < bytes; size += JSON.stringify(branches.at(-1)).length) branches.push(branch());
  return branches;
}

function strings(alphabet: string): Record<string, Plain> {
  const next = numbers(11);
  return Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`text${i}`, text(next, 20 + 40 * i, alphabet)]));
}

const tool: Tool = {
  sessionId: "session-4f2a",
  toolName: "describe_image",
  parameters: {
    threshold: 0.5,
    count: 12,
    label: "cat on a mat",
    strict: true,
    options: { lang: "en", top: 3, weights: [0.1, 0.2, 0.7] },
    classes: ["cat", "dog", "mat"],
    image: Uint8Array.from({ length: 1024 }, (_, i) => (i * 7) & 255),
  },
  metadata: { correlation_id: "c-81726", timeout_ms: "30000", worker: "python" },
  stream: true,
};

/** An event such as the bus carries. */
export const event: LoomEvent = {
  id: "evt_01HZX7Q4",
  type: "user.message",
  timestampMs: 1_718_000_000_123n,
  source: "python",
  metadata: { "loom.thread_id": "t-92", "loom.correlation_id": "c-11", "loom.sender": "agent.writer", "loom.ttl": "8" },
  payload: Uint8Array.from({ length: 256 }, (_, i) => i),
  confidence: 0.875,
  tags: ["chat", "urgent", "en"],
  priority: 50,
};

/** All cases, from small to large. */
export const cases: readonly Case[] = [
  { name: "small, 5 keys", message: "invoke", plain: small, calls: 2000 },
  { name: "mixed, 10 keys, nested", message: "invoke", plain: invoke(mixed()), calls: 1000 },
  { name: "medium, 50 keys", message: "invoke", plain: invoke(keys(50, 3)), calls: 300 },
  { name: "large, 2,000 keys", message: "invoke", plain: invoke(keys(2000, 5)), calls: 8 },
  { name: "100 KB of nested JSON", message: "invoke", plain: invoke({ body: nested(100_000) as Plain }), calls: 10 },
  { name: "1 MB of bytes", message: "invoke", plain: invoke({ raw: Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31) & 255) }), calls: 10 },
  { name: "20 strings, ASCII", message: "invoke", plain: invoke(strings(ascii)), calls: 300 },
  { name: "20 strings, beyond ASCII", message: "invoke", plain: invoke(strings(beyondAscii)), calls: 200 },
  { name: "snakepit ExecuteToolRequest", message: "tool", plain: tool, calls: 1000 },
  { name: "Loom Event", message: "event", plain: event, calls: 2000 },
];
