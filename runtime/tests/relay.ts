/** A relay between a channel and a server: for the tests that count connections, or have them go silent. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A relay that listens. */
export interface Relay {
  /** What a channel takes. */
  readonly address: string;
  /** The connections that are open, to those who called. */
  readonly open: ReadonlySet<Socket>;
  /** How many there were. */
  readonly total: number;
  /** Carries nothing more over the connections that are open; they stay so. */
  stall(): void;
  close(): void;
}

/** Listens, and relays to the address. */
export async function relay(address: string): Promise<Relay> {
  const port = Number(address.split(":")[1]);
  const open = new Set<Socket>();
  let total = 0;
  const server = createServer((socket) => {
    total++;
    open.add(socket);
    const through = connect(port, "127.0.0.1");
    socket.once("close", () => {
      open.delete(socket);
      through.destroy();
    });
    through.once("close", () => socket.destroy());
    for (const end of [socket, through]) end.on("error", () => {});
    socket.pipe(through).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    open,
    get total() {
      return total;
    },
    stall() {
      // What is read goes nowhere, so that the end of the connection is still seen.
      for (const socket of open) socket.unpipe().resume();
    },
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
