/** Authentication, by interceptors: `authenticate` for servers, `credentials` for the channels of clients. */

export { type AuthenticateOptions, authenticate, type OnExpiry } from "./authenticate.js";
export { type CredentialsOptions, credentials } from "./credentials.js";
export { type Identity, identity } from "./identity.js";
export { type KeySource, type StaticKey, staticKeys } from "./keys.js";
export type { Rule, Rules } from "./rules.js";
export type { ApiKeyScheme, SchemeOptions, Verifier } from "./schemes.js";
export { redact, secretKeys } from "./secrets.js";
export type { TokenRequest, TokenSource } from "./tokens.js";
