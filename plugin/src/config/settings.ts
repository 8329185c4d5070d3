import { create, type DescFile, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import {
  type Any,
  AnySchema,
  type Config,
  type Enum,
  EnumSchema,
  type Field,
  FieldSchema,
  type Message,
  MessageSchema,
  type Method,
  MethodSchema,
  type Oneof,
  OneofSchema,
  type Package,
  PackageSchema,
  type Service,
  ServiceSchema,
} from "../gen/protobridge/v1/config_pb.js";
import { mergeInto } from "./merge.js";

/** One of the places that say something of the protos. */
export interface Layer {
  readonly config: Config;
  /** What is said of the files themselves, by path: options of the proto. */
  readonly files?: ReadonlyMap<string, Package>;
  /** Whether what it names may be missing, since it is made for several versions of the protos. */
  readonly mayMiss?: boolean;
  /** Where it says something, for people: `bridge.yaml:3:5`, `profile acme`. */
  place(...path: string[]): string;
}

/** What all layers say of one element. */
export interface Said<T> {
  readonly rule: T;
  /** Where a part of it comes from, for people; undefined if nobody says it. */
  from(...path: string[]): string | undefined;
  /** Whether a part that names something may name what is not there: then it says nothing. */
  mayMiss(...path: string[]): boolean;
}

const sections = ["packages", "services", "methods", "messages", "fields", "oneofs", "enums"] as const;
type Section = (typeof sections)[number];

/** What the layers say together, of which the later ones win. */
export class Settings {
  readonly #layers: readonly Layer[];
  readonly #said = new Map<string, Said<unknown>>();
  /** What somebody says something of: nearly always, it is not what is asked for. */
  readonly #selectors: ReadonlySet<string>;

  /** @param layers the later wins */
  constructor(layers: readonly Layer[] = []) {
    this.#layers = layers;
    this.#selectors = new Set(layers.flatMap(({ config }) => sections.flatMap((section) => Object.keys(config[section]))));
  }

  service(typeName: string): Said<Service> {
    return this.#of("services", ServiceSchema, typeName);
  }

  method(service: string, name: string): Said<Method> {
    return this.#of("methods", MethodSchema, `${service}.${name}`);
  }

  message(typeName: string): Said<Message> {
    return this.#of("messages", MessageSchema, typeName);
  }

  field(message: string, name: string): Said<Field> {
    return this.#of("fields", FieldSchema, `${message}.${name}`);
  }

  oneof(message: string, name: string): Said<Oneof> {
    return this.#of("oneofs", OneofSchema, `${message}.${name}`);
  }

  enum(typeName: string): Said<Enum> {
    return this.#of("enums", EnumSchema, typeName);
  }

  /** What is said of a file: of its package, and of itself. */
  file({ proto }: DescFile): Said<Package> {
    return this.#merged(`file ${proto.name}`, PackageSchema, (layer) => {
      const alone = layer.files?.get(proto.name);
      if (alone) return { rule: alone, path: ["files", proto.name] };
      const rule = own(layer.config.packages, proto.package);
      return rule && { rule, path: ["packages", proto.package] };
    });
  }

  /** How a field reads if it is an Any: what is said of it, over what is said of its file. */
  any(file: DescFile, message: string, name: string): Said<Any> {
    const [general, own] = [this.file(file), this.field(message, name)];
    if (!own.rule.any) {
      const { rule, from, mayMiss } = general;
      return { rule: rule.any ?? create(AnySchema), from: (...path) => from("any", ...path), mayMiss: (...path) => mayMiss("any", ...path) };
    }
    const rule = create(AnySchema);
    if (general.rule.any) mergeInto(AnySchema, rule, general.rule.any);
    mergeInto(AnySchema, rule, own.rule.any);
    const sayer = (path: string[]): Said<unknown> => (own.from("any", ...path) === undefined ? general : own);
    return { rule, from: (...path) => sayer(path).from("any", ...path), mayMiss: (...path) => sayer(path).mayMiss("any", ...path) };
  }

  #of<Desc extends DescMessage>(section: Section, schema: Desc, selector: string): Said<MessageShape<Desc>> {
    if (!this.#selectors.has(selector)) return nothing(schema);
    return this.#merged(`${section} ${selector}`, schema, ({ config }) => {
      const rules = config[section] as { readonly [selector: string]: MessageShape<Desc> };
      const rule = own(rules, selector);
      return rule && { rule, path: [section, selector] };
    });
  }

  #merged<Desc extends DescMessage>(
    key: string,
    schema: Desc,
    find: (layer: Layer) => { readonly rule: MessageShape<Desc>; readonly path: readonly string[] } | undefined,
  ): Said<MessageShape<Desc>> {
    let said = this.#said.get(key) as Said<MessageShape<Desc>> | undefined;
    if (!said) {
      const found = this.#layers.flatMap((layer) => {
        const rule = find(layer);
        return rule ? [{ layer, ...rule }] : [];
      });
      said = found.length === 0 ? nothing(schema) : mergedOf(schema, found);
      this.#said.set(key, said);
    }
    return said;
  }
}

const unsaid = new Map<DescMessage, Said<unknown>>();

/** That nobody says anything: one answer for all elements of a kind. */
function nothing<Desc extends DescMessage>(schema: Desc): Said<MessageShape<Desc>> {
  let said = unsaid.get(schema) as Said<MessageShape<Desc>> | undefined;
  if (!said) {
    said = { rule: create(schema), from: () => undefined, mayMiss: () => false };
    unsaid.set(schema, said);
  }
  return said;
}

function mergedOf<Desc extends DescMessage>(
  schema: Desc,
  found: readonly { readonly layer: Layer; readonly rule: MessageShape<Desc>; readonly path: readonly string[] }[],
): Said<MessageShape<Desc>> {
  const rule = create(schema);
  // Where it is said is looked for when somebody asks: in a proto that takes a while.
  const from = new Map<string, { readonly layer: Layer; place(): string }>();
  for (const { layer, rule: said, path } of found) {
    mergeInto(schema, rule, said, (part) => from.set(part.join("\n"), { layer, place: () => layer.place(...path, ...part) }));
  }
  return { rule, from: (...path) => from.get(path.join("\n"))?.place(), mayMiss: (...path) => from.get(path.join("\n"))?.layer.mayMiss ?? false };
}

/** What an object has itself: a selector can be called like something that every object has. */
function own<T>(rules: { readonly [selector: string]: T }, selector: string): T | undefined {
  return Object.hasOwn(rules, selector) ? rules[selector] : undefined;
}
