import { BridgeError } from "../errors.js";

/** Where in a message work goes on: names of fields, indices and map keys. */
export class Path {
  #steps: (string | number)[] = [];

  enter(step: string | number): void {
    this.#steps.push(step);
  }
  leave(): void {
    this.#steps.pop();
  }

  /** Enters an entry of a map, or a member of an object. */
  enterKey(key: string): void {
    this.enter(`[${JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}...` : key)}]`);
  }

  /** `input["a b"].json`, `items[3].name`; "" for the message itself. The middle of a very long path is left out. */
  toString(): string {
    const steps = this.#steps.length > 24 ? [...this.#steps.slice(0, 12), "...", ...this.#steps.slice(-8)] : this.#steps;
    let text = "";
    for (const step of steps) {
      if (typeof step === "number") text += `[${step}]`;
      else if (step.startsWith('["')) text += step;
      else text += text === "" ? step : `.${step}`;
    }
    return text;
  }

  /** The steps to here, to come back to by {@link return}. */
  steps(): readonly (string | number)[] {
    return [...this.#steps];
  }
  return(steps: readonly (string | number)[]): void {
    this.#steps = [...steps];
  }
}

/** What JSON cannot carry, and where in the value it is. */
export class JsonError extends Error {
  readonly place: string;

  constructor(message: string, place: string, cause: unknown) {
    super(message, { cause });
    this.place = place;
  }
}

/** The invalid_argument for what was thrown on the way through a message; names the message and the place. */
export function misfit(typeName: string, path: Path, reason: unknown): BridgeError {
  const text = reason instanceof Error ? reason.message : String(reason);
  const place = path.toString() + (reason instanceof JsonError ? reason.place : "");
  return new BridgeError("invalid_argument", `${typeName}: ${place === "" ? "" : `${place}: `}${text}`, { cause: reason });
}

/** Why a value was refused: what the field takes, and what kind of value it got. Never the value itself, which may be a secret. */
export function refuse(expected: string, value: unknown): never {
  throw new Error(`expected ${expected}, got ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number" && (!Number.isSafeInteger(value) || Object.is(value, -0)))
    return Number.isInteger(value) ? "a number that is no safe integer" : `the number ${value}`;
  if (typeof value === "object") return `an object${value.constructor && value.constructor !== Object ? ` of class ${value.constructor.name}` : ""}`;
  return typeof value === "undefined" ? "undefined" : `a ${typeof value}`;
}
