import { constants, X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { addressOf, type ProblemListener } from "./problem.js";
import { Refusals } from "./refusals.js";
import { Rotation } from "./rotation.js";
import { ciphers, namingTls, readsFiles, type ServerMaterial, type ServerTls, type ServerTlsSource, serverMaterial } from "./tls.js";
import { certificateFault, handshakeFault } from "./tls-reasons.js";

/** A server that is given its connections by us, as long as its certificates are the newest. */
interface Handshakes {
  readonly server: Server;
  readonly timeoutMs: number;
}

/** The first byte of what a TLS client says: a record of its handshake. */
const handshakeRecord = 0x16;
/** What an HTTP/2 client says first. Source: RFC 9113, 3.4. */
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Secures connections before HTTP/2 begins on them, and refuses those that cannot be. */
export class Secure {
  readonly #handshakes: Rotation<ServerMaterial, Handshakes>;
  readonly #refusals = new Refusals();
  readonly #enter: (socket: Socket) => void;
  readonly #tell: ProblemListener;
  /** Those that did not say yet whether they speak TLS. */
  readonly #silent = new Set<Socket>();

  /**
   * @param enter gets the connections that are secured
   * @throws Error that names the option which is missing, cannot be read or is not allowed
   */
  static async open(tls: ServerTls | ServerTlsSource, enter: (socket: Socket) => void, tell: ProblemListener): Promise<Secure> {
    const read = typeof tls === "function" ? async () => serverMaterial(await tls()) : () => serverMaterial(tls);
    const changing = typeof tls === "function" || readsFiles(tls);
    return new Secure(await read(), changing ? read : undefined, enter, tell);
  }

  private constructor(
    material: ServerMaterial,
    read: (() => ServerMaterial | Promise<ServerMaterial>) | undefined,
    enter: (socket: Socket) => void,
    tell: ProblemListener,
  ) {
    this.#enter = enter;
    this.#tell = tell;
    this.#handshakes = new Rotation({
      material,
      read,
      make: (newest) => this.#make(newest),
      onProblem: (reason) => tell({ kind: "certificate", reason: `the certificates stay as they were: ${(reason as Error).message}` }),
    });
  }

  /** Takes a connection that has just been made. */
  async take(socket: Socket): Promise<void> {
    this.#silent.add(socket);
    const peer = addressOf(socket);
    const { server, timeoutMs } = await this.#handshakes.current();
    const close = (reason: string): void => {
      this.#tell({ kind: "connection", peer, reason });
      socket.destroy();
    };
    const timer = setTimeout(() => close(handshakeFault({ code: "ERR_TLS_HANDSHAKE_TIMEOUT" })), timeoutMs);
    const first = await firstBytes(socket);
    clearTimeout(timer);
    this.#silent.delete(socket);
    if (first === undefined || socket.destroyed) socket.destroy();
    else if (first[0] === handshakeRecord) server.emit("connection", socket);
    else if (first.equals(preface)) this.#refuse(socket, peer, "this port speaks TLS, and the client does not: set tls on the channel");
    else close("the client speaks neither TLS nor HTTP/2");
  }

  /** Ends all connections that are not secured yet. */
  close(): void {
    for (const socket of this.#silent) socket.destroy();
    this.#refusals.close();
  }

  #refuse(socket: Socket, peer: string | undefined, reason: string): void {
    this.#tell({ kind: "connection", peer, reason });
    this.#refusals.refuse(socket, reason);
  }

  #make(material: ServerMaterial): Handshakes {
    const { cert, key, ca, minVersion, handshakeTimeoutMs, requireClientCert } = material;
    const server = namingTls(() =>
      createServer({
        cert,
        key,
        ...(ca && { ca }),
        minVersion,
        ...ciphers(),
        ALPNProtocols: ["h2"],
        handshakeTimeout: handshakeTimeoutMs,
        requestCert: ca !== undefined,
        // Who is refused is told why, which TLS itself does not do.
        rejectUnauthorized: false,
        // A session that is resumed brings no certificate: Node takes a client for authorized then, also one that never had any.
        ...(ca && { secureOptions: constants.SSL_OP_NO_TICKET }),
      }),
    );
    server.on("tlsClientError", (reason, socket) => {
      this.#tell({ kind: "connection", peer: peerOf(socket), reason: handshakeFault(reason) });
      socket.destroy();
    });
    server.on("secureConnection", (socket) => {
      const peer = peerOf(socket);
      if (socket.alpnProtocol !== "h2") {
        this.#tell({ kind: "connection", peer, reason: "the client does not speak HTTP/2 (ALPN h2)" });
        socket.destroy();
        return;
      }
      const refusal = ca === undefined ? undefined : refusalOf(socket, requireClientCert);
      if (refusal) this.#refuse(socket, peer, refusal);
      else this.#enter(socket);
    });
    this.#tellExpired(cert);
    return { server, timeoutMs: handshakeTimeoutMs };
  }

  #tellExpired(cert: Buffer): void {
    const { validTo } = new X509Certificate(cert);
    if (Date.parse(validTo) <= Date.now()) this.#tell({ kind: "certificate", reason: `tls.cert has expired on ${validTo}: clients refuse it` });
  }
}

/** Why a client is refused for its certificate, or undefined if it is not. */
function refusalOf(socket: TLSSocket, required: boolean): string | undefined {
  if (Object.keys(socket.getPeerCertificate()).length === 0)
    return required ? "the server asks for a client certificate, and the client has none: set tls.cert and tls.key on the channel" : undefined;
  return socket.authorized ? undefined : `the client's certificate ${certificateFault(String(socket.authorizationError))}`;
}

/** The address of a client; of the socket beneath, which knows it also when the one above is closed. */
function peerOf(socket: TLSSocket): string | undefined {
  const { _parent: beneath } = socket as { _parent?: Socket };
  return addressOf(socket) ?? (beneath && addressOf(beneath));
}

/**
 * What a client says first, as much as it takes to tell what it speaks: up to the length of HTTP/2's preface, and as long as it may become it.
 * It is left to be read. Undefined if the connection is closed before.
 */
function firstBytes(socket: Socket): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const settle = (first: Buffer | undefined): void => {
      socket.off("readable", look).off("close", close).off("end", close);
      if (first) socket.unshift(Buffer.concat(chunks));
      resolve(first);
    };
    const close = (): void => settle(undefined);
    const look = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      chunks.push(chunk);
      const first = Buffer.concat(chunks).subarray(0, preface.length);
      if (first.length === preface.length || !preface.subarray(0, first.length).equals(first)) settle(first);
    };
    if (socket.destroyed) resolve(undefined);
    else socket.on("readable", look).on("close", close).on("end", close);
  });
}
