import type { Socket } from "node:net";
import type { DescFile } from "@bufbuild/protobuf";
import { type ConnectionInjector, Server, ServerCredentials } from "@grpc/grpc-js";
import type { InterceptorOptions } from "../../interceptors/chain.js";
import type { ServerLinkOptions } from "../../link/options.js";
import type { Logger } from "../../logging/logger.js";
import { logging } from "../../logging/logging.js";
import { type ErrorListener, routesOf } from "../../servicer/routes.js";
import { type Servicer, serviceInfo } from "../../servicer/servicer.js";
import type { ServerHandle } from "../../transport.js";
import { parseAddress } from "./address.js";
import { Admission } from "./admission.js";
import { register } from "./answer.js";
import { Calls } from "./calls.js";
import { Gate } from "./gate.js";
import type { Health } from "./health.js";
import { grpcLimits, limitsOf } from "./limits.js";
import { type Listener, listen } from "./listener.js";
import { Operators } from "./operators.js";
import { harmless, type ProblemListener } from "./problem.js";
import { Secure } from "./secure.js";
import { boundsOf, type ServerLimits } from "./server-limits.js";
import { ServerLog } from "./server-log.js";
import { closeAtSignal, type SignalOptions } from "./signals.js";
import type { ServerTls, ServerTlsSource } from "./tls.js";
import { longestDelay, within } from "./within.js";

/** Options of {@link serve}. */
export interface ServeOptions extends InterceptorOptions {
  /** Where to listen: `127.0.0.1:50051`, `[::1]:0` (0 for any free port), `0.0.0.0:50051`, or `unix:/path/of/socket`. */
  address: string;
  /** Serves over TLS. Without it, nothing is encrypted. What a function gives is asked for again when clients connect, at most once a second. */
  tls?: ServerTls | ServerTlsSource | undefined;
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
  /**
   * Has a line for each failure of a call, as `logging` writes it, outside of all `interceptors`; for each start and stop of the server; and for
   * what `onProblem` is told.
   */
  logger?: Logger | undefined;
  /** How many calls and connections the server takes, and how long connections live. */
  limits?: ServerLimits | undefined;
  /** Told of each connection that is refused or fails before it can carry calls, and of certificates that cannot be used. By default nobody is. */
  onProblem?: ProblemListener | undefined;
}

/** A gRPC server that is listening. */
export interface GrpcServerHandle extends ServerHandle {
  /**
   * Has the process heed SIGTERM and SIGINT until the server is closed: the first closes it, as {@link ServerHandle.close} does, the second
   * ends the process at once with the exit code 128 + its number (143 for SIGTERM, 130 for SIGINT).
   *
   * Resolves when the server is closed, with the signal that closed it, or with undefined if `close` was called.
   */
  untilSignal(options?: SignalOptions): Promise<string | undefined>;
}

const defaultDrainMs = 5_000;
/** How long statuses and the ends of connections may take to go out. */
const farewellMs = 250;

/**
 * Serves servicers over gRPC. Resolves when it listens.
 *
 * @throws Error if the address cannot be used or is in use, if a certificate cannot be read, if two servicers serve the same service, or if
 * what an option needs is not installed
 */
export async function serve(servicers: readonly Servicer[], options: ServeOptions): Promise<GrpcServerHandle> {
  const onError = options.onError ?? (() => {});
  const { logger, interceptors = [] } = options;
  const log = new ServerLog(logger);
  const tell = harmless(options.onProblem);
  const onProblem: ProblemListener = (problem) => {
    log.problem(problem);
    tell(problem);
  };
  const address = parseAddress(options.address);
  const limits = limitsOf(options);
  const bounds = boundsOf(options.limits);
  const settings = { maxSendBytes: limits.maxSendBytes, onError, anonymousPeer: options.address };
  const calls = new Calls(settings);
  const operators = await Operators.load(servicers, options, settings);
  const server = new Server({ ...grpcLimits(limits), ...bounds.grpcOptions, "grpc.enable_channelz": 0 });
  const around = { ...options, interceptors: logger ? [logging(logger), ...interceptors] : interceptors };
  for (const route of routesOf([...servicers, ...operators.servicers], { ...around, onError }).values())
    register(server, route, operators.have(route.method.path) ? operators.calls : calls);
  // What is secured, we secure ourselves.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  new Gate(bounds).guard(server);
  const inject = (socket: Socket): void => injector.injectConnection(socket);
  const secure = options.tls && (await Secure.open(options.tls, inject, onProblem));
  const admission = new Admission(bounds, secure ? (socket) => void secure.take(socket) : inject, onProblem);
  const listener = await listen(address, (socket) => admission.take(socket));
  const close = (): Promise<void> => {
    const disconnected = listener.close();
    admission.close();
    secure?.close();
    injector.destroy();
    return disconnected;
  };
  operators.begin();
  log.started(
    listener.address,
    servicers.map((servicer) => serviceInfo(servicer).typeName),
    secure !== undefined,
  );
  return new GrpcServer(server, injector, { address: listener.address, close, destroy: () => listener.destroy() }, calls, operators, log);
}

class GrpcServer implements GrpcServerHandle {
  readonly address: string;
  readonly #server: Server;
  readonly #injector: ConnectionInjector;
  readonly #listener: Listener;
  readonly #calls: Calls;
  readonly #operators: Operators;
  readonly #log: ServerLog;
  readonly #closed: Promise<void>;
  #settle = (): void => {};
  #closing = false;

  constructor(server: Server, injector: ConnectionInjector, listener: Listener, calls: Calls, operators: Operators, log: ServerLog) {
    this.address = listener.address;
    this.#server = server;
    this.#injector = injector;
    this.#listener = listener;
    this.#calls = calls;
    this.#operators = operators;
    this.#log = log;
    this.#closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  close({ drainMs = defaultDrainMs }: { drainMs?: number } = {}): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      void this.#close(drainMs).then(this.#settle);
    }
    return this.#closed;
  }

  untilSignal(options: SignalOptions = {}): Promise<string | undefined> {
    return closeAtSignal({ close: (how) => this.close(how), closed: this.#closed }, options);
  }

  async #close(drainMs: number): Promise<void> {
    this.#log.draining(this.address, this.#calls.size, drainMs);
    const idle = this.#calls.refuse();
    const told = this.#operators.drain();
    let disconnected: Promise<void> | undefined;
    // grpc-js takes the time as one after which it destroys what is left: behind all else.
    if (this.#operators.probed) this.#injector.drain(Math.min(drainMs + 2 * farewellMs, longestDelay));
    else disconnected = this.#listener.close();
    await Promise.all([within(drainMs, idle), told]);
    const left = this.#calls.size;
    this.#calls.abort();
    this.#operators.end();
    disconnected ??= this.#listener.close();
    await within(farewellMs, disconnected);
    this.#listener.destroy();
    this.#server.forceShutdown();
    await disconnected;
    this.#log.stopped(this.address, left);
  }
}
