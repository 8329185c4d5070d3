/** Changes of the contexts in which a client binds an id. */
import type { ScopeModel } from "../model/scope.js";
import type { MethodModel, ServiceModel } from "../model/servicer.js";
import { scopeNames } from "../names.js";
import { type Change, change } from "./change.js";
import { type Comparison, type Pair, paired } from "./comparison.js";
import type { Side } from "./side.js";

/** Compares the scopes of a service. @param methods that are there on both sides */
export function compareScopes([old, now]: Pair<ServiceModel>, methods: readonly Pair<MethodModel>[], { before, after, add }: Comparison): void {
  const { both, gone, added } = paired(old.scopes, now.scopes, ({ field }) => field);
  const base = (service: ServiceModel, scope: ScopeModel, side: Side): Pick<Change, "what" | "element" | "typescript" | "service" | "place" | "covers"> => ({
    ...{ what: "scope", element: `${service.typeName}.${scope.field}`, typescript: labelOf(service, scope, side), service: now.typeName },
    ...{ place: side.place(service.typeName), covers: [] },
  });
  for (const scope of gone) {
    const text = `${labelOf(old, scope, before)}() and ${classOf(old, scope, before)} are gone`;
    add(change({ ...base(old, scope, before), became: "removed", text, source: true }));
  }
  for (const scope of added) {
    const text = `${labelOf(now, scope, after)}() binds ${scope.field}: ${scope.reason.because}`;
    add(change({ ...base(now, scope, after), became: "added", text }));
  }
  for (const [a, b] of both) {
    const [was, is] = [`${labelOf(old, a, before)}()`, `${labelOf(now, b, after)}()`];
    const [wasClass, isClass] = [classOf(old, a, before), classOf(now, b, after)];
    const names = [...(was === is ? [] : [`${was} is ${is}`]), ...(wasClass === isClass ? [] : [`${wasClass} is ${isClass}`])];
    if (names.length > 0) add(change({ ...base(now, b, after), became: "renamed", text: `${names.join(", ")} now`, source: true }));
    const isLost = ([m, n]: Pair<MethodModel>): boolean => a.methods.includes(m.name) && !b.methods.includes(n.name);
    const isGained = ([m, n]: Pair<MethodModel>): boolean => !a.methods.includes(m.name) && b.methods.includes(n.name);
    const bound = (name: string) => {
      const typescript = `${isClass}.${after.methods(now).get(name)}`;
      return { ...base(now, b, after), typescript, place: after.place(now.typeName, name) };
    };
    for (const [, { name }] of methods.filter(isLost)) {
      const told = bound(name);
      add(change({ ...told, became: "removed", text: `${told.typescript} is gone: its request has no ${b.field} to bind`, source: true }));
    }
    for (const [, { name }] of methods.filter(isGained)) {
      const told = bound(name);
      add(change({ ...told, became: "added", text: `${told.typescript}: its request has ${b.field}` }));
    }
  }
}

function labelOf(service: ServiceModel, scope: ScopeModel, side: Side): string {
  return `${side.service(service.typeName).client}.${scopeNames(service.scopes)[service.scopes.indexOf(scope)]}`;
}

function classOf(service: ServiceModel, { field }: ScopeModel, side: Side): string {
  return side.service(service.typeName).scopes.get(field) as string;
}
