/** Whether the installed runtime has what the generated code imports. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compareVersions, type InstalledRuntime, runtime, runtimeBeside } from "../runtimes.js";
import type { Checked, Finding } from "./finding.js";

/** The check of the runtime, for the code in the tree and for what is generated now. */
export function checkRuntime({ generated }: Checked): readonly Finding[] {
  const fresh = new Map(generated.flatMap(({ files }) => [...files]).flatMap(([path, content]) => servedBy(path, Buffer.from(content).toString())));
  const present = new Map([...fresh.keys()].flatMap((path) => (existsSync(path) ? servedBy(path, readFileSync(path, "utf8")) : [])));
  const findings: Finding[] = [];
  const told = new Set<string>();
  for (const out of generated.flatMap(({ outs }) => outs)) {
    const inOut = (path: string): boolean => path.startsWith(join(out, "/"));
    const first = [...fresh.keys()].find(inOut);
    if (first === undefined) continue;
    const installed = runtimeBeside(out);
    for (const [files, isFresh] of [[fresh, true] as const, [present, false] as const]) {
      for (const [path, version] of files) {
        if (!inOut(path) || told.has(version) || installed?.serves.includes(version)) continue;
        told.add(version);
        // What is generated now need not be in the tree yet.
        findings.push({ kind: "runtime", file: path, ...(installed ? mismatch(version, installed, isFresh, fresh.get(path)) : absent(version)) });
      }
    }
  }
  return findings;
}

const imported = /["']@protobridge\/runtime\/codegen-(\d+(?:\.\d+)*)["']/;

function servedBy(path: string, text: string): [path: string, version: string][] {
  const version = imported.exec(text)?.[1];
  return version === undefined ? [] : [[path, version]];
}

function absent(version: string): Pick<Finding, "note" | "next"> {
  return { note: `it imports ${runtime}, which is not installed`, next: `npm install ${runtime}@${rangeOf(version)}` };
}

function mismatch(version: string, installed: InstalledRuntime, isFresh: boolean, now: string | undefined): Pick<Finding, "note" | "next"> {
  const what = `it imports ${runtime}/codegen-${version}, which the installed ${runtime} ${installed.version} does not have`;
  if (installed.serves.every((served) => compareVersions(version, served) > 0)) {
    return { note: `${what}: the code is newer than the runtime`, next: `npm install ${runtime}@${rangeOf(version)}` };
  }
  const note = `${what}: the code is older than the runtime`;
  // The plugin here is new enough: only the file in the tree is not.
  if (!isFresh && now !== undefined && installed.serves.includes(now)) return { note, next: "npx protobridge check --fix" };
  const newest = installed.serves.toSorted(compareVersions).at(-1) ?? version;
  return { note, next: `npm install --save-dev @protobridge/plugin@${rangeOf(newest)}, then npx buf generate` };
}

/** The releases that go with the code of a version, for npm. */
function rangeOf(version: string): string {
  return `^${version}${".0".repeat(Math.max(0, 3 - version.split(".").length))}`;
}
