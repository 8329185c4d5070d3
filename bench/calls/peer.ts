/** What each way to make calls is asked for: the same RPCs, on the same data, from plain values to plain values at both ends. */
import type { Invoke, Plain } from "../data.js";

/** One way to serve and to call. */
export interface Peer {
  readonly name: string;
  /** Serves on a free port of 127.0.0.1. */
  serve(): Promise<{ readonly port: number }>;
  connect(port: number): Promise<Caller>;
}

/** A client with one connection. */
export interface Caller {
  /** `bridge.Invoker.Invoke`: the server answers with the input as output. */
  invoke(request: Invoke): Promise<Record<string, Plain>>;
  /** `loom.v1.EventBus.Subscribe`: the server streams as many events as the topic says. Gives how many came. */
  subscribe(count: number): Promise<number>;
  /** `bridge.ControlPlane.Connect`: one stream, on which many requests may be in flight. */
  open(): Promise<KeyValue>;
  close(): Promise<void>;
}

/** The one exchange of the control plane that is timed. */
export interface KeyValue {
  /** `kv_get`: the server answers each key with the key itself. */
  get(key: string): Promise<Plain>;
  close(): Promise<void>;
}

/** What every server does; `bare` has no messages, and sends back bytes. */
export const bucket = "bench";
