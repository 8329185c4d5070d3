/** What OLD and NEW may be: a path, a commit of git, or an input of buf. */
import { existsSync } from "node:fs";
import { suggestion } from "../../config/nearest.js";
import { CommandError } from "../command.js";
import { Repository } from "./git.js";

/** Where the protos of a side come from. */
export type Origin =
  /** The inputs of buf.gen.yaml, as they are on disk. */
  | { readonly of: "tree"; readonly label: string }
  /** A directory, a file, or whatever else buf takes. */
  | { readonly of: "input"; readonly label: string; readonly input: string }
  /** A commit. @param path from the root of the repository: then it is the input */
  | { readonly of: "commit"; readonly label: string; readonly repository: Repository; readonly commit: string; readonly path: string | undefined };

/** The new side, where nothing is said. */
export const workingTree: Origin = { of: "tree", label: "working tree" };

/** What tells an input of buf that is no path: a fragment, a repository, a scheme, or a module. Source: buf's reference of inputs. */
const bufInput = /#|\.git$|:\/\/|^[\w.-]+\.[a-z]+\/[\w-]+\/[\w-]+(:[\w.-]+)?$/;

/**
 * Tells what an argument names. A path comes first, then a commit.
 *
 * @throws CommandError if it is nothing of these
 */
export function originOf(argument: string, cwd: string = process.cwd()): Origin {
  if (argument === "-") throw new CommandError("a side cannot be read from standard input: name a file");
  if (existsSync(argument)) return { of: "input", label: argument, input: argument };
  const repository = Repository.around(cwd);
  const colon = argument.indexOf(":");
  const [name, path] = colon === -1 ? [argument, undefined] : [argument.slice(0, colon), argument.slice(colon + 1)];
  const commit = name === "" ? undefined : repository?.commit(name);
  if (repository && commit !== undefined) {
    return { of: "commit", label: argument, repository, commit, path: path === undefined ? undefined : repository.pathOf(path, argument) };
  }
  if (bufInput.test(argument)) return { of: "input", label: argument, input: argument };
  throw unknown(argument, name, repository);
}

function unknown(argument: string, name: string, repository: Repository | undefined): CommandError {
  if (!repository)
    return new CommandError(`${argument} is no path, and no commit can be meant: this directory is in no git repository, or git is not installed`);
  return new CommandError(`${argument} is no path, no commit of git, and no input of buf${suggestion(name, repository.names())}`);
}
