import type { ServerHttp2Session } from "node:http2";
import { type PeerCertificate as NodeCertificate, TLSSocket } from "node:tls";
import type { Peer, PeerCertificate } from "../../context.js";
import type { Surface } from "./call.js";

/** What is known of a certificate, by the connection that it came on. */
const known = new WeakMap<object, { readonly certificate: PeerCertificate | undefined }>();

/** The other end of a call. Its certificate is read when somebody asks for it, once a connection. */
export function peerOf(surface: Surface, address: string): Peer {
  // The stream forgets it when it is over.
  const session = sessionOf(surface);
  return {
    address,
    get certificate() {
      const found = session && known.get(session);
      if (found) return found.certificate;
      const certificate = session ? verified(session.socket) : surface.getAuthContext().sslPeerCertificate;
      const read = certificate && readCertificate(certificate);
      if (session && !session.destroyed) known.set(session, { certificate: read });
      return read;
    },
  };
}

/** The connection of a call, where grpc-js has it; if a version keeps it elsewhere, certificates are read more often. */
function sessionOf(surface: Surface): ServerHttp2Session | undefined {
  return (surface as unknown as { call?: { stream?: { session?: ServerHttp2Session } } }).call?.stream?.session;
}

/** The certificate of the other end of a connection, if there is one that an authority of the server signed. */
function verified(socket: unknown): NodeCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate();
  return Buffer.isBuffer(certificate.raw) ? certificate : undefined;
}

function readCertificate(certificate: NodeCertificate): PeerCertificate {
  return {
    subject: namesOf(certificate.subject),
    issuer: namesOf(certificate.issuer),
    subjectAltNames: altNamesOf(certificate.subjectaltname),
    fingerprint256: certificate.fingerprint256,
    serialNumber: certificate.serialNumber,
    validFrom: new Date(certificate.valid_from),
    validTo: new Date(certificate.valid_to),
    raw: new Uint8Array(certificate.raw),
  };
}

function namesOf(name: object): Record<string, string | string[]> {
  return Object.assign(Object.create(null) as Record<string, string | string[]>, name);
}

/** Node gives them as one text, in which it quotes those that have a comma or the like in them, as JSON. */
function altNamesOf(text: string | undefined): string[] {
  const names: string[] = [];
  for (const [, type, quoted, bare] of (text ?? "").matchAll(/([^:",]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))(?:, |$)/g)) {
    names.push(`${type}:${quoted === undefined ? bare : String(JSON.parse(quoted))}`);
  }
  return names;
}
