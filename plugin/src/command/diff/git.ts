/** Protos as they are in a commit, without a checkout: what buf needs of it is written to a temporary directory. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, normalize, posix, relative, resolve, sep } from "node:path";
import { CommandError } from "../command.js";

const timeoutMs = 120_000;
/** What is taken out of a commit at most. */
const limits = { files: 50_000, bytes: 256 * 1024 * 1024 };

/** A file of a commit. */
interface Entry {
  readonly mode: string;
  readonly id: string;
  readonly size: number;
  /** From the root of the repository. */
  readonly path: string;
}

/** A git repository, and where in it one works. */
export class Repository {
  readonly #root: string;
  readonly #cwd: string;
  /** The working directory, from the root of the repository: "" or `a/b`. */
  readonly prefix: string;

  private constructor(root: string, prefix: string, cwd: string) {
    this.#root = root;
    this.prefix = prefix;
    this.#cwd = cwd;
  }

  /** The repository that a directory is in; undefined if it is in none, or git is not installed. */
  static around(cwd: string): Repository | undefined {
    const real = realpathSync(cwd);
    const { status, stdout } = git(real, ["rev-parse", "--show-toplevel", "--show-prefix"]);
    if (status !== 0) return undefined;
    const [root = "", prefix = ""] = stdout.toString().split("\n");
    return root === "" ? undefined : new Repository(root, prefix.replace(/\/$/, ""), real);
  }

  /** The id of a commit; undefined if nothing is called so. */
  commit(name: string): string | undefined {
    const { status, stdout } = git(this.#cwd, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
    return status === 0 ? stdout.toString().trim() : undefined;
  }

  /** The names of branches and tags. */
  names(): readonly string[] {
    const { stdout } = git(this.#cwd, ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"]);
    return stdout
      .toString()
      .split("\n")
      .filter((name) => name !== "");
  }

  /**
   * A path behind a commit, as git reads it: from the root of the repository, or, with `./` or `../`, from the working directory.
   *
   * @throws CommandError if it leads out of the repository
   */
  pathOf(path: string, argument: string): string {
    const full = posix.normalize(/^\.\.?(\/|$)/.test(path) ? posix.join(this.prefix, path) : path).replace(/\/$/, "");
    if (full.startsWith("..") || isAbsolute(full)) throw new CommandError(`${argument} leads out of the repository`);
    return full === "" ? "." : full;
  }

  /** Where a path of the working directory is in the repository; undefined if it is outside. */
  inside(path: string): string | undefined {
    const found = relative(this.#root, resolve(this.#cwd, path));
    return found.startsWith("..") || isAbsolute(found) ? undefined : found.split(sep).join("/");
  }

  /** What is in a commit. */
  tree(commit: string): Tree {
    const { status, stdout, stderr } = git(this.#root, ["ls-tree", "-r", "-z", "--long", "--full-tree", commit]);
    if (status !== 0) throw new CommandError(`git ls-tree failed: ${stderr.toString().trim()}`);
    return new Tree(this.#root, stdout.toString().split("\0").flatMap(entryOf));
  }
}

/** The files of a commit. */
export class Tree {
  readonly #root: string;
  readonly #entries: readonly Entry[];
  readonly #written = new Set<Entry>();

  constructor(root: string, entries: readonly Entry[]) {
    this.#root = root;
    this.#entries = entries;
  }

  /** Whether there is a file, or a directory with files. */
  has(path: string): boolean {
    return path === "." || this.#entries.some((entry) => entry.path === path || entry.path.startsWith(`${path}/`));
  }

  /**
   * Writes what buf compiles into a directory: protos, buf's own files, links, and the files of these names. What was written is not
   * written again.
   *
   * @throws CommandError if it is more than 50,000 files, or 256 MiB
   */
  write(directory: string, names: readonly string[] = []): void {
    const wanted = this.#entries.filter(
      ({ path, mode }) => path.endsWith(".proto") || /^buf[.-].*(yaml|lock)$/.test(basename(path)) || isLink(mode) || names.includes(path),
    );
    const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
    if (wanted.length > limits.files || bytes > limits.bytes)
      throw new CommandError(
        `the commit has ${wanted.length} protos of ${bytes} bytes: at most ${limits.files} files and 256 MiB are read; name a directory in it, or an image`,
      );
    const missing = wanted.filter((entry) => !this.#written.has(entry));
    const contents = this.#contents(missing.map(({ id }) => id));
    for (const [i, entry] of missing.entries()) {
      const target = join(directory, entry.path);
      if (!isUnder(directory, target)) continue;
      this.#written.add(entry);
      mkdirSync(dirname(target), { recursive: true });
      const content = contents[i] as Buffer;
      if (isLink(entry.mode)) link(directory, content.toString(), target);
      else writeFileSync(target, content);
    }
    // Only now can it be told where links lead that go through other links.
    for (const { path, mode } of missing) if (isLink(mode)) removeIfOutside(directory, join(directory, path));
  }

  #contents(ids: readonly string[]): readonly Buffer[] {
    if (ids.length === 0) return [];
    const { status, stdout, stderr } = git(this.#root, ["cat-file", "--batch"], `${ids.join("\n")}\n`);
    if (status !== 0) throw new CommandError(`git cat-file failed: ${stderr.toString().trim()}`);
    let at = 0;
    return ids.map(() => {
      // <id> blob <size>, a line feed, the content, and a line feed.
      const end = stdout.indexOf(10, at);
      const size = Number(stdout.toString("latin1", at, end).split(" ")[2]);
      at = end + 1 + size + 1;
      return stdout.subarray(end + 1, end + 1 + size);
    });
  }
}

function entryOf(line: string): Entry[] {
  const [, mode = "", id = "", size = "", path = ""] = /^(\d+) blob (\w+) +(\d+)\t(.*)$/s.exec(line) ?? [];
  return path === "" ? [] : [{ mode, id, size: Number(size), path }];
}

function isLink(mode: string): boolean {
  return mode === "120000";
}

/** Makes a link, unless it leads out of the directory. */
function link(directory: string, content: string, target: string): void {
  if (!isAbsolute(content) && isUnder(directory, resolve(dirname(target), content))) symlinkSync(content, target);
}

function removeIfOutside(directory: string, target: string): void {
  if (existsSync(target) && !isUnder(directory, realpathSync(target))) rmSync(target);
}

function isUnder(directory: string, path: string): boolean {
  return normalize(path).startsWith(normalize(directory) + sep);
}

function git(cwd: string, args: readonly string[], input?: string): { readonly status: number | null; readonly stdout: Buffer; readonly stderr: Buffer } {
  const { status, stdout, stderr, error } = spawnSync("git", args, { cwd, input, maxBuffer: 2 * limits.bytes, timeout: timeoutMs });
  if (error && (error as NodeJS.ErrnoException).code === "ENOENT") return { status: 1, stdout: Buffer.alloc(0), stderr: Buffer.from("git is not installed") };
  if (error) throw new CommandError(`git ${args[0]}: ${error.message}`);
  return { status, stdout, stderr };
}
