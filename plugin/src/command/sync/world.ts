import { type Contract, type Handlers, readContract, type Service } from "./contract.js";
import { type Origin, Origins } from "./origins.js";
import type { Sources } from "./sources.js";

/** What is known of a project: its sources, and what its generated modules say. */
export class World {
  readonly sources: Sources;
  readonly origins: Origins;
  readonly #generated: ReadonlySet<string>;
  readonly #contracts = new Map<string, Contract>();
  #services: readonly Service[] | undefined;
  #names: ReadonlySet<string> | undefined;
  #linkMethods: ReadonlySet<string> | undefined;

  /** @param generated absolute paths of the generated modules */
  constructor(sources: Sources, generated: ReadonlySet<string>) {
    this.sources = sources;
    this.#generated = generated;
    this.origins = new Origins(sources, (path) => this.isGenerated(path));
  }

  isGenerated(path: string): boolean {
    return this.#generated.has(path);
  }

  /** The paths of the generated modules. */
  get generated(): Iterable<string> {
    return this.#generated;
  }

  get services(): readonly Service[] {
    this.#services ??= [...this.#generated].flatMap((path) => this.contract(path).services);
    return this.#services;
  }

  /** What a generated module says. */
  contract(path: string): Contract {
    const known = this.#contracts.get(path);
    if (known) return known;
    const contract = readContract(this.sources, this.sources.module(path));
    this.#contracts.set(path, contract);
    return contract;
  }

  serviceOfServicer(origin: Origin | undefined): Service | undefined {
    return this.#service(origin, ({ servicer }) => servicer);
  }

  serviceOfMethods(origin: Origin | undefined): Service | undefined {
    return this.#service(origin, ({ methods }) => methods);
  }

  serviceOfClient(origin: Origin | undefined): Service | undefined {
    return this.#service(origin, ({ client }) => client);
  }

  #service(origin: Origin | undefined, nameOf: (service: Service) => string): Service | undefined {
    if (origin?.kind !== "export" || !this.isGenerated(origin.module)) return undefined;
    return this.contract(origin.module).services.find((service) => nameOf(service) === origin.name);
  }

  handlers(origin: Origin | undefined): Handlers | undefined {
    if (origin?.kind !== "export" || !this.isGenerated(origin.module)) return undefined;
    return this.contract(origin.module).handlers.find(({ name }) => name === origin.name);
  }

  /** The handlers that a client's method takes. */
  clientHandlers({ name, module }: Service, method: string): Handlers | undefined {
    const wanted = `${name}${method}ClientHandlers`.toLowerCase();
    return this.contract(module.path).handlers.find((handlers) => handlers.name.toLowerCase() === wanted);
  }

  /** The names of all methods and handlers: an object that has none of them is none of those. */
  get names(): ReadonlySet<string> {
    this.#names ??= new Set(
      [...this.#generated].flatMap((path) => {
        const { services, handlers } = this.contract(path);
        return [...services.flatMap(({ rpcs }) => rpcs.map(({ name }) => name)), ...handlers.flatMap(({ names }) => [...names])];
      }),
    );
    return this.#names;
  }

  /** The names of the methods by which clients open links. */
  get linkMethods(): ReadonlySet<string> {
    this.#linkMethods ??= new Set(this.services.flatMap(({ rpcs }) => rpcs.filter(({ handlers }) => handlers).map(({ name }) => name)));
    return this.#linkMethods;
  }
}
