/** Types that another proto declares now: their module is another. */
import { modulePath } from "../names.js";
import { change } from "./change.js";
import type { Comparison } from "./comparison.js";

/** Tells which modules have to be imported in place of others, once for each pair of files. */
export function compareFiles({ before, after, mapped, add }: Comparison): void {
  const moves = new Map<string, { readonly from: string; readonly to: string; readonly names: string[]; readonly first: string }>();
  const types = before.files.flatMap(({ enums, messages, services }) => [...services, ...messages, ...enums].map(({ typeName }) => typeName));
  const own = new Set(after.files.flatMap(({ enums, messages, services }) => [...services, ...messages, ...enums].map(({ typeName }) => typeName)));
  for (const typeName of types) {
    const now = mapped(typeName);
    const [from, to] = [before.fileOf(typeName), after.fileOf(now)];
    if (!own.has(now) || from === to) continue;
    const move = moves.get(`${from}\n${to}`) ?? { from, to, names: [], first: now };
    move.names.push(now.split(".").at(-1) as string);
    moves.set(`${from}\n${to}`, move);
  }
  for (const { from, to, names, first } of moves.values()) {
    const listed = names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
    const text = `import ${listed} from ${modulePath(to)}, no more from ${modulePath(from)}`;
    add(change({ what: "file", became: "changed", element: to, typescript: modulePath(to), place: after.place(first), text, source: true, covers: [] }));
  }
}
