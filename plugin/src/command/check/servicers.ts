/** Whether hand-written servicers and handlers are what the generated code asks for: what `protobridge sync --check` tells. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CommandError } from "../command.js";
import type { Finding } from "./finding.js";

/** The check of hand-written code. A project without tsconfig.json has none that TypeScript could tell anything of, nor one that uses nothing generated yet. */
export async function checkServicers(): Promise<readonly Finding[]> {
  if (!existsSync("tsconfig.json")) return [];
  // TypeScript loads here, and in sync, and nowhere else.
  const { NothingGenerated, planSync } = await import("../sync/run.js");
  const { RuntimeMismatch } = await import("../sync/runtimes.js");
  try {
    const { told } = planSync({ cwd: process.cwd(), directory: undefined, projects: [], create: false, marks: false });
    return told
      .filter(({ isOpen, kind }) => isOpen || kind === "missing" || kind === "refused")
      .map(({ kind, path, lineBefore, text }) => ({
        kind,
        file: resolve(path),
        line: lineBefore,
        note: text,
        next: kind === "missing" ? "npx protobridge sync" : undefined,
      }));
  } catch (reason) {
    // The check of the runtime tells of that.
    if (reason instanceof NothingGenerated || reason instanceof RuntimeMismatch) return [];
    if (!(reason instanceof CommandError)) throw reason;
    return [{ kind: "servicers", file: resolve("tsconfig.json"), note: reason.message }];
  }
}
