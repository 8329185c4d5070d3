import { type DescField, type DescMethod, type DescService, ScalarType } from "@bufbuild/protobuf";
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import type { Deciding } from "./deciding.js";
import type { Reason } from "./reason.js";

/** A context in which an id that many requests of a service carry is bound once. */
export interface ScopeModel {
  /** The field of the requests, as the proto names it. */
  readonly field: string;
  /** What it is called: the field without `_id`. */
  readonly name: string;
  /** The RPCs whose request has it. */
  readonly methods: readonly string[];
  readonly reason: Reason;
}

/**
 * A string field named `*_id`, of the same name in at least two requests of a service, is a scope. Links have no requests.
 *
 * @param methods of the service, that are not skipped
 * @param links among them
 */
export function scopeModels(desc: DescService, methods: readonly DescMethod[], links: ReadonlySet<string>, deciding: Deciding): readonly ScopeModel[] {
  const said = deciding.settings.service(desc.typeName);
  const requests = methods.filter(({ name }) => !links.has(name));
  const carriers = new Map<string, string[]>();
  for (const { name, input } of requests) {
    for (const field of input.fields) if (canBind(field)) carriers.set(field.name, [...(carriers.get(field.name) ?? []), name]);
  }
  const rpcs = new Map(methods.map(({ name }) => [localName(name), name]));
  return [...carriers].flatMap(([field, carrying]): ScopeModel[] => {
    const config = Object.hasOwn(said.rule.scopes, field) ? said.rule.scopes[field] : undefined;
    const byRule = field.endsWith("_id") && field !== "_id" && carrying.length >= 2;
    if (config?.none) deciding.omitted.push({ what: "scope", name: `${desc.typeName}.${field}`, from: said.from("scopes", field, "none") ?? "" });
    if (config?.none || (!config && !byRule)) return [];
    const name = config?.name ? config.name : field.replace(/(?<=.)_id$/, "");
    const from = said.from("scopes", field) ?? null;
    const rpc = rpcs.get(localName(name));
    if (rpc !== undefined) {
      const text = `${desc.typeName} has no scope ${name}, since its RPC ${rpc} has that name: say services: ${desc.typeName}: { scopes: { ${field}: { name: ... } } }, or { none: true }`;
      deciding.problems.warn(from ?? deciding.place(desc), text);
      return [];
    }
    const because = `${field} is a string in ${carrying.length === 1 ? "one request" : `${carrying.length} requests`}`;
    return [{ field, name, methods: carrying, reason: { rule: "scope", because, from } }];
  });
}

function localName(name: string): string {
  return protoCamelCase(`${name.charAt(0).toLowerCase()}${name.slice(1)}`);
}

function canBind(field: DescField): boolean {
  return field.fieldKind === "scalar" && field.scalar === ScalarType.STRING && !field.oneof;
}
