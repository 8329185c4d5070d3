/**
 * All errors that a test file has seen, at either end, and what was logged of them: none of it may tell a secret. Knows errors by their shape: those of
 * the sources and of the build.
 */
import { expect } from "vitest";
import type { BridgeError } from "../src/errors.js";
import type { Next } from "../src/interceptors/chain.js";
import { type LogEntry, logging } from "../src/logging/index.js";

interface Ending {
  onEnd(listener: (end: { readonly error: unknown }) => void): void;
}

export class Leaks {
  readonly #secrets = new Set<string>();
  readonly #errors: BridgeError[] = [];
  readonly #lines: string[] = [];
  readonly #write = (entry: LogEntry): unknown => this.#lines.push(entry.toString());
  readonly #log = logging({ debug: this.#write, info: this.#write, warn: this.#write, error: this.#write }, { successes: true });

  /** The same text, which is a secret from here on. */
  secret(text: string): string {
    this.#secrets.add(text);
    return text;
  }

  /** An interceptor that sees all errors of the calls of an end, as they leave it, and logs all of its calls. */
  readonly watch = <C extends Ending>(next: (call: C) => Promise<unknown>): ((call: C) => Promise<unknown>) => {
    const logged = this.#log(next as unknown as Next) as unknown as (call: C) => Promise<unknown>;
    return (call) => {
      call.onEnd(({ error }) => error !== undefined && this.see(error));
      return logged(call);
    };
  };

  see<T>(error: T): T {
    expect(error).toMatchObject({ name: "BridgeError" });
    this.#errors.push(error as BridgeError);
    return error;
  }

  /** Looks at all but the causes, which stay where they are. */
  check(atLeast: number): void {
    expect(this.#errors.length).toBeGreaterThanOrEqual(atLeast);
    const told = this.#errors.map(({ code, message, details, metadata, response, stack }) =>
      [code, message, stack, details.map(({ value }) => Buffer.from(value).toString("latin1")), metadata, response].map((part) => JSON.stringify(part)).join(),
    );
    expect(this.#lines.length).toBeGreaterThanOrEqual(atLeast);
    for (const secret of this.#secrets) expect([...told, ...this.#lines].filter((text) => text.includes(secret))).toEqual([]);
  }
}
