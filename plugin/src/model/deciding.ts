import type { AnyDesc } from "@bufbuild/protobuf";
import type { Said, Settings } from "../config/settings.js";
import type { Problems } from "../diagnostics.js";
import type { DialectModel } from "./dialect.js";
import type { Pin } from "./reason.js";

/** What decisions are made with, beside the descriptors. */
export interface Deciding {
  readonly settings: Settings;
  readonly problems: Problems;
  /** The dialects of the file at hand; decisions add to them. */
  readonly dialects: DialectModel[];
  /** Where an element stands in its proto, for people. */
  place(desc: AnyDesc): string;
}

/** The name that is said of an element. */
export function pinOf(said: Said<{ readonly name: string }>): Pin | null {
  return said.rule.name === "" ? null : { name: said.rule.name, from: said.from("name") ?? "" };
}
