import { BridgeError } from "../errors.js";
import type { ServiceInfo } from "./service.js";

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

let infoOf: (servicer: Servicer) => ServiceInfo;

/**
 * Serves one service: what `serve` of a transport takes. Generated code extends it, with one abstract class a service.
 * It has no member that one could see, so that every RPC can keep its name.
 */
export abstract class Servicer {
  readonly #service: ServiceInfo;

  constructor(service: ServiceInfo) {
    this.#service = service;
  }

  static {
    infoOf = (servicer) => servicer.#service;
  }
}

/** The service that a servicer serves. */
export function serviceInfo(servicer: Servicer): ServiceInfo {
  return infoOf(servicer);
}

/** What a method does that a servicer leaves out. Called by generated code. */
export function unimplemented({ typeName, methods }: ServiceInfo, localName: string): never {
  throw new BridgeError("unimplemented", `${typeName}.${methods.get(localName)?.name ?? localName} is not implemented`, { inBand: false });
}

/**
 * Makes a servicer whose methods are those of an object; what the object leaves out stays unimplemented. Called by generated code.
 */
export function servicerFrom<S extends Servicer>(servicer: S, methods: object): S {
  const { typeName, methods: known } = serviceInfo(servicer);
  for (const localName of known.keys()) {
    const method = (methods as Record<string, unknown>)[localName];
    if (method === undefined) continue;
    if (typeof method !== "function") throw new TypeError(`${typeName}: ${localName} is a ${typeof method}, not a function`);
    Object.defineProperty(servicer, localName, { value: method.bind(methods) as unknown, writable: true, configurable: true });
  }
  return servicer;
}
