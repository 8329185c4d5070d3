import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { BridgeError } from "../errors.js";
import type { UnknownField } from "./codec.js";
import type { Join } from "./sidecar.js";

/** How deep messages may nest, on the wire and in what is encoded: the limit of protobuf's own implementations. */
export const recursionLimit = 100;

// A decoder per direction, made once. protobuf-es's own would swallow a leading U+FEFF, and replaces unpaired surrogates.
export const strictUtf8: TextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
export const lenientUtf8: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What BinaryReader and DataView say at the end of the bytes. */
const endOfInput = /^premature EOF$|outside the bounds of the DataView/;

/** Where in a message work goes on: names of fields, indices and map keys. */
export class Path {
  #steps: (string | number)[] = [];

  enter(step: string | number): void {
    this.#steps.push(step);
  }
  leave(): void {
    this.#steps.pop();
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

  /** Enters an entry of a map, or a member of an object. */
  enterKey(key: string): void {
    this.enter(`[${JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}...` : key)}]`);
  }

  /** Runs `work`; whatever it throws becomes an invalid_argument that names the message and the place. */
  guard<T>(typeName: string, work: () => T): T {
    try {
      return work();
    } catch (reason) {
      const text = reason instanceof Error ? reason.message : String(reason);
      const what = endOfInput.test(text) ? "truncated: the bytes end in the middle of a field" : text;
      const place = this.toString() + (reason instanceof JsonError ? reason.place : "");
      throw new BridgeError("invalid_argument", `${typeName}: ${place === "" ? "" : `${place}: `}${what}`, { cause: reason });
    }
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

/** Reads the wire format, inside the bounds of the message that is being read. */
export class Reader extends BinaryReader {
  readonly path: Path = new Path();
  depth = 0;
  /** The messages whose values are joined once all bytes are read; undefined if there is none. */
  joins: Map<object, Join> | undefined;
  /** What the value message that was just read had beside its member: for who takes the value. */
  beside: readonly UnknownField[] | undefined;

  constructor(bytes: Uint8Array) {
    // A Buffer's slices are Buffers: a face has plain Uint8Arrays, whatever the transport read into.
    super(bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), (slice, strict) =>
      (strict ? strictUtf8 : lenientUtf8).decode(slice),
    );
  }

  /** Counts one message deeper. */
  enterMessage(): void {
    if (++this.depth > recursionLimit) throw new Error(`messages nest deeper than ${recursionLimit}`);
  }

  /** Skips a field that is not known here, and gives its bytes. */
  unknown(number: number, wireType: WireType): Uint8Array {
    if (wireType === WireType.EndGroup) throw new Error(`the end of a group ${number} that was not begun`);
    return this.skip(wireType, number, recursionLimit - this.depth);
  }

  /** Reads a length and gives where the part that it announces ends. Refuses one that would run past `end`. */
  part(end: number): number {
    const length = this.uint32();
    if (length > end - this.pos) throw new Error(`truncated: ${length} bytes are announced and ${end - this.pos} are left`);
    return this.pos + length;
  }
}

/** Writes the wire format. */
export class Writer extends BinaryWriter {
  readonly path: Path = new Path();
  depth = 0;

  /** Counts one message deeper. */
  enterMessage(): void {
    if (++this.depth > recursionLimit) throw new Error(`messages nest deeper than ${recursionLimit}, or in a circle`);
  }

  override string(value: string): this {
    // An unpaired surrogate has no UTF-8; the base class would send U+FFFD in its place.
    if (!value.isWellFormed()) throw new Error("a string with an unpaired surrogate has no UTF-8");
    return super.string(value);
  }
}

/** Why a value was refused: what the field takes, and what kind of value it got. Never the value itself, which may be a secret. */
export function refuse(expected: string, value: unknown): never {
  const got =
    value === null
      ? "null"
      : Array.isArray(value)
        ? "an array"
        : typeof value === "number" && (!Number.isSafeInteger(value) || Object.is(value, -0))
          ? Number.isInteger(value)
            ? "a number that is no safe integer"
            : `the number ${value}`
          : typeof value === "object"
            ? `an object${value.constructor && value.constructor !== Object ? ` of class ${value.constructor.name}` : ""}`
            : typeof value === "undefined"
              ? "undefined"
              : `a ${typeof value}`;
  throw new Error(`expected ${expected}, got ${got}`);
}
