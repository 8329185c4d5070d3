import { type DescEnum, type DescField, type DescMessage, type JsonObject, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import type { Node, Scalar } from "yaml";
import type { Problems } from "../diagnostics.js";
import { unprintable, type YamlDocument, yaml } from "./document.js";
import { comparisons, nearest, quote } from "./nearest.js";

/** Where something stands, and where what is in it stands: by field, by key, by index. */
export interface Places {
  /** `bridge.yaml:3:5`, of its key, or of itself in a list. */
  readonly at: string;
  readonly inside: Map<string, Places>;
}

/** Values behind aliases that are read: a few lines can stand for billions. */
const aliasedLimit = 10_000;

/**
 * Reads the nodes of a YAML file beside the descriptor of what they are. Fields are named as in the proto, enum values by their names; a
 * string may be written as an integer. What is wrong is told, and left out.
 *
 * @returns protobuf JSON, and the places of all that is in it
 * @throws ProblemsError if aliases stand for too much
 */
export function decode(document: YamlDocument, desc: DescMessage, problems: Problems): { readonly json: JsonObject; readonly places: Places } {
  const places: Places = { at: document.at(0), inside: new Map() };
  return { json: new Decoder(document, problems).message(desc, document.root, "the file", places, 0) ?? {}, places };
}

class Decoder {
  readonly #document: YamlDocument;
  readonly #problems: Problems;
  #aliases = 0;
  #aliased = 0;
  #mistakes = 0;
  #compared = 0;

  constructor(document: YamlDocument, problems: Problems) {
    this.#document = document;
    this.#problems = problems;
  }

  /** @param offset of the key, where there is no node for a value */
  message(desc: DescMessage, node: Node | null, label: string, places: Places, offset: number): JsonObject | undefined {
    const names = desc.fields.map(({ name }) => name).toSorted();
    return this.#pairs(node, `${label} is a map with ${names.join(", ")}`, places, offset, (key, at, value, inside, keyOffset) => {
      const field = desc.fields.find(({ name }) => name === key);
      if (field) return this.#field(field, value, inside, keyOffset);
      const near = this.#compared++ < comparisons ? nearest(key, names) : undefined;
      const there = `there are ${names.join(", ")}`;
      const rest = near?.likely ? `did you mean ${quote(near.name)}? T${there.slice(1)}` : there;
      this.#error(at, `there is no field ${quote(key)} in ${desc.typeName}; ${rest}`);
      return undefined;
    });
  }

  #field(field: DescField, node: Node | null, places: Places, offset: number): JsonValue | undefined {
    if (field.fieldKind === "map") {
      return this.#pairs(node, `${field.name} is a map`, places, offset, (key, _at, value, inside, keyOffset) =>
        this.#single(field, quote(key), value, inside, keyOffset),
      );
    }
    if (field.fieldKind === "list") return this.#list(field, node, places, offset);
    const value = this.#single(field, field.name, node, places, offset);
    if (value !== "" || field.scalar !== ScalarType.STRING) return value;
    // In proto it would be the same as nothing: whoever writes it expects something else.
    this.#wrong(node, offset, `${field.name} is empty: leave it out`);
    return undefined;
  }

  #list(field: DescField, node: Node | null, places: Places, offset: number): JsonValue | undefined {
    return this.#resolved(node, (node) => {
      if (isNull(node)) return [];
      if (!yaml().isSeq(node)) return this.#wrong(node, offset, `${field.name} is a list, not ${describe(node)}`);
      const items: JsonValue[] = [];
      for (const item of node.items as Node[]) {
        const itemOffset = start(item, offset);
        this.#count(item, offset);
        const inside: Places = { at: this.#document.at(itemOffset), inside: new Map() };
        const before = this.#mistakes;
        const value = this.#single(field, `an item of ${field.name}`, item, inside, itemOffset);
        // Half an item would look like one that lacks something.
        if (value === undefined || this.#mistakes > before) continue;
        places.inside.set(String(items.length), inside);
        items.push(value);
      }
      return items;
    });
  }

  /** One value: of a field, in a list, or in a map. */
  #single(field: DescField, label: string, node: Node | null, places: Places, offset: number): JsonValue | undefined {
    if (field.message) return this.message(field.message, node, label, places, offset);
    return this.#resolved(node, (node) => {
      if (field.enum) return this.#enumValue(field.enum, label, node, offset);
      if (field.scalar === ScalarType.BOOL) return this.#bool(label, node, offset);
      if (field.scalar === ScalarType.STRING) return this.#string(label, node, offset);
      throw new Error(`${field} is of a type that a config cannot have`);
    });
  }

  #bool(label: string, node: Node | null, offset: number): boolean | undefined {
    const value = isScalar(node) ? node.value : undefined;
    return typeof value === "boolean" ? value : this.#wrong(node, offset, `${label} is true or false, not ${describe(node)}`);
  }

  #string(label: string, node: Node | null, offset: number): string | undefined {
    const scalar = isScalar(node) ? node : undefined;
    const text = typeof scalar?.value === "bigint" ? scalar.source : scalar?.value;
    if (typeof text !== "string") {
      const fix = typeof scalar?.value === "boolean" || typeof scalar?.value === "number" ? `; put it in quotes: ${quote(String(scalar.source))}` : "";
      return this.#wrong(node, offset, `${label} is a string, not ${describe(node)}${fix}`);
    }
    // An escape can make what the file itself must not have.
    const bad = unprintable(text);
    return bad ? this.#wrong(node, offset, `${label} must not contain the character ${bad.name}`) : text;
  }

  #enumValue(desc: DescEnum, label: string, node: Node | null, offset: number): string | undefined {
    // The name as it is written: to YAML, NULL is no string.
    const name = isScalar(node) ? node.source : undefined;
    if (name !== undefined && desc.values.some((value) => value.name === name)) return name;
    const names = desc.values.map((value) => value.name).filter((name) => name !== "UNSPECIFIED");
    const near = name ? nearest(name, names) : undefined;
    const fix = near?.likely ? `; did you mean ${near.name}?` : "";
    const found = isScalar(node) && typeof node.value === "string" ? quote(node.value) : describe(node);
    return this.#wrong(node, offset, `${label} is one of ${names.join(", ")}, not ${found}${fix}`);
  }

  /** The entries of a map, of which none may be there twice. */
  #pairs(
    node: Node | null,
    expected: string,
    places: Places,
    offset: number,
    read: (key: string, at: string, value: Node | null, places: Places, offset: number) => JsonValue | undefined,
  ): JsonObject | undefined {
    return this.#resolved(node, (node) => {
      // Null prototype: a key may be any text.
      const json: JsonObject = Object.create(null);
      if (isNull(node)) return json;
      if (!yaml().isMap(node)) return this.#wrong(node, offset, `${expected}, not ${describe(node)}`);
      for (const pair of node.items) {
        const keyNode = pair.key as Scalar;
        const key = String(keyNode.value);
        this.#count(keyNode, offset);
        const keyOffset = start(keyNode, offset);
        const at = this.#document.at(keyOffset);
        const before = places.inside.get(key);
        if (before) {
          this.#error(at, `${quote(key)} stands at ${before.at} already`);
        } else if (key === "<<") {
          this.#error(at, 'merge keys ("<<") are not read: write the fields out');
        } else if (key === "__proto__") {
          this.#error(at, 'the name "__proto__" cannot be used here');
        } else {
          const inside: Places = { at, inside: new Map() };
          places.inside.set(key, inside);
          const value = read(key, at, pair.value as Node | null, inside, keyOffset);
          if (value !== undefined) json[key] = value;
        }
      }
      return json;
    });
  }

  #resolved<T>(node: Node | null, read: (node: Node | null) => T | undefined): T | undefined {
    if (!yaml().isAlias(node)) return read(node);
    this.#aliases++;
    const value = this.#resolved(this.#document.resolve(node), read);
    this.#aliases--;
    return value;
  }

  /** @throws ProblemsError past the limit */
  #count(node: Node, offset: number): void {
    if (this.#aliases === 0 || ++this.#aliased <= aliasedLimit) return;
    this.#wrong(node, offset, `aliases stand for more than ${aliasedLimit} values`);
    this.#problems.check();
  }

  #error(at: string, message: string): void {
    this.#mistakes++;
    this.#problems.error(at, message);
  }

  #wrong(node: Node | null, offset: number, message: string): undefined {
    this.#error(this.#document.at(start(node, offset)), message);
  }
}

function start(node: Node | null, otherwise: number): number {
  return node?.range?.[0] ?? otherwise;
}

function isScalar(node: Node | null): node is Scalar {
  return yaml().isScalar(node);
}

function isNull(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function describe(node: Node | null): string {
  if (yaml().isMap(node)) return "a map";
  if (yaml().isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null) return "null";
  return typeof node.value === "string" ? `the string ${quote(node.value)}` : String(node.source);
}
