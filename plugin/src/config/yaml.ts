/** `bridge.yaml`: a Config in YAML, whose mistakes are told with their places. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type DescMessage, fromJson, type MessageShape } from "@bufbuild/protobuf";
import { Problems } from "../diagnostics.js";
import { type Config, ConfigSchema, type Profile, ProfileSchema } from "../gen/protobridge/v1/config_pb.js";
import { checkConfig, type Place } from "./contradictions.js";
import { decode, type Places } from "./decoder.js";
import { readDocument, sizeLimit, tooLarge, type YamlDocument } from "./document.js";

/** A config, and where in its file all that it says stands. */
export interface ConfigFile {
  readonly config: Config;
  /**
   * `bridge.yaml:12:3` of what was said: the key of the deepest part of the path that is there, as in
   * `place("messages", "acme.v1.M", "fault", "code")`. An item of a list goes by its index.
   */
  place(...path: string[]): string;
}

/** @throws ProblemsError with all that is wrong in the file */
export function parseConfigFile(path: string, text: string): ConfigFile {
  const { message, place } = parse(ConfigSchema, path, text, checkConfig);
  return { config: message, place };
}

/**
 * Reads a profile that the plugin brings: a Profile in YAML.
 *
 * @throws ProblemsError with all that is wrong in the file
 */
export function parseProfile(path: string, text: string): Profile {
  return parse(ProfileSchema, path, text, ({ name, package: packageName, services, config }, place, problems) => {
    if (name === "" || packageName === "" || services.length === 0 || !config) problems.error(path, "a profile has to have name, package, services and config");
    if (config) checkConfig(config, (...parts) => place("config", ...parts), problems);
  }).message;
}

/**
 * @param directory that the path starts from; by default, the working directory
 * @throws ProblemsError if the file cannot be read, or with all that is wrong in it
 */
export function readConfigFile(path: string, directory?: string): ConfigFile {
  return parseConfigFile(path, readText(path, directory));
}

interface Parsed<Message> {
  readonly message: Message;
  readonly place: Place;
}

function parse<Desc extends DescMessage>(
  schema: Desc,
  path: string,
  text: string,
  check: (message: MessageShape<Desc>, place: Place, problems: Problems) => void,
): Parsed<MessageShape<Desc>> {
  const problems = new Problems();
  const document = readDocument(path, text, problems);
  const parsed = document && decodeMessage(schema, path, document, problems);
  if (parsed) check(parsed.message, parsed.place, problems);
  problems.check();
  if (!parsed) throw new Error(`${path} was not read, and nothing tells why`);
  return parsed;
}

function decodeMessage<Desc extends DescMessage>(
  schema: Desc,
  path: string,
  document: YamlDocument,
  problems: Problems,
): Parsed<MessageShape<Desc>> | undefined {
  const { json, places } = decode(document, schema, problems);
  try {
    return { message: fromJson(schema, json), place: (...parts) => placeOf(path, places, parts) };
  } catch (error) {
    problems.error(path, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function placeOf(path: string, places: Places, parts: readonly string[]): string {
  let found: Places | undefined;
  let inside = places.inside;
  for (const part of parts) {
    const next = inside.get(part);
    if (!next) break;
    found = next;
    inside = next.inside;
  }
  return found?.at ?? path;
}

function readText(path: string, directory = "."): string {
  const file = resolve(directory, path);
  const problems = new Problems();
  const fail = (message: string): never => {
    problems.error(path, `${message}; option config=${path} names it, from the directory in which buf or protoc runs`);
    problems.check();
    throw new Error(message);
  };
  let bytes: Buffer;
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) return fail("it is a directory, not a file");
    // A pipe could keep the plugin waiting for ever.
    if (!stat.isFile()) return fail("it is no regular file");
    if (stat.size > sizeLimit) return fail(tooLarge);
    bytes = readFileSync(file);
  } catch (error) {
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "there is no such file",
      ENOTDIR: "there is no such file",
      EACCES: "there is no permission to read it",
    };
    if (!(error instanceof Error) || !("code" in error)) throw error;
    return fail(reasons[String(error.code)] ?? error.message);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail("the file is not UTF-8");
  }
}
