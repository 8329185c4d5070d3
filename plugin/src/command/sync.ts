import { type Command, textsOf } from "./command.js";
import { shown, writeInside } from "./files.js";
import { withMark } from "./sync/mark.js";
import type { SyncResult, Told } from "./sync/run.js";

const help = `protobridge sync [DIR] [options]

Brings hand-written code up to date with the generated code, after buf generate:
inserts the methods that servicers lack, with their imports, in the style of the
file. They answer UNIMPLEMENTED, as if they were not there. It tells what the
proto no longer has. It never changes or deletes what is there.

Looked at are classes that extend a generated servicer or implement its methods,
objects given to from() or typed as methods, and the handlers of links, of which
only those of requests are inserted.

  DIR                  only the files in this directory; --create puts new files
                       there (default: all files; new ones go into src)
  --project FILE       a tsconfig.json that has the files; may be given again
                       (default: the tsconfig.json in DIR or above it)
  --create             writes a servicer, DIR/service-name.ts, for each service
                       that has none
  --mark-orphans       writes @orphaned into the doc comments of methods whose
                       RPC is gone
  --dry-run            writes nothing, prints a unified diff
  --check              writes nothing, lists what is to be done

Exit code 0; 1 if a file cannot be read as TypeScript, a tsconfig or generated
code cannot be used, or --check finds something; 2 for a wrong command.
`;

/** The command `protobridge sync`. */
export const sync: Command = {
  name: "sync",
  summary: "brings servicers up to date with generated code",
  help,
  options: {
    project: { type: "string", multiple: true },
    create: { type: "boolean" },
    "mark-orphans": { type: "boolean" },
    "dry-run": { type: "boolean" },
    check: { type: "boolean" },
  },
  maxArguments: 1,
  async run(values, [directory], output) {
    // TypeScript loads here and nowhere else.
    const { planSync } = await import("./sync/run.js");
    const cwd = process.cwd();
    const isCheck = values["check"] === true;
    const isDry = values["dry-run"] === true;
    const result = planSync({
      cwd,
      directory,
      projects: textsOf(values, "project"),
      create: values["create"] === true,
      marks: values["mark-orphans"] === true,
    });
    if (isDry) {
      const { createTwoFilesPatch } = await import("diff");
      for (const { path, before, after } of result.changes) {
        const name = shown(path, cwd);
        output.print(
          createTwoFilesPatch(before === undefined ? "/dev/null" : `a/${name}`, `b/${name}`, before ?? "", after, undefined, undefined, {
            headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
          }),
        );
      }
    } else if (!isCheck) {
      for (const { path, after } of result.changes) writeInside(cwd, path, withMark(path, after));
    }
    report(result, !isDry && !isCheck, isDry ? (line) => output.tell(line) : (line) => output.print(`${line}\n`));
    output.tell(summary(result, isDry || isCheck));
    return exitCode(result, isCheck);
  },
};

function exitCode({ changes, told }: SyncResult, isCheck: boolean): number {
  if (told.some(({ kind }) => kind === "refused")) return 1;
  return isCheck && (changes.length > 0 || told.some(({ isOpen }) => isOpen)) ? 1 : 0;
}

function report({ told }: SyncResult, isWritten: boolean, say: (line: string) => void): void {
  for (const each of told) say(lineFor(each, isWritten));
}

function lineFor({ kind, path, lineBefore, lineAfter, text }: Told, isWritten: boolean): string {
  const label = kind !== "missing" ? kind : isWritten ? "added" : "missing";
  return `${path}:${isWritten ? lineAfter : lineBefore}: ${label}: ${text}`;
}

function summary({ changes, told }: SyncResult, isKept: boolean): string {
  const added = changes.reduce((sum, { added }) => sum + added, 0);
  const open = told.filter(({ isOpen }) => isOpen).length;
  const done =
    changes.length === 0
      ? "nothing is missing"
      : `${count(added, "method")} ${isKept ? `${added === 1 ? "is" : "are"} missing in` : "added to"} ${count(changes.length, "file")}`;
  return open === 0 ? done : `${done}; ${count(open, "thing")} left to you`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
