import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, normalize, relative, resolve, sep } from "node:path";
import { defaultTemplate, isObject, listOf, noBuf, readYaml } from "../buf.js";
import { CommandError, type Output } from "../command.js";
import { withProgress } from "../progress.js";

/** What a buf.gen.yaml gives, beside the tree. */
export interface Generated {
  /** The content of each file, by its absolute path in the tree. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Where the plugins write, as absolute paths. */
  readonly outs: readonly string[];
  /** Whether buf empties them before it writes. */
  readonly clean: boolean;
}

const timeoutMs = 300_000;

/**
 * Has buf generate into a temporary directory.
 *
 * @param input in place of the inputs of the template
 * @throws CommandError if there is no template or no buf, or what buf says if it fails
 */
export async function regenerate(template: string, input: string | undefined, output: Output): Promise<Generated> {
  if (!existsSync(template)) throw new CommandError(noTemplate(template));
  const { plugins, clean } = readYaml(template);
  const outs = listOf(plugins).flatMap((plugin) => (isObject(plugin) && typeof plugin["out"] === "string" ? [plugin["out"]] : []));
  const temporary = mkdtempSync(join(tmpdir(), "protobridge-check-"));
  try {
    // As deep as the outs go up, so that they stay in the temporary directory.
    const up = Math.max(
      0,
      ...outs.map(
        (out) =>
          normalize(out)
            .split(sep)
            .filter((step) => step === "..").length,
      ),
    );
    const base = join(temporary, ...Array.from({ length: up }, (_, i) => String(i)));
    mkdirSync(base, { recursive: true });
    const args = ["generate", ...(input === undefined ? [] : [input]), "--template", template, "-o", base];
    const told = (await withProgress(`buf generate --template ${template}`, output, () => runBuf(args, base))).trimEnd();
    if (told !== "") output.tell(told);
    const files = new Map<string, Uint8Array>();
    for (const out of new Set(outs)) {
      for (const file of filesUnder(join(base, out))) files.set(resolve(out, relative(join(base, out), file)), readFileSync(file));
    }
    return { files, outs: [...new Set(outs.map((out) => resolve(out)))], clean: clean === true };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function noTemplate(template: string): string {
  return template === defaultTemplate
    ? `there is no ${defaultTemplate} here: run this where it lies, name another by --template, or let npx protobridge init write one`
    : `there is no ${template}`;
}

/** Gives what buf said on standard error, as if it had generated into the tree. */
function runBuf(args: readonly string[], base: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const buf = spawn("buf", args, { stdio: ["ignore", "ignore", "pipe"] });
    // Not the option of spawn: where there is no buf, that one would keep the process waiting.
    const timer = setTimeout(() => buf.kill(), timeoutMs);
    const chunks: Buffer[] = [];
    buf.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    buf.on("error", (reason: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(new CommandError(reason.code === "ENOENT" ? noBuf : `buf generate: ${reason.message}`));
    });
    buf.on("close", (status, signal) => {
      clearTimeout(timer);
      const told = Buffer.concat(chunks).toString().replaceAll(base, ".");
      if (status === 0) resolve(told);
      else if (signal !== null) reject(new CommandError(`buf generate was ended by ${signal}, after ${timeoutMs / 1000} s at most`));
      else reject(new CommandError(`buf generate failed:\n${told.trimEnd()}`));
    });
  });
}

/** All files in a directory, or the file that is there in its place: an archive. Symbolic links are not followed. */
export function filesUnder(path: string, skips: (name: string) => boolean = () => false): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (skips(entry.name)) return [];
      const inner = join(path, entry.name);
      return entry.isDirectory() ? filesUnder(inner, skips) : entry.isFile() ? [inner] : [];
    });
}
