import type { Metadata as GrpcMetadata } from "@grpc/grpc-js";
import { canceledBy, onAbort } from "../../abort.js";
import type { CallOptions } from "../../servicer/options.js";
import { errorOf, type GrpcStatus } from "./errors.js";
import { fromGrpc } from "./metadata.js";

/** Where calls are while they are under way. */
export interface CallsUnderWay {
  add(call: ActiveCall): void;
  delete(call: ActiveCall): void;
}

/** One call under way at the client: cancels it, and knows why it failed. */
export class ActiveCall {
  readonly #cancel: () => void;
  readonly #options: CallOptions;
  readonly #all: CallsUnderWay;
  readonly #unwatch: () => void;
  #resolve: (status: GrpcStatus) => void = () => {};
  /** Why this end gave the call up. */
  #failure: { readonly reason: unknown } | undefined;
  #over = false;

  /** The status, when it is there and the callbacks of the options were called. Never rejects. */
  readonly ended: Promise<GrpcStatus>;

  /**
   * @param cancel has grpc-js cancel it
   * @param all where this one is until it is over
   */
  constructor(cancel: () => void, options: CallOptions, all: CallsUnderWay) {
    this.#cancel = cancel;
    this.#options = options;
    this.#all = all;
    all.add(this);
    this.#unwatch = onAbort(options.signal, () => this.fail(canceledBy(options.signal as AbortSignal)));
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Whether this end gave the call up. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** The header came. */
  begin(header: GrpcMetadata): void {
    this.#tell(this.#options.onHeader, header);
  }

  /** The status came: the call is over. */
  end(status: GrpcStatus): void {
    this.#tell(this.#options.onTrailer, status.metadata);
    this.#over = true;
    this.#all.delete(this);
    this.#unwatch();
    this.#resolve(status);
  }

  /** Cancels the call, if it is not over. The first reason is what the caller gets. */
  fail(reason: unknown): void {
    if (this.#over) return;
    this.#failure ??= { reason };
    this.#cancel();
  }

  /** Throws why the call failed: the reason that this end had, or else the status. */
  check(status: GrpcStatus): void {
    if (this.#failure) throw this.#failure.reason;
    const error = errorOf(status);
    if (error) throw error;
  }

  #tell(listener: ((metadata: ReturnType<typeof fromGrpc>) => void) | undefined, metadata: GrpcMetadata): void {
    if (!listener) return;
    try {
      listener(fromGrpc(metadata));
    } catch (reason) {
      // It must not be thrown into grpc-js: the caller gets it.
      this.#failure ??= { reason };
      this.#cancel();
    }
  }
}
