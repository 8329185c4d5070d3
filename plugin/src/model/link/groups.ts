import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import type { Pin } from "../reason.js";
import type { EndModel, GroupModel } from "./link.js";

/** A method of an end. */
interface Method {
  readonly name: string;
  readonly pin: Pin | null;
}

/** A method in a group: what is left of its name, in words. */
interface Member {
  readonly words: readonly string[];
  readonly member: string;
}

/**
 * Groups methods by the words that their names begin with: at each underscore, two that share all that is before it make a group, and in it
 * groups of longer prefixes. What has a name of its own stays outside; and where a method has the name of a group, there is none. A method
 * that the proto gains later adds to this, and changes none of it.
 */
export function groupsOf(methods: readonly Method[]): Pick<EndModel, "groups" | "noGroups"> {
  const members = methods.filter(({ pin }) => !pin).map(({ name }): Member => ({ words: name.split("_").filter((word) => word !== ""), member: name }));
  const taken = new Set(methods.map(({ name, pin }) => pin?.name ?? protoCamelCase(name)));
  return grouped(members, taken, "");
}

/** @param prefix of all of them, with an underscore at its end */
function grouped(members: readonly Member[], taken: ReadonlySet<string>, prefix: string): Pick<EndModel, "groups" | "noGroups"> {
  const byWord = new Map<string, Member[]>();
  for (const { words, member } of members) {
    const [word, ...rest] = words;
    if (word === undefined || rest.length === 0) continue;
    byWord.set(word, [...(byWord.get(word) ?? []), { words: rest, member }]);
  }
  const groups: GroupModel[] = [];
  const noGroups: EndModel["noGroups"][number][] = [];
  for (const [word, inside] of byWord) {
    if (inside.length < 2) continue;
    const path = `${prefix}${word}_`;
    const names = inside.map(({ member }) => member).join(", ");
    if (taken.has(protoCamelCase(word))) {
      noGroups.push({ prefix: path, reason: { rule: "group", because: `a member has its name: ${names}`, from: null } });
      continue;
    }
    const named = inside.map(({ words, member }) => ({ name: words.join("_"), member }));
    const below = grouped(inside, new Set(named.map(({ name }) => protoCamelCase(name))), path);
    noGroups.push(...below.noGroups);
    groups.push({
      name: word,
      prefix: path,
      members: named,
      groups: below.groups,
      reason: { rule: "group", because: `${names} begin with ${path}`, from: null },
    });
  }
  return { groups, noGroups };
}
