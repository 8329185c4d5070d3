import { type ContextKey, createContextKey } from "../context.js";

/** Who makes a call, as its credentials tell. */
export interface Identity {
  /** Its name: the user, the service, the tenant. */
  readonly subject: string;
  /** What it may do, for rules that ask for scopes. */
  readonly scopes?: readonly string[] | undefined;
  /** When the credentials cease to count; undefined if they never do. */
  readonly expiresAt?: Date | undefined;
  /** What else the credentials say, such as the claims of a token. */
  readonly claims?: unknown;
}

/**
 * Who makes the call, in the values of its context: `context.values.get(identity)`. `authenticate` sets it; handlers of a link read that of the
 * link. Undefined where the rule is `"public"`: nobody was asked.
 */
export const identity: ContextKey<Identity | undefined> = createContextKey<Identity | undefined>(undefined, "identity");

/** Whether the credentials count no more. A date that is none is over. */
export function isExpired({ expiresAt }: Identity): boolean {
  return expiresAt !== undefined && !(expiresAt.getTime() > Date.now());
}

/**
 * Looks at what a verifier gave: undefined, null and false are nobody.
 *
 * @throws TypeError if it is something else without a subject
 */
export function identityOf(given: unknown): Identity | undefined {
  if (given === undefined || given === null || given === false) return undefined;
  const { subject, scopes, expiresAt } = given as Partial<Identity>;
  if (typeof subject !== "string" || subject === "") throw new TypeError("a verifier gave an identity without a subject");
  if (scopes !== undefined && !Array.isArray(scopes)) throw new TypeError("a verifier gave an identity whose scopes are no array");
  if (expiresAt !== undefined && !(expiresAt instanceof Date)) throw new TypeError("a verifier gave an identity whose expiresAt is no Date");
  return given as Identity;
}
