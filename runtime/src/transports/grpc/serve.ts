import type { DescFile } from "@bufbuild/protobuf";
import { type ConnectionInjector, Server } from "@grpc/grpc-js";
import type { InterceptorOptions } from "../../interceptors/chain.js";
import type { ServerLinkOptions } from "../../link/options.js";
import { type ErrorListener, routesOf } from "../../servicer/routes.js";
import type { Servicer } from "../../servicer/servicer.js";
import type { ServerHandle } from "../../transport.js";
import { parseAddress } from "./address.js";
import { register } from "./answer.js";
import { Calls } from "./calls.js";
import { repairServer } from "./headers.js";
import type { Health } from "./health.js";
import { grpcLimits, limitsOf } from "./limits.js";
import { type Listener, listen } from "./listener.js";
import { Operators } from "./operators.js";
import { namingTls, type ServerTls, serverCredentials } from "./tls.js";

/** Options of {@link serve}. */
export interface ServeOptions extends InterceptorOptions {
  /** Where to listen: `127.0.0.1:50051`, `[::1]:0` (0 for any free port), `0.0.0.0:50051`, or `unix:/path/of/socket`. */
  address: string;
  /** Serves over TLS. Without it, nothing is encrypted. */
  tls?: ServerTls | undefined;
  /** Size of the largest request in bytes, 4,194,304 (4 MiB) by default; Infinity for no limit. A larger one ends its call as `resource_exhausted`. */
  maxReceiveBytes?: number | undefined;
  /** Size of the largest response in bytes, without limit by default. A larger one ends its call as `resource_exhausted`. */
  maxSendBytes?: number | undefined;
  /** Told of each exception in a servicer that is no BridgeError, and of each response that could not be sent. By default nobody is: nothing is printed. */
  onError?: ErrorListener | undefined;
  /** For the server's ends of links. */
  links?: ServerLinkOptions | undefined;
  /**
   * Answers who asks for the health of the server and its services (`grpc.health.v1.Health`), also while it drains: `true`, or what sets it.
   * Needs the package grpc-health-check.
   */
  health?: boolean | Health | undefined;
  /**
   * Tells peers what is served (`grpc.reflection.v1` and `v1alpha`), from the files of protobuf-es's `_pb` modules, each with all that it imports.
   * Every service must be in one of them; messages that travel in a `google.protobuf.Any` should be. Needs the package @grpc/reflection.
   */
  reflection?: readonly DescFile[] | undefined;
}

const defaultDrainMs = 5_000;
/** How long statuses and the ends of connections may take to go out. */
const farewellMs = 250;
const longestDelay = 2 ** 31 - 1;

/**
 * Serves servicers over gRPC. Resolves when it listens.
 *
 * @throws Error if the address cannot be used or is in use, if a certificate cannot be read, if two servicers serve the same service, or if
 * what an option needs is not installed
 */
export async function serve(servicers: readonly Servicer[], options: ServeOptions): Promise<ServerHandle> {
  const onError = options.onError ?? (() => {});
  const address = parseAddress(options.address);
  const limits = limitsOf(options);
  const settings = { maxSendBytes: limits.maxSendBytes, onError, anonymousPeer: options.address };
  const calls = new Calls(settings);
  const operators = await Operators.load(servicers, options, settings);
  const server = new Server({ ...grpcLimits(limits), "grpc.enable_channelz": 0 });
  for (const route of routesOf([...servicers, ...operators.servicers], { ...options, onError }).values())
    register(server, route, operators.have(route.method.path) ? operators.calls : calls);
  const credentials = serverCredentials(options.tls);
  const injector = namingTls(() => server.createConnectionInjector(credentials));
  repairServer(server);
  const listener = await listen(address, (socket) => injector.injectConnection(socket));
  operators.begin();
  return new GrpcServer(server, injector, listener, calls, operators);
}

class GrpcServer implements ServerHandle {
  readonly address: string;
  readonly #server: Server;
  readonly #injector: ConnectionInjector;
  readonly #listener: Listener;
  readonly #calls: Calls;
  readonly #operators: Operators;
  #closed: Promise<void> | undefined;

  constructor(server: Server, injector: ConnectionInjector, listener: Listener, calls: Calls, operators: Operators) {
    this.address = listener.address;
    this.#server = server;
    this.#injector = injector;
    this.#listener = listener;
    this.#calls = calls;
    this.#operators = operators;
  }

  close({ drainMs = defaultDrainMs }: { drainMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(drainMs);
    return this.#closed;
  }

  async #close(drainMs: number): Promise<void> {
    const idle = this.#calls.refuse();
    const told = this.#operators.drain();
    let disconnected: Promise<void> | undefined;
    // grpc-js takes the time as one after which it destroys what is left: behind all else.
    if (this.#operators.probed) this.#injector.drain(Math.min(drainMs + 2 * farewellMs, longestDelay));
    else disconnected = this.#disconnect();
    await Promise.all([within(drainMs, idle), told]);
    this.#calls.abort();
    this.#operators.end();
    disconnected ??= this.#disconnect();
    await within(farewellMs, disconnected);
    this.#listener.destroy();
    this.#server.forceShutdown();
    await disconnected;
  }

  /** Takes no more connections. Those that are there end with their calls. */
  #disconnect(): Promise<void> {
    const disconnected = this.#listener.close();
    this.#injector.destroy();
    return disconnected;
  }
}

/** Resolves with the promise, or after so many milliseconds. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  if (ms > longestDelay) return promise;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}
