import type { LinkEvents } from "./link.js";

type Listener = (detail: never) => void;

/** Who listens to a link. */
export class Listeners {
  readonly #all = new Map<keyof LinkEvents, Set<Listener>>();
  readonly #onThrown: (reason: unknown) => void;

  /** @param onThrown given what a listener throws */
  constructor(onThrown: (reason: unknown) => void) {
    this.#onThrown = onThrown;
  }

  add(event: keyof LinkEvents, listener: Listener): void {
    const listeners = this.#all.get(event) ?? new Set();
    this.#all.set(event, listeners.add(listener));
  }

  remove(event: keyof LinkEvents, listener: Listener): void {
    this.#all.get(event)?.delete(listener);
  }

  tell<Event extends keyof LinkEvents>(event: Event, detail: LinkEvents[Event]): void {
    for (const listener of [...(this.#all.get(event) ?? [])]) {
      try {
        listener(detail as never);
      } catch (reason) {
        // A listener for problems that throws would be told of itself.
        if (event !== "problem") this.#onThrown(reason);
      }
    }
  }
}
