import { BridgeError } from "../errors.js";
import type { Awaitable } from "../servicer/servicer.js";
import { untilAborted } from "../streams.js";
import { ask } from "./ask.js";
import { isSendable } from "./secrets.js";

/** What a {@link TokenSource} is asked with. */
export interface TokenRequest {
  /** Aborted when nobody waits for the token any more, or it took too long. */
  readonly signal: AbortSignal;
  /** The token that a server has refused since the last one was given; undefined if none was. */
  readonly refused?: string | undefined;
}

/** Gives a token, and when it expires, if that is known. */
export type TokenSource = (request: TokenRequest) => Awaitable<string | { readonly token: string; readonly expiresAt?: Date | undefined }>;

/** A token that was given. Times are in milliseconds since 1970, Infinity for never. */
export interface Token {
  readonly text: string;
  readonly expiresAt: number;
  /** When another one is asked for. */
  readonly renewAt: number;
}

/** A token, and whether there may be a fresher one: it was not given for this call. */
export interface Given {
  readonly token: Token;
  readonly isCached: boolean;
}

/** A source that is asked, and those who wait for it. */
interface Renewal {
  readonly token: Promise<Token>;
  readonly abort: AbortController;
  waiting: number;
}

const failed = "no token could be had";

/** The tokens of a source: kept until shortly before they expire, or until a server refuses them; asked for once for all who wait. */
export class Tokens {
  readonly #source: TokenSource;
  /** Whether there is only one, so that to ask again gives nothing better. */
  readonly #isConstant: boolean;
  readonly #refreshBeforeMs: number;
  readonly #timeoutMs: number;
  #token: Token | undefined;
  #refused: string | undefined;
  #renewal: Renewal | undefined;

  constructor(source: string | TokenSource, refreshBeforeMs: number, timeoutMs: number) {
    this.#isConstant = typeof source === "string";
    this.#source = typeof source === "string" ? () => source : source;
    this.#refreshBeforeMs = refreshBeforeMs;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws BridgeError what the source threw; `unavailable` if that is anything else, or it took too long; or why the signal was aborted */
  async get(signal: AbortSignal): Promise<Given> {
    const cached = this.#token;
    const isCached = !this.#isConstant;
    if (cached && Date.now() < cached.renewAt) return { token: cached, isCached };
    try {
      return { token: await this.#renewed(signal), isCached: false };
    } catch (reason) {
      // It is soon too old, but not yet.
      if (cached && cached === this.#token && Date.now() < cached.expiresAt && !signal.aborted) return { token: cached, isCached };
      throw reason;
    }
  }

  /** Whether the token is the one that the next call gets, as far as is known. */
  isCurrent({ text }: Token): boolean {
    return this.#token?.text === text;
  }

  /** A server refused it: the next who asks gets another one. */
  refuse(token: Token): void {
    if (!this.isCurrent(token)) return;
    this.#token = undefined;
    this.#refused = token.text;
  }

  async #renewed(signal: AbortSignal): Promise<Token> {
    this.#renewal ??= this.#renew();
    const renewal = this.#renewal;
    renewal.waiting++;
    try {
      return await untilAborted(renewal.token, signal);
    } finally {
      renewal.waiting--;
      if (renewal.waiting === 0) {
        if (this.#renewal === renewal) this.#renewal = undefined;
        renewal.abort.abort(new BridgeError("canceled", "nobody waits for the token any more"));
      }
    }
  }

  #renew(): Renewal {
    const abort = new AbortController();
    const refused = this.#refused;
    const token = ask(failed, this.#timeoutMs, abort.signal, async (signal) =>
      this.#read(await this.#source({ signal, ...(refused === undefined ? {} : { refused }) })),
    ).then((token) => {
      this.#token = token;
      if (this.#refused === refused) this.#refused = undefined;
      return token;
    });
    return { token, abort, waiting: 0 };
  }

  #read(given: unknown): Token {
    const { token: text, expiresAt } = (typeof given === "object" && given !== null ? given : { token: given }) as { token: unknown; expiresAt?: unknown };
    if (typeof text !== "string" || !isSendable(text)) throw new BridgeError("internal", "the source of tokens gave none that a header carries");
    if (expiresAt === undefined) return { text, expiresAt: Number.POSITIVE_INFINITY, renewAt: Number.POSITIVE_INFINITY };
    const end = expiresAt instanceof Date ? expiresAt.getTime() : Number.NaN;
    if (Number.isNaN(end)) throw new BridgeError("internal", "the source of tokens gave one whose expiresAt is no Date");
    // One that lives no longer than that before is used for half of its life.
    return { text, expiresAt: end, renewAt: Math.max(end - this.#refreshBeforeMs, (Date.now() + end) / 2) };
  }
}
