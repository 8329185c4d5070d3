import type { Call } from "../interceptors/call.js";
import { perspectivesOf } from "../link/info.js";
import { type Awaitable, type Servicer, serviceInfo } from "../servicer/servicer.js";
import type { Identity } from "./identity.js";

/**
 * Who may call: anybody, without a look at credentials (`"public"`); anybody who is known (`"authenticated"`); who has all of the scopes; or whom a
 * function admits. What the function throws admits nobody, as with verifiers.
 */
export type Rule =
  | "public"
  | "authenticated"
  | { readonly scopes: readonly string[] }
  | ((identity: Identity, call: Call, signal: AbortSignal) => Awaitable<boolean>);

/**
 * Rules by what they are for, of which the most specific counts: `pkg.Service/Method`, `pkg.Service/*`, `*`; and for what a client says over a link
 * `pkg.Service/Link/member`, by the name of the link's method, or `pkg.Service/Link/*`.
 */
export type Rules = Readonly<Record<string, Rule>>;

const selector = /^(\*|[A-Za-z_][\w.]*\/(\*|\w+|\w+\/(\*|[\w$]+)))$/;

/** The rules of a server. */
export class RuleBook {
  readonly #rules: ReadonlyMap<string, Rule>;

  /** @throws TypeError that names the rule which is wrong */
  constructor(rules: Rules = {}) {
    const entries = Object.entries(rules);
    for (const [name, rule] of entries) {
      if (!selector.test(name))
        throw new TypeError(`rules: ${JSON.stringify(name)} names nothing: pkg.Service/Method, pkg.Service/*, * or pkg.Service/Link/member is meant`);
      if (!isRule(rule)) throw new TypeError(`rules: that of ${name} is none: "public", "authenticated", { scopes: [...] } or a function is meant`);
    }
    this.#rules = new Map(entries);
  }

  /** The rule of an RPC, or of a link as a whole. Undefined if nobody may call it: there are rules, and none is for it. */
  ofMethod({ method: { path } }: Call): Rule | undefined {
    if (this.#rules.size === 0) return "authenticated";
    const name = path.slice(1);
    return this.#rules.get(name) ?? this.#rules.get(`${name.slice(0, name.lastIndexOf("/"))}/*`) ?? this.#rules.get("*");
  }

  /** The rule of what is said over a link. Undefined if it has none of its own: that of the link counts. */
  ofMember({ name, method: { path } }: Call): Rule | undefined {
    return this.#rules.get(name) ?? this.#rules.get(`${path.slice(1)}/*`);
  }

  /** @throws TypeError that names a rule which is for nothing that the servicers serve. Services of gRPC itself, such as health, a server adds */
  check(servicers: readonly Servicer[]): void {
    const served = new Set(servicers.flatMap(selectorsOf));
    for (const name of this.#rules.keys()) {
      if (name !== "*" && !name.startsWith("grpc.") && !served.has(name)) throw new TypeError(`rules: nothing that is served is named ${name}`);
    }
  }
}

/** All that a rule for a servicer can name. */
function selectorsOf(servicer: Servicer): string[] {
  const { typeName, methods } = serviceInfo(servicer);
  const names = [...methods.values()].flatMap(({ path, link, input, output }) => {
    const rpc = path.slice(1);
    if (!link) return [rpc];
    const { server } = perspectivesOf(link, input, output);
    const heard = [...server.hears.members.values()].filter(({ name, isReply }) => !isReply && name !== server.opening);
    return [rpc, `${rpc}/*`, ...heard.map(({ name }) => `${rpc}/${name}`)];
  });
  return [`${typeName}/*`, ...names];
}

function isRule(rule: unknown): rule is Rule {
  if (rule === "public" || rule === "authenticated" || typeof rule === "function") return true;
  if (typeof rule !== "object" || rule === null) return false;
  const { scopes } = rule as { scopes?: unknown };
  return Array.isArray(scopes) && scopes.length > 0 && scopes.every((scope) => typeof scope === "string" && scope !== "");
}
