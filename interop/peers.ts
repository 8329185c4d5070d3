/** The two pairs of peers: our client with the Python server, and the Python client with our server. */
import type { Channel, Servicer } from "@protobridge/runtime";
import { channel, serve } from "@protobridge/runtime/grpc";
import { PythonClient } from "./client.js";
import { PythonServer } from "./server.js";

/** Our end of the connection, and all of the other. */
export interface TowardsPython {
  readonly server: PythonServer;
  readonly connection: Channel;
  end(): Promise<void>;
}

export async function towardsPython(): Promise<TowardsPython> {
  const server = await PythonServer.start();
  const connection = channel(server.address);
  return { server, connection, end: () => all([connection.close(), server.end()]) };
}

export interface FromPython {
  readonly client: PythonClient;
  /** What `onError` was told. */
  readonly errors: readonly unknown[];
  /** Our server's shutdown. */
  shutdown(): Promise<void>;
  end(): Promise<void>;
}

export async function fromPython(servicers: readonly Servicer[]): Promise<FromPython> {
  const errors: unknown[] = [];
  const server = await serve(servicers, { address: "127.0.0.1:0", onError: (error) => errors.push(error) });
  const client = new PythonClient(server.address);
  const shutdown = (): Promise<void> => server.close({ drainMs: 0 });
  return { client, errors, shutdown, end: () => all([client.end(), shutdown()]) };
}

/** Waits for all, also if one fails. */
async function all(ends: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(ends)) if (result.status === "rejected") throw result.reason;
}
