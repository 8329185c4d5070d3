/** What is wrong with the other end's certificate, by OpenSSL's codes. */
const certificates: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "has expired",
  CERT_NOT_YET_VALID: "is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed, and not trusted here",
  SELF_SIGNED_CERT_IN_CHAIN: "is of an authority that is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT: "is of an authority that is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "is of an authority that is not trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "is of an authority that is not trusted here",
  CERT_SIGNATURE_FAILURE: "is of an authority that is not trusted here",
  INVALID_CA: "is signed by what is no authority",
  INVALID_PURPOSE: "is not made for this purpose",
};

/** What the other end says or does in a handshake that fails. The first that matches is told. */
const handshakes: readonly (readonly [RegExp, string])[] = [
  [/alert certificate expired/i, "the other end says that the certificate of this one has expired"],
  [/alert (unknown ca|bad certificate|certificate unknown)/i, "the other end does not trust the certificate of this one"],
  [/alert certificate required/i, "the other end asks for a certificate, and this one has none: set tls.cert and tls.key"],
  [/alert protocol version|unsupported protocol|ERR_SSL_.*PROTOCOL_VERSION/i, "the two ends have no version of TLS in common, see tls.minVersion"],
  [/no application protocol|NO_APPLICATION_PROTOCOL/i, "the other end does not speak HTTP/2 (ALPN h2)"],
  [/no shared cipher|alert handshake failure/i, "the two ends have no cipher in common"],
];
const plaintext = /wrong version number|packet length too long|record layer failure|http request|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)/i;

/** What is wrong with a certificate, to go after its name: "has expired (CERT_HAS_EXPIRED)". */
export function certificateFault(code: string): string {
  return `${certificates[code] ?? "cannot be verified"} (${code})`;
}

/** Why a handshake failed at the server, in words. */
export function handshakeFault(reason: unknown): string {
  const { code } = reason as NodeJS.ErrnoException;
  if (code === "ERR_TLS_HANDSHAKE_TIMEOUT") return "the TLS handshake took longer than tls.handshakeTimeoutMs";
  if (code === "ECONNRESET") return "the client left during the TLS handshake, as it does when it does not trust the server's certificate";
  return known(reason) ?? `the TLS handshake failed: ${short(reason)}`;
}

/** Why a channel's connection over TLS failed, in words; the reason's own if there are no better ones. */
export function connectionFault(reason: unknown): string {
  const { code, message } = partsOf(reason);
  if (code !== undefined && Object.hasOwn(certificates, code)) return `the server's certificate ${certificateFault(code)}`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `the server's certificate is for another name, see tls.serverName: ${message}`;
  if (plaintext.test(`${message} ${code}`)) return `the server does not speak TLS on this port, and the channel does, see tls (${short(reason)})`;
  return known(reason) ?? message;
}

function known(reason: unknown): string | undefined {
  const { code, message } = partsOf(reason);
  const found = handshakes.find(([pattern]) => pattern.test(`${message} ${code}`));
  return found && `${found[1]} (${short(reason)})`;
}

/** The code: the messages of OpenSSL are full of what helps nobody. */
function short(reason: unknown): string {
  const { code, message } = partsOf(reason);
  return code ?? message;
}

function partsOf(reason: unknown): { readonly code: string | undefined; readonly message: string } {
  if (typeof reason !== "object" || reason === null) return { code: undefined, message: String(reason) };
  const { code, message } = reason as NodeJS.ErrnoException;
  return { code, message: String(message).trim() };
}
