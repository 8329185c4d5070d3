import type { DescFile } from "@bufbuild/protobuf";
import { type Servicer, serviceInfo } from "../../servicer/servicer.js";
import type { CallSettings } from "./call.js";
import { Calls } from "./calls.js";
import { type Health, ServerHealth } from "./health.js";

/** What those who operate a server get. */
export interface OperatorOptions {
  health?: boolean | Health | undefined;
  reflection?: readonly DescFile[] | undefined;
}

/**
 * What a server serves besides its servicers, for those who operate it: health and reflection. The calls of both are apart: they hold up no
 * drain, and are answered while it lasts.
 */
export class Operators {
  readonly servicers: readonly Servicer[];
  readonly calls: Calls;
  readonly #health: ServerHealth | undefined;
  readonly #services: ReadonlySet<string>;

  /**
   * Loads what the options ask for, and nothing else.
   *
   * @throws Error if a package is not installed, or if what is served does not fit an option
   */
  static async load(served: readonly Servicer[], { health: option, reflection }: OperatorOptions, settings: CallSettings): Promise<Operators> {
    const names = namesOf(served);
    const health = option ? await ServerHealth.load(option, names) : undefined;
    const servicers = health ? [health.servicer] : [];
    if (reflection) {
      const { reflectionOf } = await import("./reflection.js");
      servicers.push(...(await reflectionOf(reflection, names, health !== undefined)));
    }
    return new Operators(servicers, health, new Calls(settings));
  }

  constructor(servicers: readonly Servicer[], health: ServerHealth | undefined, calls: Calls) {
    this.servicers = servicers;
    this.calls = calls;
    this.#health = health;
    this.#services = new Set(namesOf(servicers));
  }

  /** Whether somebody may ask on a new connection while the server drains. */
  get probed(): boolean {
    return this.#health !== undefined;
  }

  /** Whether a path, such as `/grpc.health.v1.Health/Check`, is theirs. */
  have(path: string): boolean {
    return this.#services.has(path.slice(1, path.lastIndexOf("/")));
  }

  /** The server serves: its health follows what is set from here on. */
  begin(): void {
    this.#health?.begin();
  }

  /** Nothing is serving any more. Resolves when those who watch were told. */
  async drain(): Promise<void> {
    if (!this.#health) return;
    this.#health.drain();
    // What was written to a stream goes out before its status does, and it is written within a turn.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Ends their calls. */
  end(): void {
    void this.calls.refuse();
    this.calls.abort();
  }
}

function namesOf(servicers: readonly Servicer[]): string[] {
  return servicers.map((servicer) => serviceInfo(servicer).typeName);
}
