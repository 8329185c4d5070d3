import { emptyMetadata, type Metadata, type MutableMetadata } from "./metadata.js";

/** A typed key of {@link ContextValues}. */
export interface ContextKey<T> {
  readonly id: symbol;
  readonly defaultValue: T;
}

/** Makes a key under which a value of a call's context is kept. The description helps in a debugger. */
export function createContextKey<T>(defaultValue: T, description?: string): ContextKey<T> {
  return { id: Symbol(description), defaultValue };
}

/** Values that travel with a call in this process, under typed keys. */
export class ContextValues {
  readonly #values = new Map<symbol, unknown>();
  readonly #outer: ContextValues | undefined;

  /** @param outer asked for what is not here: what is said over a link sees the values of the link */
  constructor(outer?: ContextValues) {
    this.#outer = outer;
  }

  /** The value under the key, or the key's default. */
  get<T>(key: ContextKey<T>): T {
    if (this.#values.has(key.id)) return this.#values.get(key.id) as T;
    return this.#outer ? this.#outer.get(key) : key.defaultValue;
  }

  set<T>(key: ContextKey<T>, value: T): this {
    this.#values.set(key.id, value);
    return this;
  }
}

/** The certificate of a client, verified. */
export interface PeerCertificate {
  /** The name of whom it is for, by attributes such as `CN` and `O`; a list where there are several values. */
  readonly subject: Readonly<Record<string, string | string[]>>;
  /** The name of the authority that signed it, in the same way. */
  readonly issuer: Readonly<Record<string, string | string[]>>;
  /** The further names of whom it is for, with their type: `DNS:bridge.test`, `URI:spiffe://example.org/worker`, `IP Address:127.0.0.1`. */
  readonly subjectAltNames: readonly string[];
  /** The SHA-256 of the certificate: 32 bytes in hex, with colons. */
  readonly fingerprint256: string;
  /** The number that the authority gave it, in hex. */
  readonly serialNumber: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** The certificate in DER. */
  readonly raw: Uint8Array;
}

/** The other end of a call. */
export interface Peer {
  /** In the transport's own notation, for example `127.0.0.1:40112`. */
  readonly address: string;
  /** The client's certificate; undefined if it has none that is verified, or the transport does not know. */
  readonly certificate?: PeerCertificate | undefined;
}

/** What a {@link CallContext} is made from. Whatever is left out is as for a call without metadata, deadline or cancellation. */
export interface CallContextInit {
  signal?: AbortSignal | undefined;
  deadline?: Date | undefined;
  metadata?: Metadata | undefined;
  peer?: Peer | undefined;
  values?: ContextValues | undefined;
}

/**
 * What a servicer's method knows of the call it answers. `new CallContext()` is all that a unit test needs.
 */
export class CallContext {
  /**
   * Aborted when the client is gone, the deadline has passed, or the server shuts down. Its reason is a BridgeError
   * with the code `canceled`, `deadline_exceeded` or `unavailable`.
   */
  readonly signal: AbortSignal;
  /** When the client stops waiting; undefined if it waits for ever. */
  readonly deadline: Date | undefined;
  /** What the client sent as headers. */
  readonly metadata: Metadata;
  /** Sent to the client before the first message: fill it in before you answer, or before the first `await` of a stream. */
  readonly header: MutableMetadata = emptyMetadata();
  /** Sent to the client after the last message. */
  readonly trailer: MutableMetadata = emptyMetadata();
  /** The other end: its address, and its certificate if it has one. */
  readonly peer: Peer;
  /** What else is known of the call, under typed keys. */
  readonly values: ContextValues;

  constructor(init: CallContextInit = {}) {
    this.signal = init.signal ?? new AbortController().signal;
    this.deadline = init.deadline;
    this.metadata = init.metadata ?? {};
    this.peer = init.peer ?? { address: "" };
    this.values = init.values ?? new ContextValues();
  }
}
