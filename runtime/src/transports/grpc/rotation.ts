import { isDeepStrictEqual } from "node:util";
import type { Awaitable } from "../../servicer/servicer.js";
import { within } from "./within.js";

/** How often it is looked whether something has changed, and how long one who connects waits for the answer. */
const checkMs = 1_000;

/** What is made of material that may change while a process runs, such as certificates in files. */
export interface RotationInit<Material, Made> {
  /** What it begins with. */
  readonly material: Material;
  /** Reads the material again; undefined if it cannot change. May throw. */
  readonly read: (() => Awaitable<Material>) | undefined;
  /** Makes of the material what is used. May throw. */
  readonly make: (material: Material) => Made;
  /** Told why new material cannot be used, once for each reason. What was made before stays. */
  readonly onProblem: (reason: unknown) => void;
}

/**
 * Something that is made again when what it is made of has changed. The material is looked at when somebody asks, at most once a second; there
 * is no timer. As long as new material is broken, as a file that is half written is, it stays what it was.
 */
export class Rotation<Material, Made> {
  readonly #init: RotationInit<Material, Made>;
  #material: Material;
  #made: Made;
  #checked: number = performance.now();
  #pending: Promise<void> | undefined;
  /** Why the newest material cannot be used, or undefined if it can. */
  problem: Error | undefined;

  /** @throws whatever `make` throws for the first material */
  constructor(init: RotationInit<Material, Made>) {
    this.#init = init;
    this.#material = init.material;
    this.#made = init.make(init.material);
  }

  /** What is made of the newest material that can be used; of the one before if the newest does not come within a second. Never rejects. */
  async current(): Promise<Made> {
    const { read } = this.#init;
    if (read && performance.now() - this.#checked >= checkMs) {
      this.#checked = performance.now();
      this.#pending ??= this.#renew(read).finally(() => {
        this.#pending = undefined;
      });
    }
    if (this.#pending) await within(checkMs, this.#pending);
    return this.#made;
  }

  async #renew(read: () => Awaitable<Material>): Promise<void> {
    try {
      const material = await read();
      if (!isDeepStrictEqual(material, this.#material)) {
        this.#made = this.#init.make(material);
        this.#material = material;
      }
      this.problem = undefined;
    } catch (reason) {
      const problem = reason instanceof Error ? reason : new Error(String(reason));
      const known = this.problem?.message === problem.message;
      this.problem = problem;
      if (!known) this.#init.onProblem(problem);
    }
  }
}
