import { lookup } from "node:dns/promises";
import { createServer, isIP, type Server, type Socket } from "node:net";
import { type Address, formatAddress } from "./address.js";

/** Sockets that are listening, and the connections that came in. */
export interface Listener {
  /** Where it listens, with the port that it got. */
  readonly address: string;
  /** Stops listening. Resolves when the last connection is closed. */
  close(): Promise<void>;
  /** Closes all connections at once. */
  destroy(): void;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this process is not allowed to",
  EADDRNOTAVAIL: "it is not an address of this machine",
  ENOENT: "its directory does not exist",
  ENOTFOUND: "the name of the host is not known",
};

/**
 * Listens at an address; at all that a host name stands for, as gRPC servers do.
 *
 * grpc-js could do so itself, but prints to the console if it fails, and does not say why.
 *
 * @throws Error that names the address and the reason
 */
export async function listen(address: Address, onConnection: (socket: Socket) => void): Promise<Listener> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const take = (socket: Socket): void => {
    sockets.add(socket);
    // The layers above are told by other ways; a socket that fails before they listen must not end the process.
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    onConnection(socket);
  };
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  try {
    if ("path" in address) servers.push(await bind({ path: address.path }, take));
    else {
      const hosts = isIP(address.host) ? [address.host] : (await lookup(address.host, { all: true })).map((found) => found.address);
      let { port } = address;
      for (const host of hosts) {
        const server = await bind({ host, port }, take);
        servers.push(server);
        // With port 0, the first address gets any, and the others the same.
        port = (server.address() as { port: number }).port;
      }
      address = { host: address.host, port };
    }
  } catch (reason) {
    await close();
    throw new Error(explain(address, reason as NodeJS.ErrnoException), { cause: reason });
  }
  return {
    address: formatAddress(address),
    close,
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function bind(where: { host: string; port: number } | { path: string }, onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, onConnection);
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      // Such as too many open files: the connection is lost, the server lives.
      server.on("error", () => {});
      resolve(server);
    });
  });
}

function explain(address: Address, { code, message }: NodeJS.ErrnoException): string {
  const text = formatAddress(address);
  if (code === "EADDRINUSE") {
    const remedy = "path" in address ? "or remove the file if nothing does" : "or give another port (0 for any)";
    return `${text} is in use: stop what listens there, ${remedy}`;
  }
  return `cannot listen at ${text}: ${reasons[code ?? ""] ?? message}${code ? ` (${code})` : ""}`;
}
