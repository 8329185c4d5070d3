/** Two versions of small protos, compared as the command compares them. */

import type { DescFile } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { breakingChanges } from "../src/command/diff/breaking.js";
import { loadSettings } from "../src/config/load.js";
import { Settings } from "../src/config/settings.js";
import { parseConfigFile } from "../src/config/yaml.js";
import { Problems } from "../src/diagnostics.js";
import { type Change, sectionOf } from "../src/diff/change.js";
import { diff } from "../src/diff/diff.js";
import { Side } from "../src/diff/side.js";
import { buildModel } from "../src/model/model.js";
import type { Int64 } from "../src/options.js";
import { descriptors, image, proto, resources } from "./support.js";

/** One version. */
export interface Version {
  readonly protos: Readonly<Record<string, string>>;
  /** The text of a bridge.yaml. */
  readonly config?: string | undefined;
  readonly int64?: Int64 | undefined;
}

/** A version of one proto3 file, `a.proto` of the package `a`. */
export function version(lines: string, config?: string): Version {
  return { protos: { "a.proto": proto("a", 'import "google/protobuf/any.proto";', lines) }, config };
}

/** A version as one of the two sides. */
export function sideOf(which: "old" | "new", { protos, config, int64 }: Version): Side {
  return sideFrom(which, descriptors(protos), { own: Object.keys(protos), config, int64 });
}

/** Descriptors as one of the two sides. Without a config, profiles apply. */
export function sideFrom(
  which: "old" | "new",
  files: readonly DescFile[],
  { own: paths, config, int64 = "bigint" }: { readonly own: readonly string[] } & Omit<Version, "protos">,
): Side {
  const own = new Set(paths);
  const problems = { of: new Problems(), files: own };
  const loaded = loadSettings({ files, checked: files, configPath: undefined, profiles: resources.profiles, problems: problems.of, whole: true });
  const settings = config === undefined ? loaded.settings : new Settings([parseConfigFile("bridge.yaml", config)]);
  return new Side(which, { files, own, model: buildModel(files, { settings, problems }), int64 });
}

/** What changed from one version to another; what buf says of the wire only if it is asked for. */
export function changes(old: Version, now: Version, { wire = false } = {}): readonly Change[] {
  const findings = wire ? breakingChanges(image(old.protos), image(now.protos), "binary").findings : [];
  return diff(sideOf("old", old), sideOf("new", now), findings).changes;
}

/** A change in one line: `source renamed method a.S.Go: ...`. */
export function lineOf(change: Change): string {
  const { what, became, element, text, wire, guess } = change;
  const how = guess ? `${became}?` : became;
  return `${sectionOf(change)} | ${what} ${how} | ${element} | ${text}${wire.map((why) => ` | ${why}`).join("")}`;
}

/** Two versions, each with its config or just the lines of its proto, and what is told of them. */
export type Row = readonly [what: string, before: string | Version, after: string | Version, lines: readonly string[]];

/** A test for each row. */
export function rows(all: readonly Row[]): void {
  it.each(all)("%s", (_what, before, after, lines) => {
    const [old, now] = [before, after].map((side) => (typeof side === "string" ? version(side) : side)) as [Version, Version];
    expect(changes(old, now).map(lineOf)).toEqual(lines);
  });
}
