/** How a face shows an int64, uint64, sint64, fixed64 or sfixed64. */
export type Int64 = "bigint" | "number" | "string";

/** The plugin's own options; protoplugin's come beside them. */
export interface Options {
  readonly int64: Int64;
}

interface OptionInfo {
  readonly name: string;
  readonly values: readonly string[];
  readonly about: string;
}

/** Every option, for the docs, the help and the error for an unknown one. The first value is the default. */
export const optionInfos: readonly OptionInfo[] = [
  { name: "int64", values: ["bigint", "number", "string"], about: "how faces show 64-bit integers; number throws past 2^53" },
  { name: "target", values: ["js+dts", "ts", "js", "dts"], about: "what to generate" },
  { name: "import_extension", values: ["none", "js", "ts"], about: "the extension of relative imports" },
  { name: "js_import_style", values: ["module", "legacy_commonjs"], about: "import or require()" },
  { name: "ts_nocheck", values: ["false", "true"], about: "whether files begin with // @ts-nocheck" },
  { name: "keep_empty_files", values: ["false", "true"], about: "whether protos without content give files" },
  { name: "elide_plugin_version", values: ["false", "true"], about: "whether the preamble leaves out the plugin's version" },
];

/**
 * Reads the options that protoplugin does not know.
 *
 * @throws Error that lists the known options, or an option's values
 */
export function parseOptions(raw: readonly { readonly key: string; readonly value: string }[]): Options {
  let int64: Int64 = "bigint";
  for (const { key, value } of raw) {
    if (key !== "int64")
      throw new Error(`there is no such option; there are ${optionInfos.map(({ name, values }) => `${name}=${values.join("|")}`).join(", ")}`);
    if (value !== "bigint" && value !== "number" && value !== "string") throw new Error(`int64 is bigint, number or string, not "${value}"`);
    int64 = value;
  }
  return { int64 };
}
