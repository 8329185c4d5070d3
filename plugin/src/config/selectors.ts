import type { DescFile } from "@bufbuild/protobuf";
import type { Problems } from "../diagnostics.js";
import { below } from "./contradictions.js";
import { type Elements, elementsOf, type Section, sections } from "./elements.js";
import { checkEnvelope, checkLink, checkMember } from "./links.js";
import { comparisons, quote, suggestion } from "./nearest.js";
import { checkFault, checkFieldRule, checkScopes } from "./rules.js";
import type { ConfigFile } from "./yaml.js";

/** How selectors are checked. */
export interface SelectorOptions {
  /** Whether the files are all that there is. Else what is said of a package that is not among them is left for another run. */
  readonly whole: boolean;
  /** The names of the profiles that the plugin brings. */
  readonly profiles: readonly string[];
}

/**
 * Checks that what a config names is there, and of the right kind; and, of what is there, that the fields and values that are named
 * inside are.
 *
 * @param files of this run
 */
export function checkSelectors(file: ConfigFile, files: readonly DescFile[], problems: Problems, options: SelectorOptions): void {
  const { config, place } = file;
  const elements = elementsOf(files);
  let compared = 0;
  for (const section of Object.keys(sections) as Section[]) {
    for (const name of Object.keys(config[section])) {
      if (elements[section].has(name) || !(options.whole || isOfThisRun(name, section, elements))) continue;
      const other = (Object.keys(sections) as Section[]).find((other) => elements[other].has(name));
      const near = other
        ? `; it is ${article(sections[other])}: put it under ${other}`
        : compared++ < comparisons
          ? suggestion(name, elements[section].keys())
          : "";
      problems.error(place(section, name), `no ${sections[section]} ${quote(name)} among the protos of this run${near}`);
    }
  }
  for (const [name, rule] of Object.entries(config.services)) {
    const desc = elements.services.get(name);
    if (desc) checkScopes(desc, rule, below(place, "services", name), problems);
  }
  for (const [name, { link }] of Object.entries(config.methods)) {
    const desc = elements.methods.get(name);
    if (desc && link) checkLink(desc, below(place, "methods", name, "link"), problems);
  }
  for (const [name, { fault, envelope }] of Object.entries(config.messages)) {
    const desc = elements.messages.get(name);
    if (desc && fault) checkFault(desc, fault, below(place, "messages", name, "fault"), problems);
    if (desc && envelope) checkEnvelope(desc, envelope, below(place, "messages", name, "envelope"), problems);
  }
  for (const [name, rule] of Object.entries(config.fields)) {
    const desc = elements.fields.get(name);
    if (!desc) continue;
    checkFieldRule(desc, rule, below(place, "fields", name), problems);
    if (rule.member) checkMember(desc, rule.member, below(place, "fields", name, "member"), problems);
  }
  for (const [i, name] of config.ignoreProfiles.entries()) {
    if (options.profiles.includes(name)) continue;
    problems.error(place("ignore_profiles", String(i)), `there is no profile ${quote(name)}; there are ${options.profiles.join(", ")}`);
  }
}

/**
 * Whether the package of a name is among the files: the longest that the name begins with. `acme.v1.Event` may be of the package
 * `acme.v1`, too, if only `acme` is there: parts in lower case are taken for packages, unless they are something else in `acme`.
 */
function isOfThisRun(name: string, section: Section, elements: Elements): boolean {
  const parts = name.split(".");
  for (let i = parts.length; i >= 0; i--) {
    const packageName = parts.slice(0, i).join(".");
    if (!elements.packages.has(packageName)) continue;
    const [first, ...rest] = parts.slice(i);
    if (first === undefined) return true;
    const isPackage = /^[a-z]/.test(first) && (section === "packages" || rest.length > 0);
    return !isPackage || isElement(packageName === "" ? first : `${packageName}.${first}`, elements);
  }
  return false;
}

function isElement(name: string, elements: Elements): boolean {
  return elements.services.has(name) || elements.messages.has(name) || elements.enums.has(name);
}

function article(noun: string): string {
  return `${/^[eR]/.test(noun) ? "an" : "a"} ${noun}`;
}
