import { connect, type NetConnectOpts, type Socket } from "node:net";

/** The sockets of a client. grpc-js itself lets go of those that are being connected, and has no way to end one whose peer is gone. */
export class Sockets {
  readonly #connecting = new Set<Socket>();
  readonly #open = new Set<Socket>();

  /** Connects one. @throws Error that Node gives, such as ECONNREFUSED */
  dial(address: NetConnectOpts): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(address);
      this.#connecting.add(socket);
      // The listener stays: a socket that fails before the next layer listens must not end the process.
      socket.on("error", reject);
      socket.once("close", () => {
        this.#connecting.delete(socket);
        this.#open.delete(socket);
        reject(new Error("the connection was closed"));
      });
      socket.once("connect", () => resolve(socket));
    });
  }

  /** A socket of {@link dial} carries HTTP/2 now. */
  opened(socket: Socket): void {
    if (this.#connecting.delete(socket)) this.#open.add(socket);
  }

  /** Gives up those that carry no HTTP/2 yet. */
  giveUp(): void {
    for (const socket of this.#connecting) socket.destroy();
  }

  /** Ends all of them, whatever is on its way. */
  destroy(): void {
    for (const socket of [...this.#connecting, ...this.#open]) socket.destroy();
  }
}
