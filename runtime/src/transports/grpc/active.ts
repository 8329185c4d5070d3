import type { Metadata as GrpcMetadata } from "@grpc/grpc-js";
import { canceledBy, onAbort } from "../../abort.js";
import type { CallOptions } from "../../servicer/options.js";
import { errorOf, type GrpcStatus } from "./errors.js";
import { fromGrpc } from "./metadata.js";

/** What is used here of a call that grpc-js makes. */
export interface Surface {
  cancel(): void;
  on(event: "metadata", listener: (metadata: GrpcMetadata) => void): unknown;
  on(event: "status", listener: (status: GrpcStatus) => void): unknown;
}

/** Where calls are while they are under way. */
export interface CallsUnderWay {
  add(call: ActiveCall): void;
  delete(call: ActiveCall): void;
}

/** One call under way at the client: cancels it, and knows why it failed. */
export class ActiveCall {
  readonly #surface: Surface;
  /** Why this end gave the call up. */
  #failure: { readonly reason: unknown } | undefined;
  #over = false;

  /** The status, when it is there and the callbacks of the options were called. Never rejects. */
  readonly ended: Promise<GrpcStatus>;

  /** @param all where this one is until it is over */
  constructor(surface: Surface, options: CallOptions, all: CallsUnderWay) {
    this.#surface = surface;
    all.add(this);
    const unwatch = onAbort(options.signal, () => this.fail(canceledBy(options.signal as AbortSignal)));
    surface.on("metadata", (header) => this.#tell(options.onHeader, header));
    this.ended = new Promise((resolve) => {
      surface.on("status", (status) => {
        this.#tell(options.onTrailer, status.metadata);
        this.#over = true;
        all.delete(this);
        unwatch();
        resolve(status);
      });
    });
  }

  /** Whether this end gave the call up. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Cancels the call, if it is not over. The first reason is what the caller gets. */
  fail(reason: unknown): void {
    if (this.#over) return;
    this.#failure ??= { reason };
    this.#surface.cancel();
  }

  /** Throws why the call failed: the reason that this end had, or else the status. */
  check(status: GrpcStatus): void {
    if (this.#failure) throw this.#failure.reason;
    const error = errorOf(status);
    if (error) throw error;
  }

  #tell(listener: ((metadata: ReturnType<typeof fromGrpc>) => void) | undefined, metadata: GrpcMetadata): void {
    try {
      listener?.(fromGrpc(metadata));
    } catch (reason) {
      // It must not be thrown into grpc-js: the caller gets it.
      this.#failure ??= { reason };
      this.#surface.cancel();
    }
  }
}
