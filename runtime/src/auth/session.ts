import type { Identity } from "./identity.js";

/** Who is at the other end of a link. Of a public one, credentials are looked at when something that is said needs them. */
export class LinkSession {
  /** Whether the link was opened without a look at credentials. */
  readonly isPublic: boolean;
  #known: Identity | undefined;
  readonly #ask: () => Promise<Identity>;
  #asking: Promise<Identity> | undefined;

  constructor(ask: () => Promise<Identity>, known?: Identity) {
    this.#ask = ask;
    this.#known = known;
    this.isPublic = known === undefined;
  }

  get known(): Identity | undefined {
    return this.#known;
  }

  /** Looks at the credentials of the link: once, if they are good. All who ask in the meantime share the answer. */
  identify(): Promise<Identity> {
    this.#asking ??= this.#ask().then(
      (known) => {
        this.#known = known;
        return known;
      },
      (reason: unknown) => {
        this.#asking = undefined;
        throw reason;
      },
    );
    return this.#asking;
  }
}
