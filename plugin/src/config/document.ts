import { createRequire } from "node:module";
import type { Alias, CST, Document, LineCounter, Node, Pair } from "yaml";
import type { Problems } from "../diagnostics.js";

/** The nodes of a YAML file. */
export interface YamlDocument {
  /** Null for an empty file. */
  readonly root: Node | null;
  /** `bridge.yaml:3:5`, of a place in the text. */
  at(offset: number): string;
  /** What an alias stands for. */
  resolve(alias: Alias): Node;
}

/** The most that a config may have, in bytes. */
export const sizeLimit: number = 1024 * 1024;
/** What is told of a file past it. */
export const tooLarge = "the file is larger than 1 MiB";

/** Levels of nesting. */
const depthLimit = 50;
const tooDeepMessage = `nested deeper than ${depthLimit} levels`;

/** Errors in the syntax that are told: what follows the first is often but its consequence. */
const errorLimit = 20;

type Yaml = typeof import("yaml");
let loaded: Yaml | undefined;

/** Most runs have no config, and the plugin has to start fast: the library is loaded when it is needed. */
export function yaml(): Yaml {
  loaded ??= createRequire(import.meta.url)("yaml") as Yaml;
  return loaded;
}

/**
 * Reads text as YAML 1.2 with its core schema: one document, at most 1 MiB and 50 levels, every key a string, no merge keys, no tags of
 * its own.
 *
 * @returns undefined if it is no such document: then problems tell why
 */
export function readDocument(path: string, text: string, problems: Problems): YamlDocument | undefined {
  if (Buffer.byteLength(text) > sizeLimit) {
    problems.error(path, tooLarge);
    return undefined;
  }
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (!isPrintable(path, source, problems)) return undefined;

  const lines = new (yaml().LineCounter)();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const document = parse(source, lines, at, problems);
  if (!document || !isSound(document, at, problems)) return undefined;
  const aliases = resolveAliases(document.contents, at, problems);
  if (!aliases) return undefined;
  return { root: document.contents, at, resolve: (alias) => aliases.get(alias) as Node };
}

/** YAML knows no control characters. */
function isPrintable(path: string, source: string, problems: Problems): boolean {
  const bad = unprintable(source);
  if (!bad) return true;
  const before = source.slice(0, bad.index);
  const line = before.split("\n").length;
  problems.error(`${path}:${line}:${bad.index - before.lastIndexOf("\n")}`, `the character ${bad.name} must not stand in YAML`);
  return false;
}

/** The first control character of a text, or half of a surrogate pair, which has no encoding; `U+0000` is a name. */
export function unprintable(text: string): { readonly index: number; readonly name: string } | undefined {
  const index = text.search(/(?![\t\n\r\x85])[\p{Cc}\p{Cs}]/u);
  if (index < 0) return undefined;
  return { index, name: `U+${(text.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, "0")}` };
}

function parse(source: string, lines: LineCounter, at: (offset: number) => string, problems: Problems): Document.Parsed | undefined {
  const composer = new (yaml().Composer)({
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Compared one by one, which takes forever for many keys: the decoder tells duplicates.
    uniqueKeys: false,
    intAsBigInt: true,
  });
  const { stackTraceLimit } = Error;
  // The library makes an Error of every mistake; a file full of them would spend seconds on stack traces that nobody sees.
  Error.stackTraceLimit = 0;
  try {
    const [first, second] = composer.compose(tokens(source, lines), true, source.length);
    if (second) problems.error(at(second.range[0]), "a second document begins here: a config is one document");
    return second ? undefined : first;
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    problems.error(at(error.offset), tooDeepMessage);
    return undefined;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class TooDeep extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super(tooDeepMessage);
    this.offset = offset;
  }
}

/**
 * What the library's own loop does, but it stops where the nesting goes too deep: the library works recursively, and a stack that is full
 * when a regular expression is compiled ends the whole process.
 */
function* tokens(source: string, lines: LineCounter): Generator<CST.Token, void> {
  const { Lexer, Parser } = yaml();
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let errors = 0;
  for (const lexeme of new Lexer().lex(source)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === "error" && ++errors > errorLimit) return;
      yield token;
    }
    // Beside the collections there are the document and a scalar.
    if (parser.stack.length > depthLimit + 2) throw new TooDeep(parser.offset);
  }
  yield* parser.end();
}

function isSound({ errors, warnings, directives }: Document.Parsed, at: (offset: number) => string, problems: Problems): boolean {
  // What the library warns of, such as tags and directives that nobody knows, is not what the file says.
  const mistakes = [...errors, ...warnings].toSorted((a, b) => a.pos[0] - b.pos[0]).slice(0, errorLimit);
  for (const { pos, message } of mistakes) problems.error(at(pos[0]), `not YAML: ${message}`);
  if (mistakes.length === 0 && directives.yaml.version !== "1.2") {
    problems.error(at(0), `the file is read as YAML 1.2, not ${directives.yaml.version}: remove the %YAML line`);
    return false;
  }
  return mistakes.length === 0;
}

/** What each alias stands for, or undefined if one stands for nothing, or something is nested too deep. */
function resolveAliases(root: Node | null, at: (offset: number) => string, problems: Problems): ReadonlyMap<Alias, Node> | undefined {
  const { isAlias, isCollection, isPair } = yaml();
  const anchors = new Map<string, Node>();
  const aliases = new Map<Alias, Node>();
  let isComplete = true;
  const rest: [node: Node | Pair<Node, Node | null> | null, depth: number][] = [[root, 1]];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [node, depth] = next;
    if (node === null) continue;
    if (isPair(node)) {
      rest.push([node.value, depth], [node.key, depth]);
    } else if (isAlias(node)) {
      const target = anchors.get(node.source);
      const [start] = node.range as [number, number, number];
      if (target === undefined) {
        problems.error(at(start), `there is no anchor &${node.source} before this alias`);
        isComplete = false;
      } else if (start < (target.range as [number, number, number])[1]) {
        problems.error(at(start), `the alias *${node.source} stands inside of what it stands for`);
        isComplete = false;
      } else {
        aliases.set(node, target);
      }
    } else {
      if ("anchor" in node && node.anchor !== undefined) anchors.set(node.anchor, node);
      if (!isCollection(node)) continue;
      if (depth > depthLimit) {
        problems.error(at((node.range as [number, number, number])[0]), tooDeepMessage);
        return undefined;
      }
      for (const item of node.items.toReversed()) rest.push([item as Node | Pair<Node, Node | null>, depth + 1]);
    }
  }
  return isComplete ? aliases : undefined;
}
