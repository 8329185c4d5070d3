import { Client, connectivityState, type ChannelOptions as GrpcOptions, Metadata } from "@grpc/grpc-js";
import { canceledBy, channelClosed, onAbort } from "../../abort.js";
import { BridgeError } from "../../errors.js";
import type { ActiveCall } from "./active.js";
import type { ChannelSecrets } from "./channel-secrets.js";
import type { Keepalive } from "./keepalive.js";
import { Sockets } from "./sockets.js";
import { repairClient } from "./subchannel.js";

/** What the connections of a channel share. */
export interface ConnectionSettings {
  /** The address as it was given. */
  readonly address: string;
  /** The same, in gRPC's notation. */
  readonly target: string;
  readonly secrets: ChannelSecrets;
  readonly grpcOptions: GrpcOptions;
  readonly keepalive: Keepalive | undefined;
  /** The paths of the methods with a stream of messages. */
  readonly streaming: ReadonlySet<string>;
}

/** One who waits until calls can be made; undefined says that they can. */
type Waiting = (failure: BridgeError | undefined) => void;

const { IDLE, CONNECTING, READY, TRANSIENT_FAILURE, SHUTDOWN } = connectivityState;
const longestDelay = 2 ** 31 - 1;

/**
 * A client of grpc-js, which connects by itself when it is used, and the calls under way on it. A channel has one, until that cannot be
 * trusted any more: then it takes another, and the old one ends with its last call.
 */
export class Connection {
  readonly client: Client;
  readonly #address: string;
  readonly #sockets = new Sockets();
  readonly #active = new Set<ActiveCall>();
  readonly #waiting = new Set<Waiting>();
  #watching = false;
  /** Keeps the process alive while somebody waits: what is being connected does so only at times. */
  #hold: ReturnType<typeof setInterval> | undefined;
  /** Set once it is retired: called when it is over. */
  #onOver: (() => void) | undefined;

  constructor({ address, target, secrets, grpcOptions, keepalive, streaming }: ConnectionSettings) {
    this.#address = address;
    this.client = new Client(target, secrets.credentials, { ...grpcOptions, ...keepalive?.grpcOptions() });
    repairClient(this.client, { streaming, sockets: this.#sockets, keepalive, secrets });
  }

  /** Whether there is a connection to the server, as far as one knows. */
  get connected(): boolean {
    return this.#state === READY;
  }

  /** Whether the last attempt to connect failed. */
  get failed(): boolean {
    return this.#state === TRANSIENT_FAILURE;
  }

  /** Whether it is being connected, and nobody waits for that. */
  get abandoned(): boolean {
    return this.#state === CONNECTING && this.#waiting.size === 0;
  }

  /** A call begins. */
  add(call: ActiveCall): void {
    this.#active.add(call);
  }

  /** A call is over. */
  delete(call: ActiveCall): void {
    this.#active.delete(call);
    this.#endIfIdle();
  }

  /**
   * Connects if need be, and resolves when calls can be made at once.
   *
   * @throws BridgeError unavailable if it failed, canceled if this end closed it; the signal's
   */
  ready(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle: Waiting = (failure) => {
        unwatch();
        this.#waiting.delete(settle);
        if (this.#waiting.size === 0) clearInterval(this.#hold);
        if (failure) reject(failure);
        else resolve();
      };
      const unwatch = onAbort(signal, () => settle(canceledBy(signal)));
      if (this.#waiting.size === 0) this.#hold = setInterval(() => {}, longestDelay);
      this.#waiting.add(settle);
      this.#look();
    });
  }

  /** Ends it when its last call is over, at once if there is none. Resolves when that is. */
  retire(): Promise<void> {
    return new Promise((resolve) => {
      this.#onOver = resolve;
      this.#endIfIdle();
    });
  }

  /** Ends it now: its calls fail as `unavailable`. */
  close(): void {
    for (const call of this.#active) call.fail(channelClosed("unavailable"));
    this.client.close();
    this.#sockets.giveUp();
    this.#settle(channelClosed("canceled"));
  }

  get #state(): connectivityState {
    return this.client.getChannel().getConnectivityState(false);
  }

  /** Tells those who wait what has become of it, or watches on. */
  #look(): void {
    if (this.#waiting.size === 0) return;
    const channel = this.client.getChannel();
    if (this.#state === IDLE) channel.getConnectivityState(true);
    const state = this.#state;
    if (state === READY) this.#settle(undefined);
    else if (state === SHUTDOWN) this.#settle(channelClosed("canceled"));
    else if (state === TRANSIENT_FAILURE) this.#settle(new BridgeError("unavailable", `cannot connect to ${this.#address}: ${this.#reason()}`));
    else if (!this.#watching) {
      this.#watching = true;
      // Without a deadline: it would be a timer, that nobody could take back. Closing the client ends it.
      channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () => {
        this.#watching = false;
        // Not from within grpc-js, which is in the midst of it.
        queueMicrotask(() => this.#look());
      });
    }
  }

  #settle(failure: BridgeError | undefined): void {
    for (const settle of [...this.#waiting]) settle(failure);
  }

  /** Why the last attempt failed. grpc-js tells that nobody but its calls; if a version keeps it elsewhere, nothing is said. */
  #reason(): string {
    const { internalChannel } = this.client.getChannel() as unknown as {
      internalChannel?: { doPick?(metadata: Metadata, more: object): { status?: { details?: string } | null } };
    };
    const details = internalChannel?.doPick?.(new Metadata(), {}).status?.details ?? "no connection";
    const [, lastError = details] = /Last error: (.*?)\. Resolution note: /s.exec(details) ?? [];
    return lastError.replace(/^Error: /, "").replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/, "");
  }

  #endIfIdle(): void {
    if (!this.#onOver || this.#active.size > 0) return;
    const over = this.#onOver;
    this.#onOver = undefined;
    // The last words of the last call are still to be sent.
    setImmediate(() => {
      // A peer that does not answer would keep them open for a quarter of an hour.
      this.#sockets.destroy();
      this.client.close();
      over();
    });
  }
}
