import type { CallContext } from "../../context.js";
import { BridgeError, codeFromNumber } from "../../errors.js";
import { Servicer, servicerFrom } from "../../servicer/servicer.js";
import { untilAborted } from "../../streams.js";
import { type Adopted, adopt, missingPackage } from "./adopted.js";

/** Whether a service is to be called. */
export type HealthStatus = "serving" | "not_serving";

/** A service: its fully qualified name, or what has it, as the description of a service in a generated module does. */
export type ServiceName = string | { readonly typeName: string };

let namesIn: (health: Health) => Iterable<string>;
let follow: (health: Health, server: ServerHealth) => () => void;

/** The statuses that a server tells those who ask for its health: the option `health` of `serve`. All are serving until they are set. */
export class Health {
  readonly #statuses = new Map<string, HealthStatus>();
  readonly #servers = new Set<ServerHealth>();

  static {
    namesIn = (health) => health.#statuses.keys();
    follow = (health, server) => {
      health.#servers.add(server);
      server.tell(health.#statuses);
      return () => health.#servers.delete(server);
    };
  }

  /**
   * Sets the status of a service, and tells those who watch it. The server as a whole has the name "": it is serving while all of its services
   * are, unless its own status is set.
   *
   * @throws Error if the server does not serve the service
   */
  set(service: ServiceName, status: HealthStatus): void {
    const name = typeof service === "string" ? service : service.typeName;
    for (const server of this.#servers) server.check(name);
    this.#statuses.set(name, status);
    for (const server of this.#servers) server.tell(this.#statuses);
  }
}

/** A call as grpc-health-check takes it. */
interface Surface {
  readonly request: unknown;
  write?(response: unknown): void;
  on?(event: string, listener: () => void): void;
}

type Answer = (surface: Surface, callback: (error: { code?: number; details?: string } | null, response: unknown) => void) => void;

/** The health of one server: `grpc.health.v1.Health`, as grpc-health-check has it. */
export class ServerHealth {
  readonly servicer: Servicer;
  readonly #health: Health;
  readonly #services: readonly string[];
  readonly #publish: (name: string, status: "SERVING" | "NOT_SERVING") => void;
  readonly #published = new Map<string, string>();
  #leave = (): void => {};
  #draining = false;

  /**
   * @param services what the server serves
   * @throws Error if the package is not installed, or if a status is set that is none of the server's
   */
  static async load(option: true | Health, services: readonly string[]): Promise<ServerHealth> {
    const { HealthImplementation } = await import("grpc-health-check").catch((reason: unknown) => {
      throw missingPackage("grpc-health-check", "health", reason);
    });
    const implementation = new HealthImplementation();
    const [adopted] = adopt(implementation);
    return new ServerHealth(option === true ? new Health() : option, services, adopted as Adopted, (name, status) => implementation.setStatus(name, status));
  }

  constructor(health: Health, services: readonly string[], adopted: Adopted, publish: (name: string, status: "SERVING" | "NOT_SERVING") => void) {
    this.#health = health;
    this.#services = services;
    this.#publish = publish;
    const { check, list, watch } = adopted.implementation as unknown as Readonly<Record<string, Answer>>;
    this.servicer = servicerFrom(new (class extends Servicer {})(adopted.service), {
      check: once(check as Answer),
      list: once(list as Answer),
      watch: (request: unknown, { signal }: CallContext) => statuses(watch as Answer, request, signal),
    });
    for (const name of namesIn(health)) this.check(name);
  }

  /** @throws Error if the server serves nothing of that name */
  check(name: string): void {
    if (name !== "" && !this.#services.includes(name)) throw new Error(`health: the server does not serve ${name}, but ${this.#services.join(", ")}`);
  }

  /** Tells those who watch what is new. */
  tell(statuses: ReadonlyMap<string, HealthStatus>): void {
    const serves = (name: string): boolean => !this.#draining && statuses.get(name) !== "not_serving";
    const whole = statuses.has("") ? serves("") : this.#services.every(serves);
    for (const [name, serving] of [["", whole] as const, ...this.#services.map((service) => [service, serves(service)] as const)]) {
      const status = serving ? "SERVING" : "NOT_SERVING";
      // The package would tell it again.
      if (this.#published.get(name) === status) continue;
      this.#published.set(name, status);
      this.#publish(name, status);
    }
  }

  /** Tells what is set, from here on. */
  begin(): void {
    this.#leave = follow(this.#health, this);
  }

  /** Nothing is serving from here on, whatever is set. */
  drain(): void {
    this.#leave();
    this.#draining = true;
    this.tell(new Map());
  }
}

/** Answers a call that has one response. */
function once(answer: Answer): (request: unknown) => Promise<unknown> {
  return (request) =>
    new Promise((resolve, reject) => {
      answer({ request }, (error, response) => {
        if (error) reject(new BridgeError(codeFromNumber(error.code ?? 0), error.details ?? ""));
        else resolve(response);
      });
    });
}

/** The statuses that a call is told, as they change. A client that reads slowly gets the last one. */
async function* statuses(watch: Answer, request: unknown, signal: AbortSignal): AsyncGenerator<unknown, void> {
  let response: unknown;
  let wake = (): void => {};
  let leave = (): void => {};
  const surface: Surface = {
    request,
    write(status) {
      response = status;
      wake();
    },
    on(_cancelled, listener) {
      leave = listener;
    },
  };
  watch(surface, () => {});
  try {
    for (;;) {
      if (response === undefined) {
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await untilAborted(changed, signal);
      }
      const status = response;
      response = undefined;
      yield status;
    }
  } finally {
    leave();
  }
}
