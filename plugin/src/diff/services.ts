/** Changes of services and their RPCs. */
import type { MethodModel, ServiceModel } from "../model/servicer.js";
import type { ServiceNames } from "../names.js";
import { type Change, change } from "./change.js";
import { type Comparison, guessed, type Pair, paired, pinOf } from "./comparison.js";
import { compareFaults } from "./faults.js";
import { compareLinks } from "./links.js";
import { compareScopes } from "./scopes.js";
import type { Side } from "./side.js";

/** Services that are the same on both sides, or were renamed. */
export function pairedServices({ before, after, mapped }: Pick<Comparison, "before" | "after" | "mapped">): ReturnType<typeof paired<ServiceModel>> {
  return paired(before.services, after.services, ({ typeName }) => typeName, mapped);
}

/** RPCs that are the same on both sides, or were renamed: then the one is gone, the other new, with the same request and response. */
export function pairedMethods(
  [old, now]: Pair<ServiceModel>,
  { mapped }: Pick<Comparison, "mapped">,
): { readonly both: readonly Pair<MethodModel>[]; readonly gone: readonly MethodModel[]; readonly added: readonly MethodModel[] } {
  const { both, gone, added } = paired(old.methods, now.methods, ({ name }) => name);
  const fits = (a: MethodModel, b: MethodModel): boolean =>
    a.kind === b.kind && mapped(a.input.typeName) === b.input.typeName && mapped(a.output.typeName) === b.output.typeName;
  const renamed = guessed(gone, added, fits);
  return {
    both: [...both, ...renamed],
    gone: gone.filter((method) => !renamed.some(([a]) => a === method)),
    added: added.filter((method) => !renamed.some(([, b]) => b === method)),
  };
}

/** Compares all services of both sides. */
export function compareServices(comparison: Comparison): void {
  const { before, after, add } = comparison;
  const { both, gone, added } = pairedServices(comparison);
  for (const service of gone) {
    const { servicer, client } = before.service(service.typeName);
    const text = `${servicer} and ${client} are gone`;
    const base = serviceChange(service, before);
    add(change({ ...base, typescript: client, became: "removed", text, source: true }));
  }
  for (const service of added) {
    const { servicer, client } = after.service(service.typeName);
    const text = `write and serve ${indefinite(servicer)} with ${counted(service.methods.length, "method")}; clients have ${client}`;
    add(change({ ...serviceChange(service, after), typescript: client, became: "added", text, todo: true }));
  }
  for (const pair of both) compareService(pair, comparison);
}

function serviceChange({ typeName }: ServiceModel, side: Side): Pick<Change, "what" | "element" | "service" | "place"> {
  return { what: "service", element: typeName, service: typeName, place: side.place(typeName) };
}

function compareService(pair: Pair<ServiceModel>, comparison: Comparison): void {
  compareServiceNames(pair, comparison);
  const { both, gone, added } = pairedMethods(pair, comparison);
  for (const methods of both) compareMethod(pair, methods, comparison);
  for (const method of gone) removeMethod(pair, method, comparison);
  for (const method of added) addMethod(pair[1], method, comparison);
  compareScopes(pair, both, comparison);
}

function compareServiceNames([old, now]: Pair<ServiceModel>, { before, after, add }: Comparison): void {
  const [was, is] = [before.service(old.typeName), after.service(now.typeName)];
  const isRenamed = old.typeName !== now.typeName;
  const own = ({ info, methods, servicer, client }: ServiceNames): readonly string[] => [info, methods, servicer, client];
  const other = own(is).flatMap((name, i) => (own(was)[i] === name ? [] : [`${own(was)[i]} is ${name}`]));
  if (!isRenamed && other.length === 0) return;
  const names = `${was.client} and ${was.servicer} may be ${is.client} and ${is.servicer} now`;
  const same = `${is.client} and ${is.servicer} may be of ${now.typeName} now, no more of ${old.typeName}`;
  const text = isRenamed ? `${other.length === 0 ? same : names}: they share most RPCs` : `${other.join(", ")} now`;
  const taken = after.services.map(({ typeName }) => after.service(typeName).info);
  const pin = was.info === is.info ? null : pinOf("services", now.typeName, was.info, taken);
  const base = { ...serviceChange(now, after), typescript: is.client, covers: [now.typeName, old.typeName] };
  add(change({ ...base, became: "renamed", text, source: other.length > 0, guess: isRenamed, pin }));
}

function indefinite(name: string): string {
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What an RPC is for who writes it: `(request: StartRequest): StartResponse`. */
function signature(service: ServiceModel, { name, link, streamsRequests, streamsResponses, input, output }: MethodModel, side: Side): string {
  const names = side.service(service.typeName).links.get(name);
  if (link && names) return `(link: ${names.server.link}): ${names.server.handlers}`;
  const stream = (type: string, streams: boolean): string => (streams ? `AsyncIterable<${type}>` : type);
  const request = `${streamsRequests ? "requests" : "request"}: ${stream(side.face(input.typeName), streamsRequests)}`;
  return `(${request}): ${stream(side.face(output.typeName), streamsResponses)}`;
}

function methodChange(service: ServiceModel, { name }: MethodModel, side: Side): Pick<Change, "what" | "element" | "typescript" | "service" | "place"> {
  const { client } = side.service(service.typeName);
  return {
    ...{ what: "method", element: `${service.typeName}.${name}`, service: service.typeName },
    typescript: `${client}.${side.methods(service).get(name)}`,
    place: side.place(service.typeName, name),
  };
}

function addMethod(service: ServiceModel, method: MethodModel, { after, add }: Comparison): void {
  const { servicer } = after.service(service.typeName);
  const base = methodChange(service, method, after);
  const text = `write ${servicer}.${after.methods(service).get(method.name)}${signature(service, method, after)}, which answers UNIMPLEMENTED until then; clients call ${base.typescript}`;
  add(change({ ...base, became: "added", text, todo: true }));
}

function removeMethod([old, now]: Pair<ServiceModel>, method: MethodModel, { before, after, add }: Comparison): void {
  const base = methodChange(old, method, before);
  const { servicer } = before.service(old.typeName);
  const isThere = after.hasMember(now.typeName, method.name);
  const text = `${servicer}.${before.methods(old).get(method.name)} and ${base.typescript} are gone${isThere ? ": the config skips the RPC" : ""}`;
  add(change({ ...base, service: now.typeName, became: "removed", text, source: true, covers: [`${now.typeName}.${method.name}`, base.element] }));
}

function compareMethod(services: Pair<ServiceModel>, methods: Pair<MethodModel>, comparison: Comparison): void {
  const [service, next] = services;
  const [old, now] = methods;
  const { before, after, mapped, add } = comparison;
  const [was, is] = [before.methods(service).get(old.name) as string, after.methods(next).get(now.name) as string];
  const isRenamed = old.name !== now.name;
  const base = methodChange(next, now, after);
  const covers = [`${next.typeName}.${now.name}`, `${next.typeName}.${old.name}`];
  const { servicer } = after.service(next.typeName);
  if (was !== is || isRenamed) {
    const former = `${before.service(service.typeName).client}.${was}`;
    const text = !isRenamed
      ? `${former} is ${base.typescript} now`
      : was === is
        ? `${base.typescript} may be the RPC ${now.name} now, no more ${old.name}: they have the same request and response`
        : `${former} may be ${base.typescript} now: the RPC ${old.name} is gone, and ${now.name} has the same request and response`;
    const pin = was === is ? null : pinOf("methods", base.element, was, after.methods(next).values());
    add(change({ ...base, became: "renamed", text, source: was !== is, guess: isRenamed, pin, covers }));
  }
  const isOther =
    old.kind !== now.kind ||
    mapped(old.input.typeName) !== now.input.typeName ||
    mapped(old.output.typeName) !== now.output.typeName ||
    !old.link !== !now.link;
  if (isOther) {
    const why = now.link ? now.link.reason.because : (now.noLink?.because ?? "");
    const reason = !old.link === !now.link || why === "" ? "" : `: ${why}`;
    const text = `${servicer}.${is} was ${signature(service, old, before)} and is ${signature(next, now, after)}${reason}`;
    add(change({ ...base, became: "changed", text, source: true, covers }));
  } else if (old.link && now.link) compareLinks(services, methods, comparison);
  else compareFaults(base, methods, comparison);
}
