import type { AnyDesc } from "@bufbuild/protobuf";
import type { Said, Settings } from "../config/settings.js";
import type { Problems } from "../diagnostics.js";
import type { DialectModel } from "./dialect.js";
import type { OmittedModel, Pin } from "./reason.js";

/** What decisions are made with, beside the descriptors. */
export interface Deciding {
  readonly settings: Settings;
  readonly problems: Problems;
  /** The dialects of the file at hand; decisions add to them. */
  readonly dialects: DialectModel[];
  /** What the config leaves out of the file at hand; decisions add to it. */
  readonly omitted: OmittedModel[];
  /** Where an element stands in its proto, for people. */
  place(desc: AnyDesc): string;
}

/** The name that is said of an element. */
export function pinOf(said: Said<{ readonly name: string }>): Pin | null {
  return said.rule.name === "" ? null : { name: said.rule.name, from: said.from("name") ?? "" };
}

/** Whether an element is skipped. What is, is noted. */
export function isSkipped(what: OmittedModel["what"], name: string, said: Said<{ readonly skip?: boolean | undefined }>, { omitted }: Deciding): boolean {
  if (!said.rule.skip) return false;
  omitted.push({ what, name, from: said.from("skip") ?? "" });
  return true;
}
