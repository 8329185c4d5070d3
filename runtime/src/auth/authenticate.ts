import { BridgeError } from "../errors.js";
import { abort, type Call } from "../interceptors/call.js";
import type { Interceptor } from "../interceptors/chain.js";
import { atLeast } from "../link/limits.js";
import type { Link } from "../link/link.js";
import type { Servicer } from "../servicer/servicer.js";
import { ask } from "./ask.js";
import { at } from "./expiry.js";
import { type Identity, identity, identityOf, isExpired } from "./identity.js";
import { type Rule, RuleBook, type Rules } from "./rules.js";
import { type SchemeOptions, Schemes } from "./schemes.js";
import { LinkSession } from "./session.js";

/** What becomes of streams and links whose credentials expire while they are open. */
export type OnExpiry = "end" | "refuse" | "ignore";

/** Options of {@link authenticate}. */
export interface AuthenticateOptions extends SchemeOptions {
  /** Who may call what. With any rule, what no rule is for is refused; without, whoever is known may call all. */
  rules?: Rules | undefined;
  /** What is served: a rule that is for nothing of it is an error at once. */
  servicers?: readonly Servicer[] | undefined;
  /** How long a verifier, or the function of a rule, may take, in milliseconds: 10,000 by default. */
  verifyTimeoutMs?: number | undefined;
  /**
   * - `end`: streams and links end as `unauthenticated` when their credentials expire. The default.
   * - `refuse`: so do streams; a link lives on, and what is said over it in either direction fails as `unauthenticated`, but for what is public.
   * - `ignore`: who was admitted stays.
   */
  onExpiry?: OnExpiry | undefined;
}

/**
 * Admits calls to servicers by their credentials, and tells handlers whose they are ({@link identity}). For servers: on a client's channel, it refuses all that
 * the server says over links. Refusals are `unauthenticated`, if the caller is not known, or `permission_denied`: statuses, never inside of responses.
 *
 * @throws TypeError that names the option which is wrong
 */
export function authenticate(options: AuthenticateOptions): Interceptor {
  const gate = new Gate(options);
  return (next) => async (call) => {
    try {
      if (call.kind === "request" || call.kind === "notification") await gate.admitSaid(call);
      else if (!call.outgoing) await gate.admit(call);
    } catch (reason) {
      throw asStatus(reason);
    }
    return next(call);
  };
}

/** Decides who comes in. */
class Gate {
  readonly #schemes: Schemes;
  readonly #rules: RuleBook;
  readonly #timeoutMs: number;
  readonly #onExpiry: OnExpiry;
  readonly #sessions = new WeakMap<Link, LinkSession>();

  constructor({ rules, servicers, verifyTimeoutMs = 10_000, onExpiry = "end", ...schemes }: AuthenticateOptions) {
    this.#schemes = new Schemes(schemes);
    this.#rules = new RuleBook(rules);
    if (servicers) this.#rules.check(servicers);
    this.#timeoutMs = atLeast("verifyTimeoutMs", verifyTimeoutMs, 1);
    if (!["end", "refuse", "ignore"].includes(onExpiry)) throw new TypeError('onExpiry must be "end", "refuse" or "ignore"');
    this.#onExpiry = onExpiry;
  }

  /** An RPC, or a link. */
  async admit(call: Call): Promise<void> {
    const rule = this.#rules.ofMethod(call);
    if (rule === undefined) throw new BridgeError("permission_denied", `nobody may call ${call.name}: no rule is for it`);
    const identify = (): Promise<Identity> => this.#identify(call);
    if (rule === "public") {
      if (call.link) this.#sessions.set(call.link, new LinkSession(identify));
      return;
    }
    const known = await identify();
    call.values.set(identity, known);
    await this.#allow(rule, known, call);
    if (call.link) this.#sessions.set(call.link, new LinkSession(identify, known));
    this.#limit(known, call);
  }

  /** What is said over a link, by either end. */
  async admitSaid(call: Call): Promise<void> {
    const session = call.link && this.#sessions.get(call.link);
    if (!session && call.outgoing) return;
    if (!session) throw new BridgeError("unauthenticated", "there are no credentials");
    const rule = call.outgoing ? undefined : this.#rules.ofMember(call);
    if (rule === "public" || (rule === undefined && session.isPublic)) return;
    const known = session.known ?? (await session.identify());
    if (this.#onExpiry !== "ignore" && isExpired(known)) throw new BridgeError("unauthenticated", "the credentials of the link have expired");
    if (rule === undefined) return;
    call.values.set(identity, known);
    await this.#allow(rule, known, call);
  }

  async #identify(call: Call): Promise<Identity> {
    const { name, verify } = this.#schemes.presented(call);
    const known = await ask("the credentials could not be verified", this.#timeoutMs, call.signal, async (signal) => identityOf(await verify(signal)));
    if (!known) throw new BridgeError("unauthenticated", `${name} is not accepted`);
    if (isExpired(known)) throw new BridgeError("unauthenticated", `${name} has expired`);
    return known;
  }

  async #allow(rule: Exclude<Rule, "public">, known: Identity, call: Call): Promise<void> {
    if (rule === "authenticated") return;
    if (typeof rule === "function") {
      const allowed = await ask("the right to call could not be verified", this.#timeoutMs, call.signal, (signal) => rule(known, call, signal));
      if (allowed !== true) throw new BridgeError("permission_denied", `the caller may not call ${call.name}`);
      return;
    }
    const missing = rule.scopes.filter((scope) => !known.scopes?.includes(scope));
    if (missing.length > 0) throw new BridgeError("permission_denied", `${call.name} needs the scope ${missing.join(" and ")}`);
  }

  /** Ends what can last for long when its credentials expire. */
  #limit({ expiresAt }: Identity, call: Call): void {
    if (!expiresAt || call.kind === "unary" || this.#onExpiry === "ignore" || (call.link && this.#onExpiry === "refuse")) return;
    call.onEnd(at(expiresAt, () => abort(call, new BridgeError("unauthenticated", "the credentials have expired"))));
  }
}

/** Who may call is no matter of the servicer: its response has no place for it. */
function asStatus(reason: unknown): unknown {
  if (!(reason instanceof BridgeError) || reason.inBand === false) return reason;
  const { code, message, details, metadata } = reason;
  return new BridgeError(code, message, { details, metadata, cause: reason, inBand: false });
}
