import { Digests, indexAmong } from "./digests.js";
import type { Identity } from "./identity.js";
import { isSendable } from "./secrets.js";

/** A key, or a function that gives it, such as `() => process.env.BRIDGE_KEY`. It is called once, at once. */
export type KeySource = string | (() => string | undefined);

/** The key of a subject; or several of them, any of which counts, with the scopes of the subject. */
export type StaticKey = KeySource | { readonly keys: readonly KeySource[]; readonly scopes?: readonly string[] | undefined };

/**
 * Verifies keys that do not change while the process runs, by subject: `staticKeys({ "worker-1": () => process.env.WORKER_KEY })`. For `apiKey`, or for
 * `bearer`. Keys are kept as digests, and compared in a time that does not depend on what was given.
 *
 * @throws TypeError that names the subject whose key is missing, empty, not printable ASCII, or that of another subject
 */
export function staticKeys(subjects: Readonly<Record<string, StaticKey>>): (key: string) => Promise<Identity | undefined> {
  const identities: Identity[] = [];
  const secrets = new Map<string, string>();
  for (const [subject, given] of Object.entries(subjects)) {
    const { keys, scopes } = typeof given === "object" ? given : { keys: [given] };
    if (subject === "") throw new TypeError("staticKeys: a subject has no name");
    if (!Array.isArray(keys) || keys.length === 0) throw new TypeError(`staticKeys: ${subject} has no key`);
    for (const source of keys) {
      const key: unknown = typeof source === "function" ? source() : source;
      if (typeof key !== "string" || key === "") throw new TypeError(`staticKeys: the key of ${subject} is missing or empty`);
      if (!isSendable(key)) throw new TypeError(`staticKeys: the key of ${subject} is no printable ASCII text without space around it: no header carries it`);
      const other = secrets.get(key);
      if (other !== undefined) throw new TypeError(`staticKeys: a key of ${subject} is ${other === subject ? "there twice" : `a key of ${other}, too`}`);
      secrets.set(key, subject);
      identities.push({ subject, ...(scopes && { scopes: [...scopes] }) });
    }
  }
  if (secrets.size === 0) throw new TypeError("staticKeys: there are no keys");
  const digests = new Digests();
  const known = Promise.all([...secrets.keys()].map((key) => digests.of(key)));
  // Told to whoever verifies.
  known.catch(() => {});
  return async (key) => identities[indexAmong(await known, await digests.of(key))];
}
