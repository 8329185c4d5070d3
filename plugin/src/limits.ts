/** What protoc accepts, and no module of TypeScript can carry. */
import type { DescFile } from "@bufbuild/protobuf";
import type { Problems } from "./diagnostics.js";
import { modulePath } from "./names.js";
import { type LineOf, placeOf } from "./place.js";

/** Names that no module can declare. protoc-gen-es declares enums and services by their own names; messages never, at run time. */
const undeclarable = new Set(["await", "arguments", "eval"]);

/**
 * Reports what could be generated, but neither compiled nor loaded: the place of each, why, and what to do.
 */
export function checkLimits(files: readonly DescFile[], problems: Problems, lineOf?: LineOf): void {
  for (const file of files) {
    checkPath(file, problems);
    for (const desc of [...file.enums, ...file.services]) {
      if (!undeclarable.has(desc.name)) continue;
      problems.error(placeOf(desc, lineOf), `${desc} is what protoc-gen-es declares as "${desc.name}", a name that no module can declare: rename it`);
    }
  }
}

function checkPath({ proto: { name } }: DescFile, problems: Problems): void {
  const [special] = /[%#?\\]/.exec(name) ?? [];
  const module = `${modulePath(name)}.ts`;
  if (special) problems.error(name, `a module is imported by URL, where "${special}" means something else: rename the proto`);
  else if (/\.d\.[^./]+\.ts$/.test(module))
    problems.error(name, `TypeScript takes ${module} for declarations of another file, for its ".d.": rename the proto`);
}
