/** The names of TypeScript. With the types, in types.ts, they are all that this target language decides about a model. */
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import { safeIdentifier } from "@bufbuild/protoplugin";
import type { Problems } from "./diagnostics.js";
import type { CodeName } from "./model/fault.js";
import { isMethod } from "./model/link/end.js";
import type { EndModel, GroupModel } from "./model/link/link.js";
import type { FieldModel, MessageModel, PropertyModel } from "./model/message.js";
import type { FileModel, Model } from "./model/model.js";
import type { Pin } from "./model/reason.js";
import type { ScopeModel } from "./model/scope.js";
import type { MethodModel } from "./model/servicer.js";

/** The names of a service's declarations. */
export interface ServiceNames {
  /** The description of the service. */
  readonly info: string;
  readonly methods: string;
  readonly servicer: string;
  readonly client: string;
  /** The class of each scope, by its field. */
  readonly scopes: ReadonlyMap<string, string>;
  /** The interfaces of each link, by its RPC. */
  readonly links: ReadonlyMap<string, LinkNames>;
}

/** The names of a link's declarations: what each end says, and what it hears. */
export interface LinkNames {
  readonly client: { readonly link: string; readonly handlers: string };
  readonly server: { readonly link: string; readonly handlers: string };
}

/** What is declared at the top of a generated file. */
export interface FileNames {
  /** The import path of the file, from the root of the output. */
  readonly path: string;
  /** By type name. */
  readonly faces: ReadonlyMap<string, string>;
  readonly inits: ReadonlyMap<string, string>;
  readonly enums: ReadonlyMap<string, string>;
  readonly services: ReadonlyMap<string, ServiceNames>;
  /** Every name that is declared or re-exported. */
  readonly taken: ReadonlySet<string>;
}

/** Names that no type may have, beside those that protoplugin knows. */
const reservedTypes = new Set([
  ...["any", "unknown", "never", "symbol", "undefined", "keyof", "infer", "unique", "readonly"],
  ...["await", "arguments", "eval", "NaN", "Infinity"],
]);

/** Names that a service's description must not have: inside the functions that use it, they are the names of parameters. */
const reservedInfos = new Set(["channel", "defaults", "_request", "_requests", "_link", "_context"]);

/** Names that a message must not have: inside the code of companions, which call each other, they are those of parameters. */
const reservedCompanions = new Set(["m", "r", "w", "c", "t", "p"]);

/** Whether TypeScript keeps a name to itself, so that no type may have it. */
export function isReservedType(name: string): boolean {
  return reservedTypes.has(name) || safeIdentifier(name) !== name;
}

/** Names that a property must not have: each object has them already. */
const reservedProperties = new Set([...Object.getOwnPropertyNames(Object.prototype), "toJSON"]);

/**
 * Names that a method must not have, beside those of a property: `then` would make a client something that `await` calls; the others
 * are members that links have, and that servicers and clients keep free.
 */
const reservedMethods = new Set([...reservedProperties, "then", "close", "with", "on", "state", "stats"]);

/** Names that a method or a group of a link must not have: what links have beside them, which servicers and clients have not. */
const reservedInLinks = new Set([...reservedMethods, "off", "opening"]);

/** Names that must not stand in a group, which has nothing of its own; only `await` must not call it. */
const reservedInGroups = new Set([...reservedProperties, "then"]);

/** A name of proto in lowerCamelCase. One that has nothing but underscores stays as it is. */
function camelCase(name: string): string {
  return protoCamelCase(name) || name;
}

/** The names of a oneof's cases, in their order: only ever strings, so that nothing is reserved. */
export function caseNames(cases: readonly FieldModel[]): readonly string[] {
  return unique(
    cases.map(({ name, pin }) => ({ name: camelCase(name), pin })),
    new Set(),
  );
}

/**
 * A property or a method as it is declared. What begins with a digit needs quotes; so does `new`, which would declare a constructor in an
 * interface.
 */
export function memberKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== "new" ? name : JSON.stringify(name);
}

/** A property or a method behind an object: `.name`, or `["1st"]`. */
export function memberAccess(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** The names of a message's properties, in their order. */
export function propertyNames(properties: readonly PropertyModel[]): readonly string[] {
  return unique(
    properties.map(({ name, pin }) => ({ name: camelCase(name), pin })),
    reservedProperties,
  );
}

/** The names of a service's methods, in their order. */
export function methodNames(methods: readonly MethodModel[]): readonly string[] {
  return unique(methods.map(methodWish), reservedMethods);
}

/** The names of the methods of a client that open a scope, in their order. No RPC has one of them. */
export function scopeNames(scopes: readonly ScopeModel[]): readonly string[] {
  return unique(scopes.map(scopeWish), reservedMethods);
}

function methodWish({ name, pin }: MethodModel): Wish {
  return { name: camelCase(lowerFirst(name)), pin };
}

function scopeWish({ name }: ScopeModel): Wish {
  return { name: camelCase(name), pin: null };
}

/** The cases of what an end of a link says, by member; without any for a message that comes bare. */
export function linkCases({ envelope }: EndModel, message: MessageModel | undefined): ReadonlyMap<string, string> {
  const oneof = message?.properties.find((property) => property.member === envelope?.oneof);
  if (oneof?.role !== "oneof") return new Map();
  const names = caseNames(oneof.cases);
  return new Map(oneof.cases.map(({ member }, i) => [member, names[i] as string]));
}

/**
 * The names of what an end of a link says, in the order of its members: methods of this end, and handlers of the other.
 *
 * @param message that the end sends
 */
export function linkMemberNames(end: EndModel, message: MessageModel | undefined): readonly string[] {
  const cases = linkCases(end, message);
  const wish = ({ name, pin }: EndModel["members"][number]): Wish =>
    end.envelope ? { name: cases.get(name) ?? camelCase(name), pin } : { name: lowerFirst(camelCase(pin?.name ?? name)), pin: null };
  return unique(end.members.map(wish), reservedInLinks);
}

/** A group of a link's methods, and what it is called. */
export interface GroupNames {
  readonly name: string;
  /** Each by its name in the group, with the name of the method. */
  readonly members: readonly { readonly name: string; readonly method: string }[];
  readonly groups: readonly GroupNames[];
}

/** The names of groups of a link. @param methods the names of the methods beside them, by member */
export function groupNames(groups: readonly GroupModel[], methods: ReadonlyMap<string, string>): readonly GroupNames[] {
  return namedGroups(groups, methods, [...methods.values()], reservedInLinks);
}

function namedGroups(
  groups: readonly GroupModel[],
  methods: ReadonlyMap<string, string>,
  beside: readonly string[],
  reserved: ReadonlySet<string>,
): readonly GroupNames[] {
  const wishes = (named: readonly { readonly name: string }[]): Wish[] => named.map(({ name }) => ({ name: camelCase(name), pin: null }));
  const names = unique(wishes(groups), reserved, beside);
  return groups.map(({ members, groups }, i) => {
    const inside = unique(wishes(members), reservedInGroups);
    return {
      name: names[i] as string,
      members: members.map(({ member }, at) => ({ name: inside[at] as string, method: methods.get(member) as string })),
      groups: namedGroups(groups, methods, inside, reservedInGroups),
    };
  });
}

/** A name that follows from the proto, and the one that the config gives in its place. */
interface Wish {
  readonly name: string;
  readonly pin: Pin | null;
}

function wished({ name, pin }: Wish): string {
  return pin?.name ?? name;
}

/**
 * Puts a `$` behind a name that is reserved, that something beside it has, or one before it: the proto tells `get` from `Get`, TypeScript
 * does not.
 */
function unique(wishes: readonly Wish[], reserved: ReadonlySet<string>, beside: readonly string[] = []): string[] {
  const taken = new Set([...beside, ...wishes.flatMap(({ pin }) => pin?.name ?? [])]);
  return wishes.map(({ name, pin }) => {
    if (pin) return pin.name;
    let unique = reserved.has(name) ? `${name}$` : name;
    while (taken.has(unique)) unique += "$";
    taken.add(unique);
    return unique;
  });
}

/** Reports names in the config that cannot be had: no identifiers, reserved ones, and those that two elements of one place want. */
export function checkPins({ files }: Model, problems: Problems): void {
  const check = (wanted: readonly { readonly pin: Pin | null; readonly what: string }[], reserved: (name: string, what: string) => boolean): void => {
    const first = new Map<string, string>();
    for (const { pin, what } of wanted) {
      if (!pin) continue;
      const other = first.get(pin.name);
      if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(pin.name))
        problems.error(pin.from, `name: ${what} cannot be called "${pin.name}": that is no identifier`);
      else if (reserved(pin.name, what)) problems.error(pin.from, `name: ${what} cannot be called ${pin.name}: the name is reserved; ${pin.name}$ is free`);
      else if (other !== undefined) problems.error(pin.from, `name: ${what} cannot be called ${pin.name}: that is the name of ${other}`);
      else first.set(pin.name, what);
    }
  };
  for (const file of files) {
    const messages = new Set(file.messages.map(({ typeName }) => typeName));
    const top = [...file.enums, ...file.messages, ...file.services].map(({ typeName, pin }) => ({ pin, what: typeName }));
    check(top, (name, what) => isReservedType(name) || (messages.has(what) && reservedCompanions.has(name)));
    for (const { typeName, properties } of file.messages) {
      const named = (members: readonly PropertyModel[]): { pin: Pin | null; what: string }[] =>
        members.map(({ member, pin }) => ({ pin, what: `${typeName}.${member}` }));
      check(named(properties), (name) => reservedProperties.has(name) || name === "$unknown");
      for (const property of properties) if (property.role === "oneof") check(named(property.cases), () => false);
    }
    for (const { typeName, methods } of file.services) {
      check(
        methods.map(({ name, pin }) => ({ pin, what: `${typeName}.${name}` })),
        (name) => reservedMethods.has(name),
      );
      for (const { client, server } of methods.flatMap(({ link }) => link ?? [])) {
        for (const { envelope, message, members } of [client, server]) {
          if (!envelope) continue;
          check(
            members.filter(isMethod).map(({ name, pin }) => ({ pin, what: `${message.typeName}.${name}` })),
            (name) => reservedInLinks.has(name),
          );
        }
      }
    }
  }
}

/** The function of the runtime that makes a call of each kind. */
export const callers: Readonly<Record<MethodModel["kind"], string>> = {
  unary: "unary",
  server_streaming: "serverStreaming",
  client_streaming: "clientStreaming",
  bidi_streaming: "bidiStreaming",
};

/** The path of the file that is generated for a proto, without extension. */
export function modulePath(protoPath: string): string {
  return `${protoPath.replace(/\.proto$/, "")}_bridge`;
}

/**
 * The names that each file declares. What the proto names comes first, then what is derived from it (`Init`, `Methods`, `Servicer`,
 * `Client`); of two that are equal, the later one gets a `$`.
 */
export function namesOf(model: Model): ReadonlyMap<string, FileNames> {
  return new Map(model.files.map((file) => [file.path, fileNames(file)]));
}

function fileNames(file: FileModel): FileNames {
  const pins = [...file.enums, ...file.messages, ...file.services].flatMap(({ pin }) => pin?.name ?? []);
  const taken = new Set<string>(pins);
  const take = (wanted: string, reserved: ReadonlySet<string> = reservedTypes): string => {
    let name = reservedTypes.has(wanted) || reserved.has(wanted) ? `${wanted}$` : safeIdentifier(wanted);
    while (taken.has(name)) name += "$";
    taken.add(name);
    return name;
  };
  const local = (typeName: string): string => typeName.slice(file.package === "" ? 0 : file.package.length + 1).replaceAll(".", "_");
  type Declared = { readonly typeName: string; readonly pin: Pin | null };
  const base = ({ typeName, pin }: Declared): string => pin?.name ?? local(typeName);
  const declared = (types: readonly Declared[], reserved?: ReadonlySet<string>): Map<string, string> =>
    new Map(types.map((type) => [type.typeName, type.pin?.name ?? take(local(type.typeName), reserved)]));
  const enums = declared(file.enums);
  const faces = declared(file.messages, reservedCompanions);
  const infos = declared(file.services, reservedInfos);
  const inits = new Map(file.messages.map((message) => [message.typeName, take(`${base(message)}Init`)]));
  const linkNames = (name: string): LinkNames => ({
    client: { link: take(`${name}Link`), handlers: take(`${name}ClientHandlers`) },
    server: { link: take(`${name}ServerLink`), handlers: take(`${name}ServerHandlers`) },
  });
  type Derived = Omit<ServiceNames, "info" | "scopes" | "links">;
  const derived = file.services.map((service): Derived => {
    const name = base(service);
    return { methods: take(`${name}Methods`), servicer: take(`${name}Servicer`), client: take(`${name}Client`) };
  });
  const services = new Map(
    file.services.map((service, i): [string, ServiceNames] => {
      const scopes = new Map(service.scopes.map((scope) => [scope.field, take(`${base(service)}${upperFirst(scopeWish(scope).name)}`)]));
      const linked = service.methods.filter(({ link }) => link);
      const links = new Map(linked.map((method) => [method.name, linkNames(`${base(service)}${upperFirst(wished(methodWish(method)))}`)]));
      return [service.typeName, { info: infos.get(service.typeName) as string, ...(derived[i] as Derived), scopes, links }];
    }),
  );
  return { path: `./${modulePath(file.path)}.js`, enums, faces, inits, services, taken };
}

function upperFirst(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function lowerFirst(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

/** A code of gRPC as the runtime spells it. */
export function codeText(code: CodeName): string {
  return code === "CANCELLED" ? "canceled" : code.toLowerCase();
}
