/** A package.json, to which scripts and dependencies are added as text: nothing that is there is moved or written anew. */
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { isObject } from "../buf.js";
import { CommandError } from "../command.js";
import { isOneLine, withMembers } from "./insertion.js";

/** What belongs into a package.json. */
export interface Needs {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** A package.json with what it needs. */
export interface Manifest {
  readonly text: string;
  /** What was added, by section. */
  readonly added: Readonly<Record<keyof Needs, readonly string[]>>;
  /** Scripts that are there, and are something else. */
  readonly otherScripts: readonly string[];
  /** What is there, but other than it is needed: sentences. */
  readonly notes: readonly string[];
}

/** What a project without package.json gets to begin with. */
export const emptyManifest = '{\n  "private": true,\n  "type": "module"\n}\n';

const dependencySections = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/**
 * Adds what is not there.
 *
 * @param path how the file is called in errors
 * @throws CommandError if the text is no package.json
 */
export function completed(path: string, text: string, needs: Needs): Manifest {
  // Node takes one; the parser takes it for a mistake.
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const own = text.slice(mark.length);
  const content = read(path, own);
  const notes: string[] = [];
  const otherScripts: string[] = [];
  const missing: Record<keyof Needs, Record<string, string>> = { scripts: {}, dependencies: {}, devDependencies: {} };
  for (const [name, command] of Object.entries(needs.scripts)) {
    const there = entry(content, "scripts", name);
    if (there === undefined) missing.scripts[name] = command;
    else if (there !== command) {
      otherScripts.push(name);
      notes.push(`the script ${name} of ${path} stays as it is, and is not "${command}"`);
    }
  }
  for (const section of ["dependencies", "devDependencies"] as const) {
    for (const [name, range] of Object.entries(needs[section])) {
      const there = dependencySections.map((each) => entry(content, each, name)).find((each) => each !== undefined);
      if (there === undefined) missing[section][name] = range;
      else if ((majorOf(there) ?? majorOf(range)) !== majorOf(range)) notes.push(`${path} has ${name} ${String(there)}; ${range} is needed`);
    }
  }
  let edited = own;
  const added: Record<keyof Needs, string[]> = { scripts: [], dependencies: [], devDependencies: [] };
  for (const section of ["scripts", "dependencies", "devDependencies"] as const) {
    const members = Object.entries(missing[section]);
    if (members.length === 0) continue;
    if (isOneLine(edited)) edited = `${JSON.stringify(content, null, 2)}${own.endsWith("\n") ? "\n" : ""}`;
    // A list of dependencies that is sorted stays sorted, as package managers have it; scripts have an order of their own.
    edited = withMembers(edited, section, missing[section], section !== "scripts");
    added[section].push(...members.map(([name, value]) => (section === "scripts" ? name : `${name} ${value}`)));
  }
  return { text: mark + edited, added, otherScripts, notes };
}

function read(path: string, text: string): Readonly<Record<string, unknown>> {
  const errors: ParseError[] = [];
  const content: unknown = parse(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const [first] = errors;
  if (first) {
    const line = text.slice(0, first.offset).split("\n").length;
    throw new CommandError(`${path}:${line} is not JSON (${printParseErrorCode(first.error)}): mend it, and run this again`);
  }
  if (!isObject(content)) throw new CommandError(`${path} is no object: mend it, and run this again`);
  for (const section of ["scripts", ...dependencySections]) {
    if (content[section] !== undefined && !isObject(content[section])) throw new CommandError(`${path}: ${section} is no object: mend it, and run this again`);
  }
  return content;
}

function entry(content: Readonly<Record<string, unknown>>, section: string, name: string): unknown {
  const values = content[section];
  return isObject(values) && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** The first number of a range. What has none, such as workspace:* or a path, is whatever is needed. */
function majorOf(range: unknown): string | undefined {
  return /^[\^~>=v\s]*(\d+)/.exec(String(range))?.[1];
}
