/** Whether hand-written servicers and handlers are what the generated code asks for: what `protobridge sync --check` tells. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Finding } from "./finding.js";

/** The check of hand-written code. A project without tsconfig.json has none that TypeScript could tell anything of, nor one that uses nothing generated yet. */
export async function checkServicers(): Promise<readonly Finding[]> {
  if (!existsSync("tsconfig.json")) return [];
  // TypeScript loads here, and in sync, and nowhere else.
  const { NothingGenerated, planSync } = await import("../sync/run.js");
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
    if (reason instanceof NothingGenerated) return [];
    throw reason;
  }
}
